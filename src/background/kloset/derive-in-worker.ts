/** Derives a key on a thread of its own, with progress; cancelling ends the thread. */
import { AppError } from "../../shared/errors.ts";
import type { KeyDerivation } from "./key-derivation.ts";
import type { KeyReport, KeyTask } from "./key-worker.ts";
import { throwIfAborted } from "./pace.ts";

export interface DeriveOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told the part that is done, from 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

/** @throws AppError "aborted"; "unsupported" where the computer cannot do it */
export type Derive = (
  passphrase: Uint8Array,
  how: KeyDerivation,
  options: DeriveOptions,
) => Promise<Uint8Array>;

/** The part of `Worker` that is used. */
export type KeyThread = Pick<Worker, "onmessage" | "onerror" | "postMessage" | "terminate">;

/** @param start begins key-worker.ts */
export function deriveInWorker(start: () => KeyThread): Derive {
  return async (passphrase, how, { signal, onProgress }) => {
    throwIfAborted(signal);
    const thread = start();
    let onAbort = () => {};
    try {
      return await new Promise<Uint8Array>((resolve, reject) => {
        onAbort = () => reject(aborted());
        signal?.addEventListener("abort", onAbort);
        thread.onerror = (event) => {
          event.preventDefault();
          reject(notComputed("worker"));
        };
        thread.onmessage = ({ data }: MessageEvent<KeyReport>) => {
          if ("done" in data) onProgress?.(data.done);
          else if ("key" in data) resolve(data.key);
          else reject(notComputed(data.failure));
        };
        const task: KeyTask = { passphrase, how };
        thread.postMessage(task);
      });
    } finally {
      signal?.removeEventListener("abort", onAbort);
      thread.terminate();
    }
  };
}

function aborted(): AppError {
  return new AppError("aborted", "The unlocking of the backup store was cancelled.", {
    hint: "Nothing was changed.",
    retry: "later",
  });
}

function notComputed(kind: string): AppError {
  return new AppError("unsupported", "The key of the backup store could not be computed.", {
    hint: "Nothing was changed. It takes some hundred megabytes of free memory: close other programs and try again.",
    retry: "later",
    details: { kind },
  });
}
