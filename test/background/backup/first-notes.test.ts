/** The notes of an item, found without taking its text apart, are those that its components say. */
import { describe, expect, test } from "vitest";
import { sampleCalendar } from "../../../scripts/sample-calendar.ts";
import { firstNotes } from "../../../src/background/backup/first-notes.ts";
import { parseTree, property } from "../../../src/shared/ical/component-tree.ts";
import { lineValue } from "../../../src/shared/ical/content-line.ts";
import { identifiedComponents } from "../../../src/shared/ical/identity.ts";
import { unescapeText } from "../../../src/shared/ical/text-value.ts";

function byComponents(text: string): string {
  const lines = identifiedComponents(parseTree(text)).map(({ component }) =>
    property(component, "DESCRIPTION"),
  );
  const first = lines.find((line) => line !== undefined);
  return first ? unescapeText(lineValue(first)) : "";
}

const event = (...lines: string[]) =>
  ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:1", ...lines, "END:VEVENT", "END:VCALENDAR", ""].join(
    "\r\n",
  );

describe("the notes of an item", () => {
  test("are those of its components, for every item of a sample calendar", () => {
    const texts = sampleCalendar({ items: 1_000, seed: 7 }).map(({ text }) => text);
    expect(texts.map(firstNotes)).toEqual(texts.map(byComponents));
    expect(texts.filter((text) => firstNotes(text) !== "").length).toBeGreaterThan(100);
  });

  test.each([
    [
      "folded",
      event("DESCRIPTION:Bring the", "  insurance", "\t card", "SUMMARY:x"),
      "Bring the insurance card",
    ],
    ["of an alarm alone", event("BEGIN:VALARM", "DESCRIPTION:Ring", "END:VALARM"), ""],
    [
      "behind an alarm",
      event("BEGIN:VALARM", "DESCRIPTION:Ring", "END:VALARM", 'description;X="a:b":Note\\, two'),
      "Note, two",
    ],
    ["within a value", event("COMMENT:a", " \\nDESCRIPTION:b"), ""],
    ["with bare line feeds", event("DESCRIPTION:plain").replaceAll("\r\n", "\n"), "plain"],
    ["of a text that ends early", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDESCRIPTION:cut", "cut"],
    ["of a component alone", "BEGIN:VEVENT\r\nDESCRIPTION:bare\r\nEND:VEVENT\r\n", "bare"],
    ["behind a byte order mark", `\uFEFF${event("DESCRIPTION:marked")}`, "marked"],
    [
      "of a calendar, which are no item's",
      event().replace("BEGIN:VEVENT", "DESCRIPTION:all\r\nBEGIN:VEVENT"),
      "",
    ],
    [
      "in a folded BEGIN",
      event("DESCRIPTION:in").replace("BEGIN:VEVENT", "BEGIN:VEV\r\n ENT"),
      "in",
    ],
  ])("%s", (_, text, notes) => {
    expect(firstNotes(text)).toBe(notes);
    expect(byComponents(text)).toBe(notes);
  });
});
