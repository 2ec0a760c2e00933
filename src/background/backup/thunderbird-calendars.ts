/**
 * Reads and writes Thunderbird's calendars for backups: our own through the item store, which holds the
 * server's bytes; all others through the calendar API, which gives them as Thunderbird serialises them.
 */
import { brandAs, type CalendarId } from "../../shared/brands.ts";
import { AppError, fromWire, isAppError, type WireError } from "../../shared/errors.ts";
import { scanColumns } from "../../shared/ical/scan.ts";
import {
  ITEM_FLAG,
  type PendingChange,
  type ResourceBody,
  type StageOperation,
  type StoredConflict,
} from "../../shared/item-store.ts";
import { unreadableReason } from "../icalendar/readable.ts";
import { answered } from "./answered.ts";
import { lastSegment } from "./calendar-folders.ts";
import { itemNames } from "./item-names.ts";
import type {
  CalendarReading,
  CalendarSource,
  CalendarTarget,
  CalendarWrite,
  KnownCalendar,
  KnownResource,
  WriteFailure,
} from "./ports.ts";

/** Rows fetched at once: about half a megabyte of text. */
const PAGE = 400;

type CalendarApi = Pick<typeof messenger.calendar, "calendars" | "items" | "provider">;

/** What only the account knows of one of our calendars. */
export interface OwnCalendar {
  readonly account: string;
  readonly accountId: string;
  readonly url: string;
  readonly components: readonly string[];
  readonly lastGoodSync: number | null;
  /** Members the server lists that could not be fetched. */
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
}

export interface OwnCalendars {
  /** `undefined` for a calendar that is not ours. */
  find(calendarId: CalendarId): Promise<OwnCalendar | undefined>;
  /** Sends what is pending. @throws AppError when the run could not be made */
  syncNow(calendarId: CalendarId, deletions: readonly string[], signal: AbortSignal): Promise<void>;
}

function uidFileName(uid: string): string {
  return `${uid}.ics`;
}

export class ThunderbirdCalendars implements CalendarSource, CalendarTarget {
  readonly #api: CalendarApi;
  readonly #own: OwnCalendars;

  constructor(api: CalendarApi, own: OwnCalendars) {
    this.#api = api;
    this.#own = own;
  }

  async calendars(): Promise<readonly KnownCalendar[]> {
    const known: KnownCalendar[] = [];
    for (const calendar of await this.#api.calendars.query({})) {
      const own = calendar.cacheId
        ? await this.#own.find(brandAs<CalendarId>(calendar.id))
        : undefined;
      known.push({
        calendarId: calendar.id,
        account: own?.account ?? "local",
        ...(own && { accountId: own.accountId }),
        collection: own ? lastSegment(own.url) || calendar.name : calendar.name || calendar.id,
        displayName: calendar.name,
        color: calendar.color ?? null,
        url: own?.url ?? calendar.url,
        type: calendar.type,
        readOnly: calendar.readOnly,
        components: own?.components ?? ["VEVENT", "VTODO"],
        lastGoodSync: own?.lastGoodSync ?? null,
        own: Boolean(calendar.cacheId),
      });
    }
    return known;
  }

  /** What could not be fetched from the server is no part of the item store. */
  async contentName(calendar: KnownCalendar): Promise<string | null> {
    const cacheId = await this.#cacheId(calendar);
    const own = await this.#own.find(brandAs<CalendarId>(calendar.calendarId));
    if (cacheId === null || own === undefined || own.missing.length > 0) return null;
    return this.#api.provider.getContentName(cacheId);
  }

