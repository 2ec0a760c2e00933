/** Texts that are nearly calendars: scanned, edited and merged to the end, with nothing thrown. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { calendarTexts } from "../../../src/background/sync/texts.ts";
import { applyEdit } from "../../../src/shared/ical/apply-edit.ts";
import { joinTree, parseTree } from "../../../src/shared/ical/component-tree.ts";
import { itemDifferences } from "../../../src/shared/ical/item-differences.ts";
import { runs } from "../../support/fixed-seed.ts";
import { nearly } from "../../support/mutations.ts";
import { calendarText, eventLines, fixture, fixtureNames } from "./fixtures.ts";

const PIECES = [
  ...["BEGIN:VEVENT\r\n", "END:VEVENT\r\n", "END:VCALENDAR\r\n", "BEGIN:VCALENDAR\r\n", "\r\n "],
  ...["UID:x\r\n", "UID\r\n", "RECURRENCE-ID:20260101T000000Z\r\n", "RECURRENCE-ID;RANGE=:\r\n"],
  ...["DTSTART:99999999T999999\r\n", "DTSTART;TZID=:00000000\r\n", "DTEND:\r\n", "DURATION:P\r\n"],
  ...["RRULE:FREQ=SECONDLY\r\n", "RRULE:FREQ=YEARLY;BYDAY=54MO;INTERVAL=0\r\n", "RRULE:;;=\r\n"],
  ...[
    "RRULE:FREQ=DAILY;COUNT=1e9;UNTIL=\r\n",
    "RRULE:FREQ=MONTHLY;BYSETPOS=-367;BYMONTHDAY=31\r\n",
  ],
  ...["EXDATE:,,,\r\n", "RDATE;VALUE=PERIOD:/\r\n", 'ATTENDEE;CN=":\r\n', "CATEGORIES:,\\,\r\n"],
  ...[
    "BEGIN:VALARM\r\nTRIGGER:-P\r\nEND:VALARM\r\n",
    "BEGIN:VTIMEZONE\r\nTZID:x\r\n",
    ":",
    ";",
    "\t",
  ],
];
const texts = fixtureNames.map(fixture).filter((text) => text.length < 8_000);
const anyCalendar = nearly(texts, PIECES);

test("scanning gives columns that a store can take", () => {
  fc.assert(
    fc.property(anyCalendar, (text) => {
      expect(joinTree(parseTree(text))).toBe(text);
      const columns = calendarTexts.scanColumns(text);
      for (const time of [columns.start, columns.end, columns.completed, columns.lastModified])
        if (time !== null) expect(Number.isFinite(time)).toBe(true);
      expect(Number.isFinite(columns.sequence)).toBe(true);
    }),
    { numRuns: runs(600) },
  );
});

test("merging three texts, related or not, ends in one; the same on one side gives the other", () => {
  const related = fc.tuple(fc.constantFrom(...texts), fc.nat(), fc.nat()).chain(([text]) => {
    const mutated = nearly([text], PIECES);
    return fc.tuple(fc.oneof(fc.constant(text), mutated), mutated, mutated);
  });
  fc.assert(
    fc.property(related, ([base, mine, theirs]) => {
      const merged = calendarTexts.mergeTexts({ base, mine, theirs });
      expect(typeof merged.text).toBe("string");
      expect(calendarTexts.mergeTexts({ base, mine: base, theirs }).text).toBe(theirs);
    }),
    { numRuns: runs(400) },
  );
});

test("an edit, in whatever words it comes, is applied to whatever is stored", () => {
  fc.assert(
    fc.property(anyCalendar, anyCalendar, anyCalendar, (before, after, current) => {
      const applied = applyEdit({ before, after, current, original: null });
      expect(typeof applied.text).toBe("string");
      expect(applyEdit({ before, after: before, current, original: null }).text).toBe(current);
    }),
    { numRuns: runs(400) },
  );
});

test("differences of two texts can be told", () => {
  fc.assert(
    fc.property(anyCalendar, anyCalendar, (first, second) => {
      expect(Array.isArray(itemDifferences(first, second))).toBe(true);
    }),
    { numRuns: runs(300) },
  );
});

test.each([
  "UID:\r\n",
  "CATEGORIES:a,b\r\n",
  "RDATE:20250101,20250102\r\n",
  "ATTENDEE:mailto:a\r\n",
  "RRULE:FREQ=DAILY\r\n",
  "BEGIN:VALARM\r\nEND:VALARM\r\n",
])("ten thousand times the same lines cost their length, not its square: %j", (piece) => {
  const base = calendarText(eventLines("DTSTART:20250101T000000Z", piece.repeat(10_000).trimEnd()));
  const mine = base.replace("20250101", "20250102");
  const theirs = base.replace("UID:event-1", "UID:event-1\r\nSUMMARY:x");
  const { text, conflicts } = calendarTexts.mergeTexts({ base, mine, theirs });
  expect(conflicts).toEqual([]);
  expect(text).toBe(theirs.replace("20250101", "20250102"));
});
