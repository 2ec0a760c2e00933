import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  extractAcks,
  insertAcks,
  insertMarker,
  markerValue,
  stripAcks,
  stripMarkers,
} from "../../../src/shared/ical/acks.ts";
import { changedProperties } from "../../../src/shared/ical/changed-properties.ts";
import { parseTree } from "../../../src/shared/ical/component-tree.ts";
import { newResourceText } from "../../../src/shared/ical/new-resource.ts";
import { scanColumns } from "../../../src/shared/ical/scan.ts";
import { calendarText, eventLines, fixture, fixtureNames } from "./fixtures.ts";

const acknowledged = fixture("thunderbird-series-acks");

describe("alarm acknowledgements beside the text", () => {
  test("come back into the components they were taken from", () => {
    const restored = insertAcks(stripAcks(acknowledged), extractAcks(acknowledged));
    expect(extractAcks(restored)).toBe(extractAcks(acknowledged));
    expect(restored.split("\r\n").toSorted()).toEqual(acknowledged.split("\r\n").toSorted());
    const [master = "", override = ""] = restored.split("BEGIN:VEVENT").slice(1);
    expect(master).toContain("X-MOZ-SNOOZE-TIME-1754460000000000:20250806T061000Z");
    expect(override).toContain("X-MOZ-LASTACK:20250804T080500Z");
  });

  test("stand in place of older ones in the server's text", () => {
    const newer = extractAcks(acknowledged.replace("20250805T060000Z", "20250901T060000Z"));
    const text = insertAcks(acknowledged, newer);
    expect(text.match(/X-MOZ-LASTACK:.*/g)).toEqual([
      "X-MOZ-LASTACK:20250901T060000Z",
      "X-MOZ-LASTACK:20250804T080500Z",
    ]);
  });

  test("of a text without any are nothing, and nothing leaves a text as it is", () => {
    expect(extractAcks(fixture("google-single"))).toBe("");
    expect(insertAcks(acknowledged, "")).toBe(acknowledged);
  });

  test("that are damaged leave a text as it is", () => {
    for (const damaged of ["{", "[1]", "[null]", '[{"lines":[1]}]', '{"a":1}'])
      expect(insertAcks(acknowledged, damaged)).toBe(acknowledged);
  });

  test("folded lines go as a whole, continuation lines of others stay", () => {
    const text = calendarText(
      eventLines("X-MOZ-SNOOZE-TIME-1", " 23:2026", "SUMMARY:a", " X-MOZ-LASTACK:b"),
    );
    expect(stripAcks(text)).toBe(calendarText(eventLines("SUMMARY:a", " X-MOZ-LASTACK:b")));
  });
});

describe("the revision marker", () => {
  test.each(fixtureNames)("%s: put in and taken out again", (name) => {
    const text = fixture(name);
    const marked = insertMarker(text, "X-KEEPER-REVISION", "42");
    expect(stripMarkers(marked)).toBe(text.replace("\uFEFF", ""));
  });

  test("stands in every item, not in time zones or alarms", () => {
    const marked = insertMarker(acknowledged, "X-KEEPER-REVISION", "42");
    expect(marked.match(/BEGIN:\w+\r\nX-KEEPER-REVISION:42\r\n/g)).toEqual([
      "BEGIN:VEVENT\r\nX-KEEPER-REVISION:42\r\n",
      "BEGIN:VEVENT\r\nX-KEEPER-REVISION:42\r\n",
    ]);
    expect(markerValue(marked, "X-KEEPER-REVISION")).toBe("42");
    expect(markerValue(acknowledged, "X-KEEPER-REVISION")).toBeNull();
  });

  test("a description that looks like the start of an item is left alone", () => {
    const text = calendarText(
      eventLines("DESCRIPTION:a", " BEGIN:VEVENT", "X-A:\u2028BEGIN:VEVENT"),
    );
    expect(insertMarker(text, "X-KEEPER-REVISION", "1").match(/X-KEEPER/g)).toHaveLength(1);
  });
});

describe("the text of a new item", () => {
  const serialised = insertMarker(
    fixture("thunderbird-event").replace("VERSION:2.0", "METHOD:PUBLISH\r\nVERSION:2.0"),
    "X-KEEPER-REVISION",
    "0",
  ).replace(/(TZOFFSET.*)/g, "$100");

  test("is a calendar object resource as servers want it (RFC 4791 §4.1)", () => {
    const text = newResourceText(serialised);
    expect(text).not.toMatch(/METHOD|X-KEEPER|X-MOZ-LASTACK|Mozilla\.org/);
    expect(text.match(/TZOFFSETTO:.*/g)).toEqual(["TZOFFSETTO:+0200", "TZOFFSETTO:+0100"]);
    expect(text.match(/^(?:PRODID|VERSION)/gm)).toHaveLength(2);
    expect(parseTree(text).wellFormed).toBe(true);
    expect(changedProperties(text, fixture("thunderbird-event"))).toEqual([]);
  });

  test("gets a VCALENDAR around bare components", () => {
    const bare = eventLines("DTSTART:20250101T000000Z", "SUMMARY:x").join("\n");
    const text = newResourceText(bare);
    expect(text).toMatch(/^BEGIN:VCALENDAR\r\n[\s\S]*END:VCALENDAR\r\n$/);
    expect(scanColumns(text)).toMatchObject({ uid: "event-1", summary: "x" });
  });

  test("has CRLF line ends and no line over 75 octets, whatever was typed", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (typed) => {
        const title = typed.replace(/[\r\n]/g, "");
        const text = newResourceText(calendarText(eventLines(`SUMMARY:${title.repeat(20)}`)));
        for (const line of text.split("\r\n"))
          expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
        expect(text.replaceAll("\r\n", "")).not.toContain("\n");
        expect(text.replace(/\r\n /g, "")).toContain(`SUMMARY:${title.repeat(20)}\r\n`);
      }),
    );
  });
});
