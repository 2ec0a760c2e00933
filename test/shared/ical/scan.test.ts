import fc from "fast-check";
import ICAL from "ical.js";
import { describe, expect, test } from "vitest";
import { sampleCalendar } from "../../../scripts/sample-calendar.ts";
import { scanColumns } from "../../../src/shared/ical/scan.ts";
import { COMPONENT, ITEM_FLAG } from "../../../src/shared/item-store.ts";
import { calendarText, eventLines, fixture } from "./fixtures.ts";

const DAY = 86_400_000;

function flagNames(text: string): string {
  const { flags } = scanColumns(text);
  return Object.entries(ITEM_FLAG)
    .filter(([, bit]) => (flags & bit) !== 0)
    .map(([name]) => name)
    .join(" ");
}

function day(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString().slice(0, 16);
}

describe("what the columns of a text say", () => {
  test.each([
    ["google-single", "alarms attendees organizer", "2025-07-04T09:00", "2025-07-04T10:00"],
    ["exchange-custom-zone", "alarms attendees organizer", "2025-09-15T14:00", "2025-09-15T15:30"],
    ["icloud-travel-time", "alarms", "2025-07-10T15:00", "2025-07-10T16:30"],
    ["nextcloud-image-and-conference", "attachments", "2025-05-01T10:00", "2025-05-01T11:00"],
    ["all-day-no-end", "allDay", "2025-12-24T00:00", "2025-12-25T00:00"],
    ["all-day-span", "allDay", "2025-08-01T00:00", "2025-08-16T00:00"],
    ["duration", "", "2025-03-01T10:00", "2025-03-02T12:00"],
    ["floating", "", "2025-03-01T07:00", "2025-03-01T07:30"],
    ["line-feeds-only", "", "2025-03-01T10:00", "2025-03-01T10:30"],
    ["lower-case-names", "allDay", "2025-06-01T00:00", "2025-06-02T00:00"],
    ["blank-lines", "", "2025-03-01T10:00", "2025-03-01T10:00"],
    ["orphan-override", "overrides", "2025-03-08T12:00", "2025-03-08T13:00"],
    ["google-birthday", "recurring allDay", "1984-02-29T00:00", null],
    ["thunderbird-series-acks", "recurring overrides alarms", "2025-08-01T08:00", null],
    ["rdate-and-exdate", "recurring allDay", "2025-01-01T00:00", "2026-01-06T00:00"],
    ["rdate-period", "recurring", "2025-01-01T10:00", "2025-04-01T16:00"],
    ["override-moved-far", "recurring overrides", "2024-01-01T10:00", "2027-01-01T11:00"],
    ["nextcloud-task", "", "2025-03-10T08:00", "2025-07-31T18:00"],
    ["nextcloud-task-undated", "", null, null],
    ["nextcloud-task-completed", "allDay", "2025-04-01T00:00", "2025-04-02T00:00"],
    ["crafted-zone", "costly", "2025-03-08T12:00", "2025-03-08T12:00"],
    ["secondly", "recurring costly", "2025-01-01T00:00", null],
    ["never-again", "recurring costly", "2025-01-01T00:00", null],
  ])("%s: %s", (name, flags, start, end) => {
    const columns = scanColumns(fixture(name));
    expect(flagNames(fixture(name))).toBe(flags);
    expect([day(columns.start), day(columns.end)]).toEqual([start, end]);
  });

  test.each([
    "damaged-no-end",
    "damaged-stray-line",
    "damaged-no-uid",
    "damaged-no-start",
    "damaged-bad-date",
    "damaged-crossed-ends",
    "damaged-html",
  ])("%s is unreadable", (name) => {
    expect(flagNames(fixture(name))).toContain("unreadable");
  });

  test("texts of properties are unescaped, words of a list stay told apart", () => {
    const columns = scanColumns(fixture("nextcloud-task"));
    expect(columns).toMatchObject({
      uid: "2f8b1d64-7c1e-4d35-a0de-77c2f9c9c0a1",
      components: COMPONENT.todo,
      summary: "Steuererklärung abgeben",
      status: "IN-PROCESS",
      categories: "Finanzen,Büro\\, daheim",
      startValue: "|20250310T080000",
      endValue: "|20250731T180000",
      lastModified: Date.UTC(2025, 2, 15, 18),
    });
    expect(scanColumns(fixture("google-single")).location).toBe("Hauptstraße 5, 10827 Berlin");
  });

  test("a folded UID and a folded start are whole", () => {
    expect(scanColumns(fixture("folded-everywhere"))).toMatchObject({
      uid: "folded-uid-which-goes-on",
      startValue: "Europe/Berlin|20250203T090000",
    });
  });

  test("a completed task carries its time of completion", () => {
    expect(day(scanColumns(fixture("nextcloud-task-completed")).completed)).toBe(
      "2025-03-31T17:30",
    );
    expect(scanColumns(fixture("nextcloud-task")).completed).toBeNull();
  });

  test("properties of an alarm or a time zone are not those of the event", () => {
    const columns = scanColumns(fixture("exchange-custom-zone"));
    expect(columns.startValue).toBe("W. Europe Standard Time|20250915T140000");
    expect(flagNames(fixture("exchange-custom-zone"))).not.toContain("recurring");
  });

  test("the newest change among the components counts", () => {
    const { lastModified } = scanColumns(fixture("google-series-with-override"));
    expect(lastModified).toBe(Date.UTC(2025, 5, 2, 7, 59));
  });

  test("several resources' components in one text: a journal is known as one", () => {
    expect(scanColumns(fixture("journal")).components).toBe(COMPONENT.journal);
  });
});

