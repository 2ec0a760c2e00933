/** The same calendar in Thunderbird's own CalDAV provider, without the add-on. */
import { setTimeout } from "node:timers/promises";
import { startCaldavTestServer } from "../test/support/caldav-test-server/server.ts";
import type { DavServer } from "../test/support/dav-server.ts";
import { launchThunderbird, type Thunderbird } from "../test/support/thunderbird.ts";
import type { Prefs } from "../test/support/thunderbird-profile.ts";
import { measureEdit } from "./edits.ts";
import { showCalendarTab, watchMainThread } from "./main-thread.ts";
import { measurePolls } from "./polls.ts";
import { memoryOf, readItems } from "./reading.ts";
import { type Sample, SESSION_TIMEOUT_MS } from "./samples.ts";
import { fillCalendar } from "./server-calendar.ts";
import { measureStartUp } from "./start-up.ts";
import type { Topic } from "./topics.ts";
import { measureViews } from "./views.ts";

export const FIRST_SYNC = "first sync";
export const OWN = "Thunderbird’s own CalDAV";
/** The realm in the server's question for a password. */
const REALM = "test";
/** The built-in provider takes about 10 ms an item. */
const DEADLINE_MS = 30 * 60_000;

export async function runThunderbird(
  binary: string,
  items: number,
  topics: ReadonlySet<Topic>,
  prefs: Prefs,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const add = (work: string, unit: Sample["unit"], value: number) =>
    samples.push({ work, who: OWN, items, unit, value });
  const server = await startCaldavTestServer();
  const url = await fillCalendar(server, items);
  const thunderbird = await launchThunderbird({
    binary,
    prefs,
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
  });
  try {
    add("memory, idle", "MB", await memoryOf(thunderbird));
    await showCalendarTab(thunderbird, true);
    const stop = await watchMainThread(thunderbird);
    const began = performance.now();
    const id = await beginFirstSync(thunderbird, server, url);
    await thunderbird.waitFor(
      () =>
        thunderbird.chrome<boolean>(
          `return Services.wm.getMostRecentWindow("mail:3pane").keeperBenchLoads > 0;`,
        ),
      "the first sync of the built-in provider",
      DEADLINE_MS,
    );
    const ms = performance.now() - began;
    const stutter = await stop();
    await showCalendarTab(thunderbird, false);
    add(FIRST_SYNC, "ms", ms);
    if (topics.has("sync")) {
      add("first sync: longest main-thread gap", "ms", stutter.longest);
      add("first sync: gaps over 50 ms in all", "ms", stutter.jank);
    }
    const synced = await readItems(thunderbird, id, null);
    if (synced.items < items) throw new Error(`only ${synced.items} of ${items} items were synced`);
    add("memory, synced", "MB", await memoryOf(thunderbird));

    if (topics.has("sync")) {
      const refresh = () => refreshOnce(thunderbird, id);
      await measurePolls({ thunderbird, server, url, items, refresh }, add);
    }
    if (topics.has("views")) {
      await measureViews(thunderbird, id, add);
      await measureStartUp(thunderbird, add);
    }
    if (topics.has("sync")) await measureEdit(thunderbird, server, id, add);
    return samples;
  } finally {
    await thunderbird.quit();
    await server.stop();
  }
}

/**
 * For a calendar whose first sync would take too long: how much of it is done within a time.
 * @returns items in the calendar by then
 */
export async function itemsWithin(
  binary: string,
  items: number,
  prefs: Prefs,
  ms: number,
): Promise<number> {
  const server = await startCaldavTestServer();
  const url = await fillCalendar(server, items);
  const thunderbird = await launchThunderbird({
    binary,
    prefs,
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
  });
  try {
    await showCalendarTab(thunderbird, true);
    await beginFirstSync(thunderbird, server, url);
    await setTimeout(ms);
    return await thunderbird.chrome<number>(
      `return Services.wm.getMostRecentWindow("mail:3pane").keeperBenchItems;`,
    );
  } finally {
    await thunderbird.quit();
    await server.stop();
  }
}

function refreshOnce(thunderbird: Thunderbird, calendarId: string): Promise<void> {
  return thunderbird.chrome(
    `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
     const window = Services.wm.getMostRecentWindow("mail:3pane");
     const loads = window.keeperBenchLoads;
     cal.manager.getCalendarById(arguments[0]).refresh();
     while (window.keeperBenchLoads === loads) await new Promise(done => window.setTimeout(done, 5));`,
    calendarId,
  );
}

/** @returns the calendar's id */
function beginFirstSync(thunderbird: Thunderbird, server: DavServer, url: string): Promise<string> {
  return thunderbird.chrome<string>(
    `const [url, username, password, realm] = arguments;
     const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
     const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
     login.init(new URL(url).origin, null, realm, username, password, "", "");
     await Services.logins.addLoginAsync(login);
     const calendar = cal.manager.createCalendar("caldav", Services.io.newURI(url));
     calendar.name = "Bench";
     calendar.setProperty("username", username);
     calendar.setProperty("cache.enabled", true);
     const window = Services.wm.getMostRecentWindow("mail:3pane");
     window.keeperBenchLoads = 0;
     window.keeperBenchItems = 0;
     cal.manager.registerCalendar(calendar);
     const registered = cal.manager.getCalendarById(calendar.id);
     registered.addObserver({
       QueryInterface: ChromeUtils.generateQI(["calIObserver"]),
       onLoad: () => window.keeperBenchLoads++,
       onStartBatch() {}, onEndBatch() {}, onAddItem: () => window.keeperBenchItems++, onModifyItem() {}, onDeleteItem() {},
       onError() {}, onPropertyChanged() {}, onPropertyDeleting() {},
     });
     return calendar.id;`,
    url,
    server.username,
    server.password,
    REALM,
  );
}
