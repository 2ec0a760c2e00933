/**
 * The deadline of a run: it may take long as long as it gets on. Ends it when nothing moved for a while, when it
 * lasted too long altogether, or when somebody says so.
 */
import { AppError } from "../../shared/errors.ts";
import type { Accompanied, SyncProgress } from "./sync-run.ts";

export interface DeadlineLimits {
  /** Longest time without progress. */
  readonly idleMs: number;
  readonly wholeMs: number;
}

export class RunDeadline {
  readonly #controller = new AbortController();
  readonly #limits: DeadlineLimits;
  readonly #whole: ReturnType<typeof setTimeout>;
  #idle: ReturnType<typeof setTimeout>;
  /** Why the run was ended; absent while it goes on, and when the user ended it. */
  #expired = false;

  constructor(limits: DeadlineLimits) {
    this.#limits = limits;
    this.#whole = setTimeout(() => this.#expire(), limits.wholeMs);
    this.#idle = setTimeout(() => this.#expire(), limits.idleMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get hasExpired(): boolean {
    return this.#expired;
  }

  progressed(): void {
    clearTimeout(this.#idle);
    if (this.signal.aborted) return;
    this.#idle = setTimeout(() => this.#expire(), this.#limits.idleMs);
  }

  /** @param reason what the work then throws; default: AppError "aborted" */
  abort(reason: unknown = aborted()): void {
    this.#controller.abort(reason);
  }

  /** No timer is left afterwards. */
  done(): void {
    clearTimeout(this.#idle);
    clearTimeout(this.#whole);
  }

  /**
   * The work's result, or an error soon after the end even if the work does not listen to the signal.
   * @throws AppError "timeout" or "aborted"
   */
  async bound<T>(work: Promise<T>, graceMs: number): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ended = new Promise<never>((_, reject) => {
      const giveUp = (): void => {
        timer = setTimeout(() => reject(this.signal.reason), graceMs);
      };
      if (this.signal.aborted) giveUp();
      else this.signal.addEventListener("abort", giveUp, { once: true });
    });
    try {
      return await Promise.race([work, ended]);
    } finally {
      clearTimeout(timer);
    }
  }

  #expire(): void {
    this.#expired = true;
    this.#controller.abort(timedOut());
  }
}

/**
 * Does work that may take long as long as it tells its progress.
 * @param outer who asked for it: may end it, and is told of its progress
 * @throws what `work` throws; AppError "timeout"; the reason of the outer signal
 */
export async function withDeadline<T>(
  limits: DeadlineLimits & { readonly graceMs: number },
  work: (accompanied: Accompanied) => Promise<T>,
  outer: Partial<Accompanied>,
): Promise<T> {
  outer.signal?.throwIfAborted();
  const deadline = new RunDeadline(limits);
  const { signal } = deadline;
  const end = (): void => deadline.abort(outer.signal?.reason);
  outer.signal?.addEventListener("abort", end, { once: true });
  const onProgress = (progress: SyncProgress): void => {
    deadline.progressed();
    if (!signal.aborted) outer.onProgress?.(progress);
  };
  try {
    return await deadline.bound(work({ signal, onProgress }), limits.graceMs);
  } finally {
    outer.signal?.removeEventListener("abort", end);
    deadline.done();
  }
}

export const timedOut = (): AppError =>
  new AppError("timeout", "The sync took too long and was stopped.", {
    hint: "What arrived is kept, your changes wait. It goes on from there next time.",
    retry: "later",
  });

const aborted = (): AppError =>
  new AppError("aborted", "The sync was stopped.", {
    hint: "What arrived is kept, your changes wait. It goes on from there next time.",
    retry: "later",
  });
