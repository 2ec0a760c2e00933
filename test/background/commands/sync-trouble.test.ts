import { expect, test } from "vitest";
import {
  isSameStatus,
  newlyHeld,
  statusAfter,
  warningOf,
} from "../../../src/background/commands/sync-trouble.ts";
import type { CalendarStatus } from "../../../src/background/settings/sync-status.ts";
import type { ErrorCode, WireError } from "../../../src/shared/errors.ts";

const HOUR = 3_600_000;
const error = (code: ErrorCode, details: WireError["details"] = {}): WireError => ({
  code,
  message: `It is ${code}.`,
  hint: "",
  details,
});

/** After failures at these times. */
function after(failure: WireError, times: readonly number[]): CalendarStatus {
  let status: CalendarStatus | undefined;
  for (const now of times) status = statusAfter(status, failure, { now, nextTry: now + 1 });
  if (status === undefined) throw new Error("no failure");
  return status;
}

test.each([
  error("offline"),
  error("network"),
  error("timeout"),
  error("server-busy"),
  error("http", { status: 502 }),
])("$code is no alarm at first", (failure) => {
  expect(warningOf(after(failure, [0]))).toBe(null);
  expect(warningOf(after(failure, [0, HOUR, 2 * HOUR]))).toBe(null);
});

test("what only the user can help is one at once", () => {
  for (const failure of [
    error("unauthorized"),
    error("tls"),
    error("mass-change"),
    error("http", { status: 404 }),
  ])
    expect(warningOf(after(failure, [0]))).toBe(failure.message);
});

test("a server without an answer for hours is one", () => {
  const hours = [0, 1, 2, 3, 4, 5, 6].map((hour) => hour * HOUR);
  expect(warningOf(after(error("network"), hours))).toBe("It is network.");
  expect(warningOf(after(error("offline"), hours))).toBe(null);
});

test("a night's sleep of the computer does not make a failure last", () => {
  const status = after(error("network"), [0, HOUR / 60, 10 * HOUR]);
  expect(warningOf(status)).toBe(null);
  expect(status.failing).toMatchObject({ since: 0, count: 3 });
});

test("success ends it, and the next failure begins anew", () => {
  const lasting = after(
    error("network"),
    [0, 1, 2, 3, 4, 5, 6].map((hour) => hour * HOUR),
  );
  const well = statusAfter(lasting, null, { now: 7 * HOUR, nextTry: null });
  expect(warningOf(well)).toBe(null);
  const again = statusAfter(well, error("network"), { now: 8 * HOUR, nextTry: null });
  expect(again.failing).toMatchObject({ since: 8 * HOUR, count: 1, isLasting: false });
});

test("of what is held each kind is news once, until nothing of it is held any more", () => {
  const held = (heldDeletions: number, heldRemovals: number) =>
    error("mass-change", { heldDeletions, heldReversals: 0, heldRemovals });
  const told: string[][] = [];
  let status: CalendarStatus | undefined;
  for (const failure of [held(20, 0), error("network"), held(25, 30), null, held(0, 30)]) {
    const before = status;
    status = statusAfter(before, failure, { now: 0, nextTry: null });
    told.push([...newlyHeld(before, status)]);
    // News that were not remembered would be told again.
    if (told.at(-1)?.length !== 0) expect(isSameStatus(before, status)).toBe(false);
  }
  expect(told).toEqual([["deletions"], [], ["removals"], [], ["removals"]]);
});
