/** The same items as files in a folder, backed up by other programs. */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { run } from "../scripts/child-process.ts";
import { sampleCalendar } from "../scripts/sample-calendar.ts";
import { bytesBelow } from "./keeper-backups.ts";
import type { Sample } from "./samples.ts";
import { SEED } from "./server-calendar.ts";

export interface BackupProgram {
  readonly name: string;
  readonly command: string;
  /** Arguments that make a store, and that back a folder up into it. */
  readonly create: (store: string) => readonly string[];
  readonly backup: (store: string, files: string) => readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export function plakar(command: string): BackupProgram {
  return {
    name: "plakar",
    command,
    create: (store) => ["at", store, "create", "-plaintext"],
    backup: (store, files) => ["at", store, "backup", files],
    env: {},
  };
}

export function restic(command: string): BackupProgram {
  return {
    name: "restic",
    command,
    create: (store) => ["init", "--repo", store],
    backup: (store, files) => ["backup", "--repo", store, files],
    env: { RESTIC_PASSWORD: "bench" },
  };
}

/** @param folder an empty one */
export async function runFolderBackup(
  program: BackupProgram,
  folder: string,
  items: number,
): Promise<Sample[]> {
  const files = path.join(folder, "files");
  const store = path.join(folder, "store");
  const home = path.join(folder, "home");
  await mkdir(files, { recursive: true });
  await mkdir(home);
  for (const { name, text } of sampleCalendar({ items, seed: SEED })) {
    await writeFile(path.join(files, name), text);
  }
  const env = { ...program.env, HOME: home, XDG_CACHE_HOME: path.join(home, "cache") };
  const must = async (args: readonly string[]) => {
    const { code, output } = await run(program.command, args, { env, deadlineMs: 600_000 });
    if (code !== 0) throw new Error(`${program.name} ${args.join(" ")}: ${output.slice(-500)}`);
  };
  if (program.name === "plakar") await must(["-disable-security-check"]);
  await must(program.create(store));
  const samples: Sample[] = [];
  for (const work of ["first backup", "backup again, nothing changed"]) {
    const before = await bytesBelow(store);
    const began = performance.now();
    await must(program.backup(store, files));
    const ms = performance.now() - began;
    const after = await bytesBelow(store);
    const common = { work, who: program.name, items };
    samples.push(
      { ...common, unit: "ms", value: ms },
      { ...common, unit: "bytes", value: after.bytes - before.bytes },
      { ...common, unit: "files", value: after.files - before.files },
    );
  }
  return samples;
}
