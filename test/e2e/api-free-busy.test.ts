/** Free and busy times: an add-on that is asked, and one that asks, in the real Thunderbird. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findThunderbirds } from "../support/thunderbird.ts";
import { CalendarWorld } from "./calendar-fixture.ts";
import { LISTENERS } from "./hooks-fixture.ts";

const BACKGROUND = `${LISTENERS}
provider.onFreeBusy.addListener(async (attendee, start, end, types) => {
  await note({ event: "freeBusy", asked: [attendee, start, end, types] });
  if (attendee === "broken@example.org") throw new Error("broken");
  if (attendee === "nobody@example.org") return undefined;
  return [
    { start: "2026-03-02T09:00:00Z", end: "2026-03-02T10:00:00Z", type: "busy" },
    { start: "2026-03-02T14:00:00+02:00", end: "2026-03-02T15:30:00+02:00", type: "tentative" },
    { start: "2026-03-02T16:00:00Z", end: "2026-03-02T17:00:00Z", type: "unavailable" },
    { start: "2026-03-02T18:00:00Z", end: "2026-03-02T19:00:00Z", type: "unknown" },
    { start: "some day", end: "2026-03-02T19:00:00Z", type: "busy" },
  ];
});
`;

const RANGE = ["2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"] as const;

describe.each(await findThunderbirds())("Thunderbird $version", ({ binary }) => {
  let world: CalendarWorld;

  beforeAll(async () => {
    world = await CalendarWorld.start(binary, {
      provider: { background: BACKGROUND, manifestKey: { name: "Busy service" } },
      itemPermissions: [],
      prefs: { "extensions.background.idle.timeout": 2000 },
    });
  });
  afterAll(() => world.end());

  const refusal = (...args: unknown[]) =>
    world.api("freeBusy.query", ...args).then(
      (value) => `no refusal: ${JSON.stringify(value)}`,
      (error: Error) => error.message,
    );

  test("what a listener answers is what a question brings", async () => {
    const intervals = await world.api<{ start: string; end: string; type: string }[]>(
      "freeBusy.query",
      "mailto:ann@example.org",
      ...RANGE,
    );
    expect(intervals).toEqual([
      { start: "2026-03-02T09:00:00.000Z", end: "2026-03-02T10:00:00.000Z", type: "busy" },
      { start: "2026-03-02T12:00:00.000Z", end: "2026-03-02T13:30:00.000Z", type: "tentative" },
      { start: "2026-03-02T16:00:00.000Z", end: "2026-03-02T17:00:00.000Z", type: "unavailable" },
      { start: "2026-03-02T18:00:00.000Z", end: "2026-03-02T19:00:00.000Z", type: "unknown" },
    ]);
    const notes = (await world.notes()) as unknown as { asked?: unknown[] }[];
    expect(notes.find(({ asked }) => asked?.[0] === "ann@example.org")?.asked).toEqual([
      "ann@example.org",
      "2026-03-02T00:00:00.000Z",
      "2026-03-03T00:00:00.000Z",
      ["busy", "unavailable", "tentative"],
    ]);
  });

  test("the kinds asked for reach the listener", async () => {
    await world.api("freeBusy.query", "kinds@example.org", ...RANGE, ["free", "busy"]);
    const notes = (await world.notes()) as unknown as { asked?: unknown[] }[];
    expect(notes.find(({ asked }) => asked?.[0] === "kinds@example.org")?.asked?.[3]).toEqual([
      "free",
      "busy",
    ]);
  });

  test.each(["broken@example.org", "nobody@example.org"])(
    "for %s nothing is known, at once",
    async (attendee) => {
      expect(await world.api("freeBusy.query", attendee, ...RANGE)).toEqual([]);
    },
  );

  test.each([
    [["nobody", ...RANGE], 'attendee "nobody" is not an e-mail address.'],
    [["a@b.example", "some day", RANGE[1]], 'rangeStart "some day" is not an ISO 8601 time.'],
    [["a@b.example", RANGE[0], "some day"], 'rangeEnd "some day" is not an ISO 8601 time.'],
    [["a@b.example", RANGE[1], RANGE[0]], "rangeEnd must be later than rangeStart."],
    [["a@b.example", ...RANGE, ["asleep"]], 'types: "asleep" is none of'],
  ])("%j is refused", async (args, message) => {
    expect(await refusal(...args)).toContain(message);
  });

  test("Thunderbird's own question wakes a stopped page, and gets the intervals", async () => {
    await world.thunderbird.suspendBackground();
    const busy = await world.thunderbird.chrome<string[]>(
      `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
       const [start, end] = ["20260302T000000Z", "20260303T000000Z"].map((each) => cal.createDateTime(each));
       const found = [];
       await new Promise((resolve) => cal.freeBusyService.getFreeBusyIntervals("mailto:ben@example.org", start, end, Ci.calIFreeBusyInterval.BUSY_ALL, {
         onResult(operation, intervals) {
           for (const each of intervals ?? []) found.push(each.calId + " " + each.interval.start.icalString);
           if (!operation?.isPending) resolve();
         },
       }));
       return found;`,
    );
    expect(busy).toContain("mailto:ben@example.org 20260302T090000Z");
  });

  test("Thunderbird's console has no error of the add-on's", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
