/**
 * One calendar's synchronization: a run pushes what is pending, brings in what changed, and sends what had to be
 * merged; a single edit can be pushed at any time beside it. Only one run at a time (the scheduler's duty); one
 * operation at a time a resource (the mutex here). Knows no HTTP and no Thunderbird.
 */
import type { CalendarSyncReport } from "../../shared/commands.ts";
import { AppError, toWire, type WireError } from "../../shared/errors.ts";
import { forEachBounded } from "./bounded.ts";
import { KeyedMutex } from "./keyed-mutex.ts";
import { isNoAnswer } from "./outcome.ts";
import type { CollectionStatus, LocalCalendar, RemoteCollection, SyncState } from "./ports.ts";
import { pull } from "./pull.ts";
import { pushResource } from "./push.ts";
import type { PushOutcome } from "./resource-push.ts";
import { SyncCounts, type SyncProgress, type SyncRun } from "./sync-run.ts";
import type { CalendarTexts } from "./texts.ts";

/** Writes under way at a time. */
const PUSH_WIDTH = 4;

export interface CalendarSyncDependencies {
  readonly remote: RemoteCollection;
  readonly local: LocalCalendar;
  readonly texts: CalendarTexts;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  /** Takes a snapshot of the calendar without syncing; false when there is none afterwards. */
  readonly beforeMassRemoval: () => Promise<boolean>;
}

export interface RunOptions {
  /** What the account's PROPFIND said of this calendar just now; `null`: ask. */
  readonly status: CollectionStatus | null;
  /** The user asked: what waits for its time is tried at once. */
  readonly impatient: boolean;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: SyncProgress) => void;
}

export interface RunResult {
  /** `error`: why the run did not finish, else the first thing that waits for the user. */
  readonly report: CalendarSyncReport;
  /** What stopped the run; absent when it came to its end. */
  readonly failure?: unknown;
  /** Edits the server refused; they stay pending. */
  readonly refused: readonly WireError[];
  /** Removals the guard holds back. */
  readonly held: number;
  /** Creates confirmed: a move's other half may go. */
  readonly created: number;
}

export class CalendarSync {
  readonly calendarId: string;
  readonly #dependencies: CalendarSyncDependencies;
  readonly #mutex = new KeyedMutex();

  #holdsBack = false;

  constructor(dependencies: CalendarSyncDependencies) {
    this.#dependencies = dependencies;
    this.calendarId = dependencies.local.calendarId;
  }

  /**
   * Sends what is pending for one resource.
   * @throws AppError when the server gave no usable answer or wants a sign-in; the edit is pending as before
   */
  async push(name: string, impatient: boolean, signal: AbortSignal): Promise<PushOutcome> {
    const outcome = await this.#mutex.run(name, () =>
      pushResource(this.#dependencies, name, impatient, signal),
    );
    if (outcome.kind === "waiting") this.#holdsBack = true;
    return outcome;
  }

  /** True when a change was left waiting, perhaps for the other half of its move. */
  get holdsBack(): boolean {
    return this.#holdsBack;
  }

  /**
   * Sends everything pending, without looking at what changed on the server.
   * @throws AppError as {@link push}
   */
  async pushAll(signal: AbortSignal): Promise<void> {
    const failure = await this.#pushPending({ impatient: false, signal }, () => {});
    if (failure !== undefined) throw failure;
  }

  /** Never throws: a failure is part of the result. */
  async run(options: RunOptions): Promise<RunResult> {
    const { remote, local, now } = this.#dependencies;
    const startedAt = now();
    const counts = new SyncCounts();
    const refused: WireError[] = [];
    let created = 0;
    let state: SyncState | null = null;
    let failure: unknown;
    remote.takeTraffic();
    this.#mutex.forget();
    const count = (outcome: PushOutcome): void => {
      if (outcome.kind === "done") counts.pushed++;
      if (outcome.kind === "done" && outcome.created) created++;
      if (outcome.kind === "refused") refused.push(outcome.error);
    };
    try {
      const pushFailure = await this.#pushPending(options, count);
      state = await local.getState();
      const run: SyncRun = {
        ...this.#dependencies,
        signal: options.signal,
        onProgress: options.onProgress ?? (() => {}),
        mutex: this.#mutex,
        startedAt: this.#mutex.now(),
        counts,
      };
      const wrote = counts.pushed > 0;
      try {
        state = await pull(run, {
          stored: state,
          // Taken before our own writes it would hide what came with them.
          status: wrote ? null : options.status,
          impatient: options.impatient,
        });
      } finally {
        await showWhatArrived(run);
      }
      await forEachBounded(counts.moved, PUSH_WIDTH, async (name) => {
        count(await this.push(name, options.impatient, options.signal));
      });
      failure = pushFailure;
    } catch (error) {
      failure = error;
    }
    const held = state?.heldRemovals.length ?? 0;
    const { requests, bytes } = remote.takeTraffic();
    const error =
      failure === undefined
        ? (refused[0] ?? (held > 0 ? heldBack(held) : undefined))
        : toWire(failure);
    const report: CalendarSyncReport = {
      id: this.calendarId,
      added: counts.added,
      updated: counts.updated,
      removed: counts.removed,
      pushed: counts.pushed,
      quarantined: (state?.unfetched.length ?? 0) + (state?.unreadable.length ?? 0),
      requests,
      bytes,
      durationMs: now() - startedAt,
      ...(error === undefined ? {} : { error }),
    };
    return { report, refused, held, created, ...(failure === undefined ? {} : { failure }) };
  }

  /**
   * Sends everything pending. The server not answering ends the sending but not the run: an item it cannot
   * swallow must not keep others from arriving.
   * @returns why sending ended early
   * @throws AppError of the item store or of sign-in
   */
  async #pushPending(
    options: Omit<RunOptions, "status">,
    count: (outcome: PushOutcome) => void,
  ): Promise<unknown> {
    const { local } = this.#dependencies;
    this.#holdsBack = false;
    const tried = new Set<string>();
    try {
      // A confirmed create releases the delete that is the other half of its move: look again while that happens.
      for (let createdMore = true; createdMore; ) {
        createdMore = false;
        const everything = await local.getPending();
        this.#holdsBack ||= everything.some((change) => change.waiting);
        const pending = everything.filter((change) => !change.waiting && !tried.has(change.name));
        let sent = 0;
        await forEachBounded(pending, PUSH_WIDTH, async ({ name }) => {
          tried.add(name);
          const outcome = await this.push(name, options.impatient, options.signal);
          count(outcome);
          if (outcome.kind === "done" && outcome.created) createdMore = true;
          options.onProgress?.({ done: ++sent, total: pending.length, note: "sending" });
        });
      }
      return undefined;
    } catch (error) {
      if (!isNoAnswer(error) || options.signal.aborted) throw error;
      return error;
    }
  }
}

/** A run that broke off shows what it stored; one that ended has done so with its last batch. */
async function showWhatArrived(run: SyncRun): Promise<void> {
  if (run.counts.changed === 0 || run.counts.shown) return;
  await run.local.batch([], { notify: true });
}

const heldBack = (count: number): WireError =>
  toWire(
    new AppError(
      "conflict",
      `${count} events are missing on the server; they are kept here for now.`,
      {
        hint: "They are removed here once the server confirms it and a backup of them could be made.",
        details: { heldRemovals: count },
      },
    ),
  );
