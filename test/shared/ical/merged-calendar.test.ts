/** Many resources as one file that other programs import. */
import ICAL from "ical.js";
import { describe, expect, test } from "vitest";
import { mergedCalendar } from "../../../src/shared/ical/merged-calendar.ts";

const zone = (tzid: string, offset: string) => [
  "BEGIN:VTIMEZONE",
  `TZID:${tzid}`,
  "BEGIN:STANDARD",
  "DTSTART:19700101T000000",
  `TZOFFSETFROM:${offset}`,
  `TZOFFSETTO:${offset}`,
  "END:STANDARD",
  "END:VTIMEZONE",
];
const event = (uid: string, ...lines: string[]) => [
  "BEGIN:VEVENT",
  `UID:${uid}`,
  "DTSTAMP:20260101T000000Z",
  ...lines,
  "END:VEVENT",
];
const text = (...parts: string[][]) =>
  [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//test//EN",
    ...parts.flat(),
    "END:VCALENDAR",
    "",
  ].join("\r\n");

function parsed(merged: string) {
  const calendar = new ICAL.Component(ICAL.parse(merged));
  const starts = calendar.getAllSubcomponents("vevent").map((one) => {
    const start = one.getFirstPropertyValue("dtstart") as InstanceType<typeof ICAL.Time>;
    const tzid = one.getFirstProperty("dtstart")?.getParameter("tzid");
    const definition = calendar
      .getAllSubcomponents("vtimezone")
      .find((candidate) => candidate.getFirstPropertyValue("tzid") === tzid);
    if (definition) start.zone = new ICAL.Timezone(definition);
    return [one.getFirstPropertyValue("uid"), start.toJSDate().toISOString()];
  });
  return { zones: calendar.getAllSubcomponents("vtimezone").length, starts };
}

describe("a merged calendar", () => {
  test("defines each time zone once, and keeps every item's lines", () => {
    const start = "DTSTART;TZID=Europe/Berlin:20260101T120000";
    const odd = 'X-ODD;P="a:b":folded over a line that is much longer than any reader would e';
    const { text: merged, merged: count } = mergedCalendar(
      [
        text(zone("Europe/Berlin", "+0100"), event("a", start, `${odd}\r\n xpect`)),
        text(zone("Europe/Berlin", "+0100"), event("b", start)),
      ],
      "Work, and more",
    );
    expect(count).toBe(2);
    expect(parsed(merged).zones).toBe(1);
    expect(merged).toContain(`${odd}\r\n xpect`);
    expect(merged).toContain("X-WR-CALNAME:Work\\, and more");
  });

  test("changes no time where two zones of one name differ", () => {
    const start = "DTSTART;TZID=Custom:20260101T120000";
    const override = ["RECURRENCE-ID;TZID=Custom:20260108T120000", start];
    const { text: merged } = mergedCalendar(
      [
        text(zone("Custom", "+0100"), event("a", start)),
        text(
          zone("Custom", "+0500"),
          event("b", start, "RRULE:FREQ=WEEKLY"),
          event("b", ...override),
        ),
        text(zone("Custom", "+0500"), event("c", start)),
      ],
      "",
    );
    expect(parsed(merged)).toEqual({
      zones: 2,
      starts: [
        ["a", "2026-01-01T11:00:00.000Z"],
        ["b", "2026-01-01T07:00:00.000Z"],
        ["b", "2026-01-01T07:00:00.000Z"],
        ["c", "2026-01-01T07:00:00.000Z"],
      ],
    });
    expect(merged).toContain("RECURRENCE-ID;TZID=Custom (2):20260108T120000");
  });

  test("names what it cannot hold", () => {
    const one = text(event("a", "DTSTART:20260101T120000Z"));
    const other = text(event("a", "DTSTART:20260202T120000Z"));
    const result = mergedCalendar(
      [one, "nonsense", one, other, "BEGIN:VCALENDAR\r\nBEGIN:VEVENT"],
      "",
    );
    expect(result).toMatchObject({ merged: 2, unreadable: [1, 4], repeated: [3] });
    expect(parsed(result.text).starts).toHaveLength(1);
  });

  test("of nothing is a calendar without items", () => {
    expect(mergedCalendar([], "").text).toBe(
      "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//CalDAV Keeper//Export//EN\r\nEND:VCALENDAR\r\n",
    );
  });

  test("gets line ends of one kind, also from texts without a last one", () => {
    const { text: merged } = mergedCalendar(
      [text(event("a", "DTSTART:20260101T120000Z")).replaceAll("\r\n", "\n").trimEnd()],
      "",
    );
    expect(merged.replaceAll("\r\n", "")).not.toContain("\n");
    expect(parsed(merged).starts).toHaveLength(1);
  });
});
