/** Whether what was read back is what was written. */
import { AppError } from "../../shared/errors.ts";
import { changedProperties } from "../../shared/ical/changed-properties.ts";
import type { CalendarWrite } from "./ports.ts";

/**
 * A server may write the same event in other words (RFC 4791 §5.3.4): what counts is that nothing differs.
 * @param text what the calendar holds now; `undefined`: nothing
 */
export function verifyWrite(write: CalendarWrite, text: string | undefined): AppError | undefined {
  if (write.kind === "remove") {
    return text === undefined ? undefined : mismatch("It is still in the calendar.");
  }
  if (text === undefined) return mismatch("It is not in the calendar.");
  if (text === write.text) return undefined;
  const changed = changedProperties(write.text, text);
  return changed.length === 0
    ? undefined
    : mismatch(`The calendar shows other values for ${changed.join(", ")}.`);
}

function mismatch(what: string): AppError {
  return new AppError("restore-incomplete", `Reading it back showed a difference: ${what}`, {
    hint: "It is still whole in the snapshot. Restore it into a folder to have it as a file.",
  });
}
