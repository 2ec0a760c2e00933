/** Checks of attendees, alarms and recurrence rules as callers give them. */

import {
  type Check,
  duration,
  flag,
  integer,
  keyword,
  listOf,
  type Members,
  membersOf,
  oneOf,
  optional,
  refused,
  text,
  uri,
  utcTime,
  word,
  wrong,
} from "./checks.ts";
import { fromIso, toIso } from "./iso-time.ts";
import { known } from "./people.ts";
import type { Alarm, Attendee, Organizer } from "./simple-item.ts";
import { plainAddress } from "./values.ts";

const address: Check<string> = (value, name) => {
  const found = plainAddress(word(value, name));
  if (found === "" || /[\s"]/.test(found)) throw wrong(name, value, "an address");
  return found;
};

const PERSON = ["address", "name", "sentBy", "language", "directory"];
const ATTENDEE = [
  ...PERSON,
  "role",
  "status",
  "type",
  "rsvp",
  "delegatedTo",
  "delegatedFrom",
  "memberOf",
];

export const organizer: Check<Organizer> = (value, name) =>
  person(membersOf(value, name, PERSON), name);

export const attendee: Check<Attendee> = (value, name) => {
  const members = membersOf(value, name, ATTENDEE);
  const addresses = (member: string) => {
    const list = optional(members, member, listOf(address), name);
    return list?.length === 0 ? undefined : list;
  };
  return {
    ...person(members, name),
    role: optional(members, "role", keyword, name) ?? "req-participant",
    status: optional(members, "status", keyword, name) ?? "needs-action",
    type: optional(members, "type", keyword, name) ?? "individual",
    rsvp: optional(members, "rsvp", flag, name) ?? false,
    ...known({
      delegatedTo: addresses("delegatedTo"),
      delegatedFrom: addresses("delegatedFrom"),
      memberOf: addresses("memberOf"),
    }),
  };
};

/** A list in which nobody is named twice. */
export const attendees: Check<Attendee[]> = (value, name, shown) => {
  const list = listOf(attendee)(value, name, shown);
  const seen = new Set<string>();
  for (const [index, each] of list.entries()) {
    const key = each.address.toLowerCase();
    if (seen.has(key)) throw refused(`${name}[${index}]`, "the address is in the list already.");
    seen.add(key);
  }
  return list;
};

function person(members: Members, name: string): Organizer {
  const { address: given } = members;
  return {
    address: address(given, `${name}.address`),
    ...known({
      name: optional(members, "name", text, name) || undefined,
      sentBy: optional(members, "sentBy", address, name),
      language: optional(members, "language", word, name),
      directory: optional(members, "directory", uri, name),
    }),
  };
}

const ALARM = [
  "itemId",
  "action",
  "related",
  "offset",
  "date",
  "description",
  "summary",
  "repeat",
  "repeatInterval",
  "attendees",
  "attachments",
];

export const alarm: Check<Alarm> = (value, name) => {
  const members = membersOf(value, name, ALARM);
  const repeat = optional(members, "repeat", integer(0, 1_000_000), name);
  const repeatInterval = optional(members, "repeatInterval", duration, name);
  if ((repeat ?? 0) > 0 && repeatInterval === undefined) {
    throw refused(`${name}.repeatInterval`, "is missing: repeat needs it.");
  }
  return {
    action: optional(members, "action", keyword, name) ?? "display",
    ...trigger(members, name),
    ...known({
      description: optional(members, "description", text, name) || undefined,
      summary: optional(members, "summary", text, name) || undefined,
      repeat,
      repeatInterval,
      attendees: optional(members, "attendees", listOf(address), name),
      attachments: optional(members, "attachments", listOf(uri), name),
    }),
  };
};

function trigger(members: Members, name: string): Pick<Alarm, "related" | "offset" | "date"> {
  const date = optional(members, "date", utcTime, name);
  const offset = optional(members, "offset", duration, name);
  const asked = optional(members, "related", oneOf(["absolute", "start", "end"]), name);
  const related = asked ?? (date === undefined ? "start" : "absolute");
  if (related === "absolute") {
    if (date === undefined) throw refused(`${name}.date`, "is missing: the alarm is absolute.");
    if (offset !== undefined) throw refused(`${name}.offset`, "an absolute alarm has a date only.");
    return { related, date };
  }
  if (offset === undefined) throw refused(`${name}.offset`, "is missing, and so is date.");
  if (date !== undefined) throw refused(`${name}.date`, "only an absolute alarm has a date.");
  return { related: related === "end" ? "end" : "start", offset };
}

const FREQUENCIES = ["SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"];

/** RFC 5545 §3.3.10, as far as a reader depends on it. */
export const rule: Check<string> = (value, name) => {
  const failure = () => wrong(name, value, "a recurrence rule (FREQ=WEEKLY;COUNT=3)");
  if (typeof value !== "string") throw failure();
  const written = value.trim().toUpperCase();
  const parts = new Map<string, string>();
  for (const part of written.split(";")) {
    const [, key = "", content = ""] = /^([A-Z-]+)=([A-Z0-9,+:_-]+)$/.exec(part) ?? [];
    if (key === "" || parts.has(key)) throw failure();
    parts.set(key, content);
  }
  if (!FREQUENCIES.includes(parts.get("FREQ") ?? "")) throw failure();
  for (const key of ["COUNT", "INTERVAL"])
    if (!/^0*[1-9]\d*$/.test(parts.get(key) ?? "1")) throw failure();
  const until = parts.get("UNTIL");
  if (until !== undefined && (fromIso(until) !== until || parts.has("COUNT"))) throw failure();
  return written;
};

/** A date of a series; with a period, its end or duration. */
export const seriesTime: Check<string> = (value, name) => {
  const failure = () => wrong(name, value, "a day, a time or a period (start/end, start/duration)");
  if (typeof value !== "string") throw failure();
  const [first = "", second, ...more] = value.split("/");
  const start = fromIso(first);
  if (start === null || more.length > 0) throw failure();
  if (second === undefined) return toIso(start);
  const end = fromIso(second);
  if (end === null) return `${toIso(start)}/${duration(second, name)}`;
  return `${toIso(start)}/${toIso(end)}`;
};
