/** Accounts of which nothing is tried by itself, because their sign-in was refused, until the user signed in anew. */
import type { WireError } from "../../shared/errors.ts";

/**
 * Remembered for as long as Thunderbird runs although the event page does not: a wrong password is not tried with
 * every poll.
 */
export interface StopMemory {
  read(accountId: string): Promise<WireError | null>;
  /** `null`: it may go on. */
  write(accountId: string, error: WireError | null): Promise<void>;
}

export class AccountStops {
  readonly #memory: StopMemory | undefined;
  /** `null`: known not to be stopped. */
  readonly #known = new Map<string, WireError | null>();

  /** @param memory default: what this object remembers */
  constructor(memory: StopMemory | undefined) {
    this.#memory = memory;
  }

  /** Why nothing of the account is tried by itself; `null`: it is. */
  async of(accountId: string): Promise<WireError | null> {
    const known = this.#known.get(accountId);
    if (known !== undefined) return known;
    const stop = (await this.#memory?.read(accountId).catch(() => null)) ?? null;
    const newer = this.#known.get(accountId);
    if (newer !== undefined) return newer;
    this.#known.set(accountId, stop);
    return stop;
  }

  /** What cannot be remembered costs one more try. @param error `null`: it may go on */
  set(accountId: string, error: WireError | null): void {
    const known = this.#known.get(accountId);
    this.#known.set(accountId, error);
    if (known === null && error === null) return;
    this.#memory?.write(accountId, error).catch(() => {});
  }
}
