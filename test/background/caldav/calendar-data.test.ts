import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import {
  bodyFromMultiget,
  byteLength,
  compareBytes,
  holdsUid,
  restoreLineEnds,
  uidsOf,
} from "../../../src/background/caldav/calendar-data.ts";
import { parseColor } from "../../../src/background/caldav/properties.ts";

const line = fc.string({ unit: "grapheme" }).map((text) => text.replace(/[\r\n\uFFFD]/g, ""));

property.prop([fc.array(line), fc.constantFrom("\r\n", "\n")])(
  "a body that went through XML comes back as GET answers it, or not at all",
  (lines, lineEnd) => {
    const get = lines.join(lineEnd);
    const throughXml = { text: lines.join("\n"), contentLength: byteLength(get) };
    const fidelity = compareBytes(throughXml, { text: get, sizeBytes: byteLength(get) });
    expect(bodyFromMultiget(throughXml, fidelity)).toBe(get);
    const other = compareBytes(
      { text: "a\nb", contentLength: 4 },
      { text: "a\r\nb", sizeBytes: 4 },
    );
    expect([get, null]).toContain(bodyFromMultiget(throughXml, other));
  },
);

test("a server whose multiget is not what GET answers is read by GET", () => {
  const fidelity = compareBytes(
    { text: "a\nb", contentLength: null },
    { text: "b\r\na", sizeBytes: 4 },
  );
  expect(fidelity).toEqual({ form: "get", lengthsTold: false });
  expect(bodyFromMultiget({ text: "x", contentLength: null }, fidelity)).toBeNull();
});

test("lengths that proved wrong are not asked again", () => {
  const fidelity = compareBytes(
    { text: "a\nb", contentLength: 99 },
    { text: "a\r\nb", sizeBytes: 4 },
  );
  expect(bodyFromMultiget({ text: "c\nd", contentLength: 98 }, fidelity)).toBe("c\r\nd");
});

test("a text in which characters were replaced on the way is read by GET", () => {
  const damaged = { text: "Gr\uFFFD\uFFFDe", contentLength: null };
  expect(bodyFromMultiget(damaged, { form: "crlf", lengthsTold: false })).toBeNull();
});

test("line ends are given back once, also where the server wrote them as references", () => {
  expect(restoreLineEnds("a\r\nb\nc", "crlf")).toBe("a\r\nb\r\nc");
});

test.each([
  ["a plain UID", "BEGIN:VEVENT\r\nUID:a@b\r\n", ["a@b"]],
  ["a folded UID", "UID:a\r\n @\r\n\tb\r\n", ["a@b"]],
  ["parameters and any case", "uid;X-A=1:a@b\n", ["a@b"]],
  ["master and override", "UID:a\r\nUID:a\r\n", ["a", "a"]],
  ["no UID, but a name that ends so", "X-UID:a\r\nRELATED-TO:b\r\n", []],
])("UIDs of %s", (_, text, uids) => {
  expect(uidsOf(text)).toEqual(uids);
});

test("a UID is compared to the letter and whole", () => {
  expect(["abc", "ab", "ABC"].map((uid) => holdsUid("UID:abc\r\n", uid))).toEqual([
    true,
    false,
    false,
  ]);
});

test.each([
  ["#ff2968FF", "#FF2968"],
  ["#0082c9", "#0082C9"],
  ["0082c9", "#0082C9"],
  ["#abc", "#AABBCC"],
  [" #0082c9\n", "#0082C9"],
  ["red", null],
  ["", null],
  ["url(x)", null],
])("the colour %j reads as %s", (value, color) => {
  expect(parseColor(value)).toBe(color);
});
