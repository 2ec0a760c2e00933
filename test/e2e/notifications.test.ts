/** What Thunderbird notifies of, and where a click on it leads: to the page, at what it is about. */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CaldavTestServer,
  startCaldavTestServer,
} from "../support/caldav-test-server/server.ts";
import { CalendarMenus } from "../support/calendar-menus.ts";
import { eventText } from "../support/event-text.ts";
import { startWorld, type World } from "../support/keeper-world.ts";
import { Notifications } from "../support/notifications.ts";
import { ADDON_ID, findThunderbirds } from "../support/thunderbird.ts";

const EVENTS = 20;
const MONTH_MS = 30 * 86_400_000;

describe.each(await findThunderbirds())("Thunderbird $version", ({ binary }) => {
  let server: CaldavTestServer;
  let world: World;
  let menus: CalendarMenus;
  let notifications: Notifications;
  let work: { id: string; url: string };

  const inFront = (address: string) =>
    world.thunderbird.waitFor(
      async () => (await menus.pageInFront()) === address,
      `the page ${address}`,
    );
  /** Id of what has the focus in the page that is in front, once something has. */
  const focused = (id: string) =>
    world.thunderbird.waitFor(
      async () =>
        (await world.thunderbird.chrome<string>(
          `const { browser } = Services.wm.getMostRecentWindow("mail:3pane").document.getElementById("tabmail").currentTabInfo;
           return new Promise((resolve) => {
             browser.messageManager.addMessageListener("keeper:focus", function heard({ data }) {
               browser.messageManager.removeMessageListener("keeper:focus", heard);
               resolve(data);
             });
             browser.messageManager.loadFrameScript(
               'data:,sendAsyncMessage("keeper:focus", content.document.activeElement?.id ?? "");', false);
           });`,
        )) === id,
      `the focus at ${id}`,
    );
  const snapshots = async () => (await world.run("snapshots.list", {})).length;
  /** Until the look has ended: Thunderbird stops no background whose listener is still at work. */
  const lookAtReminder = async () => {
    await world.thunderbird.background(
      `const heard = new Promise((resolve) => {
         messenger.alarms.onAlarm.addListener(function listen({ name }) {
           if (name !== "backup-reminder") return;
           messenger.alarms.onAlarm.removeListener(listen);
           resolve();
         });
       });
       messenger.alarms.create("backup-reminder", { when: Date.now(), periodInMinutes: 720 });
       await heard;`,
    );
    await world.thunderbird.waitFor(async () => {
      await world.thunderbird.suspendBackground();
      return world.thunderbird.chrome<boolean>(
        `const { ExtensionParent } = ChromeUtils.importESModule("resource://gre/modules/ExtensionParent.sys.mjs");
         return ExtensionParent.GlobalManager.getExtension(arguments[0]).backgroundState === "stopped";`,
        ADDON_ID,
      );
    }, "the look at the last backup to end");
  };
  const told = async (words: string) =>
    (await notifications.seen()).filter(({ title }) => title.includes(words));
  /** What it shows is remembered, and shown at once when the page is opened again. */
  const showAccountsOnce = async () => {
    const page = await world.thunderbird.page("options/options.html#accounts");
    await world.thunderbird.waitFor(
      () =>
        page.evaluate<boolean>(`return performance.getEntriesByName("accounts fresh").length > 0;`),
      "the accounts page to show the accounts",
    );
    await page.close();
  };

  beforeAll(async () => {
    server = await startCaldavTestServer();
    world = await startWorld({
      server: async () => server,
      calendars: {
        Work: Array.from({ length: EVENTS }, (_, index) => ({
          name: `e${index}.ics`,
          text: eventText(`e${index}`, { SUMMARY: `Meeting ${index}` }),
        })),
      },
      launch: { binary },
    });
    work = world.calendars.Work as { id: string; url: string };
    menus = new CalendarMenus(world.thunderbird);
    await world.run("sync.run", {});
    const store = path.join(world.folder, "store");
    await mkdir(store);
    await world.run("backup.configure", { directory: store, passphrase: null });
    await world.run("backup.run", {});
    notifications = await Notifications.watch(world.thunderbird);
  });
  afterAll(() => world?.stop());

  test("a notification has no buttons in Thunderbird: a click on it is the action", async () => {
    const refused = await world.thunderbird.background<string>(
      `try {
         await messenger.notifications.create("with-buttons", {
           type: "basic", title: "t", message: "m", buttons: [{ title: "Do it" }],
         });
         return "";
       } catch (error) {
         return String(error);
       }`,
    );
    expect(refused).toContain("buttons");
  });

  test("many changes that wait are told once, and a click leads to the decision", async () => {
    await showAccountsOnce();
    await world.thunderbird.setOffline(true);
    for (let index = 0; index < EVENTS; index++) await world.user.remove(work.id, `e${index}`);
    await world.thunderbird.setOffline(false);
    await world.run("sync.run", {});
    await world.run("sync.run", {});
    await notifications.click("Many changes at once in “Work”");
    await inFront("options/options.html#accounts/decisions");
    await focused("decisions");
    const [waiting, ...more] = await told("Many changes");
    expect(more).toEqual([]);
    expect(waiting?.text).not.toContain("Meeting");
    const [held] = await world.run("guard.list", {});
    await world.run("guard.decide", {
      calendarId: work.id,
      kind: "deletions",
      preview: held?.preview ?? "",
      decision: "keep",
    });
  });

  test("a password that is no longer right is told, and a click leads to the account", async () => {
    server.changePassword("another one");
    await world.run("sync.run", {});
    await notifications.click("wants you to sign in again");
    await inFront(`options/options.html#accounts/account-${world.accountId}`);
    await focused(`account-${world.accountId}`);
    expect(
      (await menus.pages()).filter((page) => page.startsWith("options/options.html#")),
    ).toHaveLength(1);
    await world.run("accounts.signIn", {
      accountId: world.accountId,
      password: "another one",
    });
    await world.run("sync.run", {});
  });

  test("a last good backup that is too old is told once, and a click makes one", async () => {
    const before = await snapshots();
    await lookAtReminder();
    await world.thunderbird.background(
      `const { backupHistory } = await messenger.storage.local.get("backupHistory");
       backupHistory.value.lastGood = Date.now() - arguments[0];
       await messenger.storage.local.set({ backupHistory });`,
      MONTH_MS,
    );
    await world.thunderbird.suspendBackground();
    expect(await told("need a backup")).toEqual([]);
    await lookAtReminder();
    await lookAtReminder();
    expect(await told("need a backup")).toHaveLength(1);
    const { text } = await notifications.until("Your calendars need a backup");
    expect(text).toMatch(/The last complete backup is from .*\d/);
    await notifications.click("Your calendars need a backup");
    await world.thunderbird.waitFor(async () => (await snapshots()) === before + 1, "the snapshot");
    await notifications.click("Calendars backed up");
    await inFront("options/options.html#backups/backup-now");
    await focused("backup-now");
  });

  test("what was never sent of a calendar that was removed is told, and a click leads to it", async () => {
    await world.thunderbird.setOffline(true);
    await world.user.change(work.id, "e1", { SUMMARY: "Never sent" });
    await world.thunderbird.background(
      `await messenger.calendar.calendars.remove(arguments[0]);`,
      work.id,
    );
    await world.thunderbird.setOffline(false);
    await notifications.click("was never sent");
    await inFront("options/options.html#accounts/left-overs");
    await focused("left-overs");
  });

  test("Thunderbird's console has no error of ours", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
