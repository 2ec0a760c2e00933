/** The refusals of calendars in words. */
import { isAppError } from "../../../shared/errors.ts";
import { extensionError } from "../extension-error.ts";

/** Calendars reject with result codes, which would reach the page as an unexpected error. */
export async function refusalInWords<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw inWords(error);
  }
}

function inWords(error: unknown): unknown {
  if (isAppError(error) || error instanceof ExtensionUtils.ExtensionError) return error;
  const code = resultOf(error);
  switch (code) {
    case Ci.calIErrors.DUPLICATE_ID:
      return extensionError("The calendar has an item with this id already.");
    case Ci.calIErrors.CAL_IS_READONLY:
      return extensionError("The calendar is read-only.");
    default:
      // Messages of calendars may hold event text.
      return extensionError(`The calendar refused the change (${nameOf(error, code)}).`);
  }
}

/** Thunderbird throws both exceptions with a result and bare result codes. */
function resultOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "result" in error ? error.result : error;
}

function nameOf(error: unknown, code: unknown): string {
  if (typeof code === "number") return `0x${code.toString(16)}`;
  return error instanceof Error ? error.name : typeof error;
}
