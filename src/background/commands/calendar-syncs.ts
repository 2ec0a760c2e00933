/**
 * The synchronizations of the subscribed calendars: builds each calendar's engine from its account, its server
 * side and its rows, runs it through the scheduler, and remembers how it ended. Edits are pushed by the hooks.
 */
import type { CalendarSyncReport } from "../../shared/commands.ts";
import { AppError, fromWire, type WireError } from "../../shared/errors.ts";
import type { Accounts } from "../accounts/accounts.ts";
import { type ItemStoreApi, MessengerCalendar } from "../provider/messenger-calendar.ts";
import type { StoredAccount, StoredCalendar } from "../settings/account-settings.ts";
import type { StoredValue } from "../settings/stored-value.ts";
import type { StoredSyncStatus } from "../settings/sync-status.ts";
import type { ReadStatuses } from "../sync/account-statuses.ts";
import type { StopMemory } from "../sync/account-stops.ts";
import { CalendarSync } from "../sync/engine.ts";
import type { Outcome } from "../sync/outcome.ts";
import type { RemoteCollection } from "../sync/ports.ts";
import type { SyncReason } from "../sync/queued-run.ts";
import { type ScheduledCalendar, SyncScheduler } from "../sync/scheduler.ts";
import type { BeforeMassRemoval } from "../sync/sync-run.ts";
import type { CalendarTexts } from "../sync/texts.ts";
import type { SyncService, Work } from "./ports.ts";
import { isSameStatus, newlyHeld, statusAfter, warningOf } from "./sync-trouble.ts";

/** The server side of the accounts. */
export interface CalendarServers {
  collection(account: StoredAccount, calendar: StoredCalendar): RemoteCollection;
}

export interface CalendarSyncsDependencies {
  readonly accounts: () => Pick<Accounts, "find" | "calendarIds">;
  readonly servers: CalendarServers;
  /** What the account's server says of its calendars, by Thunderbird's calendar id. */
  readonly readStatuses: ReadStatuses;
  readonly calendars: Pick<typeof messenger.calendar.calendars, "get">;
  readonly itemStore: ItemStoreApi;
  readonly texts: CalendarTexts;
  readonly status: StoredValue<StoredSyncStatus>;
  /** The warning in Thunderbird's calendar list. */
  readonly showStatus: (calendarId: string, message: string | null) => Promise<void>;
  /** Asks to be told ({@link CalendarSyncs.retry}) at this time, even if the page is suspended until then. */
  readonly retryAt: (calendarId: string, time: number) => void;
  /** Takes a snapshot of the calendar without syncing; false when there is none afterwards. */
  readonly snapshotBefore: (
    calendarId: string,
    ...accompanied: Parameters<BeforeMassRemoval>
  ) => Promise<boolean>;
  /** The account cannot be used before the user signs in: told once, not with every poll. */
  readonly tellSignIn: (account: StoredAccount) => void;
  /** Many changes at once wait for the user's word: told once, not with every poll, nor after each failure between. */
  readonly tellHeld: (calendarId: string) => void;
  readonly stops: StopMemory;
  readonly onChanged: () => void;
  /** A synchronization brought or took away items. */
  readonly onItemsChanged: () => void;
  readonly now: () => number;
  readonly random: () => number;
}

export class CalendarSyncs implements SyncService {
  readonly scheduler: SyncScheduler;
  readonly #deps: CalendarSyncsDependencies;
  readonly #engines = new Map<string, ScheduledCalendar>();
  #remembering: Promise<unknown> = Promise.resolve();

  constructor(dependencies: CalendarSyncsDependencies) {
    this.#deps = dependencies;
    const { now, random } = dependencies;
    this.scheduler = new SyncScheduler({
      find: (calendarId) => this.#find(calendarId),
      readStatuses: dependencies.readStatuses,
      stops: dependencies.stops,
      now,
      random,
      // What these remember is for showing only: losing it must not break a synchronization.
      onFinished: (report, outcome) => {
        this.#finished(report, outcome).catch(() => {});
      },
      onPushFailed: (calendarId, outcome) => {
        this.#pushFailed(calendarId, outcome).catch(() => {});
      },
    });
  }

  running(): ReadonlySet<string> {
    return this.scheduler.running();
  }

  async run(calendarId: string | undefined, work: Work): Promise<CalendarSyncReport[]> {
    const ids = calendarId === undefined ? await this.#deps.accounts().calendarIds() : [calendarId];
    const progress = new Map<string, { done: number; total: number }>();
    const reports = await Promise.all(
      ids.map((id) =>
        this.scheduler.requestSync(id, "manual", {
          signal: work.signal,
          onProgress: ({ done, total, note }) => {
            progress.set(id, { done, total });
            const all = [...progress.values()];
            work.onProgress({
              done: all.reduce((sum, part) => sum + part.done, 0),
              total: all.reduce((sum, part) => sum + part.total, 0),
              note,
            });
          },
        }),
      ),
    );
    work.signal.throwIfAborted();
    return reports;
  }

  /**
   * Sends what a restore has staged, which the user confirmed with its preview.
   * @param deletions names of what it removes
   * @throws AppError why the calendar could not be synchronized
   */
  async syncNow(
    calendarId: string,
    deletions: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    const options = { signal, approvedDeletions: deletions };
    const report = await this.scheduler.requestSync(calendarId, "manual", options);
    if (report.error) throw fromWire(report.error);
  }

  /** Sends and fetches what can be, without regard to how it ends. */
  async runAll(reason: SyncReason): Promise<void> {
    const ids = await this.#deps.accounts().calendarIds();
    await Promise.all(ids.map((id) => this.scheduler.requestSync(id, reason)));
  }

