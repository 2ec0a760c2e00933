/** How a restore names what did not make it. */
import type { RestoreReport } from "../../shared/commands.ts";
import { toWire } from "../../shared/errors.ts";
import { scanColumns } from "../../shared/ical/scan.ts";
import type { SelectedCalendar } from "./restore-selection.ts";

export type Failure = RestoreReport["failed"][number];

/** @param text of the item, where it is at hand: its title is what a person knows it by */
export function failure(item: string, error: unknown, text?: string): Failure {
  const { code, message, hint } = toWire(error);
  const said = { item, code, message: hint === "" ? message : `${message} ${hint}` };
  if (text === undefined) return said;
  const { summary, start, startValue } = scanColumns(text);
  return { ...said, about: { summary, start, startValue } };
}

export function unreadableFailures(part: SelectedCalendar): Failure[] {
  return part.unreadable.map(({ path, error }) => failure(path, error));
}
