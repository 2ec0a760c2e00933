/**
 * One derivation for everybody who needs the same key at the same time: it takes seconds and hundreds of megabytes.
 * It ends early when all of them have given up.
 */
import type { Derive } from "../kloset/derive-in-worker.ts";
import type { KeyDerivation } from "../kloset/key-derivation.ts";

interface Running {
  readonly key: Promise<Uint8Array>;
  readonly controller: AbortController;
  readonly listeners: Set<(done: number) => void>;
  waiting: number;
}

export class SharedDerivations {
  readonly #derive: Derive;
  readonly #running = new Map<string, Running>();

  constructor(derive: Derive) {
    this.#derive = derive;
  }

  /** @throws AppError "aborted", and those of {@link Derive} */
  async derive(
    passphrase: string,
    how: KeyDerivation,
    signal: AbortSignal | undefined,
    onProgress: (done: number) => void,
  ): Promise<Uint8Array> {
    signal?.throwIfAborted();
    const name = JSON.stringify([passphrase, { ...how, salt: [...how.salt] }]);
    const running = this.#running.get(name) ?? this.#start(name, passphrase, how);
    running.waiting++;
    running.listeners.add(onProgress);
    let giveUp = () => {};
    const givenUp = new Promise<never>((_resolve, reject) => {
      giveUp = () => reject(signal?.reason);
      signal?.addEventListener("abort", giveUp);
      if (signal?.aborted) giveUp();
    });
    try {
      return await Promise.race([running.key, givenUp]);
    } finally {
      signal?.removeEventListener("abort", giveUp);
      running.listeners.delete(onProgress);
      running.waiting--;
      if (running.waiting === 0) running.controller.abort();
    }
  }

  #start(name: string, passphrase: string, how: KeyDerivation): Running {
    const controller = new AbortController();
    const listeners = new Set<(done: number) => void>();
    const key = this.#derive(new TextEncoder().encode(passphrase), how, {
      signal: controller.signal,
      onProgress: (done) => {
        for (const listener of listeners) listener(done);
      },
    });
    const running = { key, controller, listeners, waiting: 0 };
    this.#running.set(name, running);
    // By now there may be another one of that name: begun after everybody gave this one up.
    const forget = () => {
      if (this.#running.get(name) === running) this.#running.delete(name);
    };
    key.then(forget, forget);
    controller.signal.addEventListener("abort", forget);
    return running;
  }
}
