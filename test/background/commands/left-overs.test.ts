import { beforeEach, expect, test } from "vitest";
import type { CalendarWrite, KnownCalendar } from "../../../src/background/backup/ports.ts";
import {
  discardLeftOvers,
  type LeftOversDependencies,
  listLeftOvers,
  putLeftOver,
} from "../../../src/background/commands/left-overs.ts";
import { AppError } from "../../../src/shared/errors.ts";
import type { SupersededVersion } from "../../../src/shared/item-store.ts";
import { eventText, work } from "../../support/backup-fixture.ts";

const OFFLINE = new AppError("offline", "It could not be sent to the server yet.");

let versions: SupersededVersion[];
let known: KnownCalendar[];
let there: Map<string, string>;
let written: CalendarWrite[];
let failure: AppError | null;

const deps = (): LeftOversDependencies => {
  let ids = 0;
  return {
    provider: {
      listRemoved: async () =>
        JSON.stringify([
          { calendarId: "gone", removedAt: 5, unsaved: 0, left: versions.length },
          { calendarId: "nothing left", removedAt: 4, unsaved: 9, left: 0 },
        ]),
      listSuperseded: async (_id, { reasons = [] } = {}) =>
        JSON.stringify(versions.filter(({ reason }) => reasons.includes(reason))),
      dismissSuperseded: async (_id, dismissed) => {
        versions = versions.filter(({ id }) => !dismissed.includes(id));
      },
    },
    items: {
      get: async (_calendarId, id) =>
        there.has(id) ? ({ id, item: there.get(id) } as never) : null,
    },
    calendars: {
      calendars: async () => known,
      write: async (_calendar, writes) => {
        written.push(...writes);
        return failure === null
          ? []
          : writes.map(({ name }) => ({ name, error: failure as AppError }));
      },
    },
    gone: async () => [{ id: "gone", name: "Old", url: "https://x/", account: "me@here" }],
    newId: () => `new${++ids}`,
  };
};

const version = (id: number, text: string, reason: string): SupersededVersion => ({
  id,
  calendarId: "gone",
  name: `${id}.ics`,
  uid: "tea",
  text,
  reason,
  supersededAt: 5,
});
const MINE = eventText("tea", "Tea at four");
const THEIRS = eventText("tea", "Tea at five");
const MEETING = eventText("tea", "Tea for two").replace(
  "END:VEVENT",
  [
    "ORGANIZER:mailto:me@example.org",
    "ATTENDEE:mailto:me@example.org",
    "ATTENDEE:mailto:Grace@example.org",
    "END:VEVENT",
  ].join("\r\n"),
);
const put = (ids: number[], more: { mail?: boolean } = {}) =>
  putLeftOver(deps(), { calendarId: "gone", ids, targetId: "work", ...more }, work());
const textOf = (write: CalendarWrite | undefined) => (write && "text" in write ? write.text : "");

beforeEach(() => {
  versions = [
    version(1, MINE, "unsent"),
    version(2, MINE, "undecided"),
    version(3, THEIRS, "undecided"),
  ];
  const one = { calendarId: "work", displayName: "Work", readOnly: false, own: true };
  known = [one, { ...one, calendarId: "holidays", readOnly: true }] as KnownCalendar[];
  there = new Map();
  written = [];
  failure = null;
});

test("what is left is listed once a text, with the calendars that could take it", async () => {
  expect(await listLeftOvers(deps())).toEqual({
    calendars: [
      {
        calendarId: "gone",
        name: "Old",
        account: "me@here",
        removedAt: 5,
        items: [
          { ids: [1, 2], summary: "Tea at four", text: MINE, undecided: true, people: [] },
          { ids: [3], summary: "Tea at five", text: THEIRS, undecided: true, people: [] },
        ],
      },
    ],
    targets: [{ id: "work", name: "Work", mails: true }],
  });
});

