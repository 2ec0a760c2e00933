/** What is remembered of reminders that the last complete backup is old. */
import * as v from "valibot";
import type { ValueShape } from "./stored-value.ts";

const StoredReminder = v.object({
  /** Milliseconds since the epoch: since when there are calendars that no backup holds. */
  since: v.nullable(v.number()),
  /** The backup (its time, or `since`) whose age was told: nobody is reminded of it again. */
  told: v.nullable(v.number()),
});

export type StoredReminder = v.InferOutput<typeof StoredReminder>;

export const reminderShape: ValueShape<StoredReminder> = {
  key: "backupReminder",
  schema: StoredReminder,
  migrations: [],
  initial: () => ({ since: null, told: null }),
};
