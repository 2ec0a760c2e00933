/**
 * The main job as a person has it: a calendar of 1,000 items on a real Radicale, shown in a real Thunderbird,
 * changed on both sides, backed up and restored.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleCalendar } from "../../scripts/sample-calendar.ts";
import { startWorld, type World } from "../support/keeper-world.ts";

const SAMPLE = sampleCalendar({ items: 1000, seed: 41 });

const at = (url: string, name: string) => new URL(encodeURIComponent(name), url).href;

const series = [
  "BEGIN:VCALENDAR",
  "VERSION:2.0",
  "PRODID:-//test//EN",
  "BEGIN:VEVENT",
  "UID:standup@test",
  "DTSTAMP:20260101T000000Z",
  "DTSTART:20260601T070000Z",
  "DTEND:20260601T073000Z",
  "RRULE:FREQ=DAILY;COUNT=10",
  "SUMMARY:Stand-up",
  "X-UNKNOWN;X-P=1:kept as it is",
  "END:VEVENT",
  "END:VCALENDAR",
  "",
].join("\r\n");

const newEvent = (uid: string, title: string, day = "20260610") =>
  [
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20260101T000000Z",
    `DTSTART:${day}T100000Z`,
    `DTEND:${day}T110000Z`,
    `SUMMARY:${title}`,
    "END:VEVENT",
    "",
  ].join("\r\n");

const asResource = (event: string) =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n${event}END:VCALENDAR\r\n`;

describe("a CalDAV calendar in Thunderbird", () => {
  let world: World;
  let calendarId: string;
  let url: string;
  /** What GET answered before Thunderbird saw the calendar. */
  const before = new Map<string, string | null>();

  /** The resource on the server that holds a UID. */
  async function onServer(uid: string): Promise<string | null> {
    for (const name of await world.server.list(url)) {
      if (before.has(name) && !name.startsWith(uid.split("@")[0] as string)) continue;
      const text = await world.server.get(at(url, name));
      if (text?.replace(/\r?\n[ \t]/g, "").includes(`UID:${uid}`)) return text;
    }
    return null;
  }

  const waitForServer = (what: string, condition: () => Promise<boolean>) =>
    world.thunderbird.waitFor(condition, what, 30_000);

  beforeAll(async () => {
    world = await startWorld({
      calendars: { work: [...SAMPLE, { name: "standup.ics", text: series }], family: [] },
    });
    ({ id: calendarId, url } = world.calendars.work as { id: string; url: string });
    for (const name of await world.server.list(url)) {
      before.set(name, await world.server.get(at(url, name)));
    }
    const { calendars } = await world.run("sync.run", { calendarId });
    expect(calendars[0]?.error).toBeUndefined();
  });
  afterAll(() => world.stop());

  test("the first sync shows all items", async () => {
    const items = await world.user.items(calendarId);
    expect(items).toHaveLength(SAMPLE.length + 1);
    const titles = new Set(items.map(({ title }) => title));
    expect(titles).toContain("Stand-up");
    expect([...titles].some((title) => /\p{Script=Han}/u.test(title))).toBe(true);
  });

  test("the month view draws them", async () => {
    await world.user.view("month", "20260615");
    const boxes = await world.thunderbird.waitFor(async () => {
      const found = await world.user.boxes();
      return found.filter((title) => title === "Stand-up").length >= 10 ? found : null;
    }, "ten boxes of the series in June");
    const june = await world.user.occurrences(calendarId, "20260601", "20260701");
    expect(boxes.length).toBeGreaterThan(30);
    expect(june.length).toBeGreaterThan(30);
  });

  test("an event made in Thunderbird arrives on the server", async () => {
    await world.user.add(calendarId, newEvent("made-here@test", "Made here – ünïcödé"));
    await waitForServer(
      "the new event on the server",
      async () => (await onServer("made-here@test")) !== null,
    );
    expect(await onServer("made-here@test")).toContain("SUMMARY:Made here – ünïcödé");
  });

  test("a change made in Thunderbird arrives, and what Thunderbird does not know survives it", async () => {
    await world.user.change(calendarId, "standup@test", { LOCATION: "Kitchen" });
    await waitForServer("the location on the server", async () =>
      Boolean((await world.server.get(at(url, "standup.ics")))?.includes("LOCATION:Kitchen")),
    );
    const text = await world.server.get(at(url, "standup.ics"));
    expect(text).toMatch(/X-UNKNOWN;X-P="?1"?:kept as it is/);
  });

  test("a change of one occurrence arrives as an override", async () => {
    await world.user.renameOccurrence(calendarId, "standup@test", "20260603", "Retrospective");
    await waitForServer("the override on the server", async () =>
      Boolean((await world.server.get(at(url, "standup.ics")))?.includes("Retrospective")),
    );
    const text = (await world.server.get(at(url, "standup.ics"))) as string;
    expect(text.match(/BEGIN:VEVENT/g)).toHaveLength(2);
    expect(text).toContain("SUMMARY:Stand-up");
    expect(text).toMatch(/RECURRENCE-ID[^:]*:20260603T/);
    const shown = await world.user.occurrences(calendarId, "20260601", "20260611");
    const titles = shown.filter(({ uid }) => uid === "standup@test").map(({ title }) => title);
    expect(titles.filter((title) => title === "Retrospective")).toHaveLength(1);
    expect(titles.filter((title) => title === "Stand-up")).toHaveLength(9);
  });

  test("an event deleted in Thunderbird goes from the server; undo brings it back", async () => {
    await world.user.remove(calendarId, "made-here@test");
    await waitForServer("the event to go", async () => (await onServer("made-here@test")) === null);
    await world.user.undo();
    await waitForServer(
      "the event to return",
      async () => (await onServer("made-here@test")) !== null,
    );
    expect(await onServer("made-here@test")).toContain("SUMMARY:Made here – ünïcödé");
    await world.user.undo("redo");
    await waitForServer(
      "the event to go again",
      async () => (await onServer("made-here@test")) === null,
    );
  });

  test("what is made, changed and deleted on the server arrives by Synchronize", async () => {
    await world.server.put(at(url, "theirs.ics"), asResource(newEvent("theirs@test", "Theirs")));
    await world.user.synchronize(calendarId);
    await world.thunderbird.waitFor(
      () => world.user.item(calendarId, "theirs@test"),
      "the new event",
    );
    await world.server.put(
      at(url, "theirs.ics"),
      asResource(newEvent("theirs@test", "Theirs changed")),
    );
    await world.user.synchronize(calendarId);
    await world.thunderbird.waitFor(
      async () => (await world.user.item(calendarId, "theirs@test"))?.title === "Theirs changed",
      "the changed title",
    );
    await world.server.delete(at(url, "theirs.ics"));
    await world.user.synchronize(calendarId);
    await world.thunderbird.waitFor(
      async () => (await world.user.item(calendarId, "theirs@test")) === null,
      "the event to go",
    );
  });

  test("edits made offline are sent when Thunderbird is online again, also after a restart", async () => {
    await world.thunderbird.setOffline(true);
    await world.user.add(calendarId, newEvent("offline-1@test", "Made offline"));
    await world.user.change(calendarId, "standup@test", { DESCRIPTION: "written offline" });
    expect((await world.user.item(calendarId, "offline-1@test"))?.title).toBe("Made offline");
    expect(await onServer("offline-1@test")).toBeNull();
    await world.thunderbird.setOffline(false);
    await waitForServer(
      "the offline event",
      async () => (await onServer("offline-1@test")) !== null,
    );
    await waitForServer("the offline change", async () =>
      Boolean((await world.server.get(at(url, "standup.ics")))?.includes("written offline")),
    );

    await world.thunderbird.setOffline(true);
    await world.user.add(calendarId, newEvent("offline-2@test", "Before a restart"));
    await world.user.remove(calendarId, "offline-1@test");
    await world.thunderbird.restart();
    await waitForServer(
      "the event made before the restart",
      async () => (await onServer("offline-2@test")) !== null,
    );
    await waitForServer(
      "the deletion made before the restart",
      async () => (await onServer("offline-1@test")) === null,
    );
    expect((await world.user.item(calendarId, "offline-2@test"))?.title).toBe("Before a restart");
  });

  test("the automatic poll at the calendar's interval brings what changed on the server", async () => {
    await world.user.setProperty(calendarId, "refreshInterval", "1");
    await world.server.put(at(url, "polled.ics"), asResource(newEvent("polled@test", "By poll")));
    await world.thunderbird.waitFor(
      () => world.user.item(calendarId, "polled@test"),
      "the poll to bring the event",
      100_000,
    );
    await world.user.setProperty(calendarId, "refreshInterval", "30");
  });

  test("items nobody edited are the same bytes on the server as before", async () => {
    const untouched = [...before].filter(([name]) => name !== "standup.ics");
    expect(untouched).toHaveLength(SAMPLE.length);
    for (const [name, text] of untouched) {
      expect(await world.server.get(at(url, name)), name).toBe(text);
    }
  });

  test("Thunderbird's console has no error of ours", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
