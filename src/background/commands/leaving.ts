/**
 * Leaving the add-on: its calendars are handed back to Thunderbird's own CalDAV, and go from the list only when the new
 * ones hold everything.
 */
import type { Account, CommandArguments, CommandValue, HandedBack } from "../../shared/commands.ts";
import { AppError, fromWire, toWire } from "../../shared/errors.ts";
import { isSameCollection } from "../accounts/account-records.ts";
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
  readonly backupDirectory: () => Promise<string>;
  /** Resolves after some time; rejects when aborted. */
  readonly pause: (signal: AbortSignal) => Promise<void>;
  readonly now: () => number;
}

/** Thunderbird's own CalDAV needs a minute and a half for ten thousand items. */
const LONGEST_FIRST_SYNC_MS = 10 * 60_000;

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
        calendars.map(({ id, name, color, url, pendingChanges }) => ({
          id,
          name,
          color,
          url,
          pendingChanges,
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
    for (const [index, { account, calendar }] of wanted.entries()) {
      work.signal.throwIfAborted();
      work.onProgress({ done: index, total: wanted.length, note: calendar.name });
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
   * @throws AppError "not-taken-over", and then that calendar and those after it stay
   */
  async finish(
    { calendarIds }: CommandArguments<"leave.finish">,
    work: Work,
  ): Promise<CommandValue<"leave.finish">> {
    const before = await this.#deps.accounts.list();
    for (const calendarId of calendarIds) {
      const { ours, twin } = await this.#pair(calendarId);
      if (!twin || (await this.#missing(ours, twin, work.signal)) > 0) throw notWhole(ours);
      const [account] = (await this.#owned()).filter(({ calendar }) => calendar.id === calendarId);
      if ((account?.calendar.pendingChanges ?? 0) > 0) throw notWhole(ours);
      await this.#deps.calendars.remove(calendarId, { mode: "unsubscribe" });
    }
    for (const { id, calendars } of before) {
      if (calendars.every((calendar) => calendarIds.includes(calendar.id)))
        await this.#deps.accounts.remove({ accountId: id });
    }
    return { removed: calendarIds.length };
  }

  async #handBackOne(account: Account, calendarId: string, work: Work): Promise<HandedBack> {
    const { sync, makeBuiltIn, calendars, pause, now } = this.#deps;
    const [report] = await sync.run(calendarId, work);
    if (report?.error) throw fromWire(report.error);
    const { ours, twin } = await this.#pair(calendarId);
    const { url, displayName, color, readOnly } = ours;
    const newCalendarId =
      twin?.calendarId ??
      (await makeBuiltIn(account, { url, name: displayName, color, readOnly }, work.signal));
    const until = now() + LONGEST_FIRST_SYNC_MS;
    for (;;) {
      const { twin: made } = await this.#pair(calendarId);
      const missing = made ? await this.#missing(ours, made, work.signal) : 0;
      if ((made && missing === 0) || now() > until)
        return { id: calendarId, newCalendarId, missing, error: null };
      await calendars.synchronize(newCalendarId);
      await pause(work.signal);
    }
  }

  /** How many items of ours are not in the other one. */
  async #missing(ours: KnownCalendar, twin: KnownCalendar, signal: AbortSignal): Promise<number> {
    const { onlyFirst, different } = await compareCalendars(this.#deps.source, ours, twin, signal);
    return onlyFirst.length + different.length;
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
