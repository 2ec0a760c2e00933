/** ical.js stands in for Thunderbird, whose serialisations are ical.js's with an own order and folding. */

import fc from "fast-check";
import ICAL from "ical.js";
import { describe, expect, test } from "vitest";
import { sampleCalendar } from "../../../scripts/sample-calendar.ts";
import { insertMarker } from "../../../src/shared/ical/acks.ts";
import { applyEdit } from "../../../src/shared/ical/apply-edit.ts";
import { changedProperties } from "../../../src/shared/ical/changed-properties.ts";
import { EDITS } from "./edits.ts";
import { calendarText, eventLines, fixture } from "./fixtures.ts";

function serialised(text: string): string {
  const calendar = ICAL.Component.fromString(text);
  calendar.updatePropertyWithValue("prodid", "-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN");
  return insertMarker(`${calendar.toString()}\r\n`, "X-KEEPER-REVISION", "7");
}

/** Edits `text` as it stands in Thunderbird: by a change of the serialised item. */
function edit(text: string, change: (item: ICAL.Component) => void, current = text) {
  const before = serialised(text);
  const calendar = ICAL.Component.fromString(before);
  const item = calendar.getFirstSubcomponent("vevent") ?? calendar.getFirstSubcomponent("vtodo");
  if (!item) throw new Error("no item in the text");
  change(item);
  item.updatePropertyWithValue("dtstamp", ICAL.Time.fromString("2026-01-02T03:04:05Z", undefined));
  const original = current === text ? null : text;
  return applyEdit({ before, after: calendar.toString(), current, original });
}

const titled = (item: ICAL.Component) => {
  item.updatePropertyWithValue("summary", "Neuer Titel, mit Komma");
};

describe("only what was edited changes", () => {
  test.each([
    "google-single",
    "google-series-with-override",
    "icloud-travel-time",
    "exchange-custom-zone",
    "nextcloud-image-and-conference",
    "nextcloud-task",
    "thunderbird-series-acks",
    "line-feeds-only",
    "folded-everywhere",
    "carets-and-quotes",
    "libical-zone-prefix",
  ])("%s: a new title", (name) => {
    const text = fixture(name);
    const { text: result, conflicts, significant } = edit(text, titled);
    expect({ conflicts, significant }).toEqual({ conflicts: [], significant: true });
    expect(changedProperties(text, result)).toEqual(["SUMMARY"]);
    const kept = (whole: string) =>
      whole
        .split(/(?<=\n)(?![ \t])/)
        .filter((line) => !/^(?:SUMMARY|DTSTAMP)/.test(line.replace(/\r?\n[ \t]/g, "")));
    expect(kept(result)).toEqual(kept(text));
  });

  test("parameters only the server's text has survive a new value", () => {
    const { text } = edit(fixture("exchange-custom-zone"), titled);
    expect(text).toContain("SUMMARY;LANGUAGE=de-DE:Neuer Titel\\, mit Komma\r\n");
  });

  test("nothing was changed: the text as it is", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...sampleCalendar({ items: 30, seed: 3 }).map(({ text }) => text)),
        fc.constantFrom(...EDITS),
        (text, { apply }) => {
          const [before, current] = [serialised(text), apply(text)];
          const result = applyEdit({ before, after: before, current, original: text });
          expect(result).toEqual({ text: current, conflicts: [], significant: false });
        },
      ),
    );
  });

  test("every kind of edit arrives in the stored text", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...sampleCalendar({ items: 30, seed: 5 }).map(({ text }) => text)),
        fc.constantFrom(...EDITS),
        (text, { apply }) => {
          const [before, after] = [serialised(text), serialised(apply(text))];
          const result = applyEdit({ before, after, current: text, original: null });
          expect(changedProperties(result.text, apply(text))).toEqual([]);
          expect(result.text).not.toContain("X-KEEPER-");
        },
      ),
    );
  });

  test("an answer to an invitation changes that guest's line alone", () => {
    const { text } = edit(fixture("google-single"), (item) => {
      item.getAllProperties("attendee")[1]?.setParameter("partstat", "ACCEPTED");
    });
    expect(text.replace(/\r\n /g, "")).toContain(
      "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=TRUE;CN=Kim Doe;X-NUM-GUESTS=0:mailto:kim@example.org\r\n",
    );
  });
});

