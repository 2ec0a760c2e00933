import { expect, test } from "vitest";
import { checkDueTime } from "../../../src/background/backup/check-schedule.ts";

const DAY = 24 * 3_600_000;
const NOW = Date.UTC(2026, 5, 1);

test("a month after the last full check", () => {
  const history = { since: 0, lastFull: NOW - 10 * DAY, lastFailed: null };
  expect(checkDueTime(history, NOW)).toBe(NOW + 20 * DAY);
});

test("a store that was never checked is, a month after it was met", () => {
  const history = { since: NOW - 40 * DAY, lastFull: null, lastFailed: null };
  expect(checkDueTime(history, NOW)).toBe(NOW - 10 * DAY);
});

test("one that failed is tried again a day later, but never before the month is over", () => {
  const overdue = { since: 0, lastFull: NOW - 40 * DAY, lastFailed: NOW };
  expect(checkDueTime(overdue, NOW)).toBe(NOW + DAY);
  const early = { since: 0, lastFull: NOW - 10 * DAY, lastFailed: NOW };
  expect(checkDueTime(early, NOW)).toBe(NOW + 20 * DAY);
});

test("times remembered from a clock that was far ahead count as now", () => {
  const history = { since: 0, lastFull: NOW + 400 * DAY, lastFailed: NOW + 400 * DAY };
  expect(checkDueTime(history, NOW)).toBe(NOW + 30 * DAY);
});
