/**
 * What the user chose for single calendars, and what servers said of invitations: of an account once a day, of a
 * calendar with each poll. The interval of polls is Thunderbird's own property of a calendar and not here.
 */
import * as v from "valibot";
import type { ValueShape } from "./stored-value.ts";

const CalendarChoices = v.object({
  invitations: v.exactOptional(v.picklist(["auto", "mail", "none"])),
  alarms: v.exactOptional(v.picklist(["auto", "local", "server"])),
});

/** By Thunderbird's calendar id; without an entry everything is "auto". */
export type CalendarChoices = Record<string, v.InferOutput<typeof CalendarChoices>>;

export const calendarChoicesShape: ValueShape<CalendarChoices> = {
  key: "calendarChoices",
  schema: v.record(v.string(), CalendarChoices),
  migrations: [],
  initial: () => ({}),
};

const AccountScheduling = v.object({
  /** When the server was asked last, ms since the epoch. */
  checkedAt: v.number(),
  /** Of whom it was asked. */
  principal: v.string(),
  /** The server sends invitations and answers by itself (RFC 6638 §2). */
  autoSchedule: v.boolean(),
  /** The user's addresses, `mailto:` ones only, without it, the preferred one first. */
  addresses: v.array(v.string()),
  /** Where free and busy times are asked for (RFC 6638 §2.1); `null`: nowhere. */
  outbox: v.nullable(v.string()),
});

const CalendarFacts = v.object({ shared: v.boolean(), minimumRefreshMinutes: v.number() });

const StoredScheduling = v.object({
  /** By account id. */
  accounts: v.record(v.string(), AccountScheduling),
  /** By Thunderbird's calendar id. */
  calendars: v.record(v.string(), CalendarFacts),
});

export type AccountScheduling = v.InferOutput<typeof AccountScheduling>;
export type CalendarFacts = v.InferOutput<typeof CalendarFacts>;
export type StoredScheduling = v.InferOutput<typeof StoredScheduling>;

export const schedulingShape: ValueShape<StoredScheduling> = {
  key: "scheduling",
  schema: StoredScheduling,
  migrations: [],
  initial: () => ({ accounts: {}, calendars: {} }),
};
