/** What a row tells of its event without its text being parsed, and when it must be parsed after all. */
import { describe, expect, test } from "vitest";
import { lightFacts } from "../../../../src/experiments/calendar/light/light-facts.ts";
import type { StoredItemWithText } from "../../../../src/experiments/calendar/store/item-store.ts";
import { scanColumns } from "../../../../src/shared/ical/scan.ts";

const zones = {
  knows: (tzid: string) => tzid === "Europe/Berlin",
  agrees: (block: string) => !block.includes("+0930"),
};

function row(lines: readonly string[], acks = ""): StoredItemWithText {
  const text = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    ...(lines[0]?.startsWith("BEGIN:") ? lines : event(...lines)),
    "END:VCALENDAR",
    "",
  ].join("\r\n");
  const columns = scanColumns(text);
  return { name: "a.ics", uid: columns.uid, revision: 3, columns, acks, pending: null, text };
}

function event(...lines: string[]): string[] {
  return ["BEGIN:VEVENT", "UID:one", "DTSTAMP:20260101T000000Z", ...lines, "END:VEVENT"];
}

function task(...lines: string[]): string[] {
  return ["BEGIN:VTODO", "UID:one", "DTSTAMP:20260101T000000Z", ...lines, "END:VTODO"];
}

function alarm(...lines: string[]): string[] {
  return ["BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT5M", ...lines, "END:VALARM"];
}

const facts = (...lines: string[]) => lightFacts(row(lines), zones);

test("a plain event needs no parser", () => {
  const found = facts(
    "SUMMARY:Tea\\, coffee",
    "LOCATION:Kitchen",
    "STATUS:CONFIRMED",
    "CATEGORIES:Work,Tea",
    "DTSTART;TZID=Europe/Berlin:20260701T091500",
    "DTEND:20260701T093000Z",
  );
  expect(found).toMatchObject({
    kind: "event",
    isSeries: false,
    start: { year: 2026, month: 6, day: 1, hour: 9, minute: 15, zone: { tzid: "Europe/Berlin" } },
    end: { hour: 9, minute: 30, isDate: false, zone: { tzid: "UTC" } },
    categories: ["Work", "Tea"],
    hasAlarms: false,
    hasOrganizer: false,
  });
  expect(Object.fromEntries(found?.texts ?? [])).toEqual({
    UID: "one",
    "X-KEEPER-REVISION": "3",
    SUMMARY: "Tea, coffee",
    LOCATION: "Kitchen",
    STATUS: "CONFIRMED",
  });
  expect(found?.lacks("PRIORITY")).toBe(true);
  expect(found?.lacks("SUMMARY")).toBe(false);
});

test("a zone defined behind the events is compared once for all texts that have it", () => {
  let compared = 0;
  const knowledge = {
    ...zones,
    agrees: () => {
      compared++;
      return true;
    },
  };
  const definition = [
    ...["BEGIN:VTIMEZONE", "TZID:Europe/Berlin", "BEGIN:STANDARD", "DTSTART:19700101T000000"],
    ...["TZOFFSETFROM:+0100", "TZOFFSETTO:+0100", "END:STANDARD", "END:VTIMEZONE"],
  ];
  for (const summary of ["One", "Two", "Three"]) {
    const lines = event(`SUMMARY:${summary}`, "DTSTART;TZID=Europe/Berlin:20260701T091500");
    const found = lightFacts(row([...lines, ...definition]), knowledge);
    expect(found?.start).toMatchObject({ hour: 9, zone: { tzid: "Europe/Berlin" } });
  }
  expect(compared).toBe(1);
});

test("a whole day has no zone and may have no end", () => {
  expect(facts("DTSTART;VALUE=DATE:20260701")).toMatchObject({
    start: { isDate: true, zone: null },
    end: null,
    categories: [],
  });
});

