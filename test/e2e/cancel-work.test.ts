/**
 * Every Cancel of long work, pressed in the middle of it after the page was closed and opened again: it stops, that is
 * said, nothing half done is shown as done, and doing it again brings it to its end.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CaldavTestServer,
  startCaldavTestServer,
} from "../support/caldav-test-server/server.ts";
import { eventText } from "../support/event-text.ts";
import { startWorld, type World } from "../support/keeper-world.ts";
import { OptionsUser } from "../support/options-user.ts";
import { beginCommand } from "../support/sign-in-window.ts";
import { findThunderbirds } from "../support/thunderbird.ts";

const EVENTS = 40;
const WELCOME = "options/welcome.html?by-hand";

const event = (uid: string, summary: string) => ({
  name: `${uid}.ics`,
  text: eventText(uid, { SUMMARY: summary }),
});

describe.each(await findThunderbirds())("Thunderbird $version", ({ binary }) => {
  let server: CaldavTestServer;
  let world: World;
  let user: OptionsUser;
  let work: { id: string; url: string };
  let page: string;

  const go = async (path: string): Promise<void> => {
    page = path;
    user = await OptionsUser.open(world.thunderbird, path);
  };
  /** As a person does who closes the tab and comes back. */
  const reopen = async (): Promise<void> => {
    await user.close();
    await go(page);
  };
  const eventually = <T>(condition: () => Promise<T>, what: string) =>
    world.thunderbird.waitFor(condition, what, 60_000);
  const resting = () =>
    eventually(async () => (await world.run("operations.list", {})).length === 0, "all work ended");
  const snapshots = async () => (await world.run("snapshots.list", {})).length;
  const onServer = async () => (await server.list(work.url)).length;
  const here = async () => (await world.user.items(work.id)).length;
  const builtIn = () =>
    world.thunderbird.chrome<string[]>(
      `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
       return cal.manager.getCalendars().filter(({ type }) => type === "caldav").map(({ id }) => id);`,
    );
  /** Thunderbird's own local calendar answers nothing until it is let go: whoever reads all calendars waits for it. */
  const holdLocalCalendar = async () => {
    await world.thunderbird.chrome(
      `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
       const calendar = cal.manager.getCalendars().find(({ type }) => type === "storage").wrappedJSObject;
       const read = calendar.getItems;
       const held = Promise.withResolvers();
       globalThis.keeperHeld = { held, reached: false, calendar };
       calendar.getItems = function (...args) {
         globalThis.keeperHeld.reached = true;
         return new ReadableStream({
           async start(controller) {
             await held.promise;
             for await (const items of cal.iterate.streamValues(read.apply(calendar, args))) controller.enqueue(items);
             controller.close();
           },
         });
       };`,
    );
    return {
      reached: () =>
        eventually(
          () => world.thunderbird.chrome<boolean>(`return globalThis.keeperHeld.reached;`),
          "the local calendar to be read",
        ),
      letGo: () =>
        world.thunderbird.chrome(
          `const { held, calendar } = globalThis.keeperHeld;
           delete calendar.getItems;
           held.resolve();`,
        ),
    };
  };

  /** The disk that the store lies on answers no more reads until it is let go. */
  const holdStore = async () => {
    await world.thunderbird.chrome(
      `const { IOUtils } = Cu.getGlobalForObject(Services);
       const { read } = IOUtils;
       const held = Promise.withResolvers();
       globalThis.keeperStore = { held, read, IOUtils, reached: false };
       IOUtils.read = async (path, options) => {
         if (path.includes("/packfiles/")) {
           globalThis.keeperStore.reached = true;
           await held.promise;
         }
         return read.call(IOUtils, path, options);
       };`,
    );
    return {
      reached: () =>
        eventually(
          () => world.thunderbird.chrome<boolean>(`return globalThis.keeperStore.reached;`),
          "the store to be read",
        ),
      letGo: () =>
        world.thunderbird.chrome(
          `const { held, read, IOUtils } = globalThis.keeperStore;
           IOUtils.read = read;
           held.resolve();`,
        ),
    };
  };

  beforeAll(async () => {
    server = await startCaldavTestServer();
    world = await startWorld({
      server: async () => server,
      calendars: { Work: [event("choir", "Choir")] },
      launch: { binary },
    });
    work = world.calendars.Work as { id: string; url: string };
    await world.run("sync.run", {});
    await world.run("backup.configure", { directory: world.folder, passphrase: null });
  });
  afterAll(() => world?.stop());

  test("the first synchronization and snapshot: nothing is called saved, and Start goes on", async () => {
    for (let index = 0; index < EVENTS; index++) {
      const { name, text } = event(`e${index}`, `Meeting ${index}`);
      await server.put(new URL(name, work.url).href, text);
    }
    await world.run("firstRun.update", { step: "first-backup" });
    await go(WELCOME);
    const gate = server.gate({ method: "REPORT", path: "/Work/" });
    await user.press("Start");
    await gate.reached;
    await user.see(/Synchronizing[\s\S]*Cancel/);
    await reopen();
    await user.see(/Synchronizing[\s\S]*Cancel/);
    await user.press("Cancel");
    await user.see("Synchronizing: cancelled.");
    expect(await world.run("operations.list", {})).toEqual([]);
    gate.open();
    expect(await user.read()).not.toContain("Everything is saved");
    expect(await snapshots()).toBe(0);
    expect(await here()).toBe(1);

    await user.press("Start");
    await user.see("Everything is saved.", 60_000);
    expect(await here()).toBe(EVENTS + 1);
    expect(await world.run("snapshots.list", {})).toMatchObject([{ items: EVENTS + 1 }]);
  });

  test("with the page closed, the first snapshot follows the first synchronization by itself", async () => {
    const before = await snapshots();
    const gate = server.gate({ method: "PROPFIND" });
    await user.press("Once more");
    await gate.reached;
    await user.close();
    gate.open();
    await eventually(async () => (await snapshots()) === before + 1, "the snapshot");
    await go(WELCOME);
    await user.see("Last backup:");
  });

  test("a synchronization: the calendar is not called synchronized by it, and nothing is lost", async () => {
    await user.close();
    const [before] = (await world.run("accounts.list", {}))[0]?.calendars ?? [];
    await server.put(new URL("late.ics", work.url).href, event("late", "Late").text);
    const gate = server.gate({ method: "REPORT", path: "/Work/" });
    await go("options/options.html?cancel#accounts");
    await user.press("Synchronize Work");
    await gate.reached;
    await reopen();
    await user.see(/Synchronizing…[\s\S]*Cancel/);
    await user.press("Cancel");
    await user.see("Synchronizing…: cancelled.");
    gate.open();
    await resting();
    const [after] = (await world.run("accounts.list", {}))[0]?.calendars ?? [];
    expect(after).toMatchObject({
      lastGoodSync: before?.lastGoodSync,
      error: null,
      syncing: false,
    });
    expect(await here()).toBe(EVENTS + 1);
    await user.press("Synchronize Work");
    await eventually(async () => (await here()) === EVENTS + 2, "the late event");
  });

  test("a backup: no snapshot, and the last good one is still named", async () => {
    const before = await snapshots();
    const { lastBackup } = await world.run("backup.configure", {});
    await user.press("Backups");
    await user.see("Last backup");
    const held = await holdLocalCalendar();
    await user.press("Back up now");
    await held.reached();
    page = "options/options.html?cancel#backups";
    await reopen();
    await user.see(/Backing up[\s\S]*Cancel/);
    await user.press("Cancel");
    await user.see("The backup was cancelled. Earlier snapshots are untouched.");
    await held.letGo();
    await resting();
    expect(await snapshots()).toBe(before);
    expect(await world.run("backup.configure", {})).toMatchObject({
      lastBackup: { snapshotId: lastBackup?.snapshotId },
      lastFailure: null,
    });
    expect(await world.run("snapshots.check", { full: true })).toMatchObject({ ok: true });
    await user.press("Back up now");
    await eventually(async () => (await snapshots()) === before + 1, "the snapshot");
  });

  test("a check of all backups: it is not remembered as one that was made", async () => {
    const { lastCheck } = await world.run("backup.configure", {});
    const held = await holdStore();
    await user.press("Verify now");
    await held.reached();
    await reopen();
    await user.see(/Reading every backup back[\s\S]*Cancel/);
    await user.press("Cancel");
    await held.letGo();
    await user.see("The check was cancelled.");
    await resting();
    expect((await world.run("backup.configure", {})).lastCheck).toEqual(lastCheck);
    await user.press("Verify now");
    await user.see("All backups are whole.");
    const now = (await world.run("backup.configure", {})).lastCheck;
    expect(now).toMatchObject({ ok: true });
    expect(now?.time).toBeGreaterThan(lastCheck?.time ?? 0);
  });

  test("a restore: what is not back is not said to be, and a second one brings the rest", async () => {
    for (const name of await server.list(work.url))
      await server.delete(new URL(name, work.url).href);
    await world.run("sync.run", {});
    const held = await world.run("guard.list", {});
    for (const { calendarId, kind, state, preview } of held)
      if (state === "held" && preview !== null)
        await world.run("guard.decide", { calendarId, kind, preview, decision: "apply" });
    await eventually(async () => (await here()) === 0, "the calendar to be empty");
    const newest = (await world.run("snapshots.list", {})).find(({ partial }) => !partial);
    const gate = server.gate({ method: "PUT" });
    const restoring = await beginCommand(world.thunderbird, "snapshots.restore", {
      snapshotId: newest?.id ?? "",
      selection: { all: true },
      target: { kind: "original" },
      mode: "missing",
    });
    await gate.reached;
    page = "options/options.html?cancel#snapshots";
    await reopen();
    await user.see(/Restoring[\s\S]*Cancel/);
    await user.press("Cancel");
    await user.see("The restore was cancelled.");
    gate.open();
    expect(await restoring()).toMatchObject({ ok: false, error: { code: "aborted" } });
    await resting();
    const again = await world.run("snapshots.restore", {
      snapshotId: newest?.id ?? "",
      selection: { all: true },
      target: { kind: "original" },
      mode: "missing",
    });
    expect(again.failed).toEqual([]);
    await world.run("sync.run", {});
    expect(await onServer()).toBe(EVENTS + 2);
    expect(await here()).toBe(EVENTS + 2);
  });

  test("handing back: the calendar stays ours, and is handed back whole the next time", async () => {
    await user.close();
    await go("options/options.html?cancel#help");
    await user.press("See what would happen…");
    await user.see("Hand the calendars back");
    // What only Thunderbird's own CalDAV asks: ours looks at the home first.
    await world.run("sync.run", {});
    const gate = server.gate({ method: "PROPFIND", path: "/Work/" });
    await user.press("Hand the calendars back");
    await gate.reached;
    await reopen();
    await user.see(/Handing back[\s\S]*Cancel/);
    await user.press("Cancel");
    await user.see("CalDAV Keeper still has all its calendars");
    expect(await user.read()).not.toContain("everything is in Thunderbird's own calendar");
    gate.open();
    await resting();
    expect((await world.run("accounts.list", {}))[0]?.calendars).toHaveLength(1);
    await user.press("See what would happen…");
    await user.press("Hand the calendars back");
    await user.see("Work: everything is in Thunderbird's own calendar.", 60_000);
    expect(await builtIn()).toHaveLength(1);
  });

  test("taking over: the old calendar stays as it is, compared and removed only when asked again", async () => {
    await user.close();
    await world.run("firstRun.update", { step: "takeover" });
    await go(WELCOME);
    await user.see("Compare them");
    const gate = server.gate({ method: "PROPFIND" });
    await user.press("Compare them");
    await gate.reached;
    await reopen();
    await user.see(/Working on it[\s\S]*Cancel/);
    await user.press("Cancel");
    await user.see("The old calendar is as it was; nothing was removed.");
    gate.open();
    await resting();
    // Known to the old calendar's cache and to nobody else, as half-sent edits leave it.
    await world.thunderbird.chrome(
      `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
       const { CalEvent } = ChromeUtils.importESModule("resource:///modules/CalEvent.sys.mjs");
       const calendar = cal.manager.getCalendars().find(({ type }) => type === "caldav");
       const only = new CalEvent(arguments[0]);
       only.calendar = calendar;
       await (calendar.wrappedJSObject ?? calendar).mCachedCalendar.adoptItem(only);`,
      eventText("only-old", { SUMMARY: "Only in the old one" }),
    );
    await user.press("Compare them");
    await user.see(/Only in the old calendar: 1[\s\S]*Only in the old one/);
  });

  test("bringing along: what was not sent is still only in the old calendar, and is brought the next time", async () => {
    const gate = server.gate({ method: "PUT" });
    await user.press("Bring them along");
    await gate.reached;
    await reopen();
    await user.see(/Working on it[\s\S]*Cancel/);
    await user.press("Cancel");
    await user.see("The old calendar is as it was; nothing was removed.");
    expect(await user.read()).not.toContain("Brought along");
    gate.open();
    await resting();
    expect(await builtIn()).toHaveLength(1);
    await user.press("Compare them");
    // The request that was under way when it was cancelled may have arrived.
    const shown = await user.see(/Bring them along|Remove the old calendar/);
    if (shown.includes("Bring them along")) {
      await user.press("Bring them along");
      await user.see("Brought along: 1");
    }
    await eventually(async () => (await onServer()) === EVENTS + 3, "the event on the server");
    const texts = await Promise.all(
      (await server.list(work.url)).map((name) => server.get(new URL(name, work.url).href)),
    );
    expect(texts.filter((text) => text?.includes("Only in the old one"))).toHaveLength(1);
  });

  test("removing the old calendar: it stays until that is asked again", async () => {
    const before = await snapshots();
    const second = server.gate({ method: "PROPFIND" });
    await user.press("Remove the old calendar from Thunderbird");
    await second.reached;
    await user.press("Cancel");
    await user.see("The old calendar is as it was; nothing was removed.");
    second.open();
    await resting();
    expect(await builtIn()).toHaveLength(1);
    expect(await snapshots()).toBe(before);
    await user.press("Remove the old calendar from Thunderbird");
    await user.see("Taken over.");
    expect(await builtIn()).toEqual([]);
    expect(await onServer()).toBe(EVENTS + 3);
  });

  test("none of this left an error of ours in the console", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
