/**
 * Leaving the add-on: its calendars are handed back to Thunderbird's own CalDAV, and go from the list only when the new
 * ones hold everything.
 */
import type { Account, CommandArguments, CommandValue, HandedBack } from "../../shared/commands.ts";
import { AppError, fromWire, toWire } from "../../shared/errors.ts";
import { changesWait, isSameCollection } from "../accounts/account-records.ts";
import type { Accounts } from "../accounts/accounts.ts";
import type { CalendarSource, KnownCalendar } from "../backup/ports.ts";
import { compareCalendars } from "./calendar-comparison.ts";
import type { SyncService, Work } from "./ports.ts";
import { BUILT_IN_TYPE } from "./takeover.ts";

export interface LeavingDependencies {
  readonly accounts: Pick<Accounts, "list" | "remove">;
  readonly source: Pick<CalendarSource, "calendars" | "read">;
  readonly sync: Pick<SyncService, "run">;
  readonly calendars: Pick<typeof messenger.calendar.calendars, "remove" | "synchronize">;
  /** Makes a calendar of Thunderbird's own CalDAV, with the account's user name and password. @returns its id */
  readonly makeBuiltIn: (
    account: Account,
    calendar: { url: string; name: string; color: string | null; readOnly: boolean },
    signal: AbortSignal,
  ) => Promise<string>;
  /** What has arrived in it since this was asked first: cheap, nothing is read. */
  readonly arrivals: (calendarId: string) => Promise<Arrivals>;
  readonly backupDirectory: () => Promise<string>;
  /** Resolves after some time; rejects when aborted. */
  readonly pause: (signal: AbortSignal) => Promise<void>;
  readonly now: () => number;
}

export interface Arrivals {
  /** Items that came, changed or went. */
  readonly arrived: number;
  /** How often the calendar has ended loading. */
  readonly loads: number;
}

/** Nothing arrives and no loading ends for so long: it will not go on by itself. */
const PATIENCE_MS = 3 * 60_000;
/** A calendar that ended loading so often with nothing new has what it can have. */
const IDLE_LOADS = 2;

export class Leaving {
  readonly #deps: LeavingDependencies;

  constructor(dependencies: LeavingDependencies) {
    this.#deps = dependencies;
  }

  /** What there is to hand back, and what stays behind after uninstalling. Nothing is changed. */
  async preview(): Promise<CommandValue<"leave.preview">> {
    const accounts = await this.#deps.accounts.list();
    const known = await this.#deps.source.calendars();
    return {
      calendars: accounts.flatMap(({ calendars }) =>
        calendars.map(({ id, name, color, url, pendingChanges, conflicts }) => ({
          id,
          name,
          color,
          url,
          pendingChanges,
          conflicts,
          newCalendarId: twinOf(known, url)?.calendarId ?? null,
        })),
      ),
      backupDirectory: await this.#deps.backupDirectory(),
    };
  }

