/**
 * How failures reach the caller of an API: only an ExtensionError keeps its words, everything else becomes
 * "An unexpected error occurred". Codes that callers branch on travel as data, not here.
 */
import { type AppError, isAppError } from "../../shared/errors.ts";
import { checkArguments, type Namespace, parametersOf } from "./positional-arguments.ts";

/** An error whose message the calling page gets to read. */
export function extensionError(message: string): Error {
  return new ExtensionUtils.ExtensionError(message);
}

/** Gives errors of ours their words; others pass and are reported as unexpected, with details in the console. */
export async function inWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isAppError(error)) throw extensionError(sentence(error));
    throw error;
  }
}

/** Wraps every function of an API namespace: arguments are checked, and errors told by {@link inWords}. */
export function wordedErrors<T extends Record<string, (...args: never[]) => Promise<unknown>>>(
  functions: T,
  schema: readonly Namespace[],
): T {
  const parameters = parametersOf(schema);
  const wrapped = Object.entries(functions).map(([name, call]) => [
    name,
    (...args: never[]) =>
      inWords(() => {
        checkArguments(parameters.get(name) ?? [], args);
        return call(...args);
      }),
  ]);
  return Object.fromEntries(wrapped) as T;
}

function sentence(error: AppError): string {
  return error.hint === "" ? error.message : `${error.message} ${error.hint}`;
}
