/** Items, rules, links and differences in words. */
import { describe, expect, test } from "vitest";
import { DateWords } from "../../../src/options/history/date-words.ts";
import {
  compareFields,
  type FieldName,
  itemFields,
} from "../../../src/options/history/item-fields.ts";
import { linkParts, safeLink } from "../../../src/options/history/links.ts";
import { readItem } from "../../../src/options/history/readable-item.ts";
import { recurrenceWords } from "../../../src/options/history/recurrence-words.ts";
import { textDiff } from "../../../src/options/history/text-diff.ts";
import { Localizer } from "../../../src/options/localizer.ts";
import { eventText } from "../../support/event-text.ts";
import { LocaleMessages } from "../../support/locale-messages.ts";

const words = new Localizer(new LocaleMessages());
const dates = new DateWords("en-GB", "Europe/Berlin");
const language = { words, dates };
/** Thursday, 5 March 2026, 10:00 */
const START = Date.UTC(2026, 2, 5, 10);
/** The same space everywhere: which one a locale uses between times changes between versions of ICU. */
const plain = (text: string | undefined) => text?.replace(/[\u2009\u00a0\u202f]/g, " ");

describe("a rule in words", () => {
  test.each([
    ["FREQ=DAILY", "Every day"],
    ["FREQ=DAILY;INTERVAL=3;COUNT=5", "Every 3 days, 5 times"],
    ["FREQ=WEEKLY", "Every week on Thursday"],
    ["FREQ=WEEKLY;INTERVAL=2;BYDAY=FR,MO", "Every 2 weeks on Monday and Friday"],
    ["FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "Every week on Monday to Friday"],
    ["FREQ=WEEKLY;UNTIL=20261224", "Every week on Thursday, until 24 Dec 2026"],
    ["FREQ=MONTHLY", "Every month on day 5"],
    ["FREQ=MONTHLY;BYMONTHDAY=-1", "Every month on the last day of the month"],
    ["FREQ=MONTHLY;BYDAY=2TU", "Every month on the second Tuesday"],
    ["FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1", "Every month on the last Friday"],
    ["FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1", "Every month on the first working day"],
    ["FREQ=WEEKLY;BYDAY=SU;BYMONTH=6,7", "Every week on Sunday, in June and July"],
    ["FREQ=YEARLY", "Every year on 5 March"],
    ["FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "Every year on the fourth Thursday in November"],
    ["FREQ=HOURLY;INTERVAL=6", "Every 6 hours"],
    ["FREQ=WEEKLY;COUNT=1", "Every week on Thursday, once"],
  ])("%s: %s", (rule, said) => {
    expect(recurrenceWords(rule, START, language)).toBe(said);
  });

  test.each([
    "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
    "FREQ=DAILY;BYHOUR=9,17",
    "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
    "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=2",
    "FREQ=YEARLY;BYYEARDAY=100",
  ])("%s is never shortened: the rule itself is shown", (rule) => {
    expect(recurrenceWords(rule, START, language)).toContain(rule);
  });

  test("what is no rule is shown as it is", () => {
    expect(recurrenceWords("every now and then", START, language)).toBe("every now and then");
  });
});

function fields(properties: Record<string, string>): Map<FieldName, string> {
  const item = readItem(eventText("a", properties));
  if (!item) throw new Error("not readable");
  return new Map(itemFields(item, language).map(({ name, text }) => [name, plain(text) ?? ""]));
}

describe("when", () => {
  test("is said in the user's zone, and as it was written where that reads otherwise", () => {
    const shown = fields({ DTSTART: "20260305T100000Z", DTEND: "20260305T113000Z" });
    expect(shown.get("when")).toMatch(/^Thursday,? 5 March 2026(?: at|,) 11:00\s?–\s?12:30$/);
    const item = readItem(
      eventText("a", {})
        .replace("DTSTART:20260301T100000Z", "DTSTART;TZID=America/New_York:20260305T100000")
        .replace("DTSTAMP", "DTEND;TZID=Eastern Standard Time:20260305T110000\r\nDTSTAMP"),
    );
    const [here, there] = item
      ? (itemFields(item, language).map(({ text }) => text.split("\n"))[0] ?? [])
      : [];
    expect(plain(here)).toMatch(/16:00\s?–\s?17:00/);
    expect(plain(there)).toMatch(/10:00\s?–\s?11:00 \(America\/New_York\)/);
  });

  test("a day is its name, several days end with their last", () => {
    expect(fields({ DTSTART: "20260305", DTEND: "20260306" }).get("when")).toMatch(
      /^Thursday,? 5 March 2026$/,
    );
    const span = fields({ DTSTART: "20260305", DTEND: "20260308" }).get("when");
    expect(span).toMatch(/5.*–.*7 March 2026$/);
  });

  test("floating time has no zone to be converted from", () => {
    expect(fields({ DTSTART: "20260305T100000", DTEND: "20260305T110000" }).get("when")).toMatch(
      /10:00\s?–\s?11:00$/,
    );
  });
});

test("who, where, reminders and the rest in words", () => {
  const text = eventText("a", {
    SUMMARY: "Party\\, with cake",
    LOCATION: "Home",
    "ORGANIZER;CN=Ada": "mailto:ada@example.org",
    "ATTENDEE;CN=Bob;PARTSTAT=ACCEPTED": "mailto:bob@example.org",
    STATUS: "TENTATIVE",
    CLASS: "X-ODD",
    DESCRIPTION: "Line one\\nLine two",
  }).replace(
    "END:VEVENT",
    "BEGIN:VALARM\r\nTRIGGER:-PT1H30M\r\nACTION:DISPLAY\r\nEND:VALARM\r\nEND:VEVENT",
  );
  const item = readItem(text);
  const shown = Object.fromEntries(
    (item ? itemFields(item, language) : []).map(({ name, text }) => [name, text]),
  );
  expect(shown).toMatchObject({
    title: "Party, with cake",
    where: "Home",
    organizer: "Ada <ada@example.org>",
    people: "Bob <bob@example.org> — takes part",
    status: "Tentative",
    privacy: "x odd",
    notes: "Line one\nLine two",
    reminders: "1 hour and 30 minutes before the start",
  });
});

test("a series says what is left out and which dates differ", () => {
  const override =
    "BEGIN:VEVENT\r\nUID:a\r\nRECURRENCE-ID:20260308T100000Z\r\nDTSTART:20260309T120000Z\r\nSUMMARY:Moved\r\nEND:VEVENT\r\n";
  const text = eventText("a", {
    SUMMARY: "Team",
    RRULE: "FREQ=WEEKLY",
    EXDATE: "20260315T100000Z",
  }).replace("END:VCALENDAR", `${override}END:VCALENDAR`);
  const item = readItem(text);
  const shown = new Map(
    (item ? itemFields(item, language) : []).map(({ name, text }) => [name, plain(text)]),
  );
  expect(shown.get("leftOut")).toMatch(/15 Mar 2026/);
  expect(shown.get("changedDates")).toMatch(/8 Mar 2026.*→ Moved · Monday,? 9 March 2026/);
});

test("what is no item is said to be none", () => {
  expect(readItem("hello")).toBe(null);
  expect(readItem("")).toBe(null);
});

describe("links", () => {
  test.each([
    ["https://example.org/a?b=c", "https://example.org/a?b=c"],
    ["HTTP://example.org", "http://example.org/"],
    ["mailto:ada@example.org", "mailto:ada@example.org"],
  ])("%s may be opened", (address, href) => {
    expect(safeLink(address)).toBe(href);
  });

  test.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "chrome://messenger/content/",
    "moz-extension://abc/",
    "https://",
    "no link",
  ])("%s may not", (address) => {
    expect(safeLink(address)).toBe(null);
  });

  test("are found within a text, which stays as it was", () => {
    const text = "See (https://example.org/x), javascript:alert(1) or mailto:a@b.c.";
    const parts = linkParts(text);
    expect(parts.map((part) => part.text).join("")).toBe(text);
    expect(parts.flatMap(({ href }) => href ?? [])).toEqual([
      "https://example.org/x",
      "mailto:a@b.c",
    ]);
  });
});

