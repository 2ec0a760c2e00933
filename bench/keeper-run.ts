/** One run of the product on a calendar of a size: synced, polled, read, backed up. */
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { sampleCalendar } from "../scripts/sample-calendar.ts";
import type {
  CommandArguments,
  CommandName,
  CommandReply,
  CommandValue,
} from "../src/shared/commands.ts";
import { startCaldavTestServer } from "../test/support/caldav-test-server/server.ts";
import { launchThunderbird } from "../test/support/thunderbird.ts";
import { watchMainThread } from "./main-thread.ts";
import { memoryOf } from "./reading.ts";
import { KEEPER, type Sample } from "./samples.ts";
import { fillCalendar, SEED } from "./server-calendar.ts";
import { measureViews } from "./views.ts";

export interface KeeperRun {
  readonly xpi: string;
  readonly binary: string;
  readonly items: number;
  /** An empty folder for the store. */
  readonly folder: string;
}

export async function runKeeper({ xpi, binary, items, folder }: KeeperRun): Promise<Sample[]> {
  const samples: Sample[] = [];
  const add = (work: string, unit: Sample["unit"], value: number) =>
    samples.push({ work, who: KEEPER, items, unit, value });
  const server = await startCaldavTestServer();
  const url = await fillCalendar(server, items);
  const thunderbird = await launchThunderbird({
    xpi,
    binary,
    prefs: { "extensions.caldav-keeper.places": JSON.stringify([folder]) },
  });
  try {
    const run = async <C extends CommandName>(command: C, args: CommandArguments<C>) => {
      const answer = await thunderbird.command<CommandReply<C>>(command, args);
      if (!answer.ok) throw new Error(`${command}: ${answer.error.code}: ${answer.error.message}`);
      return answer.value as CommandValue<C>;
    };
    add("memory, idle", "MB", await memoryOf(thunderbird));
    const login = { location: server.url, username: server.username, password: server.password };
    const began = performance.now();
    const stop = await watchMainThread(thunderbird);
    const { calendars } = await run("accounts.add", { ...login, calendars: [url] });
    const id = calendars[0]?.id ?? "";
    await run("sync.run", { calendarId: id });
    add("first sync", "ms", performance.now() - began);
    const stutter = await stop();
    add("first sync: longest main-thread gap", "ms", stutter.longest);
    add("first sync: gaps over 50 ms in all", "ms", stutter.jank);
    add("memory, synced", "MB", await memoryOf(thunderbird));

    const poll = async (work: string, changes: number) => {
      const texts = sampleCalendar({ items, seed: SEED }).slice(0, changes);
      for (const { name, text } of texts) {
        const changed = text.replace(/^SUMMARY:/m, "SUMMARY:Moved: ");
        await server.put(new URL(encodeURIComponent(name), url).href, changed);
      }
      server.forgetRequests();
      const from = performance.now();
      const { calendars: reports } = await run("sync.run", { calendarId: id });
      add(work, "ms", performance.now() - from);
      add(work, "requests", server.requests.length);
      add(work, "bytes", reports[0]?.bytes ?? 0);
    };
    await poll("poll, nothing changed", 0);
    await poll("poll, 1 changed", 1);
    await poll("poll, 100 changed", 100);

    await measureViews(thunderbird, id, add);

    await run("backup.configure", { directory: folder, passphrase: null });
    const backUp = async (work: string) => {
      const before = await bytesBelow(folder);
      const { durationMs } = await run("backup.run", {});
      add(work, "ms", durationMs);
      const after = await bytesBelow(folder);
      add(work, "bytes", after.bytes - before.bytes);
      add(work, "files", after.files - before.files);
    };
    await backUp("first backup");
    await backUp("backup again, nothing changed");
    return samples;
  } finally {
    await thunderbird.quit();
    await server.stop();
  }
}

/** What a folder holds, its folders included. */
export async function bytesBelow(folder: string): Promise<{ bytes: number; files: number }> {
  let bytes = 0;
  let files = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    files++;
    bytes += (await stat(path.join(entry.parentPath, entry.name))).size;
  }
  return { bytes, files };
}
