/** `messenger.calendar.utilities` in the real Thunderbird. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findThunderbirds } from "../support/thunderbird.ts";
import { CalendarWorld, component, resource, vevent } from "./calendar-fixture.ts";

const BERLIN = [
  "BEGIN:VTIMEZONE",
  "TZID:Europe/Berlin",
  "BEGIN:STANDARD",
  "DTSTART:19700101T000000",
  "TZOFFSETFROM:+0100",
  "TZOFFSETTO:+0100",
  "END:STANDARD",
  "END:VTIMEZONE",
  "",
].join("\r\n");

const SERIES = [
  vevent(
    "series",
    "SUMMARY:Kurs",
    "DTSTART;TZID=Europe/Berlin:20260316T100000",
    "DTEND;TZID=Europe/Berlin:20260316T110000",
    "RRULE:FREQ=WEEKLY;UNTIL=20260420T080000Z",
    "EXDATE;TZID=Europe/Berlin:20260323T100000",
    "RDATE;TZID=Europe/Berlin:20260318T180000",
  ),
  vevent(
    "series",
    "SUMMARY:Verlegt",
    "RECURRENCE-ID;TZID=Europe/Berlin:20260406T100000",
    "DTSTART;TZID=Europe/Berlin:20260407T150000",
    "DTEND;TZID=Europe/Berlin:20260407T170000",
  ),
].join("");

const CALENDAR = resource(
  BERLIN,
  SERIES,
  vevent("single", "SUMMARY:Einmal", "DTSTART;VALUE=DATE:20260401"),
  component("VTODO", "task", "SUMMARY:Aufgabe", "DUE:20260402T100000Z"),
);

interface Parsed extends Record<string, unknown> {
  id: string;
  item: string;
  formats: { ical: string; jcal: unknown[] };
}
interface Found {
  id: string;
  instance: string | null;
  start: string;
  end?: string;
  changed: boolean;
}

describe.each(await findThunderbirds())("Thunderbird $version", ({ binary }) => {
  let world: CalendarWorld;
  let home: string;

  beforeAll(async () => {
    world = await CalendarWorld.start(binary);
    home = await world.user.home();
    await world.inCalendar(
      `cal.manager.getCalendarById(arguments[1]).setProperty("disabled", false);`,
      home,
    );
  });

  afterAll(() => world.end());

  const parse = (text: unknown, options?: object) =>
    world.api<Parsed[]>("utilities.parse", text, options);
  const serialize = (items: unknown, format?: string) =>
    world.api<string>("utilities.serialize", items, format);
  const expand = (item: unknown, from: string, to: string, options?: object) =>
    world.api<Found[]>("utilities.expandRecurrence", item, from, to, options);
  const refusal = (call: string, ...args: unknown[]): Promise<string> =>
    world.api(`utilities.${call}`, ...args).then(
      (value) => `no refusal: ${JSON.stringify(value)}`,
      (error: Error) => error.message,
    );

  test("a calendar is taken apart into its items", async () => {
    const items = await parse(CALENDAR, { returnFormat: ["ical", "jcal"] });
    expect(items).toMatchObject([
      { id: "series", type: "event", title: "Kurs", timeZone: "Europe/Berlin" },
      { id: "single", type: "event", start: "2026-04-01", allDay: true },
      { id: "task", type: "task", due: "2026-04-02T10:00:00Z" },
    ]);
    const [series, single] = items;
    expect(series?.item).toBe(resource(BERLIN, SERIES));
    expect(single?.item).not.toContain("VTIMEZONE");
    expect(single?.formats.jcal[0]).toBe("vcalendar");
  });

  test("what was parsed can be stored", async () => {
    const items = await parse(CALENDAR, { returnFormat: "ical" });
    for (const item of items) await world.api("items.create", world.cacheId, item);
    for (const { id, item } of items) {
      const stored = await world.api("items.get", world.cacheId, id, { returnFormat: "ical" });
      expect(stored).toMatchObject({ id, item });
    }
  });

  test("jCal is parsed, too, and a component alone", async () => {
    const [item] = await parse(CALENDAR, { returnFormat: "jcal" });
    expect(await parse(item?.formats.jcal)).toMatchObject([{ id: "series", title: "Kurs" }]);
    expect(
      await parse(vevent("bare", "SUMMARY:Nur das", "DTSTART:20260401T100000Z")),
    ).toMatchObject([{ id: "bare", title: "Nur das" }]);
    expect(await parse(resource())).toEqual([]);
  });

  test("items are serialised, one as it is, several in one calendar", async () => {
    const items = await parse(CALENDAR, { returnFormat: "ical" });
    expect(await serialize(items[0])).toBe(items[0]?.item);
    const all = await serialize(items);
    expect(await parse(all)).toMatchObject([{ id: "series" }, { id: "single" }, { id: "task" }]);
    expect(all.match(/BEGIN:VTIMEZONE/g)).toHaveLength(1);
    const made = await serialize({ type: "event", id: "made", title: "Neu", start: "2026-07-01" });
    expect(made).toContain("UID:made\r\n");
    expect(made).toContain("DTSTART;VALUE=DATE:20260701\r\n");
    const [name] = (await serialize(items, "jcal")) as unknown as unknown[];
    expect(name).toBe("vcalendar");
    expect(await parse(await serialize([]))).toEqual([]);
  });

  test("a series is expanded with its exceptions", async () => {
    const found = await expand(resource(BERLIN, SERIES), "2026-03-01", "2026-05-01");
    expect(found.map(({ instance, start, changed }) => [instance, start, changed])).toEqual([
      ["2026-03-16T09:00:00Z", "2026-03-16T10:00:00", false],
      ["2026-03-18T17:00:00Z", "2026-03-18T18:00:00", false],
      ["2026-03-30T08:00:00Z", "2026-03-30T10:00:00", false],
      ["2026-04-06T08:00:00Z", "2026-04-07T15:00:00", true],
      ["2026-04-13T08:00:00Z", "2026-04-13T10:00:00", false],
      ["2026-04-20T08:00:00Z", "2026-04-20T10:00:00", false],
    ]);
    expect(found[0]).toMatchObject({
      id: "series",
      end: "2026-03-16T11:00:00",
      timeZone: "Europe/Berlin",
      allDay: false,
    });
  });

  test("the occurrences are those that a calendar shows", async () => {
    const samples: Record<string, string[]> = {
      summer: ["DTSTART;TZID=Europe/Berlin:20260325T013000", "RRULE:FREQ=DAILY;COUNT=9"],
      late: ["DTSTART;TZID=America/New_York:20260310T230000", "DURATION:PT3H", "RRULE:FREQ=DAILY"],
      days: [
        "DTSTART;VALUE=DATE:20260301",
        "DTEND;VALUE=DATE:20260303",
        "RRULE:FREQ=WEEKLY;BYDAY=SU,WE",
      ],
      // None near a bound: there Thunderbird takes floating times for UTC, the expansion for the user's zone.
      floating: ["DTSTART:20260301T113000", "DURATION:PT1H", "RRULE:FREQ=DAILY;INTERVAL=3"],
      last: [
        "DTSTART:20260130T100000Z",
        "RRULE:FREQ=MONTHLY;BYDAY=-1FR",
        "EXDATE:20260227T100000Z",
      ],
      workdays: [
        "DTSTART;TZID=Europe/Berlin:20260302T083000",
        "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1",
      ],
      hours: ["DTSTART:20260320T000000Z", "RRULE:FREQ=HOURLY;INTERVAL=7;UNTIL=20260322T120000Z"],
    };
    const range = { rangeStart: "2026-03-02T00:00:00Z", rangeEnd: "2026-04-02T00:00:00Z" };
    for (const [uid, lines] of Object.entries(samples)) {
      const item = resource(vevent(uid, "SUMMARY:S", ...lines));
      await world.api("items.create", home, { format: "ical", item });
      const query = { calendarId: home, expand: true, ...range };
      const shown = (await world.api<Found[]>("items.query", query)).filter(({ id }) => id === uid);
      const found = await expand(item, range.rangeStart, range.rangeEnd);
      const told = (list: Found[]) =>
        list.map(({ instance, start, end }) => `${instance} ${start} ${end ?? start}`);
      expect(new Set(told(found)), uid).toEqual(new Set(told(shown)));
      expect(found.length).toBeGreaterThan(0);
    }
  });

  test("items and jCal are expanded as well as text", async () => {
    const item = {
      type: "event",
      title: "x",
      start: "2026-04-01",
      recurrenceRules: ["FREQ=DAILY"],
    };
    const range = ["2026-04-02", "2026-04-04"] as const;
    const starts = async (each: unknown) =>
      (await expand(each, ...range)).map(({ start }) => start);
    expect(await starts(item)).toEqual(["2026-04-02", "2026-04-03"]);
    expect(await starts(await serialize(item, "jcal"))).toEqual(["2026-04-02", "2026-04-03"]);
    const single = { type: "event", title: "x", start: "2026-04-02T09:00:00Z" };
    expect(await expand(single, ...range)).toMatchObject([{ instance: null, changed: false }]);
    expect(await expand(single, "2026-05-01", "2026-05-02")).toEqual([]);
  });

  test("no rule keeps Thunderbird waiting", async () => {
    const every = (rule: string) =>
      resource(vevent("dear", "DTSTART:19700101T000000Z", `RRULE:${rule}`));
    const [day, next] = ["2026-04-01T00:00:00Z", "2026-04-02T00:00:00Z"];
    expect(await expand(every("FREQ=SECONDLY"), day, next)).toHaveLength(1000);
    expect(await expand(every("FREQ=SECONDLY"), day, next, { limit: 3 })).toMatchObject([
      { start: "2026-04-01T00:00:00Z" },
      { start: "2026-04-01T00:00:01Z" },
      { start: "2026-04-01T00:00:02Z" },
    ]);
    expect(await expand(every("FREQ=SECONDLY;COUNT=9"), day, next)).toEqual([]);
    expect(await expand(every("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), day, next)).toEqual([]);
    const rule = "FREQ=DAILY;INTERVAL=7;BYDAY=TU;COUNT=5";
    expect(await expand(every(rule), day, next)).toEqual([]);
    const costly = every("FREQ=SECONDLY;COUNT=2000000000;BYSECOND=1,2,3");
    // While that is found out, everything else goes on.
    const refused = world.thunderbird.background<{ message: string; turns: number }>(
      `let [turns, message] = [0, null];
       messenger.calendar.utilities.expandRecurrence(...arguments).catch((error) => { message = error.message; });
       while (message === null) {
         await messenger.calendar.utilities.parse("BEGIN:VCALENDAR\\r\\nEND:VCALENDAR");
         turns++;
       }
       return { message, turns };`,
      costly,
      day,
      next,
    );
    expect((await refused).message).toContain("too costly");
    expect((await refused).turns).toBeGreaterThan(3);
  });

  test.each<[string, unknown[], string]>([
    ["parse", ["nonsense"], "text must be iCalendar text or jCal"],
    ["parse", [5], "text must be iCalendar text or jCal"],
    ["parse", ["BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\n"], "text is not well-formed"],
    ["parse", [["vcalendar"]], "text must be jCal"],
    ["parse", [CALENDAR, { returnFormat: "xcal" }], 'returnFormat "xcal" is not supported'],
    ["serialize", [{ title: "x" }], "type is missing"],
    ["serialize", [[{ type: "event", title: 5 }]], "items[0]: title: 5 is not a string"],
    ["serialize", ["text"], "items must be an item"],
    ["serialize", [{ type: "task", title: "x" }, "xcal"], 'format "xcal" is not supported'],
    ["expandRecurrence", [5, "2026-01-01", "2026-01-02"], "item must be an item"],
    ["expandRecurrence", [CALENDAR, "2026-01-01", "2026-01-02"], "item must be one item"],
    ["expandRecurrence", [resource(), "2026-01-01", "2026-01-02"], "item has no event"],
    ["expandRecurrence", [SERIES, "soon", "2026-01-02"], 'rangeStart "soon"'],
    ["expandRecurrence", [SERIES, "2026-01-03", "2026-01-02"], "rangeEnd is before rangeStart"],
    [
      "expandRecurrence",
      [SERIES, "2026-01-01", "2026-01-02", { limit: 0 }],
      "options.limit must be a whole number",
    ],
  ])("%s(%j) is refused in words that name the argument", async (call, args, words) => {
    const message = await refusal(call, ...args);
    expect(message).toContain(words);
    expect(message).not.toMatch(/unexpected|TypeError/i);
  });
});
