/**
 * When to synchronize: one run a calendar at a time, one after another within an account, requests during a run
 * coalesced into exactly one more, back-off after failures, a stop for the account after a refused sign-in, and
 * a deadline for everything. A single edit is pushed at once, beside all that. Keeps nothing that has to
 * outlive the event page: what is pending lies in the item store, and due times are told to the caller.
 */
import type { CalendarSyncReport } from "../../shared/commands.ts";
import { isAppError, type WireError } from "../../shared/errors.ts";
import { AccountStatuses, type ReadStatuses } from "./account-statuses.ts";
import { AccountStops, type StopMemory } from "./account-stops.ts";
import { EditPushes } from "./edit-pushes.ts";
import type { CalendarSync, RunResult } from "./engine.ts";
import { KeyedMutex } from "./keyed-mutex.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { QueuedRun, type RequestOptions, type SyncReason } from "./queued-run.ts";
import type { PushOutcome } from "./resource-push.ts";
import { RunDeadline, timedOut, withDeadline } from "./run-deadline.ts";
import { emptyReport, unfinishedReport } from "./run-report.ts";
import { type Accompanied, SyncCounts, type SyncProgress } from "./sync-run.ts";

export interface ScheduledCalendar {
  readonly accountId: string;
  readonly engine: CalendarSync;
  /** Failures in a row before this object was made: waits go on from there. Default 0. */
  readonly earlierFailures?: number;
}

export interface SchedulerDependencies {
  /** The engine of a calendar, made when first asked for. @throws AppError "calendar-unknown" … */
  readonly find: (calendarId: string) => Promise<ScheduledCalendar>;
  readonly readStatuses: ReadStatuses;
  /** Default: what this object remembers. */
  readonly stops?: StopMemory;
  readonly now: () => number;
  readonly random: () => number;
  /** After each run: what to show, and when to try again by itself (`outcome.retryAt`). */
  readonly onFinished?: (report: CalendarSyncReport, outcome: Outcome | null) => void;
  /** After a pushed edit that did not get through; it is pending, and tried again at `outcome.retryAt`. */
  readonly onPushFailed?: (calendarId: string, outcome: Outcome) => void;
  readonly limits?: Partial<typeof DEFAULT_LIMITS>;
}

const DEFAULT_LIMITS = {
  idleMs: 3 * 60_000,
  wholeMs: 30 * 60_000,
  pushMs: 60_000,
  /** How long work that was ended may take to notice. */
  graceMs: 5_000,
};

class CalendarEntry {
  queued: QueuedRun | undefined;
  running: RunDeadline | undefined;
  engine: CalendarSync | undefined;
  failures = 0;
  /** Automatic runs before this time are left out, and answered with the last failure. */
  resting: { readonly until: number; readonly error: WireError } | undefined;
}

export class SyncScheduler {
  readonly #dependencies: SchedulerDependencies;
  readonly #limits: typeof DEFAULT_LIMITS;
  readonly #calendars = new Map<string, CalendarEntry>();
  readonly #accounts = new KeyedMutex();
  readonly #stops: AccountStops;
  readonly #statuses: AccountStatuses;
  readonly #pushes: EditPushes;

