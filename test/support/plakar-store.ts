/** What the tests with the real plakar do to stores on disk, and how they look at what it restored. */
import { readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { expect } from "vitest";
import type { Kloset } from "../../src/background/kloset/kloset.ts";
import type { CalendarFile } from "./calendar-files.ts";

export async function writeSnapshot(store: Kloset, files: readonly CalendarFile[], label = "") {
  const writer = await store.startSnapshot({
    type: "caldav",
    origin: "thunderbird:default",
    directory: "/",
    label,
  });
  for (const file of files) await writer.addFile(file);
  return writer.commit();
}

/** Regular files below a directory, by their path in it. */
export async function filesBelow(directory: string): Promise<string[]> {
  const names = await readdir(directory, { recursive: true, withFileTypes: true });
  return names
    .filter((entry) => entry.isFile())
    .map((entry) => `/${path.relative(directory, path.join(entry.parentPath, entry.name))}`)
    .sort();
}

export async function expectRestored(
  directory: string,
  files: readonly CalendarFile[],
): Promise<void> {
  expect(await filesBelow(directory)).toEqual(files.map((file) => file.path).sort());
  for (const file of files) {
    const bytes = new Uint8Array(await readFile(path.join(directory, file.path)));
    expect(Buffer.compare(bytes, file.bytes), file.path).toBe(0);
  }
}

/** plakar 1.1.4 often ends before it has removed its own lock; it would count for ten minutes. */
export async function removeLocks(location: string): Promise<void> {
  for (const name of await readdir(path.join(location, "locks")))
    await rm(path.join(location, "locks", name));
}
