import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { joinTree, parseTree, properties } from "../../../src/shared/ical/component-tree.ts";
import { foldedLine, lineParameters, lineValue } from "../../../src/shared/ical/content-line.ts";
import { identifiedComponents, resourceUids } from "../../../src/shared/ical/identity.ts";
import { fixture, fixtureNames } from "./fixtures.ts";

const fragment = fc.oneof(
  fc.constantFrom(
    "BEGIN:VCALENDAR",
    "BEGIN:VEVENT",
    "END:VEVENT",
    "END:VCALENDAR",
    "begin:valarm",
    "UID:x",
    "\r\n",
    "\n",
    "\r",
    "\n ",
    "\r\n\t",
    "\uFEFF",
    "\u2028",
    'X-A;B="c:d;e":f',
    ":",
    ";",
    '"',
  ),
  fc.string({ unit: "grapheme" }),
);
const anyText = fc.array(fragment, { maxLength: 40 }).map((parts) => parts.join(""));

describe("a text taken apart and joined is the same text", () => {
  test.each(fixtureNames)("%s", (name) => {
    expect(joinTree(parseTree(fixture(name)))).toBe(fixture(name));
  });

  test("whatever the text", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(joinTree(parseTree(text))).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  test("nested a hundred thousand deep", () => {
    const text = "BEGIN:VEVENT\r\n".repeat(100_000) + "END:VEVENT\r\n".repeat(100_000);
    const tree = parseTree(text);
    expect(joinTree(tree)).toBe(text);
    expect(tree.balanced).toBe(false);
  });
});

describe("damage is told apart from order", () => {
  test.each([
    ["google-single", true, true],
    ["folded-everywhere", true, true],
    ["blank-lines", true, true],
    ["lower-case-names", true, true],
    ["damaged-stray-line", true, false],
    ["byte-order-mark", true, false],
    ["damaged-no-end", false, false],
    ["damaged-crossed-ends", false, false],
  ])("%s: balanced %s, well-formed %s", (name, balanced, wellFormed) => {
    expect(parseTree(fixture(name))).toMatchObject({ balanced, wellFormed });
  });
});

describe("content lines", () => {
  test("a folded line is read as one", () => {
    expect(resourceUids(fixture("folded-everywhere"))).toEqual(["folded-uid-which-goes-on"]);
  });

  test("quoted parameters keep their colons, semicolons and carets", () => {
    const event = identifiedComponents(parseTree(fixture("carets-and-quotes")))[0];
    const attendee = event && properties(event.component).find(({ name }) => name === "ATTENDEE");
    expect(attendee && lineValue(attendee)).toBe("mailto:pat@example.org");
    expect(attendee && lineParameters(attendee).map(({ name, value }) => [name, value])).toEqual([
      ["CN", 'O"Neil\n^Pat'],
      ["X-ODD", "a;b:c,d"],
    ]);
  });

  test("folding stays within 75 octets, splits no character and unfolds to the same", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (value) => {
        const text = `X-A:${value.replace(/[\r\n]/g, "").replace(/[\uD800-\uDFFF]/gu, "")}`;
        const line = foldedLine(text, "\r\n");
        expect(line.text).toBe(text);
        for (const physical of line.raw.split("\r\n")) {
          expect(Buffer.byteLength(physical)).toBeLessThanOrEqual(75);
          expect(Buffer.from(physical).toString()).toBe(physical);
        }
      }),
    );
  });
});

describe("components are identified", () => {
  test("an override by its RECURRENCE-ID", () => {
    const items = identifiedComponents(parseTree(fixture("google-series-with-override")));
    expect(items.map(({ recurrenceId }) => recurrenceId)).toEqual([
      null,
      `@${Date.UTC(2025, 0, 20, 8, 30)}`,
    ]);
  });

  test("each UID of a resource that holds several, once", () => {
    expect(resourceUids(fixture("two-uids"))).toEqual(["one", "two"]);
    expect(resourceUids(fixture("override-moved-far"))).toEqual(["far-1"]);
    expect(resourceUids(fixture("damaged-html"))).toEqual([]);
  });
});
