import { expect, test } from "vitest";
import { withoutItem } from "../../../src/shared/ical/without-item.ts";

const event = (uid: string, ...lines: string[]) =>
  ["BEGIN:VEVENT", `UID:${uid}`, ...lines, "END:VEVENT", ""].join("\r\n");
const calendar = (...parts: string[]) => `BEGIN:VCALENDAR\r\n${parts.join("")}END:VCALENDAR\r\n`;

test("an item goes with its overrides, the others stay byte for byte", () => {
  const override = event("a", "RECURRENCE-ID:20260102T100000Z", "SUMMARY:A once");
  const other = event("b", "summary;X-P=1:Kept\r\n  as it is");
  const text = calendar(event("a", "RRULE:FREQ=DAILY"), other, override);
  expect(withoutItem(text, "a")).toBe(calendar(other));
  expect(withoutItem(text, "c")).toBe(text);
});
