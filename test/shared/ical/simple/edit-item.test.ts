/** Members written into texts: what is said of them is true afterwards, and nothing else changed. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseTree } from "../../../../src/shared/ical/component-tree.ts";
import { identifiedComponents } from "../../../../src/shared/ical/identity.ts";
import { editItem, type ItemEdit } from "../../../../src/shared/ical/simple/edit-item.ts";
import { readShown } from "../../../../src/shared/ical/simple/shown-item.ts";
import type { ZonePort } from "../../../../src/shared/ical/simple/text-zones.ts";
import { calendarText, eventLines, fixture, fixtureNames } from "../fixtures.ts";
import { anyMembers } from "./any-members.ts";

const zones: ZonePort = {
  name: (tzid) => (tzid === "W. Europe Standard Time" ? "Europe/Berlin" : tzid),
  definition: (name) =>
    /^[A-Z][a-z]+\/[A-Z]/.test(name)
      ? `BEGIN:VTIMEZONE\r\nTZID:${name}\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+010000\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n`
      : null,
};

function edit(text: string, members: object, more: Partial<ItemEdit> = {}): string {
  const whole = { text, uid: "event-1", instance: null, now: null, ...more };
  return editItem({ ...whole, members: members as Record<string, unknown> }, zones);
}

function read(text: string, index = 0) {
  const part = identifiedComponents(parseTree(text))[index];
  if (!part) throw new Error("no such item");
  return readShown(part.component, zones.name);
}

/** Lines of the one text that the other does not have, and the other way round. */
function difference(before: string, after: string): { gone: string[]; new: string[] } {
  const lines = (text: string) => text.split(/(?<=\n)(?![ \t])/);
  const minus = (list: string[], other: string[]) => {
    const left = [...other];
    return list.filter((line) => {
      const index = left.indexOf(line);
      if (index >= 0) left.splice(index, 1);
      return index < 0;
    });
  };
  const [a, b] = [lines(before), lines(after)];
  return {
    gone: minus(a, b).map((line) => line.replace(/\r?\n[ \t]/g, "").trimEnd()),
    new: minus(b, a).map((line) => line.replace(/\r?\n[ \t]/g, "").trimEnd()),
  };
}

const MEETING = calendarText(
  eventLines(
    "DTSTAMP:20250101T000000Z",
    "SUMMARY;LANGUAGE=de:Besprechung",
    'DESCRIPTION;ALTREP="data:text/html,<b>Alt</b>":Alt',
    "X-KEPT;X-P=1:as it is",
    "DTSTART;TZID=Europe/Berlin;X-OWN=1:20260302T090000",
    "DTEND;TZID=Europe/Berlin:20260302T100000",
    "ATTENDEE;X-NUM=1;PARTSTAT=NEEDS-ACTION;CN=Ada:MAILTO:Ada@example.org",
    "ATTENDEE;CN=Kim:mailto:kim@example.org",
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    "X-KEPT-TOO:1",
    "TRIGGER:-PT15M",
    "DESCRIPTION:Soon",
    "END:VALARM",
  ),
);

const SERIES = calendarText(
  eventLines(
    "DTSTAMP:20250101T000000Z",
    "SUMMARY:Kurs",
    "DTSTART;TZID=Europe/Berlin:20260302T100000",
    "DTEND;TZID=Europe/Berlin:20260302T110000",
    "RRULE:FREQ=WEEKLY;UNTIL=20260601T080000Z",
    "EXDATE;TZID=Europe/Berlin:20260309T100000,20260316T100000",
  ),
  eventLines(
    "DTSTAMP:20250101T000000Z",
    "RECURRENCE-ID;TZID=Europe/Berlin:20260323T100000",
    "SUMMARY:Kurs, verlegt",
    "DTSTART;TZID=Europe/Berlin:20260324T100000",
    "DTEND;TZID=Europe/Berlin:20260324T110000",
  ),
);

