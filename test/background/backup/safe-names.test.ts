import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import {
  safeResourceFile,
  safeSegment,
  UniqueNames,
} from "../../../src/background/backup/safe-names.ts";

test.each([
  ["home", "home"],
  ["user@cal.example.org", "user@cal.example.org"],
  ["Büro & Familie", "Büro & Familie"],
  ["a/b\\c:d", "a_b_c_d"],
  ["..", "_"],
  ["../../etc/passwd", "__.._etc_passwd"],
  ["trailing. ", "trailing"],
  ["con", "_con"],
  ["LPT1.txt", "_LPT1.txt"],
  ["", "_"],
])("the segment for %j is %j", (name, expected) => {
  expect(safeSegment(name)).toBe(expected);
});

test.each([
  ["event.ics", "event.ics"],
  ["EVENT.ICS", "EVENT.ics"],
  ["no-extension", "no-extension.ics"],
  ["%40odd.eml", "%40odd.eml.ics"],
  [".ics", "_.ics"],
])("the file for resource %j is %j", (name, expected) => {
  expect(safeResourceFile(name)).toBe(expected);
});

property.prop([fc.string({ unit: "binary", maxLength: 400 })])(
  "any name becomes one writable path segment",
  (name) => {
    const segment = safeSegment(name);
    expect(segment).not.toMatch(/[/\\:*?"<>|]/);
    expect(["", ".", ".."]).not.toContain(segment);
    expect(segment).not.toMatch(/[. ]$/);
    expect(new TextEncoder().encode(segment).length).toBeLessThanOrEqual(181);
    expect(safeSegment(segment)).toBe(segment);
  },
);

property.prop([fc.array(fc.constantFrom("a.ics", "A.ics", "a~2.ics", "b"), { maxLength: 12 })])(
  "no two owners share a name, whatever its case",
  (wanted) => {
    const names = new UniqueNames();
    const given = wanted.map((name) => names.take(name).toLowerCase());
    expect(new Set(given).size).toBe(wanted.length);
  },
);
