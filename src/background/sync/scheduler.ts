/**
 * When to synchronize: one run a calendar at a time, one after another within an account, requests during a run
 * coalesced into exactly one more, back-off after failures, a stop for the account after a refused sign-in, and
 * a deadline for everything. A single edit is pushed at once, beside all that. Keeps nothing that has to
 * outlive the event page: what is pending lies in the item store, and due times are told to the caller.
 */
import type { CalendarSyncReport } from "../../shared/commands.ts";
import { isAppError, type WireError } from "../../shared/errors.ts";
import { AccountStatuses, type ReadStatuses } from "./account-statuses.ts";
import type { CalendarSync, RunResult } from "./engine.ts";
import { KeyedMutex } from "./keyed-mutex.ts";
import { type Outcome, outcomeOf, stopsRun } from "./outcome.ts";
import type { CollectionStatus } from "./ports.ts";
import type { PushOutcome } from "./resource-push.ts";
import { RunDeadline, timedOut } from "./run-deadline.ts";
import type { Accompanied, SyncProgress } from "./sync-run.ts";

/** `manual`: the user asked, so back-off and waiting times do not count. */
export type SyncReason = "manual" | "poll" | "online" | "retry";

export interface ScheduledCalendar {
  readonly accountId: string;
  readonly engine: CalendarSync;
  /** Failures in a row before this object was made: waits go on from there. Default 0. */
  readonly earlierFailures?: number;
}

/**
 * Accounts whose sign-in was refused, remembered for as long as Thunderbird runs although the event page does not:
 * a wrong password is not tried with every poll.
 */
export interface StopMemory {
  read(accountId: string): Promise<WireError | null>;
  /** `null`: it may go on. */
  write(accountId: string, error: WireError | null): Promise<void>;
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

export interface RequestOptions {
  /** See {@link RunOptions.approvedDeletions}. */
  readonly approvedDeletions?: readonly string[];
  /** See {@link RunOptions.listsAll}. */
  readonly listsAll?: boolean;
  /** Ends the calendar's run. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SyncProgress) => void;
}

const DEFAULT_LIMITS = {
  idleMs: 3 * 60_000,
  wholeMs: 30 * 60_000,
  pushMs: 60_000,
  /** How long work that was ended may take to notice. */
  graceMs: 5_000,
};

/** A run that was asked for and has not begun: later requests join it. */
interface QueuedRun {
  impatient: boolean;
  approvedDeletions: readonly string[] | undefined;
  listsAll: boolean;
  readonly listeners: Set<(progress: SyncProgress) => void>;
  readonly done: Promise<CalendarSyncReport>;
}

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
  /** `null`: known not to be stopped. */
  readonly #stopped = new Map<string, WireError | null>();
  readonly #statuses: AccountStatuses;

