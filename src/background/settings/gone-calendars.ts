/** What calendars were called that are gone: the item store keeps their texts by id alone. */
import * as v from "valibot";
import type { ValueShape } from "./stored-value.ts";

const GoneCalendar = v.object({
  /** The id that Thunderbird had for it. */
  id: v.string(),
  name: v.string(),
  /** Of the collection on the server. */
  url: v.string(),
  /** `user@host`. */
  account: v.string(),
});

export type GoneCalendar = v.InferOutput<typeof GoneCalendar>;

/** Newest first. */
export const goneCalendarsShape: ValueShape<GoneCalendar[]> = {
  key: "goneCalendars",
  schema: v.array(GoneCalendar),
  migrations: [],
  initial: () => [],
};
