/**
 * One calendar's synchronization: a run pushes what is pending, brings in what changed, and sends what had to be
 * merged; a single edit can be pushed at any time beside it. Only one run at a time (the scheduler's duty); one
 * operation at a time a resource (the mutex here). Knows no HTTP and no Thunderbird.
 */

import type { CalendarSyncReport, Undone } from "../../shared/commands.ts";
import { toWire, type WireError } from "../../shared/errors.ts";
import { abortable } from "./abortable-calendar.ts";
import { type AuditResult, audit } from "./audit.ts";
import { forEachBounded } from "./bounded.ts";
import { approveDeletions } from "./deletion-approval.ts";
import { discardEdit } from "./discard.ts";
import { heldBack } from "./held-back.ts";
import { type HeldChange, heldChanges } from "./held-changes.ts";
import { KeyedMutex } from "./keyed-mutex.ts";
import {
  type DecisionOptions,
  decideHeld,
  type MassDecision,
  undoMassChange,
} from "./mass-decisions.ts";
import { Outbox, PUSH_WIDTH } from "./outbox.ts";
import type {
  CollectionStatus,
  LocalCalendar,
  MassChangeKind,
  RemoteCollection,
  SyncState,
} from "./ports.ts";
import { pull } from "./pull.ts";
import type { Wait } from "./quiet-deletions.ts";
import type { PushOutcome } from "./resource-push.ts";
import { reportOf } from "./run-report.ts";
import {
  type Accompanied,
  type BeforeMassRemoval,
  SyncCounts,
  type SyncProgress,
  type SyncRun,
} from "./sync-run.ts";
import type { CalendarTexts } from "./texts.ts";

export interface CalendarSyncDependencies {
  readonly remote: RemoteCollection;
  readonly local: LocalCalendar;
  readonly texts: CalendarTexts;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly beforeMassRemoval: BeforeMassRemoval;
  /** Default: the platform's timer. */
  readonly wait?: Wait;
}

export interface RunOptions {
  /** What the account's PROPFIND said of this calendar just now; `null`: ask. */
  readonly status: CollectionStatus | null;
  /** The user asked: what waits for its time is tried at once. */
  readonly impatient: boolean;
  /** The user has agreed beforehand to the deletion of these, however many they are. */
  readonly approvedDeletions?: readonly string[];
  /** Compares everything with the server as {@link CalendarSync.audit} does, even if it says that nothing changed. */
  readonly listsAll?: boolean;
  /** Counted into, for whoever gives the run up before it answers. */
  readonly counts?: SyncCounts;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: SyncProgress) => void;
}

export interface RunResult {
  /** `error`: why the run did not finish, else the first thing that waits for the user. */
  readonly report: CalendarSyncReport;
  /** What stopped the run; absent when it came to its end. */
  readonly failure?: unknown;
  /** When an edit that the server failed to take is worth another try, ms since the epoch. */
  readonly retryAt?: number;
  /** Edits the server refused; they stay pending. */
  readonly refused: readonly WireError[];
  /** Changes the guard holds back, both ways. */
  readonly held: number;
  /** Creates confirmed: a move's other half may go. */
  readonly created: number;
}

export class CalendarSync {
  readonly calendarId: string;
  readonly #dependencies: CalendarSyncDependencies;
  readonly #mutex = new KeyedMutex();
  readonly #outbox: Outbox;

  constructor(dependencies: CalendarSyncDependencies) {
    this.#dependencies = dependencies;
    this.calendarId = dependencies.local.calendarId;
    this.#outbox = new Outbox(dependencies, this.#mutex, dependencies.wait);
  }

  /**
   * Sends what is pending for one resource.
   * @throws AppError when the server gave no usable answer or wants a sign-in; the edit is pending as before
   */
  push(name: string, impatient: boolean, signal: AbortSignal): Promise<PushOutcome> {
    return this.#outbox.push(name, impatient, signal);
  }

  /** The user gives an edit up. @returns false: there was none, or it was edited again meanwhile */
  discard(name: string): Promise<boolean> {
    const { local, texts } = this.#dependencies;
    return this.#mutex.run(name, () => discardEdit(local, texts, name));
  }

