import fc from "fast-check";
import ICAL from "ical.js";
import { describe, expect, test } from "vitest";
import { hasInstance } from "../../../src/background/icalendar/recurrence-check.ts";
import { parseTree } from "../../../src/shared/ical/component-tree.ts";
import { contentLine } from "../../../src/shared/ical/content-line.ts";
import { identifiedComponents } from "../../../src/shared/ical/identity.ts";
import { mayHaveInstance } from "../../../src/shared/ical/series-check.ts";
import { calendarText, eventLines } from "../../shared/ical/fixtures.ts";

const RULES = [
  "FREQ=DAILY;INTERVAL=3",
  "FREQ=DAILY;BYDAY=MO,WE;COUNT=30",
  "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU",
  "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU",
  "FREQ=WEEKLY;UNTIL=20260101T000000",
  "FREQ=MONTHLY",
  "FREQ=MONTHLY;BYMONTHDAY=-1,15",
  "FREQ=MONTHLY;BYDAY=2TU,-1FR",
  "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
  "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU",
  "FREQ=YEARLY;INTERVAL=2",
  "FREQ=HOURLY;INTERVAL=5;COUNT=40",
];

function series(...lines: string[]) {
  const [master] = identifiedComponents(parseTree(calendarText(eventLines(...lines))));
  if (!master) throw new Error("no event in the text");
  return master.component;
}

function at(value: string, parameters = "") {
  return contentLine(`RECURRENCE-ID${parameters}:${value}\r\n`);
}

describe("an instance of a series is recognised", () => {
  test("each that an expansion yields, by the generous and by the exact check", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...RULES),
        fc.integer({ min: 0, max: 400 }),
        fc.boolean(),
        (rule, offset, allDay) => {
          fc.pre(!(allDay && rule.includes("HOURLY")));
          const day = new Date(Date.UTC(2025, 0, 1 + offset)).toISOString().slice(0, 10);
          const written = `${day.replaceAll("-", "")}${allDay ? "" : "T103000"}`;
          const master = series(
            `DTSTART${allDay ? ";VALUE=DATE" : ""}:${written}`,
            `RRULE:${rule}`,
          );
          const start = ICAL.Time.fromString(allDay ? day : `${day}T10:30:00`, undefined);
          const iterator = ICAL.Recur.fromString(rule).iterator(start);
          for (let count = 0; count < 12; count++) {
            const next = iterator.next();
            if (!next) break;
            const instance = at(next.toICALString());
            expect(mayHaveInstance(master, instance), instance.text).toBe(true);
            expect(hasInstance(master, instance), instance.text).toBe(true);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  const weekly = series("DTSTART;TZID=Europe/Berlin:20250303T100000", "RRULE:FREQ=WEEKLY;COUNT=10");

  test.each([
    ["20250310T100000", ";TZID=Europe/Berlin", true],
    ["20250310T090000Z", "", true],
    ["20250407T080000Z", "", true],
    ["20250310T100000Z", "", false],
    ["20250311T100000", ";TZID=Europe/Berlin", false],
    ["20250224T100000", ";TZID=Europe/Berlin", false],
    ["20250512T100000", ";TZID=Europe/Berlin", false],
    ["20250310", ";VALUE=DATE", false],
  ])("%s%s of a weekly series: %s", (value, parameters, expected) => {
    expect(hasInstance(weekly, at(value, parameters))).toBe(expected);
  });

  const east = "DTSTART;TZID=Asia/Tokyo:20250303T100000";
  const west = "DTSTART;TZID=America/Los_Angeles:20250303T220000";
  test.each([
    [east, "20250306T010000Z", "20250306T100000", true],
    [east, "20250306T010000Z", "20250307T100000", false],
    [east, "20250306T005959Z", "20250306T100000", false],
    [west, "20250307T060000Z", "20250306T220000", true],
    [west, "20250307T055959Z", "20250306T220000", false],
    [east, "20250306", "20250306T100000", true],
    [east, "20250306", "20250307T100000", false],
    ["DTSTART:20250303T100000", "20250306T100000Z", "20250306T100000", true],
    ["DTSTART;VALUE=DATE:20250303", "20250306", "20250306", true],
    ["DTSTART;VALUE=DATE:20250303", "20250306T000000Z", "20250306", true],
    ["DTSTART;VALUE=DATE:20250303", "20250306", "20250307", false],
  ])("%s until %s: %s is one: %s", (start, until, value, expected) => {
    const parameters = /^DTSTART([^:]*):/.exec(start)?.[1] ?? "";
    const daily = series(start, `RRULE:FREQ=DAILY;UNTIL=${until}`);
    expect(hasInstance(daily, at(value, parameters))).toBe(expected);
  });

  test("a series until a time in a zone that nobody knows: no answer", () => {
    const daily = series(
      "DTSTART;TZID=Here:20250303T100000",
      "RRULE:FREQ=DAILY;UNTIL=20250306T010000Z",
    );
    expect(hasInstance(daily, at("20250306T100000", ";TZID=Here"))).toBeNull();
    expect(hasInstance(daily, at("20250304T100000", ";TZID=Here"))).toBe(true);
  });

  test("an added date is one, an excluded one is none", () => {
    const rule = "RRULE:FREQ=DAILY;COUNT=5";
    const added = series("DTSTART:20250301T100000Z", rule, "RDATE:20250601T100000Z");
    const excluded = series("DTSTART:20250301T100000Z", rule, "EXDATE:20250302T100000Z");
    expect(mayHaveInstance(added, at("20250601T100000Z"))).toBe(true);
    expect(hasInstance(excluded, at("20250302T100000Z"))).toBe(false);
  });

  test("the exact check sees what arithmetic cannot", () => {
    const last = series(
      "DTSTART:20250131T100000Z",
      "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    );
    expect(mayHaveInstance(last, at("20250227T100000Z"))).toBe(true);
    expect(hasInstance(last, at("20250227T100000Z"))).toBe(false);
    expect(hasInstance(last, at("20250228T100000Z"))).toBe(true);
  });

  test.each(["FREQ=SECONDLY", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=NEVER"])(
    "%s is not expanded: no answer, but at once",
    (rule) => {
      const master = series("DTSTART:20250228T100000Z", `RRULE:${rule}`);
      expect(hasInstance(master, at("20990228T100000Z"))).not.toBe(true);
    },
  );
});