describe("is left to the parser", () => {
  const start = "DTSTART:20260701T090000Z";
  test.each([
    ["a rule of seldom used parts", [start, "RRULE:FREQ=DAILY;BYSETPOS=1"]],
    ["a series of dates", [start, "RDATE:20260702T090000Z"]],
    ["a folded rule", [start, "RRULE:FREQ=DAI\r\n LY"]],
    ["an event with a task's date", [start, "DUE:20260702T090000Z"]],
    ["an override without its master", [start, "RECURRENCE-ID:20260701T090000Z"]],
    ["a task that recurs", task("DTSTART:20260701T090000Z", "RRULE:FREQ=DAILY")],
    ["an event in a component nobody knows", ["BEGIN:X-BOX", ...event(start), "END:X-BOX"]],
    ["two events", [...event(start), ...event(start)]],
    [
      "overrides with a UID of their own",
      [
        ...event(start, "RRULE:FREQ=DAILY"),
        ...event(start, "RECURRENCE-ID:20260702T090000Z").with(1, "UID:two"),
      ],
    ],
    ["an unknown zone", ["DTSTART;TZID=Office Time:20260701T090000"]],
    ["a day that no month has", ["DTSTART:20260231T090000Z"]],
    ["a leap second", ["DTSTART:20261231T235960Z"]],
    ["an end that is no date", [start, "DTEND:tomorrow"]],
    ["an acknowledged reminder in the text", [start, "X-MOZ-LASTACK:20260101T000000Z"]],
    ["a name broken by folding", [start, "SUMM\r\n ARY:Folded"]],
    ["a component's name broken by folding", [start, "BEGIN:VALARM\r\n X", "END:VALARMX"]],
    ["an alarm in an alarm", [start, ...alarm(...alarm())]],
    ["an alarm that ends with a blank", [start, ...alarm().with(-1, "END:VALARM ")]],
    ["a place in an alarm", [start, ...alarm("BEGIN:VLOCATION", "UID:place", "END:VLOCATION")]],
    ["a line that seems to end within a line", [start, "DESCRIPTION:a\u2028END:VEVENT", "X-A:b"]],
    ["two calendars", [...event(start), "END:VCALENDAR", "BEGIN:VCALENDAR"]],
  ])("%s", (_what, lines) => {
    expect(facts(...lines)).toBeNull();
  });

  test("an acknowledgement that is kept beside the text", () => {
    expect(lightFacts(row(event(start), "X-MOZ-LASTACK:20260101T000000Z"), zones)).toBeNull();
  });

  test("of two definitions of one name the parser's choice", () => {
    const zone = (offset: string) => [
      ...["BEGIN:VTIMEZONE", "TZID:Europe/Berlin", "BEGIN:STANDARD", "DTSTART:19700101T000000"],
      ...[`TZOFFSETFROM:${offset}`, `TZOFFSETTO:${offset}`, "END:STANDARD", "END:VTIMEZONE"],
    ];
    const one = event("DTSTART;TZID=Europe/Berlin:20260701T090000");
    expect(lightFacts(row([...zone("+0100"), ...one]), zones)).not.toBeNull();
    const own = lightFacts(row([...zone("+0930"), ...one]), zones)?.start?.zone;
    expect(own).toEqual({ tzid: "Europe/Berlin", definition: `${zone("+0930").join("\r\n")}\r\n` });
    const twice = row([...zone("+0930"), ...zone("+0931"), ...one]);
    expect(lightFacts(twice, zones)).toBeNull();
  });
});

test("what the columns do not keep as written is not answered from them", () => {
  const found = facts("DTSTART:20260701T090000Z", "STATUS:confirmed", 'CATEGORIES:"a, b",c\\,d');
  expect(found?.texts.has("STATUS")).toBe(false);
  expect(found?.lacks("STATUS")).toBe(false);
  expect(found?.categories).toBeNull();
});

test("a series is its master, whatever its overrides say", () => {
  const found = lightFacts(
    row([
      ...event("SUMMARY:Tea", "DTSTART:20260701T090000Z", "RRULE:FREQ=WEEKLY;BYDAY=WE,FR;COUNT=9"),
      ...event(
        "SUMMARY:Moved",
        "DTSTART:20260709T090000Z",
        "RECURRENCE-ID:20260708T090000Z",
        "PRIORITY:3",
      ),
    ]),
    zones,
  );
  expect(found).toMatchObject({ kind: "event", isSeries: true, start: { day: 1 } });
  expect(found?.texts.get("SUMMARY")).toBe("Tea");
  expect(found?.lacks("PRIORITY")).toBe(true);
  expect(found?.lacks("RECURRENCE-ID")).toBe(true);
});

test("a task needs neither a start nor a parser", () => {
  const found = facts(
    ...task(
      "SUMMARY:Tea",
      "DUE:20260701T090000Z",
      "PERCENT-COMPLETE:40",
      "COMPLETED:20260702T080000Z",
    ),
  );
  expect(found).toMatchObject({
    kind: "todo",
    start: null,
    end: { day: 1 },
    completed: { day: 2 },
  });
  expect(found?.texts.get("PERCENT-COMPLETE")).toBe("40");
});

describe("what belongs to an alarm is not the item's", () => {
  const others = [
    ...["UID:alarm", "SUMMARY:Ring", "DESCRIPTION:Ring", "ATTENDEE:mailto:ada@example.org"],
    ...["DURATION:PT5M", "REPEAT:3", "DUE:20270101T000000Z", "DTEND:20270101T000000Z"],
    ...["STATUS:CANCELLED", "CLASS:PRIVATE", "PRIORITY:1", "CATEGORIES:Ring", "PERCENT-COMPLETE:7"],
    ...["COMPLETED:20270101T000000Z", "RELATED-TO:other", "RRULE:FREQ=DAILY", "LOCATION:There"],
    ...[
      "RECURRENCE-ID:20270101T000000Z",
      "ATTACH:https://example.org/a.wav",
      "URL:https://a.example",
    ],
  ];
  const names = [...new Set(others.map((line) => line.replace(/:.*/, "")))];

  test.each([
    ["an event", event("DTSTART;VALUE=DATE:20260701")],
    ["a task", task("DTSTART:20260701T090000Z")],
  ])("%s", (_what, lines) => {
    const ringing = lines.toSpliced(-1, 0, ...alarm(...others));
    const [plain, found] = [facts(...lines), facts(...ringing)];
    expect(found).toEqual({
      ...plain,
      hasAlarms: true,
      plainSeries: expect.any(Function),
      lacks: expect.any(Function),
    });
    expect(names.filter((name) => found?.lacks(name) !== plain?.lacks(name))).toEqual([]);
  });

  test("an override", () => {
    const series = [
      ...event("DTSTART:20260701T090000Z", "RRULE:FREQ=DAILY", ...alarm("RECURRENCE-ID:20260702")),
      ...event("DTSTART:20260702T100000Z", "RECURRENCE-ID:20260702T090000Z", ...alarm("UID:ring")),
    ];
    expect(facts(...series)).toMatchObject({ isSeries: true, start: { day: 1 } });
  });
});
