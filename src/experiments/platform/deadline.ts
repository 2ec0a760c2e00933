/** An end for work on a disk that has gone silent. */

/** Timers are passed in: the parent process has them only in a module. */
export interface Timers {
  setTimeout(callback: () => void, ms: number): number;
  clearTimeout(timer: number): void;
}

/** @throws what `onTimeout` makes, when the promise has not settled in time; the work itself goes on */
export function withDeadline<T>(
  promise: Promise<T>,
  ms: number,
  timers: Timers,
  onTimeout: () => Error,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = timers.setTimeout(() => reject(onTimeout()), ms);
    promise.then(resolve, reject).finally(() => timers.clearTimeout(timer));
  });
}
