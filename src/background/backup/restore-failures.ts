/** How a restore names what did not make it. */
import type { RestoreReport } from "../../shared/commands.ts";
import { toWire } from "../../shared/errors.ts";
import type { SelectedCalendar } from "./restore-selection.ts";

export type Failure = RestoreReport["failed"][number];

export function failure(item: string, error: unknown): Failure {
  const { code, message, hint } = toWire(error);
  return { item, code, message: hint === "" ? message : `${message} ${hint}` };
}

export function unreadableFailures(part: SelectedCalendar): Failure[] {
  return part.unreadable.map(({ path, error }) => failure(path, error));
}
