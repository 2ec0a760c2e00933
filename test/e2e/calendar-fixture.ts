/**
 * The calendar experiment in a small add-on of its own that only takes notes of what its provider is asked: what a
 * provider that is not ours would see.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { scanColumns } from "../../src/shared/ical/scan.ts";
import type {
  BatchOperation,
  BatchResult,
  PendingChange,
  ResourceBody,
} from "../../src/shared/item-store.ts";
import { writeFixtureAddon } from "../support/fixture-addon.ts";
import { launchThunderbird, type Thunderbird } from "../support/thunderbird.ts";
import { ThunderbirdUser } from "../support/thunderbird-user.ts";

const ADDON = "calendar-fixture@caldav-keeper.github.io";
export const TYPE = `ext-${ADDON}`;

/** Notes outlive the page. */
const BACKGROUND = `
const { provider } = messenger.calendar;
const withText = { returnFormat: "ical" };
let writing = Promise.resolve();
function note(entry) {
  writing = writing.then(async () => {
    const { notes = [] } = await messenger.storage.local.get("notes");
    await messenger.storage.local.set({ notes: [...notes, entry] });
  });
  return writing;
}
provider.onSync.addListener((calendar, properties) => note({ event: "sync", calendarId: calendar.id, properties }));
provider.onItemCreated.addListener((calendar, item) => note({ event: "created", item }), withText);
provider.onItemUpdated.addListener((calendar, item, old) => note({ event: "updated", item, old }), withText);
provider.onItemRemoved.addListener((calendar, item) => note({ event: "removed", item }), withText);
`;

export interface Note {
  event: "sync" | "created" | "updated" | "removed";
  calendarId?: string;
  properties?: { type: "manual" | "auto"; last: string | null };
  item?: { id: string; resource: string; item: string };
  old?: { id: string; item: string };
}

/** A text as a server might keep it. */
export function resource(...components: string[]): string {
  return `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Some server//EN\r\nX-SERVER-KEEPS:this\r\n${components.join("")}END:VCALENDAR\r\n`;
}

export function component(name: "VEVENT" | "VTODO", uid: string, ...lines: string[]): string {
  const head = [`BEGIN:${name}`, `UID:${uid}`, "DTSTAMP:20250101T000000Z"];
  return [...head, "X-UNKNOWN;X-PARAM=1:kept by every edit", ...lines, `END:${name}`, ""].join(
    "\r\n",
  );
}

export function vevent(uid: string, ...lines: string[]): string {
  return component("VEVENT", uid, ...lines);
}

export function put(name: string, text: string): BatchOperation {
  return {
    kind: "put",
    name,
    text,
    metadata: { etag: `"${name}"` },
    columns: scanColumns(text),
  };
}

export interface WorldOptions {
  /** Default: to read and write items of all calendars. */
  itemPermissions?: string[];
  /** Runs after the fixture's own background script, which gives it `note(entry)`. */
  background?: string;
  /** Another provider than the one that takes notes: its background script and manifest key. */
  provider?: { background: string; manifestKey: object };
  /** Further manifest keys. */
  manifest?: object;
  files?: Record<string, string>;
  prefs?: Record<string, string | number | boolean>;
}

/** A Thunderbird with the add-on and one calendar of its type. */
export class CalendarWorld {
  readonly thunderbird: Thunderbird;
  readonly user: ThunderbirdUser;
  readonly calendarId: string;
  readonly #folder: string;

  private constructor(thunderbird: Thunderbird, calendarId: string, folder: string) {
    this.thunderbird = thunderbird;
    this.user = new ThunderbirdUser(thunderbird);
    this.calendarId = calendarId;
    this.#folder = folder;
  }

  static async start(binary: string, options: WorldOptions = {}): Promise<CalendarWorld> {
    const { itemPermissions = ["calendarItemsRead", "calendarItemsWrite"], provider } = options;
    const folder = await mkdtemp(path.join(tmpdir(), "keeper-calendar-"));
    const xpi = await writeFixtureAddon(path.join(folder, "fixture.xpi"), {
      id: ADDON,
      background: (provider?.background ?? BACKGROUND) + (options.background ?? ""),
      experiments: ["calendar_provider"],
      manifest: {
        permissions: ["storage", ...itemPermissions],
        calendar_provider: provider?.manifestKey ?? {
          outbox: "provider",
          capabilities: { tasks: true, categories: { count: -1 } },
        },
        ...options.manifest,
      },
      ...(options.files === undefined ? {} : { files: options.files }),
    });
    const prefs = options.prefs ?? {};
    const thunderbird = await launchThunderbird({ binary, xpi, addonId: ADDON, prefs });
    const { id } = await thunderbird.background<{ id: string }>(
      `return messenger.calendar.calendars.create(arguments[0])`,
      { type: TYPE, name: "Work", url: "https://calendar.example/work/" },
    );
    return new CalendarWorld(thunderbird, id, folder);
  }

  get cacheId(): string {
    return `${this.calendarId}#cache`;
  }

  async end(): Promise<void> {
    await this.thunderbird.quit();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Calls a function of `messenger.calendar` in the background page, e.g. `items.get`. */
  api<T>(call: string, ...args: unknown[]): Promise<T> {
    return this.thunderbird.background<T>(
      `return messenger.calendar.${call}(...arguments)`,
      ...args,
    );
  }

  async batch(operations: BatchOperation[], options: object = {}): Promise<BatchResult> {
    const json = JSON.stringify(operations);
    return JSON.parse(await this.api<string>("items.batch", this.cacheId, json, options));
  }

  async body(name: string): Promise<ResourceBody | undefined> {
    const json = await this.api<string>("provider.getResources", this.cacheId, { names: [name] });
    return (JSON.parse(json) as ResourceBody[])[0];
  }

  async pending(uid: string): Promise<PendingChange | undefined> {
    const json = await this.api<string>("provider.getPending", this.cacheId);
    return (JSON.parse(json) as PendingChange[]).find((change) => change.uid === uid);
  }

  notes<N = Note>(): Promise<N[]> {
    return this.thunderbird.background<N[]>(
      `return (await messenger.storage.local.get("notes")).notes ?? []`,
    );
  }

  /** A privileged script with `cal` and the calendar as `calendar` (a dummy while the add-on is off). */
  inCalendar<T>(script: string, ...args: unknown[]): Promise<T> {
    return this.thunderbird.chrome<T>(
      `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
       const calendar = cal.manager.getCalendarById(arguments[0]);
       ${script}`,
      this.calendarId,
      ...args,
    );
  }

  /** Until the provider has its calendar back. */
  async back(): Promise<void> {
    await this.thunderbird.waitFor(
      () => this.inCalendar<boolean>(`return calendar && !calendar.getProperty("disabled");`),
      "the calendar to come back",
    );
  }
}
