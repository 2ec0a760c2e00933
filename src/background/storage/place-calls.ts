/** Calls to a disk that may have stopped answering: told after a while, and given up when the work is cancelled. */

export interface PlaceWork {
  readonly signal?: AbortSignal;
  /** Told once nothing has answered for a while, and when something does again. */
  readonly onSilent?: ((silent: boolean) => void) | undefined;
}

const SILENT_MS = 5000;
/** After Cancel: a disk that answers is to be left tidy. */
const GRACE_MS = 2000;

export class PlaceCalls {
  readonly #work: PlaceWork;
  #silent = 0;

  constructor(work: PlaceWork) {
    this.#work = work;
  }

  /** @throws the signal's reason where no answer comes soon after the work was cancelled; the call itself may still be carried out */
  answer<T>(call: Promise<T>): Promise<T> {
    const { signal } = this.#work;
    return new Promise((resolve, reject) => {
      let said = false;
      let grace: ReturnType<typeof setTimeout> | undefined;
      const silence = setTimeout(() => {
        said = true;
        this.#count(1);
      }, SILENT_MS);
      const giveUp = () => {
        grace ??= setTimeout(() => settle(() => reject(signal?.reason)), GRACE_MS);
      };
      const settle = (end: () => void) => {
        clearTimeout(silence);
        clearTimeout(grace);
        signal?.removeEventListener("abort", giveUp);
        if (said) this.#count(-1);
        said = false;
        end();
      };
      if (signal?.aborted) giveUp();
      else signal?.addEventListener("abort", giveUp);
      call.then(
        (value) => settle(() => resolve(value)),
        (error) => settle(() => reject(error)),
      );
    });
  }

  #count(change: number): void {
    const before = this.#silent > 0;
    this.#silent += change;
    if (this.#silent > 0 !== before) this.#work.onSilent?.(this.#silent > 0);
  }
}