  constructor(dependencies: SchedulerDependencies) {
    this.#dependencies = dependencies;
    this.#limits = { ...DEFAULT_LIMITS, ...dependencies.limits };
    this.#stops = new AccountStops(dependencies.stops);
    this.#statuses = new AccountStatuses(dependencies.readStatuses);
    this.#pushes = new EditPushes({
      find: async (calendarId) => {
        const { engine, accountId } = await this.#find(calendarId);
        return (await this.#stops.of(accountId)) === null ? engine : null;
      },
      engines: () => this.#engines(),
      outcomeOf: (error) => this.#outcomeOf(error, 1),
      onStopped: (calendarId, { error }) => this.#stopAccountOf(calendarId, error),
      onFailed: (calendarId, outcome) => dependencies.onPushFailed?.(calendarId, outcome),
      limits: this.#limits,
    });
  }

  /** Ids of the calendars being synchronized now. */
  running(): ReadonlySet<string> {
    const ids = [...this.#calendars].filter(([, { running }]) => running !== undefined);
    return new Set(ids.map(([id]) => id));
  }

  /** Resolves when a run that began after this call is done; a failure is its report's `error`. Never rejects. */
  async requestSync(
    calendarId: string,
    reason: SyncReason,
    options: RequestOptions = {},
  ): Promise<CalendarSyncReport> {
    const entry = this.#entry(calendarId);
    entry.queued ??= this.#enqueue(calendarId, entry);
    const { queued } = entry;
    queued.join(reason, options);
    const { signal } = options;
    const abort = (): void => this.abort(calendarId);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return await queued.done;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Sends one resource's pending change now, beside a run if there is one, as {@link EditPushes.push}. */
  pushSoon(calendarId: string, name: string): Promise<PushOutcome | undefined> {
    return this.#pushes.push(calendarId, name);
  }

  /**
   * Works on a calendar while none of its account is synchronized. It may take long as long as it tells its progress.
   * @param outer who asked for it: may end it, and is told of its progress
   * @throws what `work` throws; AppError "timeout"; the reason of the outer signal
   */
  async exclusively<T>(
    calendarId: string,
    work: (engine: CalendarSync, work: Accompanied) => Promise<T>,
    outer: Partial<Accompanied> = {},
  ): Promise<T> {
    const { accountId, engine } = await this.#find(calendarId);
    return this.#accounts.run(accountId, () =>
      withDeadline(this.#limits, (accompanied) => work(engine, accompanied), outer),
    );
  }

  /** Ends the calendar's run, if there is one; its report then says "aborted". */
  abort(calendarId: string): void {
    this.#calendars.get(calendarId)?.running?.abort();
  }

  abortAll(): void {
    for (const calendarId of this.#calendars.keys()) this.abort(calendarId);
  }

  /** The user signed in anew: the account's calendars may be synchronized again. */
  credentialsChanged(accountId: string): void {
    this.#stops.set(accountId, null);
  }

  /** The network is back: what rests because of it does not wait any longer. */
  networkChanged(): void {
    for (const entry of this.#calendars.values()) entry.resting = undefined;
  }

  /** The calendar is no longer ours. */
  forget(calendarId: string): void {
    this.abort(calendarId);
    this.#calendars.delete(calendarId);
  }

  #entry(calendarId: string): CalendarEntry {
    const known = this.#calendars.get(calendarId);
    if (known !== undefined) return known;
    const entry = new CalendarEntry();
    this.#calendars.set(calendarId, entry);
    return entry;
  }

  async #find(calendarId: string): Promise<ScheduledCalendar> {
    const calendar = await this.#dependencies.find(calendarId);
    const entry = this.#entry(calendarId);
    if (entry.engine === undefined) entry.failures = calendar.earlierFailures ?? 0;
    entry.engine = calendar.engine;
    return calendar;
  }

  *#engines(): Iterable<readonly [string, CalendarSync]> {
    for (const [id, { engine }] of this.#calendars) if (engine !== undefined) yield [id, engine];
  }

  #enqueue(calendarId: string, entry: CalendarEntry): QueuedRun {
    const askedAt = this.#statuses.now();
    return new QueuedRun(async (queued) => {
      try {
        const { accountId } = await this.#find(calendarId);
        return await this.#accounts.run(accountId, () => {
          entry.queued = undefined;
          return this.#run(calendarId, entry, accountId, askedAt, queued);
        });
      } catch (error) {
        entry.queued = undefined;
        return this.#finished(entry, "", emptyReport(calendarId), error);
      }
    });
  }

  async #run(
    calendarId: string,
    entry: CalendarEntry,
    accountId: string,
    askedAt: number,
    queued: QueuedRun,
  ): Promise<CalendarSyncReport> {
    const { now } = this.#dependencies;
    const { impatient, approvedDeletions, listsAll } = queued;
    const stopped = await this.#stops.of(accountId);
    if (stopped !== null && !impatient) {
      const report = emptyReport(calendarId, stopped);
      this.#dependencies.onFinished?.(report, null);
      return report;
    }
    if (entry.resting !== undefined && !impatient && now() < entry.resting.until)
      return emptyReport(calendarId, entry.resting.error);

    const deadline = new RunDeadline(this.#limits);
    const counts = new SyncCounts();
    entry.running = deadline;
    const onProgress = (progress: SyncProgress): void => {
      deadline.progressed();
      queued.tell(progress);
    };
    try {
      const work = async (): Promise<RunResult> => {
        const status = await this.#statuses.helpfulStatusOf(
          accountId,
          calendarId,
          askedAt,
          deadline.signal,
        );
        deadline.progressed();
        // What the account said may have given the calendar another address, or stopped it.
        const { engine } = await this.#find(calendarId);
        const { signal } = deadline;
        const approved = approvedDeletions === undefined ? {} : { approvedDeletions };
        const options = { status, impatient, listsAll, counts, ...approved };
        return engine.run({ ...options, signal, onProgress });
      };
      const result = await deadline.bound(work(), this.#limits.graceMs);
      if (result.created > 0) this.#pushes.releaseMoves(calendarId);
      const failure =
        deadline.hasExpired && result.failure !== undefined ? timedOut() : result.failure;
      return this.#finished(entry, accountId, result.report, failure, result.retryAt);
    } catch (error) {
      return this.#finished(entry, accountId, unfinishedReport(calendarId, counts), error);
    } finally {
      deadline.done();
      entry.running = undefined;
    }
  }

  #finished(
    entry: CalendarEntry,
    accountId: string,
    report: CalendarSyncReport,
    failure: unknown,
    retryAt?: number,
  ): CalendarSyncReport {
    if (failure === undefined) {
      entry.failures = 0;
      entry.resting = undefined;
      this.#stops.set(accountId, null);
      const { error } = report;
      const again = retryAt === undefined || !error ? null : { error, retryAt, stopAccount: false };
      this.#dependencies.onFinished?.(report, again);
      return report;
    }
    const isUsersWish = isAppError(failure, "aborted");
    if (!isUsersWish) entry.failures++;
    const outcome = this.#outcomeOf(failure, entry.failures);
    if (outcome.retryAt !== undefined && !isUsersWish)
      entry.resting = { until: outcome.retryAt, error: outcome.error };
    if (outcome.stopAccount) this.#stops.set(accountId, outcome.error);
    const failed = { ...report, error: outcome.error };
    this.#dependencies.onFinished?.(failed, outcome);
    return failed;
  }

  #outcomeOf(error: unknown, failures: number): Outcome {
    const { now, random } = this.#dependencies;
    return outcomeOf(error, { now: now(), failures, random: random() });
  }

  async #stopAccountOf(calendarId: string, error: WireError): Promise<void> {
    const calendar = await this.#find(calendarId).catch(() => undefined);
    if (calendar !== undefined) this.#stops.set(calendar.accountId, error);
  }
}