  /** What differs between here and the server. @throws AppError as {@link audit} */
  audit(work: Accompanied): Promise<AuditResult> {
    const { remote, local } = this.#dependencies;
    return audit(remote, local, work);
  }

  /** What waits for the user's word; `undefined`: nothing of the kind. */
  async held(kind: MassChangeKind): Promise<HeldChange | undefined> {
    const { local, now } = this.#dependencies;
    return (await heldChanges(local, now())).find((held) => held.kind === kind);
  }

  /** @throws AppError as {@link decideHeld} */
  decide(
    kind: MassChangeKind,
    decision: MassDecision,
    options: DecisionOptions,
    work: Accompanied,
  ): Promise<Undone> {
    return decideHeld(this.#writingWhile(work.signal), kind, decision, options, work);
  }

  /** @throws AppError as {@link undoMassChange} */
  undo(kind: MassChangeKind, at: number, work: Accompanied): Promise<Undone> {
    return undoMassChange(this.#writingWhile(work.signal), kind, at, work);
  }

  /** For work that others wait for: once it has been ended, it writes nothing any more. */
  #writingWhile(signal: AbortSignal): CalendarSyncDependencies {
    return { ...this.#dependencies, local: abortable(this.#dependencies.local, signal) };
  }

  /** True when a change was left waiting, perhaps for the other half of its move. */
  get holdsBack(): boolean {
    return this.#outbox.holdsBack;
  }

  /**
   * Sends everything pending, without looking at what changed on the server.
   * @throws AppError as {@link push}
   */
  pushAll(signal: AbortSignal): Promise<void> {
    return this.#outbox.pushAll(signal);
  }

  /** Never throws: a failure is part of the result. */
  async run(options: RunOptions): Promise<RunResult> {
    const { remote, local, now } = this.#dependencies;
    const startedAt = now();
    const counts = options.counts ?? new SyncCounts();
    const refused: WireError[] = [];
    let created = 0;
    let retryAt: number | undefined;
    let state: SyncState | null = null;
    let failure: unknown;
    remote.takeTraffic();
    this.#mutex.forget();
    const count = (outcome: PushOutcome): void => {
      if (outcome.kind === "done") counts.pushed++;
      if (outcome.kind === "done" && outcome.created) created++;
      if (outcome.kind !== "refused") return;
      refused.push(outcome.error);
      if (outcome.retryAt !== null) retryAt = Math.min(retryAt ?? Infinity, outcome.retryAt);
    };
    try {
      const { approvedDeletions } = options;
      const writing = this.#writingWhile(options.signal);
      if (approvedDeletions !== undefined)
        await approveDeletions(writing, new Set(approvedDeletions));
      const areAllThere = approvedDeletions !== undefined;
      const pushFailure = await this.#outbox.sendPending({ ...options, areAllThere }, count);
      state = await local.getState();
      const run: SyncRun = {
        ...writing,
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
          listsAll: options.listsAll === true,
        });
      } finally {
        await showWhatArrived(local, counts);
      }
      await forEachBounded(counts.moved, PUSH_WIDTH, async (name) => {
        count(await this.push(name, options.impatient, options.signal));
      });
      failure = pushFailure;
    } catch (error) {
      failure = error;
    }
    const removals = state?.heldRemovals.length ?? 0;
    const reversals = state?.heldReversals.length ?? 0;
    const deletions = this.#outbox.heldDeletions;
    const held = removals + reversals + deletions;
    const error =
      failure === undefined
        ? (refused[0] ??
          (held > 0 ? toWire(heldBack({ removals, reversals, deletions })) : undefined))
        : toWire(failure);
    const report = reportOf(this.calendarId, {
      counts,
      state,
      traffic: remote.takeTraffic(),
      durationMs: now() - startedAt,
      error,
    });
    const result = { report, refused, held, created };
    return {
      ...result,
      ...(retryAt === undefined ? {} : { retryAt }),
      ...(failure === undefined ? {} : { failure }),
    };
  }
}

/** A run that broke off shows what it stored; one that ended has done so with its last batch. */
async function showWhatArrived(local: LocalCalendar, counts: SyncCounts): Promise<void> {
  if (counts.changed === 0 || counts.shown) return;
  await local.batch([], { notify: true });
}