describe("one member changes one line", () => {
  test.each<[object, string[], string[]]>([
    [
      { title: "Neu; mit, Komma" },
      ["SUMMARY;LANGUAGE=de:Besprechung"],
      ["SUMMARY;LANGUAGE=de:Neu\\; mit\\, Komma"],
    ],
    [{ title: null }, ["SUMMARY;LANGUAGE=de:Besprechung"], []],
    [
      { description: "Neu\nund mehr" },
      ['DESCRIPTION;ALTREP="data:text/html,<b>Alt</b>":Alt'],
      ["DESCRIPTION:Neu\\nund mehr"],
    ],
    [{ location: "Saal" }, [], ["LOCATION:Saal"]],
    [{ categories: ["Arbeit", "a,b"] }, [], ["CATEGORIES:Arbeit,a\\,b"]],
    [{ status: "CANCELLED" }, [], ["STATUS:CANCELLED"]],
    [{ privacy: "private" }, [], ["CLASS:PRIVATE"]],
    [{ priority: 3 }, [], ["PRIORITY:3"]],
    [{ url: "https://example.org/?a=b;c" }, [], ["URL:https://example.org/?a=b;c"]],
    [{ sequence: 2 }, [], ["SEQUENCE:2"]],
    [{ created: "2026-01-01T10:00:00+02:00" }, [], ["CREATED:20260101T080000Z"]],
    [{ updated: "2026-01-01T10:00:00.123Z" }, [], ["LAST-MODIFIED:20260101T100000Z"]],
    [
      { end: "2026-03-02T10:30:00" },
      ["DTEND;TZID=Europe/Berlin:20260302T100000"],
      ["DTEND;TZID=Europe/Berlin:20260302T103000"],
    ],
    [
      { end: "2026-03-02T09:30:00Z" },
      ["DTEND;TZID=Europe/Berlin:20260302T100000"],
      ["DTEND;TZID=Europe/Berlin:20260302T103000"],
    ],
    [
      { startDate: "20260302T084500" },
      ["DTSTART;TZID=Europe/Berlin;X-OWN=1:20260302T090000"],
      ["DTSTART;TZID=Europe/Berlin;X-OWN=1:20260302T084500"],
    ],
    [{ recurrenceRules: ["FREQ=DAILY;COUNT=3"] }, [], ["RRULE:FREQ=DAILY;COUNT=3"]],
    [
      { organizer: { address: "boss@example.org", name: 'Die "Chefin"; ja' } },
      [],
      ["ORGANIZER;CN=\"Die ^'Chefin^'; ja\":mailto:boss@example.org"],
    ],
  ])("%j", (members, gone, added) => {
    expect(difference(MEETING, edit(MEETING, members))).toEqual({ gone, new: added });
  });

  test("what says the same already changes nothing, null for what is not there included", () => {
    const shown = read(MEETING);
    expect(edit(MEETING, { ...shown, location: null, url: null, alarms: shown.alarms })).toBe(
      MEETING,
    );
  });

  test("an attendee keeps what has no member, and the others their bytes", () => {
    const [ada, kim] = read(MEETING).attendees ?? [];
    const result = edit(MEETING, {
      attendees: [{ ...ada, status: "accepted" }, kim, { address: "new@example.org", rsvp: true }],
    });
    expect(difference(MEETING, result)).toEqual({
      gone: ["ATTENDEE;X-NUM=1;PARTSTAT=NEEDS-ACTION;CN=Ada:MAILTO:Ada@example.org"],
      new: [
        "ATTENDEE;X-NUM=1;PARTSTAT=ACCEPTED;CN=Ada:MAILTO:Ada@example.org",
        "ATTENDEE;RSVP=TRUE:mailto:new@example.org",
      ],
    });
  });

  test("a changed alarm keeps what has no member; a second one follows it", () => {
    const result = edit(MEETING, {
      alarms: [
        { action: "display", offset: "-PT5M", description: "Soon" },
        { action: "audio", date: "2026-03-02T07:00:00Z", repeat: 2, repeatInterval: "PT5M" },
      ],
    });
    expect(difference(MEETING, result)).toEqual({
      gone: ["TRIGGER:-PT15M"],
      new: [
        "TRIGGER:-PT5M",
        "BEGIN:VALARM",
        "ACTION:AUDIO",
        "TRIGGER;VALUE=DATE-TIME:20260302T070000Z",
        "REPEAT:2",
        "DURATION:PT5M",
        "END:VALARM",
      ],
    });
    expect(read(result).alarms).toHaveLength(2);
  });

  test("what other programs wrote into a list stays in it, right or wrong", () => {
    const odd = MEETING.replace("TRIGGER:-PT15M", "TRIGGER;VALUE=DATE-TIME:20260302T070000");
    const alarms = read(odd).alarms ?? [];
    const result = edit(odd, { alarms: [...alarms, { offset: "-PT5M" }] });
    expect(difference(odd, result).gone).toEqual([]);
    const twice = MEETING.replace("mailto:kim@", "mailto:ada@");
    const [, kim] = read(twice).attendees ?? [];
    expect(read(edit(twice, { attendees: [kim] })).attendees).toEqual([kim]);
    const days = SERIES.replace(
      "EXDATE;TZID=Europe/Berlin:20260309T100000,20260316T100000",
      "EXDATE;VALUE=DATE:20260309",
    );
    const dates = ["2026-03-09", "2026-03-16T10:00:00"];
    expect(difference(days, edit(days, { excludedDates: dates }))).toEqual({
      gone: [],
      new: ["EXDATE;TZID=Europe/Berlin:20260316T100000"],
    });
  });

  test("stamps follow a change that is made here", () => {
    const result = edit(MEETING, { title: "Neu" }, { now: "20260701T120000Z" });
    expect(difference(MEETING, result).new).toEqual([
      "DTSTAMP:20260701T120000Z",
      "SUMMARY;LANGUAGE=de:Neu",
      "LAST-MODIFIED:20260701T120000Z",
    ]);
    expect(edit(MEETING, { title: "Besprechung" }, { now: "20260701T120000Z" })).toBe(MEETING);
  });
});