describe("what Thunderbird writes in another way", () => {
  test("an item with DURATION comes back with DTEND: moving it leaves one end", () => {
    const text = calendarText(eventLines("DTSTART:20250301T100000Z", "DURATION:PT2H", "SUMMARY:x"));
    const before = text.replace("DURATION:PT2H", "DTEND:20250301T120000Z");
    const after = before.replace("T100000Z", "T110000Z");
    const result = applyEdit({ before, after, current: text, original: null });
    expect(result.text).toContain("DTSTART:20250301T110000Z\r\n");
    expect(result.text).toContain("DTEND:20250301T120000Z\r\n");
    expect(result.text).not.toContain("DURATION");
  });

  test("a series comes back with one more override: an occurrence was edited", () => {
    const series = fixture("google-series-with-override");
    const before = serialised(series);
    const override = [
      "BEGIN:VEVENT",
      "UID:weekly-77@google.com",
      "X-KEEPER-REVISION:7",
      "X-MOZ-GENERATION:1",
      "RECURRENCE-ID;TZID=Europe/Berlin:20250127T093000",
      "DTSTART;TZID=Europe/Berlin:20250127T113000",
      "DTEND;TZID=Europe/Berlin:20250127T120000",
      "SUMMARY:Stand-up (later)",
      "END:VEVENT",
      "",
    ].join("\r\n");
    const after = before.replace(/END:VCALENDAR/, `${override}END:VCALENDAR`);
    const result = applyEdit({ before, after, current: series, original: null });
    const expected = override.replace(/X-(?:KEEPER|MOZ)-.*\r\n/g, "");
    expect(result.text).toBe(series.replace("END:VCALENDAR", `${expected}END:VCALENDAR`));
  });

  test.each([
    ["by its IANA name", ";TZID=Europe/Berlin"],
    ["as floating time, not knowing it", ""],
  ])("a zone Thunderbird shows %s keeps its name in the text", (_, shown) => {
    const text = fixture("exchange-custom-zone");
    const before = serialised(text).replace(/;TZID=W\. Europe Standard Time/g, shown);
    const override = [
      ...eventLines(
        `RECURRENCE-ID${shown}:20250922T140000`,
        `DTSTART${shown}:20250922T160000`,
        `DTEND${shown}:20250922T170000`,
      ),
      "",
    ].join("\r\n");
    const after = before
      .replace("T140000", "T133000")
      .replace("SUMMARY", `RRULE:FREQ=WEEKLY\r\nEXDATE${shown}:20250929T140000\r\nSUMMARY`)
      .replace("END:VCALENDAR", `${override.replace("event-1", "x")}END:VCALENDAR`);
    const result = applyEdit({ before, after, current: text, original: null });
    const lines = result.text
      .split("\r\n")
      .filter((line) => /T(?:133|140|153|160|170)\d\d\d$/.test(line));
    const zone = ";TZID=W. Europe Standard Time:";
    expect(new Set(lines)).toEqual(
      new Set([
        `DTSTART${zone}20250915T133000`,
        `DTEND${zone}20250915T153000`,
        `EXDATE${zone}20250929T140000`,
        `RECURRENCE-ID${zone}20250922T140000`,
        `DTSTART${zone}20250922T160000`,
        `DTEND${zone}20250922T170000`,
      ]),
    );
    expect(result.text.match(/BEGIN:VTIMEZONE/g)).toHaveLength(1);
  });

  test("a zone that comes along has offsets of four digits; those there are left alone", () => {
    const zone = fixture("thunderbird-event").match(/BEGIN:VTIMEZONE[\s\S]*END:VTIMEZONE\r\n/)?.[0];
    const text = fixture("exchange-custom-zone");
    const moved = serialised(text)
      .replace(/DTSTART;TZID=[^:]*/, "DTSTART;TZID=Europe/Berlin")
      .replace(/DTEND;TZID=[^:]*/, "DTEND;TZID=Europe/Berlin")
      .replace("BEGIN:VEVENT", `${zone?.replace(/(TZOFFSET.*)/g, "$100")}BEGIN:VEVENT`);
    const result = applyEdit({
      before: serialised(text),
      after: moved,
      current: text,
      original: null,
    });
    expect(result.text).toContain("DTSTART;TZID=Europe/Berlin:20250915T140000\r\n");
    expect(result.text).toContain("TZID:W. Europe Standard Time\r\n");
    expect(result.text).toContain(zone ?? "no zone in the fixture");
  });

  test("an alarm that Thunderbird shows in another form goes when it is taken off", () => {
    const alarm = (...lines: string[]) => ["BEGIN:VALARM", ...lines, "END:VALARM"];
    const item = (...alarms: string[][]) =>
      calendarText(eventLines("DTSTART:20250301T100000Z", "SUMMARY:x", ...alarms.flat()));
    const kept = alarm("ACTION:DISPLAY", "TRIGGER:-P1D", "X-KEPT:1");
    const current = item(
      alarm("ACTION:PROCEDURE", "TRIGGER;VALUE=DATE-TIME:20250301T094500Z"),
      kept,
    );
    const before = item(
      alarm("ACTION:AUDIO", "TRIGGER:-PT15M"),
      alarm("ACTION:DISPLAY", "TRIGGER:-P1D"),
    );
    const after = item(alarm("ACTION:DISPLAY", "TRIGGER:-P1D"));
    const result = applyEdit({ before, after, current, original: null });
    expect(result.text).toBe(item(kept));
  });

  test("a text that cannot be changed in part becomes Thunderbird's item", () => {
    const current = fixture("damaged-no-end");
    const before = calendarText(eventLines("DTSTART:20250301T100000Z", "SUMMARY:a"));
    const after = before.replace("SUMMARY:a", "SUMMARY:b");
    const result = applyEdit({ before, after, current, original: null });
    expect(changedProperties(result.text, after)).toEqual([]);
  });
});

