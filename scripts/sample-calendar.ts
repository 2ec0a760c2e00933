/**
 * A made-up calendar of any size, the same for the same seed: single events, series with overrides, all-day
 * ones, several time zones, alarms, attendees, tasks, long and non-ASCII texts, properties few parsers know.
 * One resource a file, CRLF line ends, folded at 75 octets: what a CalDAV server would hold.
 */

export interface SampleResource {
  /** Resource name within its collection, e.g. `meeting-0001f.ics`. */
  readonly name: string;
  readonly text: string;
}

export interface SampleOptions {
  readonly items: number;
  readonly seed: number;
}

/** Dates lie from two years before to one year after this day. */
const MIDDLE = Date.UTC(2026, 5, 1);
const DAY = 86_400_000;

const SUBJECTS = [
  "Weekly planning",
  "Zahnarzt",
  "Übergabe Schicht Süd",
  "Réunion d'équipe",
  "東京オフィス定例会議",
  "Piano lesson",
  "Budget review",
  "Kita-Elternabend",
  "Rückruf Handwerker",
  "Встреча с поставщиком",
  "Yoga 🧘 in the park",
  "Flight to Lisbon",
  "Code review",
  "Lunch with Zoë",
] as const;
const PLACES = [
  "",
  "",
  "Room 3.14",
  "Café Größenwahn, Hauptstraße 5, 10827 Berlin",
  "https://meet.example.org/r/4711",
  "Salle Étoile; 2e étage",
] as const;
const PEOPLE = [
  ["Ada Lovelace", "ada@example.org"],
  ["Jürgen Groß", "juergen.gross@example.com"],
  ["田中 花子", "hanako@example.jp"],
  ["O'Neil, Pat", "pat@example.net"],
  ["Inès Dupont", "ines@example.fr"],
] as const;
const CATEGORIES = ["Work", "Family", "Health", "Travel", "Büro"] as const;
const NOTES = [
  "",
  "Agenda:\n1. What happened\n2. What is next\n3. Questions; answers, and whatever else comes up in the meantime",
  "Bitte die Unterlagen vom letzten Mal mitbringen: Maße, Entwürfe, Straßenkarte und die Liste der Gäste.",
  "会議の前に資料を読んでおいてください。質問があれば事前に連絡をお願いします。よろしくお願いいたします。",
] as const;
const ZONES = ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "Office Time"] as const;

const ZONE_RULES: Readonly<Record<(typeof ZONES)[number], readonly string[]>> = {
  "Europe/Berlin": [
    ...observance("DAYLIGHT", "+0100", "+0200", "CEST", "19700329T020000", "3;BYDAY=-1SU"),
    ...observance("STANDARD", "+0200", "+0100", "CET", "19701025T030000", "10;BYDAY=-1SU"),
  ],
  "America/New_York": [
    ...observance("DAYLIGHT", "-0500", "-0400", "EDT", "20070311T020000", "3;BYDAY=2SU"),
    ...observance("STANDARD", "-0400", "-0500", "EST", "20071104T020000", "11;BYDAY=1SU"),
  ],
  "Asia/Tokyo": observance("STANDARD", "+0900", "+0900", "JST", "19700101T000000", null),
  // A zone no program knows by name, as some servers write it: only its own rules define it.
  "Office Time": [
    ...observance("STANDARD", "+0200", "+0100", "OST", "16011028T030000", "10;BYDAY=-1SU"),
    ...observance("DAYLIGHT", "+0100", "+0200", "ODT", "16010325T020000", "3;BYDAY=-1SU"),
  ],
};

function observance(
  kind: string,
  from: string,
  to: string,
  name: string,
  start: string,
  month: string | null,
): string[] {
  return [
    `BEGIN:${kind}`,
    `TZOFFSETFROM:${from}`,
    `TZOFFSETTO:${to}`,
    `TZNAME:${name}`,
    `DTSTART:${start}`,
    ...(month ? [`RRULE:FREQ=YEARLY;BYMONTH=${month}`] : []),
    `END:${kind}`,
  ];
}