describe("times", () => {
  test("a new zone keeps the reading of local times, and brings its definition", () => {
    const result = edit(MEETING, { timeZone: "America/New_York" });
    expect(read(result)).toMatchObject({
      start: "2026-03-02T09:00:00",
      end: "2026-03-02T10:00:00",
      timeZone: "America/New_York",
    });
    expect(result).toContain("BEGIN:VTIMEZONE\r\nTZID:America/New_York");
    expect(result).toContain("TZOFFSETFROM:+0100\r\n");
    expect(result.match(/TZID=Europe/g)).toBeNull();
  });

  test("a time in UTC with a zone is told in the zone", () => {
    const times = {
      start: "2026-07-01T07:00:00Z",
      end: "2026-07-01T10:00:00+02:00",
      timeZone: "Europe/Berlin",
    };
    expect(read(edit(MEETING, times))).toMatchObject({
      start: "2026-07-01T09:00:00",
      end: "2026-07-01T10:00:00",
    });
  });

  test("the zone's name in the text is kept where it means the same", () => {
    const windows = MEETING.replaceAll("TZID=Europe/Berlin", "TZID=W. Europe Standard Time");
    const result = edit(windows, { start: "2026-03-02T08:00:00", timeZone: "Europe/Berlin" });
    expect(difference(windows, result).new).toEqual([
      "DTSTART;TZID=W. Europe Standard Time;X-OWN=1:20260302T080000",
    ]);
  });

  test("whole days, and back", () => {
    const days = edit(MEETING, { allDay: true });
    expect(read(days)).toMatchObject({ start: "2026-03-02", end: "2026-03-03", allDay: true });
    expect(read(days).timeZone).toBeUndefined();
    const times = {
      start: "2026-03-02T09:00:00",
      end: "2026-03-02T10:00:00",
      timeZone: "Europe/Berlin",
    };
    expect(read(edit(days, times))).toMatchObject({ ...times, allDay: false });
  });

  test("a zone of its own for the end", () => {
    const result = edit(MEETING, { endTimeZone: "Europe/London" });
    expect(read(result)).toMatchObject({
      timeZone: "Europe/Berlin",
      end: "2026-03-02T10:00:00",
      endTimeZone: "Europe/London",
    });
    expect(read(edit(result, { endTimeZone: null })).endTimeZone).toBeUndefined();
    expect(read(edit(result, { timeZone: "Europe/Paris" }))).toMatchObject({
      timeZone: "Europe/Paris",
      endTimeZone: "Europe/London",
    });
  });

  test("without a duration the end stays where it was", () => {
    const text = fixture("duration");
    const { id, end = "" } = read(text);
    const result = edit(text, { start: `${end.slice(0, 10)}T00:00:00` }, { uid: id });
    expect(read(result).end).toBe(end);
    expect(result).not.toMatch(/^DURATION/m);
  });

  test.each<[object, RegExp]>([
    [{ start: "foo" }, /^start: "foo" is not a day/],
    [{ start: "2026-02-30" }, /^start: "2026-02-30" is not a day/],
    [{ start: 5 }, /^start: 5 is not a day/],
    [{ start: null }, /^start: an event cannot be without it/],
    [{ start: "2026-03-02T10:00:01" }, /^start: the item would end .* before it starts/],
    [{ end: "2026-03-02T08:00:00" }, /^end: the item would end/],
    [{ end: "2026-03-02" }, /^end: start and end must both be days/],
    [{ start: "2026-03-02", end: "2026-03-02" }, /^end: .*day after the last/],
    [{ timeZone: "Mars/olympus" }, /^timeZone: "Mars\/olympus" is not a known time zone/],
    [{ allDay: "yes" }, /^allDay: "yes" is not true or false/],
    [{ due: "2026-03-02" }, /^due: an event has none/],
    [{ title: 5 }, /^title: 5 is not a string/],
    [{ title: "\u0000" }, /^title: control characters/],
    [{ categories: "Work" }, /^categories: "Work" is not a list/],
    [{ categories: ["a", 1] }, /^categories\[1\]: 1 is not a string/],
    [{ status: "needs-action" }, /^status: "needs-action" is not one of tentative/],
    [{ privacy: "secret" }, /^privacy: "secret" is not one of public/],
    [{ priority: 10 }, /^priority: 10 is not a whole number from 0 to 9/],
    [{ percentComplete: 5 }, /^percentComplete: an event has none/],
    [{ percent: 5 }, /^percent: an event has none/],
    [{ created: "2026-01-01T00:00:00" }, /^created: .* is not a time in UTC/],
    [{ url: "no url" }, /^url: "no url" is not a URL/],
    [{ sequence: -1 }, /^sequence: -1/],
    [
      { recurrenceRules: ["FREQ=NEVER"] },
      /^recurrenceRules\[0\]: "FREQ=NEVER" is not a recurrence rule/,
    ],
    [{ recurrenceRules: ["FREQ=DAILY;COUNT=0"] }, /^recurrenceRules\[0\]/],
    [{ recurrenceRules: ["FREQ=DAILY\nX:1"] }, /^recurrenceRules\[0\]/],
    [{ excludedDates: ["2026-03-09"] }, /^excludedDates\[0\]: must be a day where start is one/],
    [{ organizer: "me" }, /^organizer: "me" is not an object/],
    [{ attendees: [{ name: "Ada" }] }, /^attendees\[0\]\.address: is missing/],
    [{ attendees: [{ address: "a@b.c", foo: 1 }] }, /^attendees\[0\]\.foo: is not known/],
    [
      { attendees: [{ address: "a@b.c" }, { address: "A@b.c" }] },
      /^attendees\[1\]: the address is in the list already/,
    ],
    [{ attendees: [{ address: "a@b.c", rsvp: "no" }] }, /^attendees\[0\]\.rsvp/],
    [{ alarms: [{}] }, /^alarms\[0\]\.offset: is missing/],
    [{ alarms: [{ offset: "soon" }] }, /^alarms\[0\]\.offset: "soon" is not a duration/],
    [
      { alarms: [{ date: "2026-01-01T00:00:00Z", offset: "PT1M" }] },
      /^alarms\[0\]\.offset: an absolute alarm/,
    ],
    [{ type: "task" }, /^type: the item is an event/],
  ])("%j is refused", (members, message) => {
    expect(() => edit(MEETING, members)).toThrow(message);
  });
});