test("put into a calendar, it is there byte for byte and left no more", async () => {
  expect(await put([1, 2])).toEqual({ copied: false, sent: true });
  expect(written).toEqual([{ kind: "create", name: "new1.ics", uid: "tea", text: MINE }]);
  expect(versions.map(({ id }) => id)).toEqual([3]);
});

test("a calendar that has another version of it keeps that one: this one is added as a new item", async () => {
  there.set("tea", THEIRS);
  expect(await put([1, 2])).toEqual({ copied: true, sent: true });
  expect(written).toMatchObject([{ kind: "create", uid: "new1" }]);
  expect(written[0] && "text" in written[0] ? written[0].text : "").toContain("Tea at four");
});

test("nothing is added to a calendar that holds just this", async () => {
  there.set("tea", MINE);
  expect(await put([1, 2])).toEqual({ copied: false, sent: true });
  expect(written).toEqual([]);
  expect(versions.map(({ id }) => id)).toEqual([3]);
});

test("without a network it waits in the calendar; what a calendar refused is still left", async () => {
  failure = OFFLINE;
  expect(await put([1, 2])).toEqual({ copied: false, sent: false });
  known = known.map((one) => ({ ...one, own: false }));
  await expect(put([3])).rejects.toBe(OFFLINE);
  expect(versions.map(({ id }) => id)).toEqual([3]);
});

test("who is invited is listed, with the calendars whose server may mail them", async () => {
  versions = [version(1, MEETING, "unsent")];
  known = known
    .slice(0, 1)
    .flatMap((one) => [
      one,
      { ...one, calendarId: "built-in", own: false, type: "caldav" },
      { ...one, calendarId: "shelf", own: false, type: "storage" },
    ]);
  const { calendars, targets } = await listLeftOvers(deps());
  expect(calendars[0]?.items[0]?.people).toEqual(["grace@example.org", "me@example.org"]);
  expect(targets.map(({ id, mails }) => [id, mails])).toEqual([
    ["work", true],
    ["built-in", true],
    ["shelf", false],
  ]);
});

test("a meeting is put so that the server invites nobody, unless the user wants that", async () => {
  versions = [version(1, MEETING, "unsent"), version(2, MEETING, "undecided")];
  await put([1]);
  const quiet = textOf(written[0]);
  expect(quiet).toContain("ORGANIZER;SCHEDULE-AGENT=CLIENT:mailto:me@example.org");
  expect(quiet.match(/ATTENDEE;SCHEDULE-AGENT=CLIENT:/g)).toHaveLength(2);
  await put([2], { mail: true });
  expect(textOf(written[1])).toBe(MEETING);
});

test("a meeting that was put quietly is not added again", async () => {
  versions = [version(1, MEETING, "unsent"), version(2, MEETING, "undecided")];
  await put([1]);
  there.set("tea", textOf(written[0]));
  expect(await put([2])).toEqual({ copied: false, sent: true });
  expect(written).toHaveLength(1);
  expect(versions).toEqual([]);
});

test("a calendar on this computer, where nobody is mailed, gets a meeting byte for byte", async () => {
  versions = [version(1, MEETING, "unsent")];
  known = known.map((one) => ({ ...one, own: false, type: "storage" }));
  await put([1]);
  expect(textOf(written[0])).toBe(MEETING);
});

test("what is damaged, or gone by now, is put nowhere", async () => {
  await expect(put([99])).rejects.toMatchObject({ code: "item-unknown" });
  versions = [version(1, "BEGIN:VCALENDAR", "unsent")];
  await expect(put([1])).rejects.toMatchObject({ code: "calendar-data" });
  expect(written).toEqual([]);
  expect(versions).toHaveLength(1);
});

test("what is given up is listed no more", async () => {
  await discardLeftOvers(deps(), { calendarId: "gone", ids: [1, 2, 3] });
  expect(await listLeftOvers(deps())).toEqual({ calendars: [], targets: [] });
});
