import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sampleCalendar } from "../../../scripts/sample-calendar.ts";
import { changedProperties } from "../../../src/shared/ical/changed-properties.ts";
import { mergeTexts } from "../../../src/shared/ical/merge.ts";
import { EDITS, type SampleEdit } from "./edits.ts";
import { calendarText, eventLines, fixture, fixtureNames } from "./fixtures.ts";

const SINGLE = eventLines(
  "DTSTAMP:20250101T000000Z",
  "LAST-MODIFIED:20250101T000000Z",
  "SUMMARY:Lunch",
  "DTSTART:20250301T100000Z",
  "DTEND:20250301T110000Z",
  "CATEGORIES:Work,Food",
  "ATTENDEE;CN=Ada;PARTSTAT=NEEDS-ACTION:mailto:ada@example.org",
  "ATTENDEE;CN=Kim;PARTSTAT=NEEDS-ACTION:mailto:kim@example.org",
);

const SERIES = eventLines(
  "DTSTAMP:20250101T000000Z",
  "SUMMARY:Course",
  "DTSTART;TZID=Europe/Berlin:20250303T100000",
  "DTEND;TZID=Europe/Berlin:20250303T110000",
  "RRULE:FREQ=WEEKLY;COUNT=10",
);

function replaced(lines: readonly string[], ...changes: (readonly [string, string | null])[]) {
  let result = [...lines];
  for (const [start, line] of changes) {
    expect(result.some((old) => old.startsWith(start))).toBe(true);
    result = result.flatMap((old) =>
      !old.startsWith(start) ? [old] : line === null ? [] : [line],
    );
  }
  return result;
}

function added(lines: readonly string[], ...more: string[]) {
  return [...lines.slice(0, -1), ...more, ...lines.slice(-1)];
}

function override(instance: string, ...lines: string[]) {
  return eventLines(`RECURRENCE-ID;TZID=Europe/Berlin:${instance}`, ...lines);
}

function merge(base: string, mine: string, theirs: string) {
  return mergeTexts({ base, mine, theirs });
}

