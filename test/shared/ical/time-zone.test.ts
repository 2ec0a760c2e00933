/** What clocks show in a zone, asked for often, is what the runtime says each time. */
import { expect, test } from "vitest";
import { wallTimeIn } from "../../../src/shared/ical/time-zone.ts";

const HOUR = 3_600_000;

function byRuntime(zone: string, instant: number): number {
  const shown = new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone,
    dateStyle: "short",
    timeStyle: "medium",
  }).format(instant);
  return Date.parse(`${shown.replace(" ", "T")}Z`);
}

test.each([
  ["Europe/Berlin", "2026-01-01", "2027-01-01"],
  ["America/New_York", "2026-10-25", "2026-11-08"],
  // Half an hour of summer time.
  ["Australia/Lord_Howe", "2026-03-29", "2026-04-12"],
  // A day that never was.
  ["Pacific/Apia", "2011-12-28", "2012-01-02"],
  // Back for a month, then on again.
  ["Africa/Casablanca", "2026-02-10", "2026-03-28"],
  ["Asia/Kathmandu", "1985-12-30", "1986-01-03"],
  ["Europe/Amsterdam", "1937-06-28", "1937-07-04"],
])("in %s, every half hour from %s to %s", (zone, from, to) => {
  const [first, last] = [Date.parse(`${from}T00:00:00Z`), Date.parse(`${to}T00:00:00Z`)];
  for (let instant = first + 1; instant < last; instant += HOUR / 2)
    expect(wallTimeIn(zone, instant)).toBe(byRuntime(zone, instant));
});

test("of a zone nobody knows is nothing", () => {
  expect(wallTimeIn("Office Time", 0)).toBeNull();
});