describe("an acknowledged alarm is no edit", () => {
  test.each([
    "X-MOZ-LASTACK:20260101T000000Z",
    "X-MOZ-SNOOZE-TIME-123:20260101T000000Z",
    "X-MOZ-GENERATION:9",
  ])("%s", (line) => {
    const text = fixture("google-single");
    const before = serialised(text);
    const after = before
      .replace("BEGIN:VEVENT\r\n", `BEGIN:VEVENT\r\n${line}\r\n`)
      .replace(/LAST-MODIFIED:.*/, "LAST-MODIFIED:20260101T000000Z");
    const result = applyEdit({ before, after, current: text, original: null });
    expect(result).toEqual({ text, conflicts: [], significant: false });
  });

  test("nor does it slip into the text with a real edit; the edit's time stamps do", () => {
    const text = fixture("thunderbird-event");
    const { text: result } = edit(text, (item) => {
      titled(item);
      item.updatePropertyWithValue("x-moz-lastack", "20260101T000000Z");
    });
    expect(result).toContain("X-MOZ-LASTACK:20250820T060000Z\r\n");
    expect(result).toContain("DTSTAMP:20260102T030405Z\r\n");
  });
});

describe("an edit of an older version", () => {
  const text = fixture("google-single");
  const newer = text
    .replace("LOCATION:Hauptstraße 5", "LOCATION:Nebenstraße 6")
    .replace("SEQUENCE:1", "SEQUENCE:2");

  test("keeps what a sync brought meanwhile", () => {
    const result = edit(text, titled, newer);
    expect(result.conflicts).toEqual([]);
    expect(changedProperties(result.text, newer)).toEqual(["SUMMARY"]);
  });

  test("of the same thing stands, and says so", () => {
    const change = (item: ICAL.Component) => {
      item.updatePropertyWithValue("location", "Berlin");
    };
    const result = edit(text, change, newer);
    expect(result.conflicts).toEqual(["LOCATION"]);
    expect(result.text).toContain("LOCATION:Berlin\r\n");
  });
});