describe("changes to different things merge silently", () => {
  const base = calendarText(SINGLE);

  test("my title, their place: both hold, and their bytes stay", () => {
    const mine = calendarText(replaced(SINGLE, ["SUMMARY", "SUMMARY:Brunch"]));
    const theirs = calendarText(added(SINGLE, 'LOCATION;X-ODD="a;b":Folded', "  on: purpose"));
    const merged = merge(base, mine, theirs);
    expect(merged.conflicts).toEqual([]);
    expect(merged.text).toBe(theirs.replace("SUMMARY:Lunch", "SUMMARY:Brunch"));
  });

  test("each of two guests answers", () => {
    const mine = calendarText(
      replaced(SINGLE, [
        "ATTENDEE;CN=Ada",
        "ATTENDEE;CN=Ada;PARTSTAT=ACCEPTED:mailto:ada@example.org",
      ]),
    );
    const theirs = calendarText(
      replaced(SINGLE, [
        "ATTENDEE;CN=Kim",
        "ATTENDEE;PARTSTAT=DECLINED;CN=Kim:MAILTO:KIM@example.org",
      ]),
    );
    const merged = merge(base, mine, theirs);
    expect(merged.conflicts).toEqual([]);
    expect(merged.text).toContain("ATTENDEE;CN=Ada;PARTSTAT=ACCEPTED:mailto:ada@example.org\r\n");
    expect(merged.text).toContain("ATTENDEE;PARTSTAT=DECLINED;CN=Kim:MAILTO:KIM@example.org\r\n");
  });

  test("categories are a set: one taken off here, one put on there", () => {
    const mine = calendarText(replaced(SINGLE, ["CATEGORIES", "CATEGORIES:Food"]));
    const theirs = calendarText(replaced(SINGLE, ["CATEGORIES", "CATEGORIES:Work,Food,Fun"]));
    const merged = merge(base, mine, theirs);
    expect(merged).toMatchObject({ conflicts: [], changed: true });
    expect(merged.text).toContain("CATEGORIES:Food,Fun\r\n");
  });

  test("both leave out another occurrence; the instants count, not how they are written", () => {
    const series = calendarText(SERIES);
    const mine = calendarText(added(SERIES, "EXDATE;TZID=Europe/Berlin:20250310T100000"));
    const theirs = calendarText(added(SERIES, "EXDATE:20250310T090000Z,20250317T090000Z"));
    const merged = merge(series, mine, theirs);
    expect(merged).toEqual({ text: theirs, conflicts: [], changed: false });
  });

  test("an alarm added here, another changed there", () => {
    const alarm = (trigger: string) => [
      "BEGIN:VALARM",
      "ACTION:DISPLAY",
      `TRIGGER:${trigger}`,
      "END:VALARM",
    ];
    const mine = calendarText(added(SINGLE, ...alarm("-PT15M"), ...alarm("-P1D")));
    const theirs = calendarText(added(SINGLE, ...alarm("-PT30M")));
    const merged = merge(calendarText(added(SINGLE, ...alarm("-PT15M"))), mine, theirs);
    expect(merged.conflicts).toEqual([]);
    expect(merged.text.match(/TRIGGER:.*/g)).toEqual(["TRIGGER:-PT30M", "TRIGGER:-P1D"]);
  });

  test("different occurrences of a series", () => {
    const mine = calendarText(SERIES, override("20250310T100000", "SUMMARY:Mine"));
    const theirs = calendarText(SERIES, override("20250317T100000", "SUMMARY:Theirs"));
    const merged = merge(calendarText(SERIES), mine, theirs);
    expect(merged.conflicts).toEqual([]);
    expect(merged.text.match(/^SUMMARY:.*/gm)).toEqual([
      "SUMMARY:Course",
      "SUMMARY:Theirs",
      "SUMMARY:Mine",
    ]);
  });

  test("different properties of the same occurrence, which neither had touched before", () => {
    const times = (wall: string) => [
      `DTSTART;TZID=Europe/Berlin:20250310T${wall}00`,
      "DTEND;TZID=Europe/Berlin:20250310T110000",
    ];
    const mine = calendarText(
      SERIES,
      override("20250310T100000", "SUMMARY:Mine", ...times("1000")),
    );
    const theirs = calendarText(
      SERIES,
      override("20250310T100000", "SUMMARY:Course", "LOCATION:Hall", ...times("0930")),
    );
    const merged = merge(calendarText(SERIES), mine, theirs);
    expect(merged.conflicts).toEqual([]);
    expect(merged.text).toContain("SUMMARY:Mine\r\n");
    expect(merged.text).toContain("LOCATION:Hall\r\n");
    expect(merged.text).toContain("20250310T093000");
  });

  test("both made the same change", () => {
    const same = calendarText(replaced(SINGLE, ["SUMMARY", "SUMMARY:A\\, B"]));
    const theirs = same.replace("SUMMARY:A\\, B", "SUMMARY:A\\,\r\n  B");
    expect(merge(base, same, theirs)).toEqual({ text: theirs, conflicts: [], changed: false });
  });

  test("time stamps and acknowledgements never clash, the later one holds", () => {
    const at = (stamp: string, ack: string, summary: string) =>
      calendarText(
        added(
          replaced(SINGLE, ["LAST-MODIFIED", `LAST-MODIFIED:${stamp}`], ["SUMMARY", summary]),
          `X-MOZ-LASTACK:${ack}`,
          "SEQUENCE:2",
        ),
      );
    const mine = at("20250105T000000Z", "20250105T000000Z", "SUMMARY:Mine");
    const theirs = at("20250109T000000Z", "20250103T000000Z", "SUMMARY:Lunch");
    const merged = merge(base, mine, theirs);
    expect(merged.conflicts).toEqual([]);
    expect(merged.text).toContain("LAST-MODIFIED:20250109T000000Z");
    expect(merged.text).toContain("X-MOZ-LASTACK:20250105T000000Z");
  });

  test("a zone I newly refer to comes along once, before the items", () => {
    const zoned = fixture("thunderbird-event");
    const plain = zoned
      .replace(/BEGIN:VTIMEZONE[\s\S]*END:VTIMEZONE\r\n/, "")
      .replace(/;TZID=Europe\/Berlin:(\d+T\d+)/g, ":$1Z");
    const merged = merge(plain, zoned, plain.replace("SUMMARY:Zahnarzt", "SUMMARY:Arzt"));
    expect(merged.conflicts).toEqual([]);
    expect(merged.text.match(/BEGIN:VTIMEZONE/g)).toHaveLength(1);
    expect(merged.text.indexOf("BEGIN:VTIMEZONE")).toBeLessThan(
      merged.text.indexOf("BEGIN:VEVENT"),
    );
    expect(merged.text).toContain("SUMMARY:Arzt");
  });
});