describe("two versions side by side", () => {
  test("marks the words that differ, and only those", () => {
    const { before, after } = textDiff("Meeting in room one", "Meeting in room two");
    expect(before).toEqual([
      { text: "Meeting in room ", differs: false },
      { text: "one", differs: true },
    ]);
    expect(after.at(-1)).toEqual({ text: "two", differs: true });
  });

  test.each([
    ["", "new"],
    ["old", ""],
    ["a b c d", "a c d e"],
    ["x ".repeat(2000), "y"],
  ])("parts joined give both texts again", (first, second) => {
    const { before, after } = textDiff(first, second);
    expect(before.map(({ text }) => text).join("")).toBe(first);
    expect(after.map(({ text }) => text).join("")).toBe(second);
  });

  test("compares field by field, in order, those of one side only included", () => {
    const compared = compareFields(
      [
        { name: "title", text: "Team" },
        { name: "notes", text: "Bring cake" },
      ],
      [
        { name: "title", text: "Team" },
        { name: "where", text: "Room" },
        { name: "notes", text: "Bring tea" },
      ],
    );
    expect(compared.map(({ name, diff }) => [name, diff !== null])).toEqual([
      ["title", false],
      ["where", true],
      ["notes", true],
    ]);
    expect(compared[1]).toMatchObject({ before: null, after: "Room" });
  });
});
