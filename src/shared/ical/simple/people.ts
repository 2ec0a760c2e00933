/** ATTENDEE and ORGANIZER (RFC 5545 §3.8.4.1, §3.8.4.3) as objects. */
import type { ContentLine } from "../content-line.ts";
import { lineValue } from "../content-line.ts";
import type { Attendee, Organizer } from "./simple-item.ts";
import { addressListOf, parameterOf, plainAddress } from "./values.ts";

export function readOrganizer(line: ContentLine): Organizer {
  const sentBy = parameterOf(line, "SENT-BY");
  return {
    address: plainAddress(lineValue(line)),
    ...known({
      name: parameterOf(line, "CN"),
      sentBy: sentBy === undefined ? undefined : plainAddress(sentBy),
      language: parameterOf(line, "LANGUAGE"),
      directory: parameterOf(line, "DIR"),
    }),
  };
}

export function readAttendee(line: ContentLine): Attendee {
  return {
    ...readOrganizer(line),
    role: keyword(line, "ROLE", "req-participant"),
    status: keyword(line, "PARTSTAT", "needs-action"),
    type: keyword(line, "CUTYPE", "individual"),
    rsvp: keyword(line, "RSVP", "false") === "true",
    ...known({
      delegatedTo: addressListOf(line, "DELEGATED-TO"),
      delegatedFrom: addressListOf(line, "DELEGATED-FROM"),
      memberOf: addressListOf(line, "MEMBER"),
    }),
  };
}

function keyword(line: ContentLine, name: string, standard: string): string {
  return parameterOf(line, name)?.toLowerCase() ?? standard;
}

/** The members that are there. */
export function known<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
