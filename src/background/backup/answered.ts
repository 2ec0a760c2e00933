/** Calendars that other add-ons and Thunderbird provide may never answer: neither a backup nor its Cancel waits for that. */
import { AppError } from "../../shared/errors.ts";

/** Ten thousand items of one calendar take seconds. */
const PATIENCE_MS = 5 * 60_000;

/**
 * What was asked for, unless it is given up first: the answer is not heard then.
 * @throws AppError "timeout"; the signal's reason
 */
export async function answered<T>(
  asked: Promise<T>,
  signal: AbortSignal,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  signal.throwIfAborted();
  let giveUp: () => void = () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  const given = new Promise<never>((_, reject) => {
    giveUp = () => reject(signal.reason);
    signal.addEventListener("abort", giveUp, { once: true });
    timer = setTimeout(() => reject(silent()), patienceMs);
  });
  try {
    return await Promise.race([asked, given]);
  } finally {
    signal.removeEventListener("abort", giveUp);
    clearTimeout(timer);
  }
}

function silent(): AppError {
  return new AppError("timeout", "The calendar did not answer.", {
    hint: "Nothing in it was changed. See whether Thunderbird shows its events, then try again.",
    retry: "later",
  });
}
