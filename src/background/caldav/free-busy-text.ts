/** VFREEBUSY as it is asked and answered (RFC 5545 §3.6.4, RFC 5546 §3.3). Pure. */
import { durationOf, wallTime } from "../../shared/ical/date-value.ts";

export interface FreeBusyQuestion {
  /** Address of the asking user, without `mailto:`. */
  readonly originator: string;
  /** Address of the person who is asked about, without `mailto:`. */
  readonly attendee: string;
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
}

/** Times are milliseconds since the epoch. */
export interface BusyInterval {
  readonly start: number;
  readonly end: number;
  readonly type: "free" | "busy" | "unavailable" | "tentative";
}

const TYPES = new Map<string, BusyInterval["type"]>([
  ["FREE", "free"],
  ["BUSY", "busy"],
  ["BUSY-UNAVAILABLE", "unavailable"],
  ["BUSY-TENTATIVE", "tentative"],
]);

/** More periods than a person can have: the rest is left out. */
const MOST_PERIODS = 5_000;

export function freeBusyRequest(question: FreeBusyQuestion, uid: string, now: number): string {
  const { originator, attendee, start, end } = question;
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//CalDAV Keeper//EN",
    "METHOD:REQUEST",
    "BEGIN:VFREEBUSY",
    `UID:${uid}`,
    `DTSTAMP:${utc(now)}`,
    `ORGANIZER:mailto:${originator}`,
    `ATTENDEE:mailto:${attendee}`,
    `DTSTART:${utc(start)}`,
    `DTEND:${utc(end)}`,
    "END:VFREEBUSY",
    "END:VCALENDAR",
    "",
  ];
  return lines.map((line) => line.replace(/[\r\n]+/g, " ")).join("\r\n");
}

/** The FREEBUSY periods of an answer; what cannot be read is left out. */
export function readFreeBusy(text: string): BusyInterval[] {
  const found: BusyInterval[] = [];
  for (const line of text.replace(/\r?\n[ \t]/g, "").split(/\r?\n/)) {
    const match = /^FREEBUSY((?:;(?:"[^"]*"|[^":])*)?):(.*)$/i.exec(line);
    if (match === null) continue;
    const [, parameters = "", value = ""] = match;
    const named = /;FBTYPE="?([^";:]+)/i.exec(parameters)?.[1]?.toUpperCase();
    // RFC 5545 §3.2.9: without the parameter, and for kinds that are not known, busy.
    const type = TYPES.get(named ?? "BUSY") ?? "busy";
    for (const period of value.split(",")) {
      const times = readPeriod(period.trim());
      if (times !== null && found.length < MOST_PERIODS) found.push({ ...times, type });
    }
  }
  return found;
}

function readPeriod(period: string): { start: number; end: number } | null {
  const [from = "", to = ""] = period.split("/");
  const start = readUtc(from);
  const length = durationOf(to);
  const end = start === null || length === null ? readUtc(to) : start + length;
  return start !== null && end !== null && end > start ? { start, end } : null;
}

/** `null` for anything but a time in UTC, as RFC 5545 §3.8.2.6 demands. */
function readUtc(value: string): number | null {
  return /Z$/i.test(value) ? wallTime(value) : null;
}

function utc(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}