test("of two names for one member the one that says something new holds", () => {
  const both = { start: "2026-03-02T09:00:00", startDate: "20260301T090000" };
  expect(read(edit(MEETING, both)).start).toBe("2026-03-01T09:00:00");
  expect(() => edit(MEETING, { ...both, start: "2026-02-01T09:00:00" })).toThrow(
    /^startDate: is given twice/,
  );
});

describe("series", () => {
  test("a changed occurrence becomes an override beside the series", () => {
    const result = edit(
      SERIES,
      { title: "Nur heute", location: "Saal 2" },
      { instance: "2026-03-30T08:00:00Z" },
    );
    expect(result.startsWith(SERIES.slice(0, SERIES.lastIndexOf("END:VCALENDAR")))).toBe(true);
    expect(read(result, 0).title).toBe("Kurs");
    expect(read(result, 2)).toMatchObject({
      title: "Nur heute",
      location: "Saal 2",
      start: "2026-03-30T10:00:00",
      end: "2026-03-30T11:00:00",
      timeZone: "Europe/Berlin",
    });
    expect(read(result, 2).recurrenceRules).toBeUndefined();
    expect(result).toContain("RECURRENCE-ID;TZID=Europe/Berlin:20260330T100000\r\n");
  });

  test.each(["2026-03-23T09:00:00Z", "2026-03-23T10:00:00", "20260323T100000"])(
    "%s finds the override there is",
    (instance) => {
      const result = edit(SERIES, { title: "Noch anders" }, { instance });
      expect(difference(SERIES, result)).toEqual({
        gone: ["SUMMARY:Kurs, verlegt"],
        new: ["SUMMARY:Noch anders"],
      });
    },
  );

  test.each<[string, object, RegExp]>([
    [
      "2026-03-31T08:00:00Z",
      { title: "x" },
      /^instance: the series has no occurrence at 2026-03-31/,
    ],
    ["2026-03-09T09:00:00Z", { title: "x" }, /^instance: the series has no occurrence/],
    ["2026-03-30", { title: "x" }, /^instance: must be a day for a series of days/],
    ["soon", { title: "x" }, /^instance: "soon" is not a day or a time/],
    [
      "2026-03-30T08:00:00Z",
      { recurrenceRules: ["FREQ=DAILY"] },
      /^recurrenceRules: one occurrence has none/,
    ],
  ])("%s with %j is refused", (instance, members, message) => {
    expect(() => edit(SERIES, members, { instance })).toThrow(message);
  });

  test("an item that does not recur has no occurrences", () => {
    expect(() => edit(MEETING, { title: "x" }, { instance: "2026-03-02T08:00:00Z" })).toThrow(
      /^instance: the item does not recur/,
    );
  });

  test("dates go into and out of a list without touching the others", () => {
    const result = edit(SERIES, { excludedDates: ["2026-03-16T10:00:00", "2026-04-06T08:00:00Z"] });
    expect(difference(SERIES, result)).toEqual({
      gone: ["EXDATE;TZID=Europe/Berlin:20260309T100000,20260316T100000"],
      new: [
        "EXDATE;TZID=Europe/Berlin:20260316T100000",
        "EXDATE;TZID=Europe/Berlin:20260406T100000",
      ],
    });
  });

  test("a series that moves takes its exceptions and its end along", () => {
    const result = edit(SERIES, { start: "2026-03-03T11:30:00", end: "2026-03-03T12:30:00" });
    expect(read(result)).toMatchObject({
      excludedDates: ["2026-03-10T11:30:00", "2026-03-17T11:30:00"],
      recurrenceRules: ["FREQ=WEEKLY;UNTIL=20260602T093000Z"],
    });
    expect(result).toContain("RECURRENCE-ID;TZID=Europe/Berlin:20260324T113000\r\n");
    expect(read(result, 1).start).toBe("2026-03-24T10:00:00");
  });

  test("a series of days keeps its exceptions, too", () => {
    const result = edit(SERIES, { allDay: true });
    expect(read(result)).toMatchObject({
      start: "2026-03-02",
      excludedDates: ["2026-03-09", "2026-03-16"],
    });
    expect(result).toContain("RECURRENCE-ID;VALUE=DATE:20260323\r\n");
  });
});