/** Draws of one calendar, in a fixed order (mulberry32). */
class Draws {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 ≤ x < 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** 0 … below − 1. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

/** @returns `items` resources with distinct names and UIDs */
export function sampleCalendar({ items, seed }: SampleOptions): SampleResource[] {
  const draws = new Draws(seed);
  return Array.from({ length: items }, (_, index) =>
    draws.chance(0.05) ? task(draws, seed, index) : event(draws, seed, index),
  );
}

function identity(draws: Draws, seed: number, index: number): { name: string; uid: string } {
  const number = index.toString(16).padStart(5, "0");
  const random = draws.below(0xffffffff).toString(16).padStart(8, "0");
  const stem = `${random}-${seed.toString(16)}-${number}`;
  // Exchange-like UIDs are longer than a line.
  const long = draws.chance(0.05) ? `040000008200E00074C5B7101A82E008${"0".repeat(60)}` : "";
  return { name: `${stem}.ics`, uid: `${long}${stem}@sample.example` };
}

function event(draws: Draws, seed: number, index: number): SampleResource {
  const { name, uid } = identity(draws, seed, index);
  const day = MIDDLE + (draws.below(1095) - 730) * DAY;
  const allDay = draws.chance(0.12);
  const zone = draws.pick(ZONES);
  const utc = !allDay && draws.chance(0.15);
  const minutes = draws.pick([15, 30, 45, 60, 90, 120, 480]);
  const start = day + (allDay ? 0 : (7 + draws.below(12)) * 3_600_000 + draws.below(4) * 900_000);
  const written = (time: number) =>
    allDay
      ? `;VALUE=DATE:${date(time)}`
      : utc
        ? `:${dateTime(time)}Z`
        : `;TZID=${zone}:${dateTime(time)}`;
  const span = allDay ? DAY * (1 + draws.below(3)) : minutes * 60_000;
  const modified = dateTime(day - draws.below(60) * DAY);
  const subject = `${draws.pick(SUBJECTS)} ${index}`;
  const times = (from: number) => [
    `DTSTART${written(from)}`,
    draws.chance(0.1) && !allDay ? `DURATION:PT${minutes}M` : `DTEND${written(from + span)}`,
  ];
  const common = [
    `UID:${uid}`,
    `DTSTAMP:${modified}Z`,
    `CREATED:${dateTime(day - 90 * DAY)}Z`,
    `LAST-MODIFIED:${modified}Z`,
    `SEQUENCE:${draws.below(4)}`,
    ...details(draws),
  ];
  const recurring = draws.chance(0.28);
  const master = [
    "BEGIN:VEVENT",
    ...common,
    `SUMMARY:${escapeText(subject)}`,
    ...times(start),
    ...(recurring ? recurrence(draws, start, written) : []),
    ...(draws.chance(0.15) ? guests(draws) : []),
    ...(draws.chance(0.3) ? alarm(draws) : []),
    "END:VEVENT",
  ];
  const overrides: string[] = [];
  if (recurring && draws.chance(0.7))
    for (let count = 1 + draws.below(2), week = 1; count > 0; count--, week += 2) {
      const instance = start + week * 7 * DAY;
      overrides.push(
        "BEGIN:VEVENT",
        ...common,
        `RECURRENCE-ID${written(instance)}`,
        `SUMMARY:${escapeText(`${subject} (moved)`)}`,
        ...times(instance + (allDay ? DAY : 3_600_000)),
        "END:VEVENT",
      );
    }
  const zones = allDay || utc ? [] : timezone(zone);
  return { name, text: calendar([...zones, ...master, ...overrides]) };
}

/** All frequencies step by whole weeks or days, so that the instances the overrides name do exist. */
function recurrence(draws: Draws, start: number, written: (time: number) => string): string[] {
  const rule = draws.pick([
    "FREQ=WEEKLY",
    "FREQ=WEEKLY;COUNT=26",
    `FREQ=WEEKLY;UNTIL=${dateTime(start + 200 * DAY)}Z`,
    "FREQ=DAILY;COUNT=60",
  ]);
  // RFC 5545 §3.3.10: UNTIL is a date where DTSTART is one.
  const allDay = written(start).startsWith(";VALUE=DATE");
  const fitting = allDay ? rule.replace(/(UNTIL=\d{8})T\d{6}Z/, "$1") : rule;
  return [`RRULE:${fitting}`, ...(draws.chance(0.3) ? [`EXDATE${written(start + 14 * DAY)}`] : [])];
}

function task(draws: Draws, seed: number, index: number): SampleResource {
  const { name, uid } = identity(draws, seed, index);
  const day = MIDDLE + (draws.below(400) - 200) * DAY;
  const done = draws.chance(0.4);
  const zone = draws.pick(ZONES);
  const dated = draws.chance(0.7);
  return {
    name,
    text: calendar([
      ...(dated ? timezone(zone) : []),
      "BEGIN:VTODO",
      `UID:${uid}`,
      `DTSTAMP:${dateTime(day)}Z`,
      `LAST-MODIFIED:${dateTime(day)}Z`,
      `SUMMARY:${escapeText(`${draws.pick(SUBJECTS)} ${index}`)}`,
      `PRIORITY:${draws.below(10)}`,
      ...details(draws),
      ...(dated ? [`DUE;TZID=${zone}:${dateTime(day + 17 * 3_600_000)}`] : []),
      ...(done
        ? ["STATUS:COMPLETED", `COMPLETED:${dateTime(day + DAY)}Z`, "PERCENT-COMPLETE:100"]
        : ["STATUS:NEEDS-ACTION"]),
      "END:VTODO",
    ]),
  };
}

function details(draws: Draws): string[] {
  const note = draws.pick(NOTES);
  const place = draws.pick(PLACES);
  return [
    ...(note ? [`DESCRIPTION:${escapeText(note)}`] : []),
    ...(place ? [`LOCATION:${escapeText(place)}`] : []),
    ...(draws.chance(0.4) ? [`CATEGORIES:${draws.pick(CATEGORIES)}`] : []),
    ...(draws.chance(0.2) ? ["TRANSP:TRANSPARENT"] : []),
    ...(draws.chance(0.1) ? [`CLASS:${draws.pick(["PRIVATE", "CONFIDENTIAL"])}`] : []),
    ...(draws.chance(0.2)
      ? [`X-SAMPLE-TRACE;X-KIND="a;b,c":kept by who does not know it, number ${draws.below(999)}`]
      : []),
    ...(draws.chance(0.1)
      ? ['X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-TITLE="Park":geo:52.5,13.4']
      : []),
  ];
}

function guests(draws: Draws): string[] {
  const lines = [`ORGANIZER;CN="${PEOPLE[0][0]}":mailto:${PEOPLE[0][1]}`];
  const first = draws.below(PEOPLE.length);
  for (let count = 1 + draws.below(4); count > 0; count--) {
    const [name, address] = PEOPLE[(first + count) % PEOPLE.length] ?? PEOPLE[0];
    const status = draws.pick(["ACCEPTED", "NEEDS-ACTION", "TENTATIVE"]);
    lines.push(
      `ATTENDEE;CN="${name}";PARTSTAT=${status};ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:${address}`,
    );
  }
  return lines;
}

function alarm(draws: Draws): string[] {
  return [
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    `TRIGGER:${draws.pick(["-PT15M", "-PT1H", "-P1D"])}`,
    "DESCRIPTION:Reminder",
    "END:VALARM",
  ];
}

function timezone(zone: (typeof ZONES)[number]): string[] {
  return ["BEGIN:VTIMEZONE", `TZID:${zone}`, ...ZONE_RULES[zone], "END:VTIMEZONE"];
}

function calendar(lines: readonly string[]): string {
  const all = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//CalDAV Keeper//Sample calendar//EN",
    ...lines,
    "END:VCALENDAR",
  ];
  return all.map((line) => `${fold(line)}\r\n`).join("");
}

function fold(line: string): string {
  let folded = "";
  let octets = 0;
  for (const character of line) {
    const width = Buffer.byteLength(character);
    if (octets + width > 75) {
      folded += "\r\n ";
      octets = 1;
    }
    folded += character;
    octets += width;
  }
  return folded;
}

function escapeText(text: string): string {
  return text.replace(/[\\;,]/g, "\\$&").replaceAll("\n", "\\n");
}

function date(time: number): string {
  return new Date(time).toISOString().slice(0, 10).replaceAll("-", "");
}

function dateTime(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, "");
}