describe("when a series ends", () => {
  const start = fc
    .integer({ min: Date.UTC(2000, 0, 1) / DAY, max: Date.UTC(2030, 0, 1) / DAY })
    .map((days) => new Date(days * DAY + 36_000_000));
  const rule = fc.oneof(
    fc.constantFrom(
      "FREQ=DAILY",
      "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
      "FREQ=WEEKLY",
      "FREQ=WEEKLY;BYDAY=TU,SA",
      "FREQ=MONTHLY",
      "FREQ=MONTHLY;BYMONTHDAY=-1",
      "FREQ=MONTHLY;BYDAY=2TU",
      "FREQ=MONTHLY;BYDAY=-1FR",
      "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
      "FREQ=YEARLY",
      "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
      "FREQ=HOURLY",
    ),
  );

  test("no instance lies after the bound of a counted rule", () => {
    fc.assert(
      fc.property(
        start,
        rule,
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 3 }),
        (from, base, count, interval) => {
          const value = `${base};INTERVAL=${interval};COUNT=${count}`;
          const written = `${from.toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
          const { end } = scanColumns(
            calendarText(eventLines(`DTSTART:${written}`, `RRULE:${value}`)),
          );
          const iterator = ICAL.Recur.fromString(value).iterator(ICAL.Time.fromJSDate(from, true));
          let last = from.getTime();
          for (let next = iterator.next(); next; next = iterator.next())
            last = next.toJSDate().getTime();
          expect(end).not.toBeNull();
          expect(end ?? 0).toBeGreaterThanOrEqual(last);
        },
      ),
    );
  });

  test.each([
    ["FREQ=WEEKLY", null],
    ["FREQ=WEEKLY;UNTIL=20250131", "2025-02-01T11:00"],
    ["FREQ=WEEKLY;UNTIL=20250131T100000Z", "2025-02-01T11:00"],
    ["FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=5", null],
    ["FREQ=MONTHLY;BYDAY=5MO;INTERVAL=12;COUNT=2", null],
  ])("%s → %s", (rule, end) => {
    const text = calendarText(
      eventLines("DTSTART:20250101T100000Z", "DTEND:20250101T110000Z", `RRULE:${rule}`),
    );
    const found = day(scanColumns(text).end);
    expect(found === null ? null : found.slice(0, 10)).toBe(end === null ? null : end.slice(0, 10));
  });

  test.each([
    ["FREQ=SECONDLY", true],
    ["FREQ=MINUTELY;UNTIL=20350101T000000Z", true],
    ["FREQ=HOURLY;COUNT=1000000", true],
    ["FREQ=HOURLY;COUNT=12", false],
    ["FREQ=DAILY;BYHOUR=8,12,18", false],
    [`FREQ=DAILY;BYMINUTE=${Array.from({ length: 60 }, (_, minute) => minute).join(",")}`, true],
    ["FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2,4,6", true],
    ["FREQ=MONTHLY;BYMONTHDAY=31", false],
    ["FREQ=YEARLY;BYMONTH=13", true],
    ["FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6", true],
    ["FREQ=DAILY;INTERVAL=0", true],
    ["FREQ=FORTNIGHTLY", true],
    ["FREQ=WEEKLY;BYDAY=MO", false],
  ])("%s too dear to expand: %s", (rule, costly) => {
    const text = calendarText(eventLines("DTSTART:20250101T100000Z", `RRULE:${rule}`));
    expect(flagNames(text).includes("costly")).toBe(costly);
  });
});

describe("a time zone", () => {
  const zoned = (rule: string) =>
    calendarText(
      ["BEGIN:VTIMEZONE", "TZID:Z", "BEGIN:STANDARD", "DTSTART:19701025T030000"],
      ["TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", `RRULE:${rule}`, "END:STANDARD"],
      ["END:VTIMEZONE", ...eventLines("DTSTART;TZID=Z:20250101T100000")],
    );

  test.each([
    ["FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", false],
    ["FREQ=YEARLY;BYMINUTE=0;BYHOUR=3;BYDAY=-1SU;BYMONTH=10", false],
    ["FREQ=YEARLY;BYDAY=2SU;BYMONTHDAY=8,9,10,11,12,13,14;BYMONTH=3", false],
    ["FREQ=DAILY", true],
    ["FREQ=SECO\r\n NDLY", true],
    ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", true],
  ])("that changes by %s is too dear: %s", (rule, costly) => {
    expect(flagNames(zoned(rule)).includes("costly")).toBe(costly);
  });
});

describe("whatever the text", () => {
  test("scanning ends with columns, never an exception", () => {
    const pieces = fixture("google-series-with-override").split(/(?<=[:;\n])/);
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string())), (parts) => {
        const columns = scanColumns(parts.join(""));
        for (const time of [columns.start, columns.end, columns.completed, columns.lastModified])
          expect(Number.isNaN(time)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test("folding at any place changes nothing", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("google-single", "exchange-custom-zone", "nextcloud-task"),
        fc.integer({ min: 1, max: 60 }),
        (name, width) => {
          const plain = fixture(name).replace(/\r\n /g, "");
          const folded = plain.replace(
            new RegExp(`([^\\r\\n]{${width}})(?=[^\\r\\n])`, "g"),
            "$1\r\n ",
          );
          expect(scanColumns(folded)).toEqual(scanColumns(plain));
        },
      ),
    );
  });

  test("every sample item is readable and has a UID of its own", () => {
    const columns = sampleCalendar({ items: 500, seed: 7 }).map(({ text }) => scanColumns(text));
    expect(columns.filter(({ flags }) => (flags & ITEM_FLAG.unreadable) !== 0)).toEqual([]);
    expect(new Set(columns.map(({ uid }) => uid)).size).toBe(500);
  });
});

describe("what a scan reads is in proportion to the text", () => {
  /** Characters that the engine's searches look at while `run` runs. */
  function searched(run: () => void): number {
    const { indexOf } = String.prototype;
    let count = 0;
    // A spy that remembers each call would fill the memory.
    String.prototype.indexOf = function (this: string, wanted: string, from = 0) {
      const found = indexOf.call(this, wanted, from);
      count += (found < 0 ? this.length : found) - from;
      return found;
    };
    try {
      run();
    } finally {
      String.prototype.indexOf = indexOf;
    }
    return count;
  }

  test.each([
    ["an attachment whose lines lost their blank", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="],
    ["semicolons without a colon", "QUJD;REVG"],
    ["zones that end in small letters", "BEGIN:VTIMEZONE\r\nend:vtimezone"],
    ["zones that end as something else", "BEGIN:VTIMEZONE\r\nEND:DAYLIGHT"],
    ["ends of zones that never began", "END:VTIMEZONE"],
    ["zones in zones", "BEGIN:VTIMEZONE"],
  ])("%s", (_what, lines) => {
    const many = `${lines}\r\n`.repeat(1000);
    const text = `BEGIN:VCALENDAR\r\n${many}BEGIN:VEVENT\r\nUID:one\r\n${many}END:VEVENT\r\n${"END:VTIMEZONE\r\n".repeat(1000)}END:VCALENDAR\r\n`;
    expect(searched(() => scanColumns(text))).toBeLessThan(20 * text.length);
  });
});