  async read(
    calendar: KnownCalendar,
    onPage: (page: readonly KnownResource[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<CalendarReading> {
    const cacheId = await this.#cacheId(calendar);
    return cacheId === null
      ? this.#readOther(calendar, onPage, signal)
      : this.#readOwn(calendar, cacheId, onPage, signal);
  }

  /** Other calendars' items are known by their UIDs alone. */
  async namesOf(calendar: KnownCalendar, uid: string): Promise<readonly string[]> {
    const cacheId = await this.#cacheId(calendar);
    return cacheId === null ? [uidFileName(uid)] : itemNames(this.#api.provider, cacheId, uid);
  }

  async write(
    calendar: KnownCalendar,
    writes: readonly CalendarWrite[],
    signal: AbortSignal,
    onProgress: (done: number) => void,
  ): Promise<readonly WriteFailure[]> {
    const cacheId = await this.#cacheId(calendar);
    return cacheId === null
      ? this.#writeOther(calendar, writes, signal, onProgress)
      : this.#writeOwn(calendar, cacheId, writes, signal, onProgress);
  }

  /** `null` for a calendar that is not ours. @throws AppError "calendar-unknown" when it is gone */
  async #cacheId(calendar: KnownCalendar): Promise<string | null> {
    const present = await this.#api.calendars.get(calendar.calendarId);
    if (!present) {
      throw new AppError(
        "calendar-unknown",
        `The calendar “${calendar.displayName}” is no longer in Thunderbird.`,
        {
          hint: "Nothing was changed. Subscribe to it again, or restore into a folder.",
        },
      );
    }
    return present.cacheId ?? null;
  }

  async #readOwn(
    calendar: KnownCalendar,
    cacheId: string,
    onPage: (page: readonly KnownResource[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<CalendarReading> {
    const pageAfter = async (after: string): Promise<ResourceBody[]> => {
      const range = { ...(after === "" ? {} : { after }), limit: PAGE };
      return JSON.parse(await this.#api.provider.getResources(cacheId, range));
    };
    for (let rows = await pageAfter(""); ; ) {
      signal.throwIfAborted();
      // Thunderbird reads the next page while this one is worked on.
      const last = rows.length === PAGE ? rows.at(-1) : undefined;
      const next = last && pageAfter(last.name);
      next?.catch(() => undefined);
      if (rows.length > 0) await onPage(rows.map(knownResource));
      if (!next) break;
      rows = await next;
    }
    const conflicts: StoredConflict[] = JSON.parse(await this.#api.provider.listConflicts(cacheId));
    const own = await this.#own.find(brandAs<CalendarId>(calendar.calendarId));
    return {
      missing: own?.missing ?? [],
      conflicts: conflicts.flatMap((conflict) =>
        [conflict.mine, conflict.theirs].flatMap((text, side) =>
          text === null ? [] : [{ id: 2 * conflict.id + side, name: conflict.name, text }],
        ),
      ),
    };
  }

  async #readOther(
    calendar: KnownCalendar,
    onPage: (page: readonly KnownResource[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<CalendarReading> {
    const { calendarId } = calendar;
    const asked = this.#api.items.query({ calendarId, returnFormat: "ical" });
    const items = await answered(asked, signal);
    for (let start = 0; start < items.length; start += PAGE) {
      signal.throwIfAborted();
      await onPage(
        items.slice(start, start + PAGE).map((item) => ({
          name: uidFileName(item.id),
          uid: item.id,
          text: item.item as string,
          pendingText: null,
          deleted: false,
          quarantine: null,
        })),
      );
    }
    return { missing: [], conflicts: [] };
  }

  async #writeOwn(
    calendar: KnownCalendar,
    cacheId: string,
    writes: readonly CalendarWrite[],
    signal: AbortSignal,
    onProgress: (done: number) => void,
  ): Promise<readonly WriteFailure[]> {
    for (let start = 0; start < writes.length; start += PAGE) {
      signal.throwIfAborted();
      const page = writes.slice(start, start + PAGE);
      await this.#api.provider.stage(cacheId, JSON.stringify(page.map(stageOperation)), "restore");
      onProgress(Math.floor((start + page.length) / 2));
    }
    let syncError: unknown;
    try {
      const removed = writes.filter(({ kind }) => kind === "remove").map(({ name }) => name);
      await this.#own.syncNow(brandAs<CalendarId>(calendar.calendarId), removed, signal);
    } catch (error) {
      syncError = error;
    }
    const pending: PendingChange[] = JSON.parse(await this.#api.provider.getPending(cacheId));
    const waiting = new Map(pending.map((change) => [change.name, change]));
    onProgress(writes.length);
    return writes.flatMap((write) => {
      const change = waiting.get(write.name);
      return change ? [{ name: write.name, error: whyPending(change, syncError) }] : [];
    });
  }

  async #writeOther(
    calendar: KnownCalendar,
    writes: readonly CalendarWrite[],
    signal: AbortSignal,
    onProgress: (done: number) => void,
  ): Promise<readonly WriteFailure[]> {
    const failures: WriteFailure[] = [];
    let done = 0;
    for (const write of writes) {
      signal.throwIfAborted();
      try {
        await this.#writeOtherItem(calendar.calendarId, write);
      } catch (error) {
        failures.push({ name: write.name, error: itemFailure(error) });
      }
      onProgress(++done);
    }
    return failures;
  }

  async #writeOtherItem(calendarId: string, write: CalendarWrite): Promise<void> {
    const uid = write.uid ?? "";
    if (write.kind === "remove") return this.#api.items.remove(calendarId, uid);
    const item = { type: itemType(write.text), format: "ical" as const, item: write.text };
    if (write.kind === "create") await this.#api.items.create(calendarId, { id: uid, ...item });
    else await this.#api.items.update(calendarId, uid, item);
  }
}

function knownResource(row: ResourceBody): KnownResource {
  const unreadable = (row.flags & ITEM_FLAG.unreadable) !== 0;
  return {
    name: row.name,
    uid: row.uid,
    text: row.serverText,
    pendingText: row.userText,
    deleted: row.pending === "delete",
    quarantine: unreadable ? whyUnreadable(row.userText ?? row.serverText ?? "") : null,
  };
}

function whyUnreadable(text: string): string {
  const reason = unreadableReason(text) ?? "It is not a valid calendar item.";
  return `${reason} It cannot be shown; its text is kept as it is.`;
}

function stageOperation(write: CalendarWrite): StageOperation {
  if (write.kind === "remove") return { kind: "delete", name: write.name };
  return { kind: write.kind, name: write.name, text: write.text, columns: scanColumns(write.text) };
}

function itemType(text: string): "event" | "task" {
  return /^BEGIN:VTODO/im.test(text) ? "task" : "event";
}

function whyPending(change: PendingChange, syncError: unknown): AppError {
  const last = change.lastError as WireError | null;
  if (last && typeof last.code === "string") return fromWire(last);
  if (isAppError(syncError)) return syncError;
  return new AppError("offline", "It could not be sent to the server yet.", {
    hint: "It is kept in the calendar and is sent with the next synchronization.",
    retry: "later",
  });
}

function itemFailure(error: unknown): AppError {
  if (isAppError(error)) return error;
  return new AppError("item-store", "Thunderbird did not take this item into the calendar.", {
    hint: "It is still in the snapshot. Restore it into a folder and import the file to see why.",
    cause: error,
  });
}
