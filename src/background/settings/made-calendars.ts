/** Calendars that restores made: one that was cut short goes on in its own, and in no other that has the same name. */
import * as v from "valibot";
import type { ValueShape } from "./stored-value.ts";

const MadeCalendar = v.object({
  /** The same for the same restore. */
  key: v.string(),
  calendarId: v.string(),
});

export type MadeCalendar = v.InferOutput<typeof MadeCalendar>;

/** Newest first. */
export const madeCalendarsShape: ValueShape<MadeCalendar[]> = {
  key: "madeCalendars",
  schema: v.array(MadeCalendar),
  migrations: [],
  initial: () => [],
};

const REMEMBERED = 100;

export function withMade(known: readonly MadeCalendar[], made: MadeCalendar): MadeCalendar[] {
  return [made, ...known.filter(({ key }) => key !== made.key)].slice(0, REMEMBERED);
}
