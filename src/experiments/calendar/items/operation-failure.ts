/** What is said when one of several operations fails. */
import { isAppError } from "../../../shared/errors.ts";
import { errorKind } from "../error-kind.ts";
import { extensionError } from "../extension-error.ts";

/** Which operation failed; `null`: the call has only one. */
export type FailedOperation = number | null;

/**
 * @param taken the indexes of operations before it that could not be taken back
 * @returns an error in words; one that has none passes as it is when it is the only operation's
 */
export function failureOf(
  error: unknown,
  failed: FailedOperation,
  stuck: readonly number[],
): unknown {
  if (failed === null) return error;
  const outcome =
    stuck.length === 0
      ? "Nothing was changed."
      : `What ${stuck.map((index) => `operations[${index}]`).join(", ")} did could not be taken back.`;
  return extensionError(`operations[${failed}]: ${reasonOf(error)} ${outcome}`);
}

function reasonOf(error: unknown): string {
  if (isAppError(error) || error instanceof ExtensionUtils.ExtensionError) return error.message;
  console.error(`An operation of items.batch failed: ${errorKind(error)}`);
  return "An unexpected error occurred.";
}
