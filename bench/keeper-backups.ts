/** What the product's time machine costs: backing up, looking back over many snapshots, restoring. */
import { mkdir, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { sampleCalendar } from "../scripts/sample-calendar.ts";
import type { CommandArguments, CommandName, CommandValue } from "../src/shared/commands.ts";
import { scanColumns } from "../src/shared/ical/scan.ts";
import type { CaldavTestServer } from "../test/support/caldav-test-server/server.ts";
import type { Thunderbird } from "../test/support/thunderbird.ts";
import { watchExtensionMemory } from "./extension-memory.ts";
import type { WatchedItem } from "./history-page.ts";
import { untilAtRest } from "./main-thread.ts";
import type { Sample } from "./samples.ts";
import { SEED } from "./server-calendar.ts";

export interface KeptCalendar {
  readonly thunderbird: Thunderbird;
  readonly server: CaldavTestServer;
  readonly calendarId: string;
  readonly url: string;
  readonly accountId: string;
  readonly items: number;
  /** @throws Error with the command's name and code */
  readonly run: <C extends CommandName>(
    command: C,
    args: CommandArguments<C>,
  ) => Promise<CommandValue<C>>;
  readonly add: (work: string, unit: Sample["unit"], value: number) => void;
}

/** @param folder an empty one, listed in the places */
export async function measureBackups(kept: KeptCalendar, folder: string): Promise<void> {
  const { thunderbird, calendarId, run, add } = kept;
  await useStore(kept, folder);
  // An edit that is confirmed between the two is a change.
  await thunderbird.waitFor(async () => {
    await run("sync.run", { calendarId });
    return (await run("pending.list", { calendarId })).length === 0;
  }, "every edit to be confirmed");
  await untilAtRest(thunderbird);
  const backUp = async (work: string) => {
    const before = await bytesBelow(folder);
    const stopMemory = await watchExtensionMemory(thunderbird);
    const { durationMs } = await run("backup.run", {});
    const { most } = await stopMemory();
    const after = await bytesBelow(folder);
    add(work, "ms", durationMs);
    add(work, "bytes", after.bytes - before.bytes);
    add(work, "files", after.files - before.files);
    add(`the extension process's memory, most during: ${work}`, "MB", most);
  };
  await backUp("first backup");
  // What polls and edits before have replaced is in the first snapshot only: its going is the last change.
  await run("backup.run", {});
  await backUp("backup again, nothing changed");
}

/** @param folder listed in the places */
export async function useStore({ run }: KeptCalendar, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await run("backup.configure", { directory: folder, passphrase: null });
}

/**
 * Snapshots until there are `wanted`, each with one more changed item; then the store is opened anew and asked.
 * @returns an item that has versions
 */
export async function measureHistory(
  kept: KeptCalendar,
  folder: string,
  wanted: number,
): Promise<WatchedItem> {
  await useStore(kept, folder);
  const { thunderbird, server, calendarId, url, items, run, add } = kept;
  const texts = sampleCalendar({ items, seed: SEED });
  const [watched] = texts;
  if (watched === undefined) throw new Error("The calendar is empty.");
  let changedItem = { words: "", title: "" };
  for (let taken = (await run("snapshots.list", {})).length; taken < wanted; taken++) {
    const isWatched = taken % 7 === 0;
    const { name, text } = texts[isWatched ? 0 : taken % items] ?? watched;
    const changed = text.replace(/^SUMMARY:/m, `SUMMARY:Version ${taken}: `);
    if (isWatched || changedItem.words === "")
      changedItem = { words: `Version ${taken}:`, title: scanColumns(text).summary };
    await server.put(new URL(encodeURIComponent(name), url).href, changed);
    await run("sync.run", { calendarId });
    await run("backup.run", {});
  }
  await thunderbird.restart();
  const timed = async (work: string, ask: () => Promise<unknown>) => {
    const began = performance.now();
    await ask();
    add(work, "ms", performance.now() - began);
  };
  await thunderbird.command("operations.list");
  const uid = /^UID:(.*)$/m.exec(watched.text)?.[1]?.trim() ?? "";
  await timed(`a store with ${wanted} snapshots opened`, () => run("snapshots.list", {}));
  const versions = () => run("snapshots.versions", { calendarId, uid });
  await timed(`all versions of one item in ${wanted} snapshots`, versions);
  await timed("the same versions again", versions);
  return changedItem;
}

/** @param folder an empty one, listed in the places */
export async function measureRestore(kept: KeptCalendar, folder: string): Promise<void> {
  const { run, add, items } = kept;
  await mkdir(folder, { recursive: true });
  const common = await newestWhole(kept);
  const fromFolder = performance.now();
  const files = await run("snapshots.restore", {
    ...common,
    target: { kind: "folder", directory: folder },
  });
  if (files.created < items) throw new Error(`${files.created} of ${items} files were restored`);
  add("restore into a folder", "ms", performance.now() - fromFolder);
}

export async function measureServerRestore(kept: KeptCalendar): Promise<void> {
  const { run, add, accountId, items } = kept;
  const common = await newestWhole(kept);
  const target = { kind: "new", name: "Restored", accountId } as const;
  const { preview } = await run("snapshots.restore", { ...common, target, dryRun: true });
  const fromServer = performance.now();
  const report = await run("snapshots.restore", {
    ...common,
    target,
    ...(preview === null ? {} : { preview }),
  });
  if (report.created < items) throw new Error(`${report.created} of ${items} items were restored`);
  add("restore to a new calendar on the server, read back", "ms", performance.now() - fromServer);
}

async function newestWhole({ run }: KeptCalendar) {
  const [newest] = await run("snapshots.list", {});
  if (newest === undefined) throw new Error("There is no snapshot to restore.");
  return {
    snapshotId: newest.id,
    selection: { all: true } as const,
    mode: "missing" as const,
  };
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
