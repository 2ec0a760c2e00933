import { expect, test } from "vitest";
import {
  changedInstances,
  changedMembers,
  type Members,
  type SeriesVersion,
} from "../../../../src/experiments/calendar/items/change-info.ts";

test("members that differ are named with their new values, null for one that is gone", () => {
  const before = { title: "One", location: "Here", categories: ["a"], start: "20260101" };
  const now = { title: "Two", categories: ["a"], start: "20260101", status: "TENTATIVE" };
  expect(changedMembers(now, before)).toEqual({
    title: "Two",
    location: null,
    status: "TENTATIVE",
  });
});

test("which item it is and its texts are no changes", () => {
  const before = { id: "a", calendarId: "x", item: "BEGIN…", metadata: { etag: 1 }, title: "One" };
  expect(changedMembers({ ...before, item: "other", metadata: { etag: 2 } }, before)).toEqual({});
});

const series = (
  title: string,
  overrides: Record<string, Members>,
  excluded: string[] = [],
): SeriesVersion => ({
  excluded: new Set(excluded),
  overrides: new Set(Object.keys(overrides)),
  occurrences: new Map(
    ["1", "2", "3"].map((key) => [key, { instance: `at ${key}`, title, ...overrides[key] }]),
  ),
});

test("an occurrence changed of its own is told with what differs", () => {
  const now = series("One", { "2": { title: "Another" }, "1": { location: "There" } });
  expect(changedInstances(now, series("One", {}))).toEqual([
    { instance: "at 1", change: "modified", members: { location: "There" } },
    { instance: "at 2", change: "modified", members: { title: "Another" } },
  ]);
});

test("an occurrence that goes back to its series is told", () => {
  const before = series("One", { "2": { title: "Another" } });
  expect(changedInstances(series("One", {}), before)).toEqual([
    { instance: "at 2", change: "modified", members: { title: "One" } },
  ]);
});

test("an override that stayed as it was is not told, though its series changed", () => {
  const override = { "2": { title: "Another" } };
  expect(changedInstances(series("Two", override), series("One", override))).toEqual([]);
});

test("occurrences taken out and put back are told as such", () => {
  const now = series("One", {}, ["1", "3"]);
  const before = series("One", { "1": { title: "Another" } }, ["2", "3"]);
  expect(changedInstances(now, before)).toEqual([
    { instance: "at 1", change: "removed" },
    { instance: "at 2", change: "restored" },
  ]);
});
