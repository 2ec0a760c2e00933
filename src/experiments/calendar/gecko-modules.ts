/**
 * Thunderbird's modules that this folder uses, imported at the first use: at start-up nothing of the calendar
 * may be loaded before Thunderbird does it itself.
 */

let calModule: Cal | undefined;

/** Thunderbird's calendar utilities. */
export function calendarUtils(): Cal {
  calModule ??= ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs").cal;
  return calModule;
}

/** Milliseconds of a clock that only goes forward; its place differs between Thunderbird's versions. */
export function monotonicNow(): number {
  return ChromeUtils.now?.() ?? Cu.now?.() ?? Date.now();
}

/** A turn of the main thread for everybody else: the way a long loop stays invisible. */
export function yieldToMainThread(): Promise<void> {
  return new Promise((resolve) => Services.tm.dispatchToMainThread(resolve));
}

const waiting: (() => void)[] = [];

/**
 * A turn of the main thread, after everybody else's, in which none of the other loops that wait here has one: several of
 * them side by side take no longer turns than one alone.
 */
export function ownTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) dispatchTurn();
  });
}

function giveTurn(): void {
  const [next] = waiting;
  next?.();
  // What it does in its turn comes before the next event.
  waiting.shift();
  if (waiting.length > 0) dispatchTurn();
}

function dispatchTurn(): void {
  try {
    Services.tm.dispatchToMainThread(giveTurn);
  } catch {
    // Thunderbird is shutting down and takes no more events: whoever waits goes on, and ends.
    for (const resolve of waiting.splice(0)) resolve();
  }
}

export interface Deadline {
  /** Rejects when the time is over; never resolves. */
  readonly expired: Promise<never>;
  clear(): void;
}

/** A promise that rejects after `ms` milliseconds with the given error. */
export function deadline(ms: number, error: () => Error): Deadline {
  const { setTimeout, clearTimeout } = ChromeUtils.importESModule(
    "resource://gre/modules/Timer.sys.mjs",
  );
  let timer = 0;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(error()), ms);
  });
  expired.catch(() => {
    // Nobody may be racing against it any more.
  });
  return { expired, clear: () => clearTimeout(timer) };
}
