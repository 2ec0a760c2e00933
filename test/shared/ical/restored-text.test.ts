import { expect, test } from "vitest";
import { leftToClient } from "../../../src/shared/ical/restored-text.ts";

const event = (...lines: readonly string[]) =>
  ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:a", ...lines, "END:VEVENT", "END:VCALENDAR", ""].join(
    "\r\n",
  );

const GUEST = "ATTENDEE;CN=Guest:mailto:guest@example.net";
const MARKED = "ATTENDEE;SCHEDULE-AGENT=CLIENT;CN=Guest:mailto:guest@example.net";
const OTHER = "ATTENDEE:mailto:other@example.net";

test("a new invitation says that the calendar program sends it", () => {
  expect(leftToClient(null, event(GUEST))).toBe(event(MARKED));
});

test("so do guests who join, and an event that gets its first", () => {
  expect(leftToClient(event(MARKED), event(MARKED, OTHER))).toBe(
    event(MARKED, "ATTENDEE;SCHEDULE-AGENT=CLIENT:mailto:other@example.net"),
  );
  expect(leftToClient(event(), event(GUEST))).toBe(event(MARKED));
});

test("what the server sees to stays with it: it would take the change for a cancellation", () => {
  expect(leftToClient(event(GUEST), event(GUEST, OTHER))).toBe(event(GUEST, OTHER));
});

test("a plain event keeps its bytes", () => {
  expect(leftToClient(null, event("SUMMARY:x"))).toBe(event("SUMMARY:x"));
});
