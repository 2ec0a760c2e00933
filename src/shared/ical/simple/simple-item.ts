/**
 * An event or task as plain members: the "simple properties" of the draft calendar API. Names follow JSCalendar
 * (RFC 8984) where it has the idea, values stay those of iCalendar: keywords are its own in lower case, rules its
 * own text. A text without such a property has no such member; only `title`, `categories`, `type` and `id` are
 * always there.
 *
 * Times are ISO 8601 and come in three forms, the form being the meaning: `2026-01-31` is a whole day,
 * `2026-01-31T09:00:00` a local time (in `timeZone`, floating without one), `2026-01-31T08:00:00Z` is in UTC.
 */

export type ItemType = "event" | "task";

export interface SimpleItem {
  /** UID */
  id: string;
  type: ItemType;
  /** SUMMARY */
  title: string;
  description?: string;
  location?: string;
  categories: string[];
  /** STATUS in lower case, e.g. `confirmed`, `needs-action`. */
  status?: string;
  /** CLASS in lower case: `public`, `private`, `confidential`. */
  privacy?: string;
  /** 1 (highest) to 9 (lowest); 0 is undefined. */
  priority?: number;
  /** DTSTART */
  start?: string;
  /** End of an event, exclusive: the day after the last for whole days. From DTEND or DURATION. */
  end?: string;
  /** DUE of a task, or its start and DURATION. */
  due?: string;
  /** Time zone of `start` (of `due` where a task has no start): a TZID or `UTC`; absent for floating and days. */
  timeZone?: string;
  /** Time zone of `end` or `due` where it is another one than `timeZone`. */
  endTimeZone?: string;
  /** True when start (or due) is a day. */
  allDay?: boolean;
  /** When a task was completed, in UTC. */
  completed?: string;
  percentComplete?: number;
  /** Values of RRULE, e.g. `FREQ=WEEKLY;COUNT=3`. */
  recurrenceRules?: string[];
  /** Values of EXRULE. */
  excludedRecurrenceRules?: string[];
  /** RDATE, in the form of `start`; a period is `start/end` or `start/duration`. */
  recurrenceDates?: string[];
  /** EXDATE, in the form of `start`. */
  excludedDates?: string[];
  organizer?: Organizer;
  attendees?: Attendee[];
  alarms?: Alarm[];
  url?: string;
  created?: string;
  /** LAST-MODIFIED, in UTC. */
  updated?: string;
  sequence?: number;
}

export interface Organizer {
  /** An e-mail address, or another URI with its scheme. */
  address: string;
  name?: string;
  sentBy?: string;
  /** LANGUAGE */
  language?: string;
  /** DIR: where more is known of the person. */
  directory?: string;
}

/** Members that RFC 5545 has a default for are always there when read. */
export interface Attendee extends Organizer {
  /** ROLE in lower case; default `req-participant`. */
  role: string;
  /** PARTSTAT in lower case; default `needs-action`. */
  status: string;
  /** CUTYPE in lower case; default `individual`. */
  type: string;
  rsvp: boolean;
  delegatedTo?: string[];
  delegatedFrom?: string[];
  memberOf?: string[];
}

export interface Alarm {
  /** ACTION in lower case: `display`, `audio`, `email`. */
  action: string;
  /** What the alarm counts from; `absolute`: it has a `date` instead of an `offset`. */
  related: "absolute" | "start" | "end";
  /** A duration (RFC 5545 §3.3.6), e.g. `-PT15M`. */
  offset?: string;
  /** In UTC. */
  date?: string;
  description?: string;
  /** SUMMARY: the subject of an e-mail. */
  summary?: string;
  /** Further times the alarm goes off, `repeatInterval` (a duration) apart. */
  repeat?: number;
  repeatInterval?: string;
  /** Addresses an e-mail goes to. */
  attendees?: string[];
  /** ATTACH: URIs, e.g. of a sound. */
  attachments?: string[];
}

/** What shall change: absent members stay, `null` takes the property away. */
export type SimpleChanges = {
  readonly [K in keyof Omit<SimpleItem, "id" | "type">]?: SimpleItem[K] | null;
};
