/**
 * Long work under way: registered with an id, kept awake (an event page is stopped after seconds of "idle"
 * work), its progress told to open pages, cancellable. What excludes each other is refused here.
 */
import type { BackgroundEvent, Operation } from "../../shared/commands.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import type { Work } from "./ports.ts";

export interface OperationsDependencies {
  readonly platform: Pick<typeof messenger.platform, "holdAwake" | "releaseAwake">;
  readonly broadcast: (event: BackgroundEvent) => void;
  readonly newId: () => string;
  readonly now: () => number;
}

export interface OperationOptions {
  /** Two operations with the same value never run at the same time: the second is refused as "busy". */
  readonly exclusive?: string;
  /** As in {@link Operation}. */
  readonly subject?: string;
  /** Told every step, unthrottled, e.g. for the toolbar button. */
  readonly onProgress?: (progress: { done: number; total: number; note: string }) => void;
}

interface Running {
  operation: Operation;
  readonly exclusive: string | undefined;
  readonly controller: AbortController;
  /** A disk that it needs does not answer. */
  silent: boolean;
  told: number;
}

/** Pages are told at most this often about one operation. */
const BROADCAST_INTERVAL_MS = 200;

export class Operations {
  readonly #deps: OperationsDependencies;
  readonly #running = new Map<string, Running>();

  constructor(dependencies: OperationsDependencies) {
    this.#deps = dependencies;
  }

  /**
   * @param name the command, as shown in `operations.list`
   * @throws AppError "busy" naming the running operation in `details.running`; whatever `work` throws
   */
  async run<T>(
    name: string,
    work: (work: Work) => Promise<T>,
    options: OperationOptions = {},
  ): Promise<T> {
    const { broadcast, newId, now } = this.#deps;
    this.#refuseIfExcluded(options.exclusive);
    const running: Running = {
      operation: {
        id: newId(),
        operation: name,
        done: 0,
        total: 0,
        note: "",
        ...(options.subject === undefined ? {} : { subject: options.subject }),
      },
      exclusive: options.exclusive,
      controller: new AbortController(),
      silent: false,
      told: now(),
    };
    const { id } = running.operation;
    this.#running.set(id, running);
    const tell = () => broadcast({ event: "progress", ...shown(running) });
    tell();

    let ok = false;
    try {
      const value = await this.#awake(name, () => {
        running.controller.signal.throwIfAborted();
        return work({
          signal: running.controller.signal,
          onProgress: (progress) => {
            running.operation = { ...running.operation, ...progress };
            options.onProgress?.(progress);
            if (now() - running.told < BROADCAST_INTERVAL_MS) return;
            running.told = now();
            tell();
          },
          onSilent: (silent) => {
            // An opened store that is kept outlives the work that opened it.
            if (!this.#running.has(id)) return;
            running.silent = silent;
            tell();
          },
        });
      });
      ok = true;
      return value;
    } catch (error) {
      if (running.controller.signal.aborted && !isAppError(error)) throw cancelledError();
      throw error;
    } finally {
      this.#running.delete(id);
      broadcast({ event: "finished", operation: name, id, ok });
    }
  }

  /** Work that ends soon: kept awake, but neither listed nor cancellable. */
  brief<T>(reason: string, work: (work: Work) => Promise<T>): Promise<T> {
    const { signal } = new AbortController();
    return this.#awake(reason, () => work({ signal, onProgress: () => {} }));
  }

  list(): Operation[] {
    return [...this.#running.values()].map(shown);
  }

  /** @returns false when it is not running (any more) */
  cancel(id: string): boolean {
    const running = this.#running.get(id);
    running?.controller.abort(cancelledError());
    return running !== undefined;
  }

  #refuseIfExcluded(exclusive: string | undefined): void {
    if (exclusive === undefined) return;
    const other = [...this.#running.values()].find((running) => running.exclusive === exclusive);
    if (!other) return;
    throw new AppError("busy", "Other work with the backups is still running.", {
      hint: "Wait until it is finished, or cancel it, and try again.",
      retry: "later",
      details: { running: other.operation.operation, id: other.operation.id },
    });
  }

  /** A lease that cannot be had does not stop the work: it may still end in time. */
  async #awake<T>(reason: string, work: () => Promise<T>): Promise<T> {
    const { platform } = this.#deps;
    const lease = await platform.holdAwake(reason).catch(() => null);
    try {
      return await work();
    } finally {
      if (lease !== null) await platform.releaseAwake(lease).catch(() => {});
    }
  }
}

/** Whatever the work was busy with, that is what it waits for now. */
function shown({ operation, silent }: Running): Operation {
  return silent ? { ...operation, note: "waitingForDisk" } : operation;
}

function cancelledError(): AppError {
  return new AppError("aborted", "Cancelled.", {
    hint: "Nothing was lost; what was finished before is kept.",
    retry: "after-user",
  });
}
