/**
 * The draft's "How to Build a Provider" as it is printed, but for its own slips of the pen: a comma, an `await`,
 * names that hide others, `query` that answers with a list, `onSync` called in place of `onSync.addListener`.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DraftService } from "../support/draft-service.ts";
import { findThunderbirds } from "../support/thunderbird.ts";
import { CalendarWorld, resource, TYPE, vevent } from "./calendar-fixture.ts";

const EXAMPLE = `
var { calendar } = messenger;

async function pushCalendar() {
  let socket = new WebSocket("wss://example.com/calendar");
  let [pushed] = await calendar.calendars.query({ url: "wss://example.com/calendar" });

  socket.onmessage = async (event) => {
    let message = JSON.parse(event.data);

    switch (message.operation) {
      case "add":
        await calendar.items.create(pushed.cacheId, message.item);
        break;
      case "modify":
        await calendar.items.update(pushed.cacheId, message.id, message.item);
        break;
      case "remove":
        await calendar.items.remove(pushed.cacheId, message.id);
        break;
    }

    await messenger.storage.local.set({ ["syncToken-" + pushed.id]: message.syncToken });
  };
}

async function pollCalendar() {
  calendar.calendars.onSync.addListener(async (polled) => {
    let prefs = await messenger.storage.local.get({ ["syncToken-" + polled.id]: null });
    let response = await fetch(polled.uri + "?syncToken=" + prefs["syncToken-" + polled.id]);
    let message = await response.json();

    if (message.noPartialSync) {
      await calendar.items.clear({ calendarId: polled.cacheId });
    }

    for (let operation of message.operations) {
      switch (operation.action) {
        case "add":
          await calendar.items.create(polled.cacheId, operation.item);
          break;
        case "modify":
          await calendar.items.update(polled.cacheId, operation.id, operation.item);
          break;
        case "remove":
          await calendar.items.remove(polled.cacheId, operation.id);
          break;
      }
    }
    await messenger.storage.local.set({ ["syncToken-" + polled.id]: message.syncToken });
  });
}

calendar.provider.onItemAdded.addListener(async (calendarData, item) => {
  let response = await fetch(\`\${calendarData.url}/\${item.id}.ics\`, {
    method: "PUT",
    headers: {
      "Content-Type": "text/calendar",
    },
    body: item.raw.ical
  });

  let itemData = await response.text();
  return {
    type: "event",
    raw: {
      use: "ical",
      ical: itemData
    }
  };
});

pollCalendar();
`;

const text = (uid: string, title: string) =>
  resource(vevent(uid, `SUMMARY:${title}`, "DTSTART:20260302T100000Z", "DURATION:PT1H"));
const item = (uid: string, title: string) => ({
  type: "event",
  raw: { use: "ical", ical: text(uid, title) },
});

describe.each(await findThunderbirds())("Thunderbird $version", ({ binary }) => {
  let service: DraftService;
  let world: CalendarWorld;
  let polled: { id: string; cacheId: string };
  let pushed: { id: string; cacheId: string };

  beforeAll(async () => {
    service = await DraftService.start();
    const socket = `ws://127.0.0.1:${service.port}/calendar`;
    world = await CalendarWorld.start(binary, {
      provider: {
        background: EXAMPLE.replaceAll("wss://example.com/calendar", socket),
        manifestKey: { name: "Draft" },
      },
      itemPermissions: [],
      manifest: {
        host_permissions: ["<all_urls>"],
        content_security_policy: { extension_pages: "script-src 'self'" },
      },
      prefs: { "extensions.background.idle.timeout": 600_000 },
    });
    await world.api("calendars.remove", world.calendarId);
    const create = (name: string, url: string) =>
      world.api<{ id: string; cacheId: string }>("calendars.create", { type: TYPE, name, url });
    service.answer = { operations: [], syncToken: "1" };
    polled = await create("Polled", `http://127.0.0.1:${service.port}/polled`);
    pushed = await create("Pushed", socket);
    await world.thunderbird.background("await pushCalendar();");
    await world.thunderbird.waitFor(() => service.connections === 1, "the connection");
  });
  afterAll(async () => {
    await world.end();
    await service.stop();
  });

  const titles = async (id: string) =>
    (await world.user.items(id)).map(({ title }) => title).toSorted((a, b) => a.localeCompare(b));
  const shows = (id: string, ...expected: string[]) =>
    world.thunderbird.waitFor(
      async () => JSON.stringify(await titles(id)) === JSON.stringify(expected),
      `the titles ${expected.join(", ")}`,
    );
  const token = (id: string) =>
    world.thunderbird.background<string>(
      `return (await messenger.storage.local.get("syncToken-" + arguments[0]))["syncToken-" + arguments[0]] ?? null;`,
      id,
    );
  const poll = async (answer: DraftService["answer"]) => {
    service.answer = answer;
    await world.api("calendars.synchronize", polled.id);
    await world.thunderbird.waitFor(
      async () => (await token(polled.id)) === answer.syncToken,
      "the end of the synchronization",
    );
  };

  test("what the service pushes comes, changes and goes", async () => {
    service.push({ operation: "add", item: item("p1", "Pushed"), syncToken: "a" });
    await shows(pushed.id, "Pushed");
    service.push({
      operation: "modify",
      id: "p1",
      item: item("p1", "Pushed anew"),
      syncToken: "b",
    });
    await shows(pushed.id, "Pushed anew");
    service.push({ operation: "remove", id: "p1", syncToken: "c" });
    await shows(pushed.id);
    await world.thunderbird.waitFor(async () => (await token(pushed.id)) === "c", "the token");
  });

  test("a synchronization fetches what changed since the last one", async () => {
    await poll({
      operations: [
        { action: "add", item: item("a", "First") },
        { action: "add", item: item("b", "Second") },
      ],
      syncToken: "2",
    });
    await shows(polled.id, "First", "Second");
    await poll({
      operations: [
        { action: "modify", id: "a", item: item("a", "First, changed") },
        { action: "remove", id: "b" },
      ],
      syncToken: "3",
    });
    await shows(polled.id, "First, changed");
    expect(service.asked.slice(-2)).toEqual(["1", "2"]);
    const kept = await world.api<{ item: string }>("items.get", polled.cacheId, "a", {
      returnFormat: "ical",
    });
    expect(kept.item).toBe(text("a", "First, changed"));
  });

  test("a service that cannot say what changed gets everything fetched anew", async () => {
    await poll({
      noPartialSync: true,
      operations: [{ action: "add", item: item("c", "All there is") }],
      syncToken: "4",
    });
    await shows(polled.id, "All there is");
  });

  test("what the user adds is put, and is then what the service made of it", async () => {
    service.takes = (body) => body.replace("SUMMARY:Mine", "SUMMARY:Mine, says the service");
    await world.user.add(polled.id, vevent("mine", "SUMMARY:Mine", "DTSTART:20260303T100000Z"));
    await shows(polled.id, "All there is", "Mine, says the service");
    expect(service.put).toEqual([
      {
        path: "/polled/mine.ics",
        type: "text/calendar",
        body: expect.stringContaining("UID:mine"),
      },
    ]);
    const waiting = await world.api<string>("provider.getPending", polled.cacheId);
    expect(JSON.parse(waiting)).toEqual([]);
  });

  test("Thunderbird's console has no error of the add-on's", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
