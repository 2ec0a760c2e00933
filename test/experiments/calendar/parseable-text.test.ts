import { describe, expect, test } from "vitest";
import {
  firstInstanceOnly,
  toParseableText,
  type ZoneKnowledge,
} from "../../../src/experiments/calendar/parseable-text.ts";

const zones = (agrees = true): ZoneKnowledge => ({
  knows: (tzid) =>
    ["Europe/Berlin", "America/New_York", "America/Argentina/Buenos_Aires"].includes(tzid),
  agrees: () => agrees,
});

const vtimezone = (tzid: string) => `BEGIN:VTIMEZONE
TZID:${tzid}
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
`;
const calendar = (zone: string, ...lines: string[]) =>
  `BEGIN:VCALENDAR\n${zone}BEGIN:VEVENT\n${lines.join("\n")}\nEND:VEVENT\nEND:VCALENDAR\n`;

describe("toParseableText", () => {
  test("a zone that Thunderbird knows is left out", () => {
    const text = calendar(vtimezone("Europe/Berlin"), "DTSTART;TZID=Europe/Berlin:20260101T090000");
    expect(toParseableText(text, zones(), true)).toBe(
      calendar("", "DTSTART;TZID=Europe/Berlin:20260101T090000"),
    );
  });

  test("a zone under a known name with other rules stays, with its name", () => {
    const text = calendar(vtimezone("Europe/Berlin"), "DTSTART;TZID=Europe/Berlin:20260101T090000");
    expect(toParseableText(text, zones(false), true)).toBe(text);
  });

  test("an unknown zone with a definition stays", () => {
    const text = calendar(vtimezone("Mars/Olympus"), "DTSTART;TZID=Mars/Olympus:20260101T090000");
    expect(toParseableText(text, zones(), true)).toBe(text);
  });

  test("an unknown zone without a definition becomes floating time", () => {
    const text = calendar("", "DTSTART;VALUE=DATE-TIME;TZID=Mars/Olympus:20260101T090000");
    expect(toParseableText(text, zones(), true)).toBe(
      calendar("", "DTSTART;VALUE=DATE-TIME:20260101T090000"),
    );
  });

  test("an item whose zones must not be expanded loses even foreign definitions", () => {
    const text = calendar(vtimezone("Mars/Olympus"), "DTSTART;TZID=Mars/Olympus:20260101T090000");
    expect(toParseableText(text, zones(), false)).toBe(calendar("", "DTSTART:20260101T090000"));
  });

  test("Windows names are replaced in every dated property, quoted and folded ones too", () => {
    const text = calendar(
      vtimezone("W. Europe Standard Time"),
      'DTSTART;TZID="W. Europe Standard Time":20260101T090000',
      "DTEND;TZID=W. Europe Stan\n dard Time:20260101T100000",
      "EXDATE;X-A=b;TZID=W. Europe Standard Time;X-C=d:20260108T090000",
      "RECURRENCE-ID;TZID=W. Europe Standard Time:20260115T090000",
    );
    expect(toParseableText(text, zones(), true)).toBe(
      calendar(
        "",
        "DTSTART;TZID=Europe/Berlin:20260101T090000",
        "DTEND;TZID=Europe/Berlin:20260101T100000",
        "EXDATE;X-A=b;TZID=Europe/Berlin;X-C=d:20260108T090000",
        "RECURRENCE-ID;TZID=Europe/Berlin:20260115T090000",
      ),
    );
  });

  test("text that speaks of time zones is not touched", () => {
    const text = calendar(
      "",
      "DESCRIPTION:DTSTART;TZID=Mars/Olympus:1",
      "DTSTART:20260101T090000Z",
    );
    expect(toParseableText(text, zones(), true)).toBe(text);
  });

  test("CRLF texts keep their line ends", () => {
    const text = calendar(
      vtimezone("Europe/Berlin"),
      "DTSTART;TZID=Europe/Berlin:20260101T090000",
    ).replace(/\n/g, "\r\n");
    expect(toParseableText(text, zones(), true)).toBe(
      calendar("", "DTSTART;TZID=Europe/Berlin:20260101T090000").replace(/\n/g, "\r\n"),
    );
  });
});

describe("firstInstanceOnly", () => {
  test("rules and overrides go, the rest stays", () => {
    const text = `${calendar(
      "",
      "UID:1",
      "RRULE:FREQ=SECOND\n LY",
      "EXDATE;TZID=Europe/Berlin:20260101T090000",
      "DESCRIPTION:RRULE:of the house",
      "BEGIN:VALARM",
      "END:VALARM",
    )}`.replace(
      "END:VCALENDAR",
      "BEGIN:VEVENT\nUID:1\nRECURRENCE-ID:20260101T090001\nEND:VEVENT\nEND:VCALENDAR",
    );
    expect(firstInstanceOnly(text)).toBe(
      calendar("", "UID:1", "DESCRIPTION:RRULE:of the house", "BEGIN:VALARM", "END:VALARM"),
    );
  });

  test("of overrides alone the first is left", () => {
    const text = calendar("", "RECURRENCE-ID:1").replace(
      "END:VCALENDAR",
      "BEGIN:VEVENT\nRECURRENCE-ID:2\nEND:VEVENT\nEND:VCALENDAR",
    );
    expect(firstInstanceOnly(text)).toBe(calendar("", "RECURRENCE-ID:1"));
  });
});
