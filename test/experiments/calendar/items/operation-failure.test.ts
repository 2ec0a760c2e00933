/** What an unexpected failure of a batch leaves in the console. */
import { afterEach, expect, test, vi } from "vitest";
import { failureOf } from "../../../../src/experiments/calendar/items/operation-failure.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("no event text, though a parser's message has it", () => {
  vi.stubGlobal("ExtensionUtils", { ExtensionError: class extends Error {} });
  const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const failure = failureOf(new TypeError('invalid line "SUMMARY Private"'), 2, [0]);
  expect(String(failure)).toContain("operations[2]: An unexpected error occurred.");
  expect(String(failure)).toContain("operations[0] did could not be taken back");
  expect(log).toHaveBeenCalledWith("An operation of items.batch failed: TypeError");
  expect(String(failure)).not.toContain("Private");
});