describe("changes to the same thing are reported, and mine stands", () => {
  const base = calendarText(SINGLE);

  test("two titles", () => {
    const mine = calendarText(replaced(SINGLE, ["SUMMARY", "SUMMARY:Mine"]));
    const theirs = calendarText(replaced(SINGLE, ["SUMMARY", "SUMMARY:Theirs"]));
    const merged = merge(base, mine, theirs);
    expect(merged).toEqual({ text: mine, conflicts: ["SUMMARY"], changed: true });
  });

  test("start here, end there: times only change together", () => {
    const mine = calendarText(
      replaced(
        SINGLE,
        ["DTSTART", "DTSTART:20250301T120000Z"],
        ["DTEND", "DTEND:20250301T130000Z"],
      ),
    );
    const theirs = calendarText(replaced(SINGLE, ["DTEND", "DURATION:PT30M"]));
    const merged = merge(base, mine, theirs);
    expect(new Set(merged.conflicts)).toEqual(new Set(["DTEND", "DTSTART", "DURATION"]));
    expect(changedProperties(merged.text, mine)).toEqual([]);
  });

  test("completed here, reopened there", () => {
    const task = (...lines: string[]) =>
      calendarText(["BEGIN:VTODO", "UID:t", ...lines, "END:VTODO"]);
    const merged = merge(
      task("STATUS:IN-PROCESS", "PERCENT-COMPLETE:50"),
      task("STATUS:COMPLETED", "PERCENT-COMPLETE:100", "COMPLETED:20250101T000000Z"),
      task("STATUS:NEEDS-ACTION", "PERCENT-COMPLETE:0"),
    );
    expect(merged.conflicts).toContain("STATUS");
    expect(merged.text).toContain("STATUS:COMPLETED\r\n");
    expect(merged.text).toContain("PERCENT-COMPLETE:100\r\n");
    expect(merged.text).toContain("COMPLETED:20250101T000000Z\r\n");
  });

  test("I change an occurrence they deleted", () => {
    const mine = calendarText(SERIES, override("20250310T100000", "SUMMARY:Mine"));
    const theirs = calendarText(added(SERIES, "EXDATE;TZID=Europe/Berlin:20250310T100000"));
    const merged = merge(calendarText(SERIES), mine, theirs);
    expect(new Set(merged.conflicts)).toEqual(new Set(["EXDATE", "RECURRENCE-ID"]));
    expect(merged.text).toContain("SUMMARY:Mine");
    expect(merged.text).not.toContain("EXDATE");
  });

  test("I delete an occurrence they changed", () => {
    const mine = calendarText(added(SERIES, "EXDATE;TZID=Europe/Berlin:20250310T100000"));
    const theirs = calendarText(SERIES, override("20250310T100000", "SUMMARY:Theirs"));
    const merged = merge(calendarText(SERIES), mine, theirs);
    expect(new Set(merged.conflicts)).toEqual(new Set(["EXDATE", "RECURRENCE-ID"]));
    expect(merged.text).toBe(mine);
  });

  test("I move the series, they change an occurrence that no longer exists", () => {
    const moved = replaced(
      SERIES,
      ["DTSTART", "DTSTART;TZID=Europe/Berlin:20250304T150000"],
      ["DTEND", "DTEND;TZID=Europe/Berlin:20250304T160000"],
    );
    const theirs = calendarText(SERIES, override("20250310T100000", "SUMMARY:Theirs"));
    const merged = merge(calendarText(SERIES), calendarText(moved), theirs);
    expect(new Set(merged.conflicts)).toEqual(new Set(["DTSTART", "RECURRENCE-ID"]));
    expect(merged.text).toBe(calendarText(moved));
  });

  test("I make the series longer, they change an occurrence that still exists: no conflict", () => {
    const longer = calendarText(replaced(SERIES, ["RRULE", "RRULE:FREQ=WEEKLY;COUNT=20"]));
    const theirs = calendarText(SERIES, override("20250310T100000", "SUMMARY:Theirs"));
    const merged = merge(calendarText(SERIES), longer, theirs);
    expect(merged.conflicts).toEqual([]);
    expect(merged.text).toContain("COUNT=20");
    expect(merged.text).toContain("SUMMARY:Theirs");
  });

  test("they changed an override I removed", () => {
    const both = (title: string) => calendarText(SERIES, override("20250310T100000", title));
    const merged = merge(both("SUMMARY:A"), calendarText(SERIES), both("SUMMARY:B"));
    expect(merged.conflicts).toEqual(["RECURRENCE-ID"]);
    expect(merged.text).toBe(calendarText(SERIES));
  });

  test("both changed the only alarm", () => {
    const alarm = (trigger: string) =>
      calendarText(
        added(SINGLE, "BEGIN:VALARM", "ACTION:DISPLAY", `TRIGGER:${trigger}`, "END:VALARM"),
      );
    const merged = merge(alarm("-PT15M"), alarm("-PT5M"), alarm("-PT60M"));
    expect(merged.conflicts).toEqual(["VALARM"]);
    expect(merged.text.match(/TRIGGER:.*/g)).toEqual(["TRIGGER:-PT5M"]);
  });

  test("a text too damaged to be changed in part: mine as a whole", () => {
    const mine = calendarText(replaced(SINGLE, ["SUMMARY", "SUMMARY:Mine"]));
    const merged = merge(base, mine, fixture("damaged-no-end"));
    expect(merged).toEqual({ text: mine, conflicts: ["VCALENDAR"], changed: true });
  });
});

