/**
 * The older Thunderbird ESR line, 140.12, unpacked below .cache beside the installed one, so that the end-to-end
 * tests run on both. Only while Debian lists it; nothing is installed.
 */
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { root, run } from "./child-process.ts";

const WANTED = "1:140.12.";
const folder = path.join(root, ".cache/thunderbird-140");
const binary = path.join(folder, "usr/lib/thunderbird/thunderbird");

export type OlderThunderbird = { readonly binary: string } | { readonly missing: string };

/** Never throws: what is missing is said in words. */
export async function ensureOlderThunderbird(): Promise<OlderThunderbird> {
  if (existsSync(binary)) return { binary };
  const listed = await run("apt-cache", ["madison", "thunderbird"], { deadlineMs: 60_000 });
  const version = listed.stdout
    .split("\n")
    .map((line) => line.split("|")[1]?.trim() ?? "")
    .find((entry) => entry.startsWith(WANTED));
  if (!version) return { missing: "Debian does not list Thunderbird 140.12 here" };
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  const download = await run("apt-get", ["download", `thunderbird=${version}`], {
    cwd: partial,
    deadlineMs: 10 * 60_000,
  });
  const archive = (await readdir(partial)).find((name) => name.endsWith(".deb"));
  if (download.code !== 0 || !archive) {
    await rm(partial, { recursive: true, force: true });
    return { missing: `Thunderbird ${version} could not be downloaded` };
  }
  const unpacked = await run("dpkg", ["-x", archive, "."], { cwd: partial });
  await rm(path.join(partial, archive), { force: true });
  if (unpacked.code !== 0) return { missing: `Thunderbird ${version} could not be unpacked` };
  await rm(folder, { recursive: true, force: true });
  await rename(partial, folder);
  return existsSync(binary) ? { binary } : { missing: "the package holds no Thunderbird" };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const result = await ensureOlderThunderbird();
  console.log("binary" in result ? result.binary : result.missing);
}
