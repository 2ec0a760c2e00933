// An XPI from files: sorted entries with a fixed date, so that the same files make the same bytes.
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { zipSync } from "fflate";

/** Every file below a folder, by its path in it. */
export async function filesBelow(folder) {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  const found = files.map(async (entry) => {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(folder, file).replaceAll(path.sep, "/");
    return [name, new Uint8Array(await readFile(file))];
  });
  return Object.fromEntries(await Promise.all(found));
}

export async function writeXpi(file, files) {
  const names = Object.keys(files).sort((a, b) => (a < b ? -1 : 1));
  const entries = Object.fromEntries(names.map((name) => [name, files[name]]));
  await writeFile(file, zipSync(entries, { level: 9, mtime: new Date(2026, 0, 1, 0, 0, 0) }));
}
