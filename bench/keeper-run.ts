/** One run of the product on a calendar of a size: synced, polled, read, backed up. */
import path from "node:path";
import type {
  CommandArguments,
  CommandName,
  CommandReply,
  CommandValue,
} from "../src/shared/commands.ts";
import { startCaldavTestServer } from "../test/support/caldav-test-server/server.ts";
import { launchThunderbird } from "../test/support/thunderbird.ts";
import type { Prefs } from "../test/support/thunderbird-profile.ts";
import { measureEdit } from "./edits.ts";
import { extensionMemory, watchExtensionMemory } from "./extension-memory.ts";
import { measureHistoryPage } from "./history-page.ts";
import {
  measureBackups,
  measureHistory,
  measureRestore,
  measureServerRestore,
  useStore,
} from "./keeper-backups.ts";
import { showCalendarTab, watchMainThread } from "./main-thread.ts";
import { measurePages } from "./pages.ts";
import { measurePolls } from "./polls.ts";
import { memoryOf } from "./reading.ts";
import { KEEPER, type Sample, SESSION_TIMEOUT_MS } from "./samples.ts";
import { fillCalendar } from "./server-calendar.ts";
import { measureStartUp } from "./start-up.ts";
import type { Topic } from "./topics.ts";
import { measureOwnWork, measureViews } from "./views.ts";

export interface KeeperRun {
  readonly xpi: string;
  readonly binary: string;
  readonly items: number;
  /** An empty folder for the store. */
  readonly folder: string;
  /** How many snapshots the store is given before it is looked back over. */
  readonly snapshots: number;
  /** Looking back over many snapshots and restoring, which take minutes, are measured too. */
  readonly withHistory: boolean;
  /** What is measured; what another topic needs first is done without being noted. */
  readonly topics: ReadonlySet<Topic>;
  readonly prefs: Prefs;
  /** Where each figure goes as soon as it is known. */
  readonly samples: Sample[];
}

/** Restoring ten thousand items to a server takes minutes. */
const COMMAND_MS = 20 * 60_000;
const FIRST_SYNC_MS = 10 * 60_000;
/** A hundred snapshots and restores of more would take hours. */
const LARGEST_RESTORED = 10_000;

export async function runKeeper(options: KeeperRun): Promise<void> {
  const { xpi, binary, items, folder, snapshots, topics, prefs, withHistory, samples } = options;
  const add = (work: string, unit: Sample["unit"], value: number) =>
    samples.push({ work, who: KEEPER, items, unit, value });
  const server = await startCaldavTestServer();
  const url = await fillCalendar(server, items);
  const [stores, restored] = [path.join(folder, "store"), path.join(folder, "restored")];
  const thunderbird = await launchThunderbird({
    xpi,
    binary,
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
    scriptTimeoutMs: COMMAND_MS,
    prefs: { ...prefs, "extensions.caldav-keeper.places": JSON.stringify([stores, restored]) },
  });
  try {
    const run = async <C extends CommandName>(command: C, args: CommandArguments<C>) => {
      const answer = await thunderbird.command<CommandReply<C>>(command, args);
      if (!answer.ok) throw new Error(`${command}: ${answer.error.code}: ${answer.error.message}`);
      return answer.value as CommandValue<C>;
    };
    add("memory, idle", "MB", await memoryOf(thunderbird));
    // A background page that was just started, and the page that commands are sent from.
    await run("operations.list", {});
    add("the extension process's memory, idle", "MB", await extensionMemory(thunderbird));
    const login = { location: server.url, username: server.username, password: server.password };
    await showCalendarTab(thunderbird, true);
    const stopMemory = await watchExtensionMemory(thunderbird);
    const stop = await watchMainThread(thunderbird);
    const began = performance.now();
    const { accountId, calendars } = await run("accounts.add", { ...login, calendars: [url] });
    const id = calendars[0]?.id ?? "";
    // Adding an account begins it.
    await thunderbird.waitFor(
      async () => (await run("accounts.list", {}))[0]?.calendars[0]?.lastGoodSync ?? null,
      "the first synchronization",
      FIRST_SYNC_MS,
    );
    const ms = performance.now() - began;
    const synced = await run("calendars.countItems", { calendarIds: [id] });
    if (synced.items < items) throw new Error(`only ${synced.items} of ${items} were synced`);
    const stutter = await stop();
    await showCalendarTab(thunderbird, false);
    if (topics.has("sync")) {
      add("first sync", "ms", ms);
      add("first sync: longest main-thread gap", "ms", stutter.longest);
      add("first sync: gaps over 50 ms in all", "ms", stutter.jank);
    }
    const { most } = await stopMemory();
    add("the extension process's memory, most during the first sync", "MB", most);
    add("memory, synced", "MB", await memoryOf(thunderbird));

    if (topics.has("sync")) {
      const refresh = () => run("sync.run", { calendarId: id });
      await measurePolls({ thunderbird, server, url, items, refresh }, add);
    }
    if (topics.has("views")) {
      await measureViews(thunderbird, id, add);
      await measureOwnWork(thunderbird, id, add);
      await measureStartUp(thunderbird, add);
    }
    if (topics.has("sync")) await measureEdit(thunderbird, server, id, add);
    const kept = { thunderbird, server, calendarId: id, url, accountId, items, run, add };
    if (topics.has("backups")) {
      await measureBackups(kept, stores);
      if (items <= LARGEST_RESTORED) await measureRestore(kept, restored);
    }
    if (topics.has("views")) {
      if (!topics.has("backups")) {
        await useStore(kept, stores);
        await run("backup.run", {});
      }
      await measurePages(thunderbird, add);
    }
    if (topics.has("history") && withHistory && items <= LARGEST_RESTORED) {
      const item = await measureHistory(kept, stores, snapshots);
      await measureHistoryPage(thunderbird, item, add);
      await measureServerRestore(kept);
    }
  } finally {
    await thunderbird.quit();
    await server.stop();
  }
}
