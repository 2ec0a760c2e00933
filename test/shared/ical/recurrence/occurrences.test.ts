/** What of an item lies in a span of time. Thunderbird's own answers: test/e2e/api-utilities.test.ts. */
import { describe, expect, test } from "vitest";
import { parseTree } from "../../../../src/shared/ical/component-tree.ts";
import { identifiedComponents } from "../../../../src/shared/ical/identity.ts";
import { occurrences } from "../../../../src/shared/ical/recurrence/occurrences.ts";
import { calendarText, eventLines } from "../fixtures.ts";

function found(lines: string[][], from: string, to: string, zone = "Europe/Berlin"): string[] {
  const items = identifiedComponents(
    parseTree(calendarText(...lines.map((each) => eventLines(...each)))),
  );
  const master = items.find(({ recurrenceId }) => recurrenceId === null)?.component ?? null;
  const overrides = items.filter(({ recurrenceId }) => recurrenceId !== null);
  const span = { from: Date.parse(from), to: Date.parse(to), zone };
  const result: string[] = [];
  for (const each of occurrences(
    master,
    overrides.map(({ component }) => component),
    span,
  ))
    if (each) result.push(`${each.start.value}${each.end ? `-${each.end.value.slice(-7)}` : ""}`);
  return result;
}

describe("the edges of a span", () => {
  const single = [["DTSTART:20260302T090000Z", "DTEND:20260302T100000Z"]];
  test.each<[string, string, number]>([
    ["2026-03-02T08:00Z", "2026-03-02T09:00Z", 0],
    ["2026-03-02T08:00Z", "2026-03-02T09:01Z", 1],
    ["2026-03-02T09:59Z", "2026-03-02T12:00Z", 1],
    ["2026-03-02T10:00Z", "2026-03-02T12:00Z", 0],
  ])("%s to %s", (from, to, count) => {
    expect(found(single, from, to)).toHaveLength(count);
  });

  test("days begin where the asking user is", () => {
    const day = [["DTSTART;VALUE=DATE:20260302"]];
    expect(found(day, "2026-03-01T22:30Z", "2026-03-01T23:30Z")).toHaveLength(1);
    expect(found(day, "2026-03-01T22:30Z", "2026-03-01T23:30Z", "America/New_York")).toEqual([]);
  });
});

test("local times stay through a change of the clocks", () => {
  const lines = [
    "DTSTART;TZID=Europe/Berlin:20260328T023000",
    "DTEND;TZID=Europe/Berlin:20260328T033000",
    "RRULE:FREQ=DAILY;UNTIL=20260331T003000Z",
  ];
  expect(found([lines], "2026-03-01T00:00Z", "2026-05-01T00:00Z")).toEqual([
    "20260328T023000-T033000",
    "20260329T023000-T033000",
    "20260330T023000-T033000",
    "20260331T023000-T033000",
  ]);
});

test("excluding rules, single dates, periods and days take and give", () => {
  const lines = [
    "DTSTART:20260302T090000Z",
    "DURATION:PT1H",
    "RRULE:FREQ=DAILY;COUNT=8",
    "EXRULE:FREQ=DAILY;INTERVAL=2;COUNT=2",
    "EXDATE;VALUE=DATE:20260303",
    "EXDATE:20260305T090000Z",
    "RDATE;VALUE=PERIOD:20260304T120000Z/PT15M",
    "RDATE:20260306T090000Z,20260304T090000Z",
  ];
  expect(found([lines], "2026-03-01T00:00Z", "2026-03-08T00:00Z")).toEqual([
    "20260304T120000Z-121500Z",
    "20260306T090000Z-100000Z",
    "20260307T090000Z-100000Z",
  ]);
});

test("an override that was moved out of the span, or into it", () => {
  const series = ["DTSTART:20260302T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=5"];
  const out = ["RECURRENCE-ID:20260303T090000Z", "DTSTART:20260420T090000Z"];
  const into = ["RECURRENCE-ID:20260306T090000Z", "DTSTART:20260302T150000Z"];
  expect(found([series, out, into], "2026-03-02T00:00Z", "2026-03-05T00:00Z")).toEqual([
    "20260302T150000Z",
    "20260302T090000Z-100000Z",
    "20260304T090000Z-100000Z",
  ]);
});

test("an end in another zone keeps the length", () => {
  const flight = [
    "DTSTART;TZID=Europe/Berlin:20260301T100000",
    "DTEND;TZID=America/New_York:20260301T130000",
    "RRULE:FREQ=WEEKLY;COUNT=4",
  ];
  expect(found([flight], "2026-03-01T00:00Z", "2026-04-01T00:00Z")).toEqual([
    "20260301T100000-T130000",
    "20260308T100000-T140000",
    "20260315T100000-T140000",
    "20260322T100000-T140000",
  ]);
});
