/** `messenger.calendar.calendars` in the real Thunderbird: every function and event, wrong arguments included. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findThunderbirds } from "../support/thunderbird.ts";
import { CalendarWorld, resource, TYPE, vevent } from "./calendar-fixture.ts";

const WATCH = `
const { calendars } = messenger.calendar;
calendars.onCreated.addListener((calendar) => note({ event: "calendarCreated", calendar }));
calendars.onUpdated.addListener((calendar, changeInfo) => note({ event: "calendarUpdated", calendar, changeInfo }));
calendars.onRemoved.addListener((id) => note({ event: "calendarRemoved", id }));
provider.onCalendarDeleted.addListener((calendar) => note({ event: "calendarDeleted", calendar }));
`;

interface Calendar {
  id: string;
  cacheId?: string;
  name: string;
  color: string;
  url: string;
  readOnly: boolean;
  capabilities?: Record<string, unknown>;
  lastError?: string | null;
}
interface CalendarNote {
  event: string;
  id?: string;
  calendar?: Calendar;
  changeInfo?: Record<string, unknown>;
}

describe.each(await findThunderbirds())("Thunderbird $version", ({ binary }) => {
  let world: CalendarWorld;
  let home: string;

  beforeAll(async () => {
    world = await CalendarWorld.start(binary, {
      background: WATCH,
      manifest: { permissions: ["storage"] },
    });
    home = await world.user.home();
  });
  afterAll(() => world.end());

  const create = (properties: object = {}) =>
    world.api<Calendar>("calendars.create", {
      type: TYPE,
      name: "Made",
      url: "https://calendar.example/made/",
      ...properties,
    });
  const get = (id: string) => world.api<Calendar | null>("calendars.get", id);
  const refusal = (call: string, ...args: unknown[]): Promise<string> =>
    world.api(call, ...args).then(
      (value) => `no refusal: ${JSON.stringify(value)}`,
      (error: Error) => error.message.split("\n")[0] ?? "",
    );
  const found = async (query: object) =>
    (await world.api<Calendar[]>("calendars.query", query)).map(({ name }) => name).sort();
  const noted = (event: string, matches: (note: CalendarNote) => boolean) =>
    world.thunderbird.waitFor(
      async () =>
        ((await world.notes()) as unknown as CalendarNote[]).find(
          (note) => note.event === event && matches(note),
        ),
      event,
    );

  test("a calendar is made with all its properties, and told of", async () => {
    const made = await create({
      color: "RED",
      readOnly: true,
      visible: false,
      showReminders: false,
      refreshInterval: 5,
      capabilities: { tasks: false },
    });
    expect(made).toEqual({
      id: expect.any(String),
      cacheId: `${made.id}#cache`,
      type: TYPE,
      name: "Made",
      url: "https://calendar.example/made/",
      uri: "https://calendar.example/made/",
      color: "#ff0000",
      readOnly: true,
      enabled: true,
      visible: false,
      showReminders: false,
      refreshInterval: 5,
      capabilities: expect.objectContaining({ tasks: false, categories: { count: -1 } }),
      lastError: null,
    });
    expect(
      (await noted("calendarCreated", (note) => note.calendar?.id === made.id)).calendar,
    ).toEqual(made);
    expect(await get(made.id)).toEqual(made);
    expect(await get(`${made.id}#cache`)).toEqual(made);
    await world.api("calendars.remove", made.id);
  });

  test("calendars of other kinds show neither cacheId nor capabilities", async () => {
    const other = await get(home);
    expect(other).toMatchObject({
      type: "storage",
      color: expect.stringMatching(/^#[0-9a-f]{6}$/),
    });
    expect(Object.keys(other ?? {})).not.toContain("cacheId");
    expect(Object.keys(other ?? {})).not.toContain("capabilities");
    expect(await get(`${home}#cache`)).toBeNull();
    expect(await get("nobody's")).toBeNull();
  });

  test.each([
    [{ color: "reddish" }, 'color "reddish" is not a CSS colour.'],
    [{ url: "no url" }, 'url "no url" is not a URL.'],
    [{ name: " " }, "name must not be empty."],
    [{ type: "nobody's" }, 'type: there is no provider for calendars of the type "nobody\'s".'],
    [{ name: null }, "name is missing."],
    [{ url: null }, "url is missing."],
    [{ type: null }, "type is missing"],
    [{ capabilities: { tasks: "no" } }, "capabilities.tasks must be true or false"],
    [{ capabilities: { alarms: { count: "5" } } }, "capabilities.alarms.count must be an integer"],
    [{ capabilities: { remove_modes: ["burn"] } }, "capabilities.remove_modes must be a list"],
    [{ type: "storage", capabilities: {} }, "capabilities can only be set for the add-on's own"],
    [{ refreshInterval: -1 }, "refreshInterval"],
    [{ colour: "red" }, "colour"],
    [{ readOnly: "yes" }, "readOnly"],
  ])("creating with %j is refused and makes nothing", async (properties, message) => {
    const before = await found({});
    expect(
      await refusal("calendars.create", {
        type: TYPE,
        name: "Bad",
        url: "https://bad.example/",
        ...properties,
      }),
    ).toContain(message);
    expect(await found({})).toEqual(before);
  });

  test("changes show what is new, and are told with it", async () => {
    const { id } = await create();
    await noted("calendarCreated", (note) => note.calendar?.id === id);
    const changed = await world.api("calendars.update", id, {
      name: "Renamed",
      color: "rgb(1, 2, 3)",
      url: "https://calendar.example/elsewhere/",
      readOnly: true,
      visible: false,
      showReminders: false,
      capabilities: { priority: false },
      lastError: "It is broken",
    });
    expect(changed).toMatchObject({
      name: "Renamed",
      color: "#010203",
      uri: "https://calendar.example/elsewhere/",
    });
    const changes: Record<string, unknown> = {};
    await world.thunderbird.waitFor(async () => {
      for (const note of (await world.notes()) as unknown as CalendarNote[])
        if (note.event === "calendarUpdated" && note.calendar?.id === id)
          Object.assign(changes, note.changeInfo);
      // That it is shown is told of a new calendar, too: perhaps only now.
      return "lastError" in changes && changes.visible === false;
    }, "the changes");
    expect(changes).toEqual({
      name: "Renamed",
      color: "#010203",
      url: "https://calendar.example/elsewhere/",
      uri: "https://calendar.example/elsewhere/",
      readOnly: true,
      visible: false,
      showReminders: false,
      capabilities: expect.objectContaining({ priority: false, categories: { count: -1 } }),
      lastError: "It is broken",
    });
    await world.api("calendars.remove", id);
  });

  test("a change with one wrong property changes nothing", async () => {
    const before = await create({ capabilities: { priority: true } });
    const { id } = before;
    for (const wrong of [
      { color: "reddish" },
      { url: "no url" },
      { capabilities: { events: 1 } },
      { type: "storage" },
      { name: "" },
    ])
      expect(
        await refusal("calendars.update", id, {
          readOnly: true,
          visible: false,
          lastError: "x",
          ...wrong,
        }),
      ).toContain(Object.keys(wrong)[0]);
    expect(await get(id)).toEqual(before);
    expect(
      await refusal("calendars.update", home, { name: "Mine", url: "https://a.example/" }),
    ).toContain("url");
    expect(await refusal("calendars.update", home, { name: "Mine", lastError: "x" })).toContain(
      "lastError",
    );
    expect((await get(home))?.name).not.toBe("Mine");
    await world.api("calendars.remove", id);
  });

  test("a Calendar can be handed back as it is", async () => {
    const made = await create();
    expect(await world.api("calendars.update", made.id, { ...made, name: "Again" })).toMatchObject({
      id: made.id,
      name: "Again",
    });
    await world.api("calendars.remove", made.id);
  });

  test("capabilities are laid over those the calendar has, and outlive a restart", async () => {
    const { id } = await create();
    await world.api("calendars.update", id, {
      capabilities: { alarms: { count: 5 }, organizerName: "Me" },
    });
    await world.api("calendars.update", id, {
      capabilities: { alarms: { actions: ["display"] }, mutable: false },
    });
    expect(await get(id)).toMatchObject({ readOnly: true });
    await world.thunderbird.restart();
    await world.back();
    expect((await get(id))?.capabilities).toEqual({
      tasks: true,
      categories: { count: -1 },
      alarms: { count: 5, actions: ["display"] },
      organizerName: "Me",
      mutable: false,
    });
    expect(await world.user.property(id, "organizerCN")).toBe("Me");
    await world.api("calendars.update", id, { capabilities: { mutable: true } });
    expect(await get(id)).toMatchObject({ readOnly: false });
    await world.api("calendars.remove", id);
  });

  test("an error is in the calendar list's tooltip until it is taken back", async () => {
    const { id } = await create();
    const item = () =>
      world.thunderbird.chrome<{ failed: boolean; title: string }>(
        `const window = Services.wm.getMostRecentWindow("mail:3pane");
         await window.document.l10n.ready;
         await new Promise((next) => window.requestIdleCallback(next));
         const item = window.document.getElementById("calendar-listitem-" + arguments[0]);
         return { failed: item.hasAttribute("calendar-readfailed"), title: item.title };`,
        id,
      );
    await world.api("calendars.update", id, { lastError: "The service is closed on Sundays" });
    expect(await item()).toEqual({ failed: true, title: "The service is closed on Sundays" });
    await world.api("calendars.update", id, { lastError: null });
    expect(await item()).toEqual({ failed: false, title: "" });
    await world.api("calendars.remove", id);
  });

  test("calendars are found by type, url, name, colour and state", async () => {
    const made = [
      await create({
        name: "Alpha",
        url: "https://one.example/cal/a",
        color: "#FF0000",
        readOnly: true,
      }),
      await create({
        name: "Beta",
        url: "wss://two.example/calendar",
        color: "#00f",
        visible: false,
      }),
      await create({ name: "Gamma", url: "custom:thing", color: "#00ff00", enabled: false }),
    ];
    const own = (query: object) => found({ type: TYPE, ...query });
    expect(await own({})).toEqual(["Alpha", "Beta", "Gamma", "Work"]);
    expect(await found({ type: "storage" })).toEqual(["Home"]);
    expect(await own({ name: "*a" })).toEqual(["Alpha", "Beta", "Gamma"]);
    expect(await own({ name: "?eta" })).toEqual(["Beta"]);
    expect(await own({ name: "eta" })).toEqual([]);
    expect(await own({ url: "https://*.example/*" })).toEqual(["Alpha", "Work"]);
    expect(await own({ url: "*://one.example/cal/*" })).toEqual(["Alpha"]);
    expect(await own({ url: "wss://two.example/calendar" })).toEqual(["Beta"]);
    expect(await own({ url: ["wss://two.example/*", "custom:thing"] })).toEqual(["Beta", "Gamma"]);
    expect(await own({ url: [] })).toEqual([]);
    expect(await found({ url: "moz-storage-calendar://" })).toEqual(["Home"]);
    expect(await own({ color: "red" })).toEqual(["Alpha"]);
    expect(await own({ color: "rgb(0 0 255)" })).toEqual(["Beta"]);
    expect(await own({ readOnly: true })).toEqual(["Alpha"]);
    expect(await own({ readOnly: false })).toEqual(["Beta", "Gamma", "Work"]);
    expect(await own({ visible: false })).toEqual(["Beta"]);
    expect(await own({ enabled: false })).toEqual(["Gamma"]);
    expect(await own({ enabled: true, name: "*a" })).toEqual(["Alpha", "Beta"]);
    expect((await world.api<Calendar[]>("calendars.query", {})).map(({ id }) => id)).not.toContain(
      `${made[0]?.id}#cache`,
    );
    for (const { id } of made) await world.api("calendars.remove", id);
  });

  test.each([
    [{ color: "reddish" }, 'color "reddish" is not a CSS colour.'],
    [{ url: "no url" }, 'url "no url" is neither a match pattern nor a URL.'],
    [{ url: ["https://a.example/", "nothing"] }, 'url "nothing"'],
    [{ name: 7 }, "name"],
    [{ shape: "round" }, "shape"],
  ])("a query for %j is refused", async (query, message) => {
    expect(await refusal("calendars.query", query)).toContain(message);
  });

  test.each(["update", "remove", "clear", "synchronize"])(
    "%s of an unknown calendar is refused",
    async (call) => {
      const args = call === "update" ? [{ name: "x" }] : [];
      expect(await refusal(`calendars.${call}`, "nobody's", ...args)).toContain(
        'id: there is no calendar with the id "nobody\'s".',
      );
      expect(await refusal(`calendars.${call}`, `${home}#cache`, ...args)).toContain(
        "there is no calendar",
      );
      expect(await refusal(`calendars.${call}`, 7, ...args)).toMatch(/\bids? must be a string/);
    },
  );

  test("clear by cacheId forgets the service's side, by id it deletes as the user does", async () => {
    const text = (uid: string) => resource(vevent(uid, "SUMMARY:Item", "DTSTART:20260302T100000Z"));
    const { cacheId, id } = await create();
    await world.api("items.create", cacheId, { format: "ical", item: text("a") });
    await world.api("calendars.clear", cacheId);
    expect(await world.api("items.getIds", id)).toEqual([]);
    await world.api("items.create", cacheId, { format: "ical", item: text("b") });
    await world.api("calendars.clear", id);
    expect(await world.api("items.getIds", id)).toEqual([]);
    expect(await world.api("items.getIds", cacheId)).toEqual(["b"]);
    expect(await refusal("calendars.clear", home)).toContain('"calendarItemsWrite"');
    await world.api("calendars.remove", id);
  });

  test("a removed calendar is gone from the list and told of once; a local one's items are deleted with it", async () => {
    const { id } = await create();
    await world.api("calendars.remove", id);
    await noted("calendarRemoved", (note) => note.id === id);
    expect(await get(id)).toBeNull();
    expect(await refusal("calendars.remove", id)).toContain("there is no calendar");
    const local = await world.api<Calendar>("calendars.create", {
      type: "storage",
      name: "Local",
      url: "moz-storage-calendar://",
    });
    await world.api("calendars.remove", local.id);
    expect(await get(local.id)).toBeNull();
    const removed = ((await world.notes()) as unknown as CalendarNote[]).filter(
      ({ event }) => event === "calendarRemoved",
    );
    expect(removed.filter((note) => note.id === id).length).toBe(1);
  });

  test("deleting tells the provider, unsubscribing does not", async () => {
    const kept = await create({ capabilities: { remove_modes: ["unsubscribe", "delete"] } });
    const deleted = await create({
      name: "Burn",
      capabilities: { remove_modes: ["unsubscribe", "delete"] },
    });
    const plain = await create();
    expect(await refusal("calendars.remove", plain.id, { mode: "delete" })).toContain(
      'mode: "delete" is none',
    );
    expect(await refusal("calendars.remove", plain.id, { mode: "burn" })).toContain("mode");
    await world.api("calendars.remove", kept.id);
    await world.api("calendars.remove", plain.id);
    // As Thunderbird's own question does it when "delete" is chosen.
    await world.thunderbird.chrome(
      `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
       cal.manager.removeCalendar(cal.manager.getCalendarById(arguments[0]), 0);`,
      deleted.id,
    );
    const note = await noted("calendarDeleted", () => true);
    expect(note.calendar).toMatchObject({
      id: deleted.id,
      name: "Burn",
      url: "https://calendar.example/made/",
    });
    const notes = (await world.notes()) as unknown as CalendarNote[];
    expect(notes.filter(({ event }) => event === "calendarDeleted").length).toBe(1);
  });

  test("a synchronization by the API is a manual one, one by Thunderbird's timer is not", async () => {
    const last = () =>
      world.thunderbird.waitFor(
        async () => (await world.notes()).filter(({ event }) => event === "sync").at(-1),
        "a synchronization",
      );
    expect((await last()).properties).toMatchObject({ type: "auto" });
    const count = async () => (await world.notes()).filter(({ event }) => event === "sync").length;
    const before = await count();
    await world.api("calendars.synchronize", world.calendarId);
    await world.thunderbird.waitFor(async () => (await count()) > before, "the synchronization");
    expect((await last()).properties).toMatchObject({
      type: "manual",
      last: expect.stringMatching(/^\d{4}-/),
    });
    await world.api("calendars.synchronize");
  });

  test("Thunderbird's console has no error of the add-on's", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