  /** The passwords can be read now. */
  async unlocked(): Promise<void> {
    const { accounts, status } = this.#deps;
    const statuses = await status.read();
    for (const calendarId of await accounts().calendarIds()) {
      if (statuses[calendarId]?.error?.code !== "credentials-locked") continue;
      this.scheduler.credentialsChanged((await accounts().find(calendarId)).account.id);
      await this.scheduler.requestSync(calendarId, "online");
    }
  }

  async online(): Promise<void> {
    this.scheduler.networkChanged();
    await this.runAll("online");
  }

  async retry(calendarId: string): Promise<void> {
    await this.scheduler.requestSync(calendarId, "retry");
  }

  /** Its next synchronization goes by what the account's record says by then. */
  renew(calendarId: string): void {
    this.#engines.delete(calendarId);
  }

  /** Names of what its server had at the last synchronization. */
  async memberNames(calendarId: string): Promise<string[]> {
    const rows = await (await this.#local(calendarId)).listResources();
    return rows.filter(({ onServer }) => onServer).map(({ name }) => name);
  }

  /** The next synchronization lists everything: the log of changes it knows a place in is another collection's. */
  async forgetListing(calendarId: string): Promise<void> {
    const local = await this.#local(calendarId);
    const state = await local.getState();
    if (state === null) return;
    await local.batch([], { state: { ...state, token: null, ctag: null, listedAt: null } });
  }

  forget(calendarId: string): void {
    this.scheduler.forget(calendarId);
    this.#engines.delete(calendarId);
  }

  async #find(calendarId: string): Promise<ScheduledCalendar> {
    const known = this.#engines.get(calendarId);
    if (known) return known;
    const { servers, texts, now, random, snapshotBefore } = this.#deps;
    const { account, calendar } = await this.#deps.accounts().find(calendarId);
    if (calendar.replacedBy !== null) throw replaced();
    const local = await this.#local(calendarId);
    const earlierFailures = (await this.#deps.status.read())[calendarId]?.failing?.count ?? 0;
    // Two engines of one calendar would not keep out of each other's way.
    const meanwhile = this.#engines.get(calendarId);
    if (meanwhile) return meanwhile;
    const made = {
      accountId: account.id,
      earlierFailures,
      engine: new CalendarSync({
        remote: servers.collection(account, calendar),
        local,
        texts,
        now,
        random,
        beforeMassRemoval: (onProgress) => snapshotBefore(calendarId, onProgress),
      }),
    };
    this.#engines.set(calendarId, made);
    return made;
  }

  async #local(calendarId: string): Promise<MessengerCalendar> {
    const { calendars, itemStore } = this.#deps;
    const cacheId = (await calendars.get(calendarId))?.cacheId;
    if (cacheId) return new MessengerCalendar(itemStore, { calendarId, cacheId });
    throw new AppError("calendar-unknown", "This calendar is not in Thunderbird's list.", {
      hint: "Its events are still on the server. Add the account again to subscribe it anew.",
      retry: "after-user",
    });
  }

  async #finished(report: CalendarSyncReport, outcome: Outcome | null): Promise<void> {
    // What was committed before a run was given up is there, and counts for the next automatic backup.
    if (report.added + report.updated + report.removed > 0) this.#deps.onItemsChanged();
    if (report.error?.code === "aborted") return;
    await this.#remember(report.id, report.error ?? null, outcome?.retryAt ?? null);
    if (outcome?.retryAt !== undefined) this.#deps.retryAt(report.id, outcome.retryAt);
    this.#deps.onChanged();
  }

  /** An edit that waits for the network is no trouble yet: the count of waiting changes tells of it. */
  async #pushFailed(calendarId: string, outcome: Outcome): Promise<void> {
    if (outcome.retryAt !== undefined) this.#deps.retryAt(calendarId, outcome.retryAt);
    else if (outcome.error.code !== "aborted")
      await this.#remember(calendarId, outcome.error, null);
    this.#deps.onChanged();
  }

  /** One after another: what is told once must not be told by two calendars of an account. */
  #remember(calendarId: string, error: WireError | null, nextTry: number | null): Promise<void> {
    const done = this.#remembering.then(() => this.#note(calendarId, error, nextTry));
    this.#remembering = done.catch(() => {});
    return done;
  }

  async #note(calendarId: string, error: WireError | null, nextTry: number | null): Promise<void> {
    const { status, showStatus, now } = this.#deps;
    const statuses = await status.read();
    const before = statuses[calendarId];
    const after = statusAfter(before, error, { now: now(), nextTry });
    await showStatus(calendarId, warningOf(after)).catch(() => {});
    if (isSameStatus(before, after)) return;
    if (error !== null && isSignIn(error)) await this.#tellSignIn(calendarId, statuses);
    if (newlyHeld(before, after).length > 0) this.#deps.tellHeld(calendarId);
    await status.update((all) => ({ ...all, [calendarId]: after }));
  }

  /** One word an account, however many calendars it has. */
  async #tellSignIn(calendarId: string, statuses: StoredSyncStatus): Promise<void> {
    const { account } = await this.#deps.accounts().find(calendarId);
    const known = account.calendars.some(({ id }) => isSignIn(statuses[id]?.error ?? null));
    if (!known) this.#deps.tellSignIn(account);
  }
}

/** Not "credentials-locked": Thunderbird asks for the primary password itself. */
function isSignIn(error: WireError | null): boolean {
  return (
    error?.code === "unauthorized" ||
    error?.code === "credentials-missing" ||
    error?.code === "sign-in-needed"
  );
}

export function replaced(): AppError {
  return new AppError(
    "calendar-replaced",
    "At the address of this calendar lies another one now.",
    {
      hint: "Nothing was fetched from it or sent to it, and all you have is kept. If it is meant to be this one, take it over; else remove the calendar here.",
      retry: "after-user",
    },
  );
}
