/** Servers that scripts/ensure-servers.ts has unpacked: what runs with them, and what is skipped without. */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { describe } from "vitest";
import type { UnpackedServer } from "../../scripts/ensure-servers.ts";

/** Skipped with the reason in its name where the server cannot be had; with KEEPER_REQUIRE_ALL=1 a failure. */
export function describeUnpacked(found: UnpackedServer, name: string, suite: () => void): void {
  if ("folder" in found) describe(name, suite);
  else if (process.env.KEEPER_REQUIRE_ALL === "1")
    throw new Error(`${found.missing} ${found.howTo}`);
  else describe.skip(`${name} [skipped: ${found.missing} ${found.howTo}]`, suite);
}

/** @throws Error where it cannot be had */
export function folderOf(found: UnpackedServer): string {
  if ("folder" in found) return found.folder;
  throw new Error(`${found.missing} ${found.howTo}`);
}

/** @returns folders of libraries under an unpacked root */
export async function librariesIn(root: string): Promise<string[]> {
  const libraries: string[] = [];
  for (const parent of ["usr/lib", "lib"].map((name) => path.join(root, name))) {
    if (!existsSync(parent)) continue;
    const names = await readdir(parent);
    libraries.push(
      ...names.filter((name) => name.includes("-linux-")).map((name) => path.join(parent, name)),
    );
  }
  return libraries;
}
