import { expect, test } from "vitest";
import { mergedMetadata, reversed } from "../../../../src/experiments/calendar/store/metadata.ts";

test("members that are given are set, others stay, null takes one away", () => {
  const before = { etag: "1", tags: ["a"], gone: true };
  expect(mergedMetadata(before, { etag: "2", gone: null, new: 0 })).toEqual({
    etag: "2",
    tags: ["a"],
    new: 0,
  });
});

test("a member is replaced as a whole", () => {
  expect(mergedMetadata({ nested: { a: 1, b: 2 } }, { nested: { a: 3 } })).toEqual({
    nested: { a: 3 },
  });
});

test("nothing left is no metadata", () => {
  expect(mergedMetadata({ etag: "1" }, { etag: null })).toBeNull();
  expect(mergedMetadata(null, {})).toBeNull();
});

test("a change is taken back by its reverse", () => {
  const before = { etag: "1", kept: true };
  const change = { etag: "2", new: 0, kept: null };
  const after = mergedMetadata(before, change);
  expect(mergedMetadata(after, reversed(change, before))).toEqual(before);
  expect(mergedMetadata(mergedMetadata(null, change), reversed(change, null))).toBeNull();
});
