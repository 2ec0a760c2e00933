/** Which series need no engine, and the starts of those. What the engine makes of them is tried in the real Thunderbird. */
import { describe, expect, test } from "vitest";
import {
  plainSeries,
  plainStarts,
} from "../../../../src/experiments/calendar/light/plain-series.ts";

const BERLIN = "Europe/Berlin|20260302T090000";
const ZONED = "DTSTART;TZID=Europe/Berlin:20260302T090000";

function series(rule: string, written = BERLIN, more: readonly string[] = []) {
  const [tzid, value] = written.split("|");
  const parameter = value?.includes("T") ? (tzid === "" ? "" : `;TZID=${tzid}`) : ";VALUE=DATE";
  const lines = [`DTSTART${parameter}:${value}`, `RRULE:${rule}`, ...more, ""];
  return plainSeries(lines.join("\r\n"), [], written);
}

function override(...lines: string[]) {
  const own = [ZONED, "RRULE:FREQ=DAILY", ""].join("\r\n");
  return plainSeries(own, [[...lines, ""].join("\r\n")], BERLIN);
}

function days(rule: string, from: string, to: string, written = BERLIN): string[] {
  const found = series(rule, written);
  if (found === null) throw new Error(`${rule} is not plain`);
  const starts = plainStarts(found, Date.parse(from), Date.parse(to));
  return [...starts].map((start) => new Date(start).toISOString().slice(5, 10));
}

test("starts are found anywhere in a series, first and last included", () => {
  expect(days("FREQ=DAILY;INTERVAL=3", "2026-03-01", "2026-03-10")).toEqual([
    "03-02",
    "03-05",
    "03-08",
  ]);
  expect(days("FREQ=WEEKLY;COUNT=3", "2026-03-05", "2027-01-01")).toEqual(["03-09", "03-16"]);
  expect(days("FREQ=MONTHLY", "2026-12-01", "2027-02-03")).toEqual(["12-02", "01-02", "02-02"]);
  expect(days("FREQ=YEARLY;INTERVAL=2", "2027-01-01", "2030-12-31")).toEqual(["03-02", "03-02"]);
});

test("weekdays go by the week's first day, and are counted from the start", () => {
  const rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO,WE";
  expect(days(rule, "2026-03-01", "2026-03-24")).toEqual([
    "03-02",
    "03-04",
    "03-08",
    "03-16",
    "03-18",
    "03-22",
  ]);
  expect(days(`${rule};WKST=SU`, "2026-03-01", "2026-03-24")).toEqual([
    "03-02",
    "03-04",
    "03-15",
    "03-16",
    "03-18",
  ]);
  expect(days("FREQ=WEEKLY;COUNT=4;BYDAY=MO,FR", "2026-03-07", "2027-01-01")).toEqual([
    "03-09",
    "03-13",
  ]);
});

test("a rule comes to its end behind the last year that dates have", () => {
  const found = series("FREQ=YEARLY;INTERVAL=9999");
  const starts = found === null ? [] : [...plainStarts(found, 0, Number.POSITIVE_INFINITY)];
  expect(starts.length).toBeGreaterThan(20);
  expect(starts.every(Number.isFinite)).toBe(true);
});

describe("the engine is left", () => {
  test.each([
    "FREQ=WEEKLY;BYDAY=TU",
    "FREQ=MONTHLY;BYDAY=2TU",
    "FREQ=MONTHLY;BYMONTHDAY=2",
    "FREQ=DAILY;BYMONTH=3",
    "FREQ=DAILY;COUNT=3;COUNT=5",
    "FREQ=DAILY;UNTIL=20270101",
    "FREQ=DAILY;UNTIL=20270101T000000",
    "FREQ=HOURLY",
  ])("%s", (rule) => {
    expect(series(rule)).toBeNull();
  });

  test("a day that not every month has", () => {
    expect(series("FREQ=MONTHLY", "|20260131")).toBeNull();
    expect(series("FREQ=YEARLY", "|20240229")).toBeNull();
  });

  test("exceptions and overrides that are written in another form or at another time", () => {
    const exception = (line: string) => series("FREQ=DAILY", BERLIN, [line]);
    expect(exception("EXDATE;TZID=Europe/Berlin:20260304T090000")?.exceptions.size).toBe(1);
    expect(exception("EXDATE:20260304T080000Z")).toBeNull();
    expect(exception("EXDATE;VALUE=DATE:20260304")).toBeNull();
    expect(exception("EXDATE;TZID=Europe/Berlin:20260304T100000")).toBeNull();
    expect(exception("EXDATE;TZID=Europe/Berlin:20260304T090000,20260305T090000")).toBeNull();
    const id = "RECURRENCE-ID;TZID=Europe/Berlin:20260304T090000";
    expect(override(id, "DTSTART:20260304T100000Z", "DURATION:PT1H")?.overrides).toEqual([
      {
        replaces: Date.UTC(2026, 2, 4, 9),
        start: Date.UTC(2026, 2, 4, 10),
        end: Date.UTC(2026, 2, 4, 11),
      },
    ]);
    expect(override(id)).toBeNull();
    expect(override("RECURRENCE-ID;RANGE=THISANDFUTURE:20260304T080000Z", ZONED)).toBeNull();
    expect(override("RECURRENCE-ID;TZID=Europe/Berlin:20260304T100000", ZONED)).toBeNull();
  });
});
