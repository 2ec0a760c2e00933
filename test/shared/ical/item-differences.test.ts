/** What differs between two versions of an item, and how it is said. */
import { describe, expect, test } from "vitest";
import { differenceWords } from "../../../src/shared/ical/difference-words.ts";
import { itemDifferences } from "../../../src/shared/ical/item-differences.ts";

const item = (...lines: string[]) =>
  ["BEGIN:VEVENT", "UID:a", "DTSTAMP:20260101T000000Z", ...lines, "END:VEVENT"].join("\r\n");
const calendar = (...items: string[]) =>
  ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", ...items, "END:VCALENDAR", ""].join(
    "\r\n",
  );
const alarm = (trigger: string, ...lines: string[]) =>
  ["BEGIN:VALARM", "ACTION:DISPLAY", trigger, ...lines, "END:VALARM"].join("\r\n");

const START = "DTSTART;TZID=Europe/Berlin:20260601T100000";
const WEEKLY = "RRULE:FREQ=WEEKLY;BYDAY=MO";

function words(before: string, after: string): string[] {
  return itemDifferences(before, after).map(differenceWords);
}

/** The sentences for two versions of one event. */
const changed = (before: string[], after: string[]) =>
  words(calendar(item(...before)), calendar(item(...after)));

describe("the differences of two versions", () => {
  test("name properties by what people call them, with both values", () => {
    expect(
      changed(
        [START, "SUMMARY:Lunch\\, late", "LOCATION:Here", "X-COLOR:1"],
        [
          "DTSTART;TZID=Europe/Berlin:20260602T113000",
          "SUMMARY:Dinner",
          "STATUS:CANCELLED",
          "X-COLOR:2",
        ],
      ),
    ).toEqual([
      "Start changed from “2026-06-01 10:00 Europe/Berlin” to “2026-06-02 11:30 Europe/Berlin”.",
      "Title changed from “Lunch, late” to “Dinner”.",
      "Location removed: “Here”.",
      "X-COLOR changed from “1” to “2”.",
      "Status added: “cancelled”.",
    ]);
  });

  test("are none for another form of the same, or for time stamps", () => {
    const before = calendar(item(START, "SUMMARY:Long words", "ATTENDEE:mailto:a@example.org"));
    const after = calendar(
      item(
        "LAST-MODIFIED:20260202T000000Z",
        "SUMMARY:Long\r\n  words",
        START,
        'ATTENDEE;PARTSTAT="NEEDS-ACTION":MAILTO:A@example.org',
      ),
    );
    expect(itemDifferences(before, after)).toEqual([]);
  });

  test("name attendees and their answers", () => {
    const organizer = "ORGANIZER:mailto:boss@example.org";
    const person = (name: string, answer: string) =>
      `ATTENDEE;CN=${name};PARTSTAT=${answer}:mailto:${name.toLowerCase()}@example.org`;
    const before = [START, organizer, person("Ann", "NEEDS-ACTION"), person("Bob", "ACCEPTED")];
    const after = [START, organizer, person("Ann", "DECLINED"), person("Cid", "TENTATIVE")];
    expect(changed(before, after)).toEqual([
      "Attendee changed from “Ann <ann@example.org> (needs action)” to “Ann <ann@example.org> (declined)”.",
      "Attendee removed: “Bob <bob@example.org> (accepted)”.",
      "Attendee added: “Cid <cid@example.org> (tentative)”.",
    ]);
  });

  test("name alarms", () => {
    expect(
      changed(
        [START, alarm("TRIGGER:-PT15M")],
        [START, alarm("TRIGGER:-P1D"), alarm("TRIGGER;RELATED=END:PT0S")],
      ),
    ).toEqual([
      "Alarm changed from “display, 15 minutes before the start” to “display, 1 day before the start”.",
      "Alarm added: “display, at the end”.",
    ]);
    expect(changed([START, alarm("TRIGGER;VALUE=DATE-TIME:20260601T070000Z")], [START])).toEqual([
      "Alarm removed: “display, at 2026-06-01 07:00 UTC”.",
    ]);
  });

  test("name the repetition, dates left out and additional dates", () => {
    expect(
      changed(
        [START, WEEKLY, "EXDATE;TZID=Europe/Berlin:20260608T100000"],
        [
          START,
          "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;COUNT=10",
          "EXDATE;TZID=Europe/Berlin:20260608T100000,20260615T100000",
          "RDATE;VALUE=DATE:20260701",
        ],
      ),
    ).toEqual([
      "Repetition changed from “every week, Monday” to “every 2 weeks, Monday and Friday, 10 times”.",
      "The occurrence of 2026-06-15 10:00 Europe/Berlin was left out of the series.",
      "Additional date added: “2026-07-01”.",
    ]);
  });

  test("name an occurrence that was set apart, with what it has of its own", () => {
    const series = item(START, "DTEND;TZID=Europe/Berlin:20260601T110000", WEEKLY, "SUMMARY:Team");
    const moved = item(
      "RECURRENCE-ID;TZID=Europe/Berlin:20260608T100000",
      "DTSTART;TZID=Europe/Berlin:20260608T140000",
      "DTEND;TZID=Europe/Berlin:20260608T150000",
      "SUMMARY:Team, later",
    );
    const date = "2026-06-08 10:00 Europe/Berlin";
    expect(words(calendar(series), calendar(series, moved))).toEqual([
      `The occurrence of ${date} was set apart from the series.`,
      `On ${date}: Start changed from “${date}” to “2026-06-08 14:00 Europe/Berlin”.`,
      `On ${date}: End changed from “2026-06-08 11:00 Europe/Berlin” to “2026-06-08 15:00 Europe/Berlin”.`,
      `On ${date}: Title changed from “Team” to “Team, later”.`,
    ]);
    expect(words(calendar(series, moved), calendar(series))[0]).toContain(
      `The occurrence of ${date} is as the series has it again`,
    );
    const renamed = moved.replace("Team, later", "Team, much later");
    expect(words(calendar(series, moved), calendar(series, renamed))).toEqual([
      `On ${date}: Title changed from “Team, later” to “Team, much later”.`,
    ]);
  });

  test("of something that is no item are said to be another text", () => {
    expect(itemDifferences(calendar(item(START)), "nonsense")).toMatchObject([{ kind: "text" }]);
  });

  test("cut long values in the sentence, not in the difference", () => {
    const long = "x".repeat(500);
    const [difference] = itemDifferences(
      calendar(item(START)),
      calendar(item(START, `DESCRIPTION:${long}`)),
    );
    expect(difference?.to).toBe(long);
    expect(difference && differenceWords(difference).length).toBeLessThan(200);
  });
});
