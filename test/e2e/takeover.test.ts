/** Calendars of Thunderbird's own CalDAV taken over, and ours handed back to it, in the real Thunderbird. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWorld, type World } from "../support/keeper-world.ts";
import { findThunderbirds } from "../support/thunderbird.ts";

const item = (uid: string, summary: string, ...lines: string[]) =>
  [
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20260101T000000Z",
    `SUMMARY:${summary}`,
    "DTSTART:20260617T090000Z",
    "DTEND:20260617T100000Z",
    ...lines,
    "END:VEVENT",
    "",
  ].join("\r\n");
const resource = (...items: string[]) =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n${items.join("")}END:VCALENDAR\r\n`;

describe.each(await findThunderbirds())("Thunderbird $version", ({ binary }) => {
  let world: World;

  beforeAll(async () => {
    world = await startWorld({
      calendars: {
        Work: [
          { name: "choir.ics", text: resource(item("choir", "Choir")) },
          { name: "team.ics", text: resource(item("team", "Team", "RRULE:FREQ=DAILY;COUNT=3")) },
        ],
      },
      launch: { binary },
    });
    await world.run("backup.configure", { directory: world.folder, passphrase: null });
    await world.run("sync.run", {});
  });
  afterAll(() => world?.stop());

  const work = () => world.calendars.Work as { id: string; url: string };
  const builtIn = () =>
    world.thunderbird.chrome<{ id: string; name: string; uri: string; color: string }[]>(
      `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
       return cal.manager.getCalendars().filter(({ type }) => type === "caldav")
         .map((one) => ({ id: one.id, name: one.name, uri: one.uri.spec, color: one.getProperty("color") }));`,
    );
  const uids = async (calendarId: string) =>
    new Set((await world.user.items(calendarId)).map(({ uid }) => uid));

  test("handing back makes Thunderbird's own calendar with everything in it, without a question", async () => {
    expect(await world.run("leave.preview", {})).toMatchObject({
      calendars: [{ id: work().id, name: "Work", newCalendarId: null, pendingChanges: 0 }],
      backupDirectory: world.folder,
    });
    const { calendars } = await world.run("leave.handBack", {});
    const [made] = await builtIn();
    expect(calendars).toEqual([
      { id: work().id, newCalendarId: made?.id, missing: 0, error: null },
    ]);
    expect(made).toMatchObject({ name: "Work", uri: work().url });
    expect(await uids(made?.id ?? "")).toEqual(new Set(["choir", "team"]));
    // Again, there is nothing to be made twice.
    await world.run("leave.handBack", {});
    expect(await builtIn()).toHaveLength(1);
  });

  test("a calendar of Thunderbird's own is recognised and compared with the server", async () => {
    const [old] = await world.run("takeover.list", {});
    expect(old).toMatchObject({ name: "Work", keeperCalendarId: work().id });
    expect(await world.run("takeover.compare", { calendarId: old?.calendarId ?? "" })).toEqual({
      same: 2,
      different: [],
      onlyOld: [],
      onlyServer: 0,
    });
  });

  test("what is only in the old calendar's cache keeps it from going, and is brought along", async () => {
    const [old] = await world.run("takeover.list", {});
    const calendarId = old?.calendarId ?? "";
    // As bugs and half-sent edits leave it: known to Thunderbird's cache, and to nobody else.
    await world.thunderbird.chrome(
      `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
       const { CalEvent } = ChromeUtils.importESModule("resource:///modules/CalEvent.sys.mjs");
       const calendar = cal.manager.getCalendarById(arguments[0]);
       const cache = (calendar.wrappedJSObject ?? calendar).mCachedCalendar;
       const ghost = new CalEvent(arguments[1]);
       ghost.calendar = calendar;
       await cache.adoptItem(ghost);`,
      calendarId,
      item("offline", "Written offline"),
    );
    const compared = await world.run("takeover.compare", { calendarId });
    expect(compared).toMatchObject({
      same: 2,
      onlyOld: [{ uid: "offline", summary: "Written offline" }],
    });
    expect(await world.reply("takeover.finish", { calendarId })).toMatchObject({
      ok: false,
      error: { code: "not-taken-over", details: { onlyOld: 1, different: 0 } },
    });
    expect(await builtIn()).toHaveLength(1);

    expect(await world.run("takeover.bring", { calendarId })).toMatchObject({
      brought: 1,
      failed: [],
    });
    const onServer = await Promise.all(
      (await world.server.list(work().url)).map((name) =>
        world.server.get(new URL(encodeURIComponent(name), work().url).href),
      ),
    );
    expect(onServer.filter((text) => text?.includes("Written offline"))).toHaveLength(1);
    expect(await uids(work().id)).toEqual(new Set(["choir", "team", "offline"]));

    const before = (await world.run("snapshots.list", {})).length;
    await world.run("takeover.finish", { calendarId });
    expect(await builtIn()).toEqual([]);
    expect((await world.run("snapshots.list", {})).length).toBe(before + 1);
    expect(await uids(work().id)).toEqual(new Set(["choir", "team", "offline"]));
    expect(await world.server.list(work().url)).toHaveLength(3);
  });

  test("after handing back, leaving takes ours out and nothing else", async () => {
    expect(await world.reply("leave.finish", { calendarIds: [work().id] })).toMatchObject({
      ok: false,
      error: { code: "not-taken-over" },
    });
    const { calendars } = await world.run("leave.handBack", {});
    expect(calendars[0]).toMatchObject({ missing: 0, error: null });
    await world.run("leave.finish", { calendarIds: [work().id] });
    expect(await world.run("accounts.list", {})).toEqual([]);
    const [left] = await builtIn();
    expect(await uids(left?.id ?? "")).toEqual(new Set(["choir", "team", "offline"]));
    expect(await world.server.list(work().url)).toHaveLength(3);
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
