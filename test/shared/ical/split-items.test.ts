/** A calendar of many items taken apart. */
import { expect, test } from "vitest";
import { scanColumns } from "../../../src/shared/ical/scan.ts";
import { splitItems } from "../../../src/shared/ical/split-items.ts";
import { calendarText, fixture, fixtureNames } from "./fixtures.ts";

function split(text: string) {
  const steps = splitItems(text, "text");
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

const event = (uid: string, ...lines: string[]) => [
  "BEGIN:VEVENT",
  `UID:${uid}`,
  ...lines,
  "END:VEVENT",
];

test.each(fixtureNames.filter((name) => !/^(damaged|journal|two-uids)/.test(name)))(
  "%s holds one item and keeps its bytes",
  (name) => {
    const text = fixture(name);
    const plain = text.replace(/^\uFEFF/, "");
    expect(split(plain)).toEqual([{ uid: scanColumns(text).uid, text: plain }]);
  },
);

test("each item has its own components, the zones it uses and what the calendar says of itself", () => {
  const zone = ["BEGIN:VTIMEZONE", "TZID:Here", "END:VTIMEZONE"];
  const text = calendarText(
    ["METHOD:PUBLISH", "X-WR-CALNAME:All"],
    event("a", "DTSTART;TZID=Here:20260301T100000", "RRULE:FREQ=DAILY"),
    zone,
    event("b", "DTSTART:20260301T100000Z", "BEGIN:VALARM", "END:VALARM"),
    event("a", "RECURRENCE-ID;TZID=Here:20260302T100000", "DTSTART;TZID=Here:20260302T110000"),
  );
  const [a, b, ...more] = split(text);
  expect(more).toEqual([]);
  expect([a?.uid, b?.uid]).toEqual(["a", "b"]);
  expect(a?.text.match(/^(?:BEGIN|UID|X-WR-CALNAME|METHOD).*$/gm)).toEqual(
    [
      "X-WR-CALNAME:All",
      "BEGIN:VTIMEZONE",
      "BEGIN:VEVENT",
      "UID:a",
      "BEGIN:VEVENT",
      "UID:a",
    ].flatMap((line, index) => (index === 0 ? ["BEGIN:VCALENDAR", line] : [line])),
  );
  expect(b?.text).not.toContain("VTIMEZONE");
  expect(b?.text).toContain("BEGIN:VALARM\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
});

test.each(["damaged-crossed-ends", "damaged-no-end", "damaged-html"])("%s is refused", (name) => {
  expect(() => split(fixture(name))).toThrow("text is not well-formed iCalendar");
});
