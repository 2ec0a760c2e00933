import { describe, expect, test } from "vitest";
import { zoneRules } from "../../../src/shared/timezones/zone-rules.ts";

const observance = (kind: string, from: string, to: string, ...lines: string[]) => [
  `BEGIN:${kind}`,
  `TZOFFSETFROM:${from}`,
  `TZOFFSETTO:${to}`,
  ...lines,
  `END:${kind}`,
];
const zone = (...observances: string[][]) =>
  ["BEGIN:VTIMEZONE", "TZID:Test", ...observances.flat(), "END:VTIMEZONE", ""].join("\r\n");

const BERLIN = zone(
  observance("STANDARD", "+005328", "+010000", "DTSTART:18930401T000000", "RDATE:18930401T000000"),
  observance(
    "DAYLIGHT",
    "+0100",
    "+0200",
    "DTSTART:19810329T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
  ),
  observance(
    "STANDARD",
    "+0200",
    "+0100",
    "DTSTART:19810927T030000",
    "RRULE:FREQ=YEARLY;BYMONTH=9;BYDAY=-1SU;UNTIL=19950924T030000",
  ),
  observance(
    "STANDARD",
    "+0200",
    "+0100",
    "DTSTART:19961027T030000",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
  ),
);

const at = (text: string, iso: string) => zoneRules(text)?.offsetAt(Date.parse(iso));
const of = (text: string, iso: string) => zoneRules(text)?.offsetOf(Date.parse(`${iso}Z`));
const HOUR = 3_600_000;

describe("an instant has the offset of the last change before it", () => {
  test.each([
    ["1890-01-01T00:00:00Z", (53 * 60 + 28) * 1000],
    ["1893-03-31T23:06:32Z", HOUR],
    ["1950-07-01T00:00:00Z", HOUR],
    ["1995-10-01T00:00:00Z", HOUR],
    ["1996-10-01T00:00:00Z", 2 * HOUR],
    ["2026-03-29T00:59:59Z", HOUR],
    ["2026-03-29T01:00:00Z", 2 * HOUR],
    ["2026-10-25T00:59:59Z", 2 * HOUR],
    ["2026-10-25T01:00:00Z", HOUR],
    ["2150-07-01T00:00:00Z", 2 * HOUR],
  ])("%s", (iso, offset) => {
    expect(at(BERLIN, iso)).toBe(offset);
  });
});

describe("a wall time that is missing or happens twice has the offset before the change", () => {
  test.each([
    ["2026-03-29T01:59:59", HOUR],
    ["2026-03-29T02:30:00", HOUR],
    ["2026-03-29T03:00:00", 2 * HOUR],
    ["2026-10-25T01:59:59", 2 * HOUR],
    ["2026-10-25T02:30:00", 2 * HOUR],
    ["2026-10-25T03:00:00", HOUR],
  ])("%s", (iso, offset) => {
    expect(of(BERLIN, iso)).toBe(offset);
  });
});

test("rules on a weekday among some days, and on a day of the month, are followed", () => {
  const text = zone(
    observance(
      "DAYLIGHT",
      "-0400",
      "-0300",
      "DTSTART:20230903T000000",
      "RRULE:FREQ=YEARLY;BYMONTH=9;BYDAY=SU;BYMONTHDAY=2,3,4,5,6,7,8",
    ),
    observance(
      "STANDARD",
      "-0300",
      "-0400",
      "DTSTART:20230401T000000",
      "RRULE:FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=1",
    ),
  );
  // The Sunday among these days of 2026 is the 6th.
  expect(of(text, "2026-09-05T23:00:00")).toBe(-4 * HOUR);
  expect(of(text, "2026-09-06T01:30:00")).toBe(-3 * HOUR);
  expect(of(text, "2026-03-31T22:30:00")).toBe(-3 * HOUR);
  expect(of(text, "2026-04-01T01:30:00")).toBe(-4 * HOUR);
});

test.each(["", "BEGIN:VTIMEZONE\r\nEND:VTIMEZONE\r\n", BERLIN.replace("+0200", "two hours")])(
  "a text without usable rules has none",
  (text) => {
    expect(zoneRules(text)).toBeNull();
  },
);
