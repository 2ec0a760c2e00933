import { describe, expect, test } from "vitest";
import { mergeMetadata, readHookResults } from "../../../src/experiments/calendar/hook-results.ts";

const answered = (value: unknown) => ({ status: "fulfilled", value }) as const;

describe("answers of listeners", () => {
  test.each([
    ["no listener", [], { kind: "unanswered" }],
    ["nothing", [answered(undefined)], { kind: "taken", item: null }],
    ["null", [answered(null)], { kind: "taken", item: null }],
    ["an item", [answered({ type: "event" })], { kind: "taken", item: { type: "event" } }],
    ["a word", [answered("done")], { kind: "taken", item: null }],
    ["an error", [answered({ error: "CONFLICT" })], { kind: "refused", code: "CONFLICT" }],
    [
      "an error of its own",
      [answered({ error: 404 })],
      { kind: "refused", code: "GENERAL_FAILURE" },
    ],
    [
      "a rejection",
      [{ status: "rejected", reason: new Error("no") } as const],
      { kind: "refused", code: "GENERAL_FAILURE" },
    ],
    [
      "an item and an error of another listener",
      [answered({ type: "event" }), answered({ error: "READ_FAILED" })],
      { kind: "refused", code: "READ_FAILED" },
    ],
    [
      "an item beside a listener that only takes notes",
      [answered({ type: "event" }), answered(undefined)],
      { kind: "taken", item: { type: "event" } },
    ],
    ["no error at all", [answered({ error: null })], { kind: "taken", item: { error: null } }],
  ])("%s", (_name, results, outcome) => {
    expect(readHookResults(results)).toEqual(outcome);
  });
});

describe("metadata of an answer", () => {
  test.each([
    ["nothing said", { etag: "1" }, undefined, { etag: "1" }],
    ["null, as optional members arrive", { etag: "1" }, null, { etag: "1" }],
    [
      "a member replaced and one removed",
      { etag: "1", a: 1 },
      { etag: "2", a: null },
      { etag: "2" },
    ],
    ["the first", null, { etag: "1", a: null }, { etag: "1" }],
    ["no object", { etag: "1" }, "text", "text"],
    ["an object over none", 7, { etag: "1" }, { etag: "1" }],
  ])("%s", (_name, known, given, expected) => {
    expect(mergeMetadata(known, given)).toEqual(expected);
  });
});