  /** One calendar's failure does not stop the others and is its `error`. */
  async handBack(
    { calendarIds }: CommandArguments<"leave.handBack">,
    work: Work,
  ): Promise<CommandValue<"leave.handBack">> {
    const wanted = (await this.#owned()).filter(
      ({ calendar }) => calendarIds === undefined || calendarIds.includes(calendar.id),
    );
    const calendars: HandedBack[] = [];
    for (const { account, calendar } of wanted) {
      work.signal.throwIfAborted();
      work.onProgress({ done: 0, total: 0, note: calendar.name });
      try {
        calendars.push(await this.#handBackOne(account, calendar.id, work));
      } catch (error) {
        work.signal.throwIfAborted();
        calendars.push({ id: calendar.id, newCalendarId: null, missing: 0, error: toWire(error) });
      }
    }
    return { calendars };
  }

  /**
   * Takes calendars that were handed back whole out of the add-on; an account without any goes too.
   * @throws AppError "pending-changes" while any of them has edits that wait or conflicts that nobody has decided; nothing is
   *   removed then. "not-taken-over", and then that calendar and those after it stay
   */
  async finish(
    { calendarIds }: CommandArguments<"leave.finish">,
    work: Work,
  ): Promise<CommandValue<"leave.finish">> {
    const before = await this.#deps.accounts.list();
    await this.#refuseLeftovers(calendarIds);
    for (const calendarId of calendarIds) {
      const { ours, twin } = await this.#pair(calendarId);
      if (!twin || (await this.#missing(ours, twin, work.signal)) > 0) throw notWhole(ours);
      await this.#refuseLeftovers([calendarId]);
      await this.#deps.calendars.remove(calendarId, { mode: "unsubscribe" });
    }
    for (const { id, calendars } of before) {
      if (calendars.every((calendar) => calendarIds.includes(calendar.id)))
        await this.#deps.accounts.remove({ accountId: id });
    }
    return { removed: calendarIds.length };
  }

  async #handBackOne(account: Account, calendarId: string, work: Work): Promise<HandedBack> {
    const { sync, makeBuiltIn } = this.#deps;
    const [report] = await sync.run(calendarId, work);
    if (report?.error) throw fromWire(report.error);
    const { ours, twin } = await this.#pair(calendarId);
    const { url, displayName, color, readOnly } = ours;
    const newCalendarId =
      twin?.calendarId ??
      (await makeBuiltIn(account, { url, name: displayName, color, readOnly }, work.signal));
    const missing = await this.#untilWhole(ours, newCalendarId, work);
    return { id: calendarId, newCalendarId, missing, error: null };
  }

  /**
   * Both calendars are read when the new one has ended loading, not while it loads.
   * @returns how many items of ours it does not hold, when no more come
   */
  async #untilWhole(ours: KnownCalendar, newCalendarId: string, work: Work): Promise<number> {
    const { arrivals, calendars } = this.#deps;
    let before = await arrivals(newCalendarId);
    for (let idle = 0; ; ) {
      const { twin } = await this.#pair(ours.calendarId);
      const missing = twin ? await this.#missing(ours, twin, work.signal) : 0;
      if (twin && missing === 0) return 0;
      if (idle >= IDLE_LOADS) return missing;
      await calendars.synchronize(newCalendarId);
      const after = await this.#nextLoad(newCalendarId, before, { ours, missing, work });
      if (after === null) return missing;
      idle = after.arrived === before.arrived ? idle + 1 : 0;
      before = after;
    }
  }

  /** `null`: it does not end, and nothing comes any more. */
  async #nextLoad(
    newCalendarId: string,
    before: Arrivals,
    { ours, missing, work }: { ours: KnownCalendar; missing: number; work: Work },
  ): Promise<Arrivals | null> {
    const { arrivals, pause, now } = this.#deps;
    let last = before;
    for (let since = now(); ; ) {
      await pause(work.signal);
      const at = await arrivals(newCalendarId);
      const came = at.arrived - before.arrived;
      work.onProgress({ done: Math.min(came, missing), total: missing, note: ours.displayName });
      // An end with nothing new since the last look: what belongs to it has come.
      if (at.loads > before.loads && at.arrived === last.arrived) return at;
      if (at.arrived !== last.arrived || at.loads !== last.loads) since = now();
      if (now() - since > PATIENCE_MS) return null;
      last = at;
    }
  }

  /** How many items of ours are not in the other one. */
  async #missing(ours: KnownCalendar, twin: KnownCalendar, signal: AbortSignal): Promise<number> {
    const { onlyFirst, different } = await compareCalendars(this.#deps.source, ours, twin, signal);
    return onlyFirst.length + different.length;
  }

  /** Thunderbird's own calendars get what the server has: what is only here would go. */
  async #refuseLeftovers(calendarIds: readonly string[]): Promise<void> {
    const calendars = (await this.#owned())
      .map(({ calendar }) => calendar)
      .filter(({ id }) => calendarIds.includes(id));
    const pending = calendars.reduce((sum, { pendingChanges }) => sum + pendingChanges, 0);
    const conflicts = calendars.reduce((sum, { conflicts: count }) => sum + count, 0);
    if (pending + conflicts > 0) throw changesWait(pending, conflicts);
  }

  async #owned() {
    const accounts = await this.#deps.accounts.list();
    return accounts.flatMap((account) =>
      account.calendars.map((calendar) => ({ account, calendar })),
    );
  }

  async #pair(
    calendarId: string,
  ): Promise<{ ours: KnownCalendar; twin: KnownCalendar | undefined }> {
    const known = await this.#deps.source.calendars();
    const ours = known.find((one) => one.calendarId === calendarId && one.own);
    if (ours) return { ours, twin: twinOf(known, ours.url) };
    throw new AppError("calendar-unknown", "This is no calendar of CalDAV Keeper.", {
      hint: "Nothing was changed. Open the page again.",
      retry: "after-user",
      details: { calendarId },
    });
  }
}

function twinOf(known: readonly KnownCalendar[], url: string): KnownCalendar | undefined {
  return known.find((one) => one.type === BUILT_IN_TYPE && isSameCollection(one.url, url));
}

function notWhole({ displayName }: KnownCalendar): AppError {
  return new AppError(
    "not-taken-over",
    `Thunderbird's own calendar does not hold everything of “${displayName}” yet.`,
    {
      hint: "It was left in CalDAV Keeper. Hand it back again and wait until everything is there.",
      retry: "after-user",
    },
  );
}

export function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
  });
}