describe("a text that the caller has changed as well", () => {
  const theirs = MEETING.replace("Besprechung", "Im Text geändert");

  test("members that say what the stored item says are no change", () => {
    const shown = read(MEETING);
    const result = edit(theirs, { ...shown, location: "Saal" }, { seen: MEETING });
    expect(read(result)).toMatchObject({ title: "Im Text geändert", location: "Saal" });
  });

  test("members that differ win over it", () => {
    const result = edit(theirs, { title: "Vom Mitglied" }, { seen: MEETING });
    expect(read(result).title).toBe("Vom Mitglied");
  });
});

describe("whatever the members", () => {
  test("they read back as written, and everything else stays", () => {
    fc.assert(
      fc.property(anyMembers, (members) => {
        const result = edit(MEETING, members);
        const shown = read(result) as unknown as Record<string, unknown>;
        for (const [name, value] of Object.entries(members)) {
          const empty =
            value === null || value === "" || (Array.isArray(value) && value.length === 0);
          const nothing = name === "title" ? "" : name === "categories" ? [] : undefined;
          expect(shown[name], name).toEqual(empty ? nothing : value);
        }
        expect(result).toContain("X-KEPT;X-P=1:as it is\r\n");
        const others = { ...read(MEETING) } as Record<string, unknown>;
        const told = "start" in members ? ["timeZone", "allDay", "startDate", "endDate"] : [];
        for (const name of Object.keys(others)) {
          if (!(name in members) && !told.includes(name))
            expect(shown[name], name).toEqual(others[name]);
        }
        expect(edit(result, shown)).toBe(result);
      }),
      { numRuns: 100 },
    );
  });

  test.each(fixtureNames.filter((name) => !name.startsWith("damaged") && name !== "journal"))(
    "%s: a new title changes no other line, and what is read says the same",
    (name) => {
      const text = fixture(name);
      const parts = identifiedComponents(parseTree(text));
      const master = parts.find(({ recurrenceId }) => recurrenceId === null);
      if (!master) {
        expect(() => edit(text, { title: "Neu" }, { uid: parts[0]?.uid ?? "" })).toThrow(
          "instance",
        );
        return;
      }
      const shown = readShown(master.component, zones.name);
      const target = { uid: master.uid };
      expect(edit(text, { ...shown }, target)).toBe(text);
      const { gone, new: added } = difference(text, edit(text, { title: "Neu" }, target));
      expect([...gone, ...added].every((line) => /^summary[;:]/i.test(line))).toBe(true);
      expect(added).toHaveLength(1);
    },
  );
});