  constructor(dependencies: SchedulerDependencies) {
    this.#dependencies = dependencies;
    this.#limits = { ...DEFAULT_LIMITS, ...dependencies.limits };
    this.#statuses = new AccountStatuses(dependencies.readStatuses);
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
    queued.impatient ||= reason === "manual";
    if (options.approvedDeletions !== undefined)
      queued.approvedDeletions = [
        ...(queued.approvedDeletions ?? []),
        ...options.approvedDeletions,
      ];
    queued.listsAll ||= options.listsAll === true;
    if (options.onProgress !== undefined) queued.listeners.add(options.onProgress);
    const { signal } = options;
    const abort = (): void => this.abort(calendarId);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return await queued.done;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /**
   * Sends one resource's pending change now, beside a run if there is one. Never rejects: a change that does not
   * get through stays pending for the next sync. `undefined`: not tried, or no answer.
   */
  async pushSoon(calendarId: string, name: string): Promise<PushOutcome | undefined> {
    const deadline = new RunDeadline({ idleMs: this.#limits.pushMs, wholeMs: this.#limits.pushMs });
    try {
      const work = async (): Promise<PushOutcome | undefined> => {
        const { engine, accountId } = await this.#find(calendarId);
        if ((await this.#stopOf(accountId)) !== null) return undefined;
        const outcome = await engine.push(name, false, deadline.signal);
        this.#tellOfPush(calendarId, outcome);
        if (outcome.kind === "done" && outcome.created) this.#releaseMoves(calendarId);
        return outcome;
      };
      return await deadline.bound(work(), this.#limits.graceMs);
    } catch (error) {
      const outcome = this.#outcomeOf(error, 1);
      if (outcome.stopAccount) await this.#stopAccountOf(calendarId, outcome.error);
      this.#dependencies.onPushFailed?.(calendarId, outcome);
      return undefined;
    } finally {
      deadline.done();
    }
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
    return this.#accounts.run(accountId, async () => {
      outer.signal?.throwIfAborted();
      const deadline = new RunDeadline(this.#limits);
      const { signal } = deadline;
      const end = (): void => deadline.abort(outer.signal?.reason);
      outer.signal?.addEventListener("abort", end, { once: true });
      const onProgress = (progress: SyncProgress): void => {
        deadline.progressed();
        if (!signal.aborted) outer.onProgress?.(progress);
      };
      try {
        return await deadline.bound(work(engine, { signal, onProgress }), this.#limits.graceMs);
      } finally {
        outer.signal?.removeEventListener("abort", end);
        deadline.done();
      }
    });
  }

  #tellOfPush(calendarId: string, outcome: PushOutcome): void {
    const { onPushFailed } = this.#dependencies;
    if (outcome.kind === "held") {
      onPushFailed?.(calendarId, { error: outcome.error, stopAccount: false });
    } else if (outcome.kind === "refused" && outcome.retryAt !== null) {
      const { error, retryAt } = outcome;
      onPushFailed?.(calendarId, { error, retryAt, stopAccount: false });
    }
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
    this.#setStop(accountId, null);
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

  #enqueue(calendarId: string, entry: CalendarEntry): QueuedRun {
    const askedAt = this.#statuses.now();
    const begin = (): QueuedRun => {
      entry.queued = undefined;
      return queued;
    };
    const work = async (): Promise<CalendarSyncReport> => {
      try {
        const calendar = await this.#find(calendarId);
        return await this.#accounts.run(calendar.accountId, () =>
          this.#run(calendarId, entry, calendar.accountId, askedAt, begin()),
        );
      } catch (error) {
        begin();
        return this.#finished(entry, "", emptyReport(calendarId), error);
      }
    };
    // Begins in a later turn, when `queued` is there.
    const queued: QueuedRun = {
      impatient: false,
      approvedDeletions: undefined,
      listsAll: false,
      listeners: new Set(),
      done: Promise.resolve().then(work),
    };
    return queued;
  }

  async #run(
    calendarId: string,
    entry: CalendarEntry,
    accountId: string,
    askedAt: number,
    { impatient, approvedDeletions, listsAll, listeners }: QueuedRun,
  ): Promise<CalendarSyncReport> {
    const { now } = this.#dependencies;
    const stopped = await this.#stopOf(accountId);
    if (stopped !== null && !impatient) {
      const report = emptyReport(calendarId, stopped);
      this.#dependencies.onFinished?.(report, null);
      return report;
    }
    if (entry.resting !== undefined && !impatient && now() < entry.resting.until)
      return emptyReport(calendarId, entry.resting.error);

    const deadline = new RunDeadline(this.#limits);
    entry.running = deadline;
    const onProgress = (progress: SyncProgress): void => {
      deadline.progressed();
      for (const listener of listeners) listener(progress);
    };
    try {
      const work = async (): Promise<RunResult> => {
        const status = await this.#statusOf(accountId, calendarId, askedAt, deadline.signal);
        deadline.progressed();
        // What the account said may have given the calendar another address, or stopped it.
        const { engine } = await this.#find(calendarId);
        const { signal } = deadline;
        const approved = approvedDeletions === undefined ? {} : { approvedDeletions };
        const options = { status, impatient, listsAll, ...approved };
        return engine.run({ ...options, signal, onProgress });
      };
      const result = await deadline.bound(work(), this.#limits.graceMs);
      if (result.created > 0) this.#releaseMoves(calendarId);
      const failure =
        deadline.hasExpired && result.failure !== undefined ? timedOut() : result.failure;
      return this.#finished(entry, accountId, result.report, failure, result.retryAt);
    } catch (error) {
      return this.#finished(entry, accountId, emptyReport(calendarId), error);
    } finally {
      deadline.done();
      entry.running = undefined;
    }
  }

  /** `null` where the account's answer does not help: then the calendar is asked itself. */
  async #statusOf(
    accountId: string,
    calendarId: string,
    askedAt: number,
    signal: AbortSignal,
  ): Promise<CollectionStatus | null> {
    try {
      return await this.#statuses.statusOf(accountId, calendarId, askedAt, signal);
    } catch (error) {
      if (stopsRun(error)) throw error;
      return null;
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
      this.#setStop(accountId, null);
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
    if (outcome.stopAccount) this.#setStop(accountId, outcome.error);
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
    if (calendar !== undefined) this.#setStop(calendar.accountId, error);
  }

  /** Why nothing of the account is tried by itself; `null`: it is. */
  async #stopOf(accountId: string): Promise<WireError | null> {
    const known = this.#stopped.get(accountId);
    if (known !== undefined) return known;
    const stop = (await this.#dependencies.stops?.read(accountId).catch(() => null)) ?? null;
    const newer = this.#stopped.get(accountId);
    if (newer !== undefined) return newer;
    this.#stopped.set(accountId, stop);
    return stop;
  }

  /** What cannot be remembered costs one more try. */
  #setStop(accountId: string, error: WireError | null): void {
    const known = this.#stopped.get(accountId);
    this.#stopped.set(accountId, error);
    if (known === null && error === null) return;
    this.#dependencies.stops?.write(accountId, error).catch(() => {});
  }

  /** A create was confirmed: deletes elsewhere that waited for it go now. */
  #releaseMoves(exceptId: string): void {
    for (const [calendarId, { engine }] of this.#calendars) {
      if (calendarId === exceptId || !engine?.holdsBack) continue;
      const deadline = new RunDeadline({
        idleMs: this.#limits.pushMs,
        wholeMs: this.#limits.pushMs,
      });
      deadline
        .bound(engine.pushAll(deadline.signal), this.#limits.graceMs)
        .catch((error: unknown) => {
          this.#dependencies.onPushFailed?.(calendarId, this.#outcomeOf(error, 1));
        })
        .finally(() => deadline.done());
    }
  }
}

function emptyReport(calendarId: string, error?: WireError): CalendarSyncReport {
  const report: CalendarSyncReport = {
    id: calendarId,
    added: 0,
    updated: 0,
    removed: 0,
    pushed: 0,
    quarantined: 0,
    requests: 0,
    bytes: 0,
    durationMs: 0,
  };
  return error === undefined ? report : { ...report, error };
}
