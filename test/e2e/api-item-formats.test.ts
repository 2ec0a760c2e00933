/** The shapes in which items are given and read, in the real Thunderbird: members, iCalendar, jCal. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findThunderbirds } from "../support/thunderbird.ts";
import { CalendarWorld, component, resource, vevent } from "./calendar-fixture.ts";

type Item = Record<string, unknown> & {
  id: string;
  title: string;
  start?: string;
  end?: string;
  due?: string;
  timeZone?: string;
  raw?: unknown;
  item: string;
  formats: { use: null; ical: string; jcal: unknown[] };
};

const EVENT = {
  type: "event",
  title: "Besprechung; mit, Komma",
  description: "Zwei\nZeilen",
  location: "Saal 1",
  categories: ["Arbeit", "Täglich"],
  status: "confirmed",
  privacy: "private",
  priority: 3,
  start: "2026-03-02T09:00:00",
  end: "2026-03-02T10:30:00",
  timeZone: "Europe/Berlin",
  allDay: false,
  recurrenceRules: ["FREQ=WEEKLY;COUNT=5"],
  recurrenceDates: ["2026-03-05T09:00:00"],
  excludedDates: ["2026-03-09T09:00:00"],
  organizer: { address: "ada@example.org", name: "Ada" },
  attendees: [
    {
      address: "kim@example.org",
      name: "Kim; Lee",
      role: "opt-participant",
      status: "accepted",
      type: "individual",
      rsvp: true,
    },
    {
      address: "room@example.org",
      role: "req-participant",
      status: "delegated",
      type: "room",
      rsvp: false,
      delegatedTo: ["other@example.org"],
    },
  ],
  alarms: [
    { action: "display", related: "start", offset: "-PT15M", description: "Gleich" },
    { action: "display", related: "absolute", date: "2026-03-01T12:00:00Z", description: "Morgen" },
  ],
  url: "https://example.org/meeting",
  created: "2026-01-01T08:00:00Z",
  sequence: 2,
};

const TASK = {
  type: "task",
  title: "Abgeben",
  start: "2026-03-02T09:00:00",
  due: "2026-03-03T17:00:00",
  timeZone: "Europe/Berlin",
  status: "in-process",
  percentComplete: 40,
  priority: 1,
};

const SERVER = resource(
  vevent(
    "kept",
    "SUMMARY;LANGUAGE=de:Vom Server",
    "DTSTART;TZID=Europe/Berlin:20260302T090000",
    "DTEND;TZID=Europe/Berlin:20260302T100000",
    "LOCATION:Saal\\, hinten",
    "ATTENDEE;X-SEEN=1;CN=Ada:MAILTO:ada@example.org",
  ),
);

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

  const places = [
    ["own calendar", () => world.calendarId],
    ["own calendar's cache", () => world.cacheId],
    ["local calendar", () => home],
  ] as const;

  const refusal = (call: string, ...args: unknown[]): Promise<string> =>
    world.api(call, ...args).then(
      (value) => `no refusal: ${JSON.stringify(value)}`,
      (error: Error) => error.message,
    );
  const get = (calendar: string, id: string, returnFormat: unknown = ["ical", "jcal"]) =>
    world.api<Item>("items.get", calendar, id, { returnFormat });

  describe.each(places)("%s", (place, calendar) => {
    const uid = (name: string) => `${name} of ${place}`;

    test("an event made of members has them all", async () => {
      const made = await world.api<Item>("items.create", calendar(), {
        ...EVENT,
        id: uid("event"),
      });
      const expected = { ...EVENT, id: uid("event"), calendarId: calendar(), instance: null };
      expect(made).toMatchObject(expected);
      expect(await get(calendar(), uid("event"), null)).toMatchObject(expected);
    });

    test.each<[string, unknown, object?]>([
      ["title", "Neu"],
      ["description", null],
      ["location", "Saal 2"],
      ["categories", ["Nur eine"]],
      ["status", "cancelled"],
      ["privacy", null],
      ["priority", 9],
      ["start", "2026-03-02T08:30:00", { excludedDates: ["2026-03-09T08:30:00"] }],
      ["end", "2026-03-02T11:00:00"],
      ["timeZone", "America/New_York"],
      ["recurrenceRules", ["FREQ=DAILY;COUNT=9"]],
      ["recurrenceDates", null],
      ["excludedDates", ["2026-03-04T08:30:00"]],
      ["organizer", { address: "new@example.org", name: "Neu" }],
      [
        "attendees",
        [
          {
            address: "kim@example.org",
            name: "Kim",
            role: "chair",
            status: "declined",
            type: "individual",
            rsvp: false,
          },
        ],
      ],
      ["alarms", [{ action: "display", related: "end", offset: "PT0S", description: "Ende" }]],
      ["url", null],
      ["sequence", 7],
      ["allDay", true, { start: "2026-03-02", end: "2026-03-03", excludedDates: ["2026-03-04"] }],
    ])("%s becomes %j", async (name, value, also = {}) => {
      const before = await get(calendar(), uid("event"), null);
      await world.api("items.update", calendar(), uid("event"), { [name]: value });
      const after = await get(calendar(), uid("event"), null);
      expect(after).toMatchObject({ ...(value === null ? {} : { [name]: value }), ...also });
      if (value === null) expect(after[name]).toBeUndefined();
      expect(after.title).toBe(name === "title" ? value : before.title);
    });

    test("stamps go along with another change", async () => {
      const stamps = { created: "2025-01-01T00:00:00Z", updated: "2126-01-01T00:00:00Z" };
      await world.api("items.update", calendar(), uid("event"), { ...stamps, title: "Alt" });
      const { created, updated } = stamps;
      // Thunderbird's storage sets the time of the last change itself.
      const expected = calendar() === home ? { created } : { created, updated };
      expect(await get(calendar(), uid("event"), null)).toMatchObject(expected);
    });

    test("a task made of members has them all, and is completed", async () => {
      const id = uid("task");
      await world.api("items.create", calendar(), { ...TASK, id });
      expect(await get(calendar(), id, null)).toMatchObject({ ...TASK, id });
      const done = {
        status: "completed",
        percentComplete: 100,
        completed: "2026-03-03T12:00:00Z",
        due: null,
      };
      await world.api("items.update", calendar(), id, done);
      const { due: _, ...left } = done;
      const after = await get(calendar(), id, null);
      expect(after).toMatchObject({ ...left, start: TASK.start });
      expect(after.due).toBeUndefined();
    });

    test("floating, UTC and foreign zones", async () => {
      const id = uid("zones");
      const start = "2026-07-01T09:00:00";
      const base = { type: "event", id, title: "Zonen", end: "2026-07-01T10:00:00" };
      await world.api("items.create", calendar(), { ...base, start });
      const floating = await get(calendar(), id, null);
      expect(floating).toMatchObject({ start, allDay: false });
      expect(floating.timeZone).toBeUndefined();
      await world.api("items.update", calendar(), id, { timeZone: "UTC" });
      expect(await get(calendar(), id, null)).toMatchObject({
        start: `${start}Z`,
        timeZone: "UTC",
      });
      await world.api("items.update", calendar(), id, { timeZone: "Asia/Tokyo" });
      expect(await get(calendar(), id, null)).toMatchObject({
        start: "2026-07-01T18:00:00",
        end: "2026-07-01T19:00:00",
        timeZone: "Asia/Tokyo",
      });
      await world.api("items.update", calendar(), id, { endTimeZone: "Europe/London" });
      expect(await get(calendar(), id, null)).toMatchObject({
        timeZone: "Asia/Tokyo",
        end: "2026-07-01T19:00:00",
        endTimeZone: "Europe/London",
      });
    });

    test("one occurrence is changed, the series and the others stay", async () => {
      const id = uid("series");
      await world.api("items.create", calendar(), { ...EVENT, id, title: "Kurs" });
      const instance = "2026-03-16T08:00:00Z";
      await world.api("items.update", calendar(), id, { instance, title: "Verlegt" });
      await world.api("items.update", calendar(), id, { instance, location: "Garten" });
      const { title, formats } = await get(calendar(), id);
      expect(title).toBe("Kurs");
      expect(formats.ical.match(/^RECURRENCE-ID/gm)).toHaveLength(1);
      expect(formats.ical).toContain("SUMMARY:Verlegt");
      expect(formats.ical).toContain("LOCATION:Garten");
      expect(
        await refusal("items.update", calendar(), id, {
          instance: "2026-03-17T08:00:00Z",
          title: "Nie",
        }),
      ).toContain("instance: the series has no occurrence");
    });

    test("an item that was read, changed in a member and given back changes in that", async () => {
      const id = uid("round");
      await world.api("items.create", calendar(), {
        id,
        format: "ical",
        item: SERVER.replace("UID:kept", `UID:${id}`),
      });
      const read = await get(calendar(), id);
      await world.api("items.update", calendar(), id, { ...read, title: "Rund" });
      const after = await get(calendar(), id);
      expect(after).toMatchObject({ title: "Rund", location: "Saal, hinten" });
      expect(after.formats.ical).toContain("X-UNKNOWN;X-PARAM=1:kept by every edit");
      expect(after.formats.ical).toContain("X-SEEN=1");
    });

    test("use null, ical and jcal", async () => {
      const id = uid("use");
      const text = (title: string) =>
        resource(vevent(id, `SUMMARY:${title}`, "DTSTART:20260302T090000Z", "X-A:1"));
      const jcal = (title: string) => [
        "vcalendar",
        [["version", {}, "text", "2.0"]],
        [
          [
            "vevent",
            [
              ["uid", {}, "text", id],
              ["dtstamp", {}, "date-time", "2026-01-01T00:00:00Z"],
              ["dtstart", { tzid: "Europe/Berlin" }, "date-time", "2026-03-02T09:00:00"],
              ["summary", {}, "text", title],
            ],
            [],
          ],
        ],
      ];
      const formats = { use: null, ical: text("Text") };
      const made = await world.api("items.create", calendar(), { title: "Mitglied", formats });
      expect(made).toMatchObject({ id, title: "Mitglied" });

      const update = (properties: object) => world.api("items.update", calendar(), id, properties);
      expect(
        await update({ title: "M", formats: { use: "ical", ical: text("Vom Text") } }),
      ).toMatchObject({ title: "Vom Text" });
      expect(
        await update({ title: "M", raw: { use: "jcal", jcal: jcal("Von jCal") } }),
      ).toMatchObject({
        title: "Von jCal",
        start: "2026-03-02T09:00:00",
        timeZone: "Europe/Berlin",
      });
      expect(await update({ format: "jcal", item: jcal("Referenz") })).toMatchObject({
        title: "Referenz",
      });
      expect(await update({ format: "ical", item: text("Auch") })).toMatchObject({ title: "Auch" });
      expect(
        await update({ title: "Mitglied", raw: { use: null, ical: text("Text") } }),
      ).toMatchObject({ title: "Mitglied" });
      expect((await get(calendar(), id)).formats.ical).toContain("X-A:1");
    });

    test("a provider written against jCal gets and gives it", async () => {
      const id = uid("gdata");
      const vtodo = [
        "vtodo",
        [
          ["uid", {}, "text", id],
          ["summary", {}, "text", "Aufgabe"],
          ["status", {}, "text", "NEEDS-ACTION"],
          ["due", {}, "date-time", "2026-03-02T00:00:00Z"],
        ],
        [],
      ];
      const made = await world.api<Item>("items.create", calendar(), {
        id,
        type: "task",
        title: "Aufgabe",
        formats: { use: "jcal", jcal: vtodo },
        returnFormat: "jcal",
      });
      expect(made).toMatchObject({
        id,
        type: "task",
        title: "Aufgabe",
        due: "2026-03-02T00:00:00Z",
      });
      const [name, , components] = made.formats.jcal as [string, unknown, unknown[][]];
      expect(name).toBe("vcalendar");
      const item = components.find(([kind]) => kind === "vtodo");
      expect(item?.[1]).toContainEqual(["due", {}, "date-time", "2026-03-02T00:00:00Z"]);
      expect(made).toMatchObject({ format: "jcal", item: made.formats.jcal });
      expect(made.formats.ical).toBeUndefined();
    });

    test("formats come in the order they are asked for", async () => {
      const both = await get(calendar(), uid("use"), ["jcal", "ical"]);
      expect(both).toMatchObject({ format: "jcal", item: both.formats.jcal });
      expect(both.raw).toEqual(both.formats);
      expect(both.formats.use).toBeNull();
      expect(both.formats.ical).toContain("BEGIN:VCALENDAR");
      const none = await get(calendar(), uid("use"), null);
      expect(Object.keys(none)).not.toEqual(expect.arrayContaining(["formats"]));
    });

    test.each<[object, string]>([
      [{ title: 5 }, "title"],
      [{ start: "foo" }, 'start: "foo" is not a day'],
      [{ end: "2020-01-01T00:00:00Z" }, "end: the item would end"],
      [{ timeZone: "Mars/Olympus" }, 'timeZone: "Mars/Olympus" is not a known time zone'],
      [{ priority: 10 }, "priority: 10 is not"],
      [{ attendees: [{ name: "x" }] }, "attendees[0].address"],
      [{ alarms: "soon" }, 'alarms: "soon" is not a list'],
      [{ type: "task" }, "type: the item is an event"],
      [{ id: "another" }, "id"],
      [{ instance: "2026-03-02T09:00:00Z", title: "x" }, "instance: the item does not recur"],
      [{ formats: "ical" }, "formats must be an object"],
      [{ formats: { use: "xcal" } }, 'formats.use "xcal" is not supported'],
      [{ formats: { use: "ical" } }, "formats.ical must be iCalendar text"],
      [{ raw: { use: "jcal", jcal: ["vevent"] } }, "raw.jcal must be jCal"],
      [{ format: "xcal", item: "" }, 'format "xcal" is not supported'],
      [{ format: "ical", item: "BEGIN:VEVENT" }, "not well-formed iCalendar"],
      [{ format: "ical", item: "BEGIN:VEVENT\r\nEND:VEVENT" }, "item has an event without a start"],
      [{ formats: { use: "jcal", jcal: ["vevent", [], []] } }, "formats.jcal has an event without"],
      [{ title: "x", raw: { ical: SERVER } }, "has no item with the id"],
      [{ returnFormat: "xcal" }, "returnFormat"],
    ])("an update with %j is refused and changes nothing", async (properties, words) => {
      const before = await get(calendar(), uid("use"));
      const message = await refusal("items.update", calendar(), uid("use"), properties);
      expect(message).toContain(words);
      expect(message).not.toMatch(/unexpected|TypeError|undefined is/i);
      expect(await get(calendar(), uid("use"))).toEqual(before);
    });
  });

  test("bytes given to the cache come back as they are", async () => {
    const { api } = world;
    const given = SERVER.replace("UID:kept", "UID:bytes").replaceAll("\r\n", "\n");
    const create = { format: "ical", item: given, returnFormat: "ical" };
    const made = await api.call(world, "items.create", world.cacheId, create);
    expect(made).toMatchObject({ item: given, formats: { ical: given } });
    expect((await get(world.cacheId, "bytes")).item).toBe(given);
  });

  test("a member changed in the cache changes its line and no other byte", async () => {
    await world.api("items.create", world.cacheId, { format: "ical", item: SERVER });
    const update = (item: object) => world.api("items.update", world.cacheId, "kept", item);
    await update({ title: "Neu" });
    const changed = SERVER.replace("LANGUAGE=de:Vom Server", "LANGUAGE=de:Neu");
    expect((await get(world.cacheId, "kept")).item).toBe(changed);
    await update({ ...(await get(world.cacheId, "kept")), location: null });
    expect((await get(world.cacheId, "kept")).item).toBe(
      changed.replace("LOCATION:Saal\\, hinten\r\n", ""),
    );
    await update({ metadata: { etag: "2" } });
    expect(await get(world.cacheId, "kept")).toMatchObject({ metadata: { etag: "2" } });
  });

  test("an item given back in one of its shapes changes by what was changed in it", async () => {
    const read = () => get(world.cacheId, "bytes");
    const before = await read();
    const update = (item: object) => world.api("items.update", world.cacheId, "bytes", item);
    const { jcal } = before.formats;
    await update({ ...before, formats: { use: "jcal", jcal } });
    await update(await get(world.cacheId, "bytes", "jcal"));
    expect((await read()).item).toBe(before.item);
    const item = before.item.replace("Vom Server", "Nur im Text");
    await update({ ...before, item });
    expect((await read()).item).toBe(item);
  });

  test.each([
    ["own", () => world.calendarId],
    ["local", () => home],
  ])("a dismissed alarm of the %s calendar does not come back with a text", async (_, calendar) => {
    const item = resource(
      vevent(
        "dismissed",
        "SUMMARY:Alarm",
        "DTSTART:20260302T090000Z",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "DESCRIPTION:Alarm",
        "TRIGGER:-PT5M",
        "END:VALARM",
      ),
    );
    await world.api("items.create", calendar(), { format: "ical", item });
    await world.inCalendar(
      `const where = cal.manager.getCalendarById(arguments[1]);
       const item = await where.getItem("dismissed");
       const changed = item.clone();
       changed.alarmLastAck = cal.createDateTime("20260302T090000Z");
       await where.modifyItem(changed, item);`,
      calendar(),
    );
    const ical = item.replace("SUMMARY:Alarm", "SUMMARY:Neu");
    await world.api("items.update", calendar(), "dismissed", { formats: { use: "ical", ical } });
    const acknowledged = await world.inCalendar(
      `const item = await cal.manager.getCalendarById(arguments[1]).getItem("dismissed");
       return [item.title, item.alarmLastAck?.icalString];`,
      calendar(),
    );
    expect(acknowledged).toEqual(["Neu", "20260302T090000Z"]);
  });

  test("the same jCal given to the cache twice is the same text", async () => {
    const jcal = [
      "vevent",
      [
        ["summary", {}, "text", "Ohne UID"],
        ["dtstart", {}, "date", "2026-03-02"],
      ],
      [],
    ];
    const create = { id: "twice", formats: { use: "jcal", jcal }, returnFormat: "ical" };
    const first = await world.api<Item>("items.create", world.cacheId, create);
    await world.api("items.remove", world.cacheId, "twice");
    const second = await world.api<Item>("items.create", world.cacheId, create);
    expect(second.item).toBe(first.item);
    expect(first.item).toContain("UID:twice\r\n");
  });

  test("an edit of the user's side leaves what it does not name as the server wrote it", async () => {
    await world.api("items.update", world.calendarId, "kept", { priority: 1 });
    const pending = await world.pending("kept");
    expect(pending?.userText).toContain("ATTENDEE;X-SEEN=1;CN=Ada:MAILTO:ada@example.org\r\n");
    expect(pending?.userText).toContain("PRIORITY:1\r\n");
    expect(pending?.userText).toContain("X-SERVER-KEEPS:this\r\n");
  });

  test("zones of other programs have the names callers know", async () => {
    const zone = "W. Europe Standard Time";
    const item = resource(
      component("VEVENT", "windows", "SUMMARY:W", `DTSTART;TZID=${zone}:20260701T090000`),
    );
    await world.api("items.create", world.cacheId, { format: "ical", item });
    for (const calendar of [world.cacheId, world.calendarId]) {
      expect(await get(calendar, "windows")).toMatchObject({
        start: "2026-07-01T09:00:00",
        timeZone: "Europe/Berlin",
      });
    }
    await world.api("items.update", world.cacheId, "windows", { start: "2026-07-01T08:00:00" });
    expect((await get(world.cacheId, "windows")).item).toBe(item.replace("T090000", "T080000"));
  });

  test("an occurrence from a query is given back as it is", async () => {
    const id = "series of own calendar";
    const query = {
      id: null,
      calendarId: world.calendarId,
      rangeStart: "2026-03-22T00:00:00Z",
      rangeEnd: "2026-03-25T00:00:00Z",
      expand: true,
      returnFormat: "ical",
    };
    const found = await world.api<Item[]>("items.query", query);
    const occurrence = found.find((item) => item.id === id);
    expect(occurrence).toMatchObject({
      instance: "2026-03-23T08:00:00Z",
      start: "2026-03-23T09:00:00",
      startDate: "20260323T090000",
    });
    await world.api("items.update", world.calendarId, id, { ...occurrence, title: "Einzeln" });
    const { formats, title } = await get(world.calendarId, id);
    expect(title).toBe("Kurs");
    expect(formats.ical.match(/^RECURRENCE-ID/gm)).toHaveLength(2);
    expect(formats.ical).toContain("SUMMARY:Einzeln");
  });

  test("an event without times is where Thunderbird's dialog would put it", async () => {
    const made = await world.api<Item>("items.create", home, { type: "event", title: "Bald" });
    expect(made.start).toMatch(/^\d{4}-\d\d-\d\dT\d\d:00:00Z?$/);
    expect(made.end).not.toBe(made.start);
    expect(made.id).not.toBe("");
  });

  test.each<[object, string]>([
    [{ title: "Was denn?" }, "type is missing"],
    [{ type: "event", title: "x", start: "2026-03-02", end: "2026-03-02" }, "end: the item"],
    [{ type: "task", title: "x", end: "2026-03-02" }, "end: a task has none"],
    [{ type: "event", title: "x", instance: "2026-03-02" }, "instance: a new item"],
    [
      { formats: { use: "jcal", jcal: ["vevent", [["dtstart", {}, "date", "2026-03-02"]], []] } },
      "id",
    ],
  ])("a new item of %j is refused", async (item, words) => {
    for (const calendar of [world.calendarId, world.cacheId, home]) {
      const before = await world.api<string[]>("items.getIds", calendar);
      expect(await refusal("items.create", calendar, item)).toContain(words);
      expect(await world.api("items.getIds", calendar)).toEqual(before);
    }
  });
});
