/** `messenger.calendar` as any add-on could use it, in the real Thunderbird: own calendars and local ones. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BatchOperation } from "../../src/shared/item-store.ts";
import { findThunderbirds } from "../support/thunderbird.ts";
import { CalendarWorld, component, put, resource, TYPE, vevent } from "./calendar-fixture.ts";

const event = (uid: string, title: string, ...lines: string[]) =>
  resource(vevent(uid, `SUMMARY:${title}`, "DTSTART:20260302T100000Z", "DURATION:PT1H", ...lines));

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

  const refusal = (call: string, ...args: unknown[]): Promise<string> =>
    world.api(call, ...args).then(
      (value) => `no refusal: ${JSON.stringify(value)}`,
      (error: Error) => error.message,
    );

  test("calendars are found by type, name, url and state", async () => {
    const ids = async (query: object) =>
      (await world.api<{ id: string }[]>("calendars.query", query)).map(({ id }) => id);
    expect(await ids({ type: TYPE })).toEqual([world.calendarId]);
    expect(await ids({ name: "W?rk" })).toEqual([world.calendarId]);
    expect(await ids({ url: "https://*.example/*" })).toEqual([world.calendarId]);
    expect(
      await ids({ url: ["https://other.example/", "https://calendar.example/work/"] }),
    ).toEqual([world.calendarId]);
    expect(await ids({ type: "storage" })).toEqual([home]);
    expect(await ids({ name: "Nobody's" })).toEqual([]);
  });

  test("a calendar's properties are changed, others stay", async () => {
    const changed = await world.api("calendars.update", world.calendarId, {
      name: "Renamed",
      color: "#123456",
      refreshInterval: 5,
      showReminders: false,
      url: "https://calendar.example/elsewhere/",
    });
    expect(changed).toMatchObject({
      name: "Renamed",
      color: "#123456",
      refreshInterval: 5,
      showReminders: false,
      visible: true,
      enabled: true,
      url: "https://calendar.example/elsewhere/",
    });
    expect(await world.api("calendars.update", world.calendarId, { name: "Work" })).toMatchObject({
      name: "Work",
      color: "#123456",
    });
  });

  test("what a calendar cannot hold is not offered", async () => {
    await world.api("calendars.update", world.calendarId, { capabilities: { tasks: false } });
    expect(await world.user.property(world.calendarId, "capabilities.tasks.supported")).toBe(false);
    expect(await world.user.property(world.calendarId, "capabilities.events.supported")).toBeNull();
    await world.api("calendars.update", world.calendarId, { capabilities: { tasks: true } });
    expect(await world.user.property(world.calendarId, "capabilities.tasks.supported")).toBe(true);
  });

  test("a calendar that the provider calls read-only stays so whatever the user ticks", async () => {
    await world.api("calendars.update", world.calendarId, { readOnly: true });
    await world.inCalendar("calendar.readOnly = false;");
    expect(await world.inCalendar("return cal.acl.isCalendarWritable(calendar);")).toBe(false);
    expect(
      await refusal("items.create", world.calendarId, { format: "ical", item: event("ro", "No") }),
    ).toContain("read-only");
    await world.api("calendars.update", world.calendarId, { readOnly: false });
    expect(await world.inCalendar("return cal.acl.isCalendarWritable(calendar);")).toBe(true);
  });

  test("an error shows at the calendar and is cleared only when said", async () => {
    const failed = () =>
      world.inCalendar("return calendar.getProperty('currentStatus') !== Cr.NS_OK;");
    await world.api("calendars.update", world.calendarId, { lastError: "The server is away." });
    expect(await failed()).toBe(true);
    await world.api("calendars.update", world.calendarId, { name: "Work" });
    expect(await world.api("calendars.get", world.calendarId)).toMatchObject({
      lastError: "The server is away.",
    });
    await world.api("calendars.update", world.calendarId, { lastError: null });
    expect(await failed()).toBe(false);
  });

  test.each([
    ["own", () => world.calendarId],
    ["local", () => home],
  ])("items of the %s calendar are made, read, changed and removed", async (_name, id) => {
    const made = await world.api("items.create", id(), {
      format: "ical",
      item: event("crud", "One"),
      returnFormat: "ical",
    });
    expect(made).toMatchObject({ id: "crud", type: "event", title: "One", format: "ical" });
    await world.api("items.update", id(), "crud", {
      formats: { use: "ical", ical: event("crud", "Two", "LOCATION:Here") },
    });
    expect(await world.api("items.get", id(), "crud")).toMatchObject({
      title: "Two",
      location: "Here",
    });
    expect(await world.api("items.getIds", id())).toEqual(["crud"]);
    await world.api("items.remove", id(), "crud");
    expect(await world.api("items.get", id(), "crud")).toBeNull();
  });

  test("an item moves from the local calendar into the own one", async () => {
    await world.api("items.create", home, { format: "ical", item: event("mover", "Moving") });
    await world.api("items.move", home, "mover", world.calendarId);
    expect(await world.api("items.get", home, "mover")).toBeNull();
    expect(await world.pending("mover")).toMatchObject({ kind: "create" });
  });

  test("through the cacheId the server side is written, not the user's", async () => {
    await world.api("items.create", world.cacheId, {
      format: "ical",
      item: event("cached", "From the server"),
      metadata: { etag: '"1"' },
    });
    expect(await world.pending("cached")).toBeUndefined();
    expect(await world.api("items.get", world.cacheId, "cached")).toMatchObject({
      title: "From the server",
      metadata: { etag: '"1"' },
    });
    await world.user.change(world.calendarId, "cached", { SUMMARY: "Mine" });
    expect(await world.api("items.get", world.cacheId, "cached")).toMatchObject({
      title: "From the server",
    });
    expect(await world.api("items.get", world.calendarId, "cached")).toMatchObject({
      title: "Mine",
    });
  });

  test("an answer to a pending change settles it and shows what the server made of it", async () => {
    const change = await world.pending("cached");
    const text = event("cached", "Mine", "LOCATION:added by the server");
    const { columns } = put("x", text) as Extract<BatchOperation, { kind: "put" }>;
    const result = await world.api<string>(
      "provider.settle",
      world.cacheId,
      change?.name,
      change?.revision,
      JSON.stringify({ kind: "stored", text, metadata: { etag: '"2"' }, columns }),
    );
    expect(JSON.parse(result)).toEqual({ applied: true, pending: null });
    expect(await world.api("items.get", world.calendarId, "cached")).toMatchObject({
      title: "Mine",
      location: "added by the server",
    });
  });

  test("occurrences are listed on demand, in a range of either notation", async () => {
    await world.batch([put("daily.ics", event("daily", "Daily", "RRULE:FREQ=DAILY;COUNT=5"))]);
    const titles = async (query: object) =>
      (
        await world.api<{ title: string; instance: string | null }[]>("items.query", {
          calendarId: world.calendarId,
          ...query,
        })
      ).filter((item) => item.title === "Daily");
    const range = { rangeStart: "20260303T000000Z", rangeEnd: "2026-03-05T00:00:00Z" };
    expect((await titles({ ...range, expand: true })).map((item) => item.instance)).toEqual([
      "2026-03-03T10:00:00Z",
      "2026-03-04T10:00:00Z",
    ]);
    expect((await titles({})).length).toBe(1);
    expect((await titles({ type: "task" })).length).toBe(0);
  });

  test("bad arguments are refused in words that name them", async () => {
    expect(
      await refusal("calendars.create", { name: "X", type: TYPE, url: "not a url" }),
    ).toContain('"not a url" is not a URL');
    expect(
      await refusal("calendars.create", { name: "X", type: "gone", url: "https://x.example/" }),
    ).toContain('no provider for calendars of the type "gone"');
    expect(await refusal("items.get", "nowhere", "x")).toContain("nowhere");
    expect(await refusal("items.create", home, { type: "event", title: 5 })).toContain("title");
    expect(await refusal("items.create", home, { format: "jcal", item: [] })).toContain("jCal");
    expect(await refusal("items.create", home, { format: "ical", item: "nonsense" })).toContain(
      "item",
    );
    expect(await refusal("items.batch", home, "[]")).toContain("own calendars");
    expect(await refusal("provider.getState", home)).toContain("own calendars");
    expect(await refusal("items.query", { calendarId: home, rangeStart: "yesterday" })).toContain(
      "rangeStart",
    );
  });

  test("odd resources neither hide the others nor stop the views", async () => {
    const windows = "DTSTART;TZID=W. Europe Standard Time:20260701T100000";
    await world.batch([
      put("broken.ics", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:broken\r\n"),
      put("html.ics", "<html>Maintenance</html>"),
      put(
        "dear.ics",
        resource(
          vevent("dear", "SUMMARY:Every second", "DTSTART:20200101T000000Z", "RRULE:FREQ=SECONDLY"),
        ),
      ),
      put("windows.ics", resource(vevent("windows", "SUMMARY:Outlook", windows, "DURATION:PT1H"))),
      put(
        "mars.ics",
        resource(
          vevent(
            "mars",
            "SUMMARY:Mars",
            "DTSTART;TZID=Mars/Olympus:20260701T100000",
            "DURATION:PT1H",
          ),
        ),
      ),
      put(
        "parentless.ics",
        resource(
          vevent(
            "parentless",
            "SUMMARY:Only an override",
            "RECURRENCE-ID:20260702T100000Z",
            "DTSTART:20260702T110000Z",
            "DURATION:PT1H",
          ),
        ),
      ),
      put("journal.ics", resource("BEGIN:VJOURNAL\r\nUID:journal\r\nEND:VJOURNAL\r\n")),
      put("undated.ics", resource(component("VTODO", "undated", "SUMMARY:Some day"))),
    ]);
    const shown = await world.user.occurrences(world.calendarId, "20260630", "20260704");
    const starts = new Map(shown.map((item) => [item.title, item.start]));
    expect(starts.get("Outlook")).toBe("20260701T100000");
    expect(starts.get("Mars")).toBe("20260701T100000");
    expect(starts.get("Only an override")).toBe("20260702T110000Z");
    expect(starts.has("Some day")).toBe(true);
    expect(starts.has("Every second")).toBe(false);
    const first = await world.user.occurrences(world.calendarId, "20200101", "20200102");
    expect(first.filter((item) => item.title === "Every second").length).toBe(1);
    const offset = await world.inCalendar<number>(
      `return (await calendar.getItem("windows")).startDate.timezoneOffset;`,
    );
    expect(offset).toBe(7200);
    expect((await world.body("html.ics"))?.serverText).toBe("<html>Maintenance</html>");
  });

  test("an occurrence of a parentless override is deleted with its resource", async () => {
    await world.inCalendar(
      `const master = await calendar.getItem("parentless");
       const [id] = master.recurrenceInfo.getExceptionIds();
       await calendar.deleteItem(master.recurrenceInfo.getExceptionFor(id));`,
    );
    expect((await world.pending("parentless"))?.kind).toBe("delete");
  });

  test("clear forgets the server side and keeps what was not sent", async () => {
    await world.user.change(world.calendarId, "daily", { SUMMARY: "Edited" });
    await world.api("calendars.clear", world.cacheId);
    expect(await world.api("items.getIds", world.cacheId)).toEqual([]);
    expect((await world.user.item(world.calendarId, "daily"))?.title).toBe("Edited");
    expect(await world.api("provider.getState", world.cacheId)).toBeNull();
  });

  test("none of it left an error in the console", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
