import { describe, expect, test } from "vitest";
import { sampleCalendar } from "../../../scripts/sample-calendar.ts";
import { checkCalendarObject } from "../../../src/background/icalendar/readable.ts";
import { scanColumns } from "../../../src/shared/ical/scan.ts";
import { ITEM_FLAG } from "../../../src/shared/item-store.ts";
import { calendarText, eventLines, fixture, fixtureNames } from "../../shared/ical/fixtures.ts";

describe("why a text cannot be shown", () => {
  test.each([
    ["damaged-html", "not a calendar object"],
    ["damaged-no-end", "cut off"],
    ["damaged-crossed-ends", "wrong order"],
    ["damaged-no-uid", "no UID"],
    ["damaged-no-start", "no start"],
    ["damaged-bad-date", "not a valid date"],
    ["damaged-stray-line", "not properties"],
  ])("%s: %s", (name, words) => {
    const { readable, problems } = checkCalendarObject(fixture(name));
    expect(readable).toBe(false);
    expect(problems[0]).toContain(words);
  });

  test("an empty calendar holds nothing to show", () => {
    expect(checkCalendarObject(calendarText()).problems[0]).toContain("no event");
  });

  test.each(fixtureNames)("%s: the columns say the same", (name) => {
    const { flags } = scanColumns(fixture(name));
    expect(checkCalendarObject(fixture(name)).readable).toBe((flags & ITEM_FLAG.unreadable) === 0);
  });
});

describe("what can be shown but breaks a rule of CalDAV", () => {
  test.each([
    ["two-uids", "several items"],
    ["exchange-custom-zone", "METHOD"],
    ["secondly", "first instance"],
  ])("%s: %s", (name, words) => {
    const { readable, problems } = checkCalendarObject(fixture(name));
    expect(readable).toBe(true);
    expect(problems.join(" ")).toContain(words);
  });

  test("an event and a task in one file", () => {
    const task = ["BEGIN:VTODO", "UID:event-1", "END:VTODO"];
    const text = calendarText(eventLines("DTSTART:20250101T000000Z"), task);
    expect(checkCalendarObject(text).problems.join(" ")).toContain("mixes");
  });
});

test("the sample calendar breaks none", () => {
  for (const { text } of sampleCalendar({ items: 200, seed: 2 }))
    expect(checkCalendarObject(text)).toEqual({ readable: true, problems: [] });
});
