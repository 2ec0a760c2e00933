import { expect, test } from "vitest";
import { withNewIdentity } from "../../../src/shared/ical/new-identity.ts";

const text = (uid: string, agent = "") =>
  [
    "BEGIN:VCALENDAR",
    "BEGIN:VEVENT",
    `UID:${uid}`,
    `ORGANIZER${agent};CN="A: B":mailto:ada@example.org`,
    "ATTENDEE;SCHEDULE-AGENT=CLIENT:mailto:bob@example.org",
    "SUMMARY:UID:old",
    "BEGIN:VALARM",
    "UID:alarm",
    "END:VALARM",
    "END:VEVENT",
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "RECURRENCE-ID:20260601T100000Z",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");

test("a copy has a UID of its own everywhere, and the server is told to mail nobody", () => {
  expect(withNewIdentity(text("old"), "new")).toBe(text("new", ";SCHEDULE-AGENT=NONE"));
});