describe("laws", () => {
  const texts = [
    ...sampleCalendar({ items: 60, seed: 11 }).map(({ text }) => text),
    ...fixtureNames.map(fixture),
  ];
  const base = fc.constantFrom(...texts);
  const subset = fc.subarray([...EDITS]);
  const applied = (text: string, edits: readonly SampleEdit[]) =>
    edits.reduce((result, { apply }) => apply(result), text);

  test("without a change of mine the result is theirs, byte for byte", () => {
    fc.assert(
      fc.property(base, subset, (text, edits) => {
        const theirs = applied(text, edits);
        expect(merge(text, text, theirs)).toEqual({ text: theirs, conflicts: [], changed: false });
      }),
    );
  });

  test("without a change of theirs the result says what mine says", () => {
    fc.assert(
      fc.property(base, subset, (text, edits) => {
        const mine = applied(text, edits);
        const merged = merge(text, mine, text);
        expect(merged.conflicts).toEqual([]);
        expect(changedProperties(merged.text, mine)).toEqual([]);
      }),
    );
  });

  test("theirs in another form is no change of theirs", () => {
    fc.assert(
      fc.property(fc.constantFrom(...texts.slice(0, 60)), subset, (text, edits) => {
        const mine = applied(text, edits);
        const reformatted = text.replace(/\r\n /g, "").replace(/PRODID:.*/, "PRODID:-//Other//EN");
        const merged = merge(text, mine, reformatted);
        expect(merged.conflicts).toEqual([]);
        expect(changedProperties(merged.text, mine)).toEqual([]);
      }),
    );
  });

  test("edits of different things give the same whichever side made them, and nothing is lost", () => {
    fc.assert(
      fc.property(fc.constantFrom(...texts.slice(0, 60)), subset, subset, (text, first, second) => {
        const mineEdits = first;
        const theirEdits = second.filter((edit) => !first.includes(edit));
        const [mine, theirs] = [applied(text, mineEdits), applied(text, theirEdits)];
        const merged = merge(text, mine, theirs);
        // A whole series moved under its overrides is another matter.
        fc.pre(!merged.conflicts.includes("RECURRENCE-ID"));
        expect(merged.conflicts).toEqual([]);
        expect(changedProperties(merged.text, merge(text, theirs, mine).text)).toEqual([]);
        const together = applied(text, [...mineEdits, ...theirEdits]);
        expect(changedProperties(merged.text, together)).toEqual([]);
      }),
    );
  });

  test("merging never throws, whatever the texts", () => {
    const pieces = fixture("google-series-with-override").split(/(?<=\n)/);
    const anyText = fc.array(fc.constantFrom(...pieces)).map((parts) => parts.join(""));
    fc.assert(
      fc.property(anyText, anyText, anyText, (first, mine, theirs) => {
        expect(typeof merge(first, mine, theirs).text).toBe("string");
      }),
    );
  });
});
