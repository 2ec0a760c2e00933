/**
 * Small add-ons made on the fly: a manifest and files, packed as an XPI. For tests of one piece without the
 * whole product.
 */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import { strToU8, zipSync } from "fflate";
import { experimentApis, experimentBundles, schemaText } from "../../scripts/experiments.js";

export interface FixtureAddon {
  id: string;
  version?: string;
  /** Source of the background script. */
  background: string;
  /** Experiments of the product to take along, by their names in its manifest. */
  experiments?: readonly string[];
  /** Further manifest keys. */
  manifest?: object;
  /** Further files; `options/options.html` is there already, an empty page. */
  files?: Record<string, string>;
}

/** Writes the XPI. Experiments are bundled from their sources as for the product. */
export async function writeFixtureAddon(xpi: string, addon: FixtureAddon): Promise<string> {
  await mkdir(path.dirname(xpi), { recursive: true });
  await writeFile(xpi, zipSync(await addonFiles(addon)));
  return xpi;
}

/** Writes the same files into a folder, to be installed unpacked. */
export async function writeUnpackedAddon(folder: string, addon: FixtureAddon): Promise<string> {
  for (const [name, bytes] of Object.entries(await addonFiles(addon))) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
  return folder;
}

async function addonFiles(addon: FixtureAddon): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {
    "background.js": strToU8(addon.background),
    "options/options.html": strToU8(
      '<!doctype html><meta charset="utf-8"><title>Fixture</title><p>Fixture</p>',
    ),
  };
  for (const [name, text] of Object.entries(addon.files ?? {})) files[name] = strToU8(text);
  const apis = await experimentApis(addon.experiments ?? []);
  for (const options of experimentBundles(apis, "")) {
    const { outputFiles } = await build({ ...options, write: false });
    for (const { contents } of outputFiles ?? [])
      files[String(options.outfile).slice(1)] = contents;
  }
  for (const api of Object.values(apis)) files[api.schema] = strToU8(await schemaText(api));
  const manifest = {
    manifest_version: 3,
    name: "Fixture",
    version: addon.version ?? "1.0",
    browser_specific_settings: { gecko: { id: addon.id, strict_min_version: "140.0" } },
    background: { scripts: ["background.js"] },
    options_ui: { page: "options/options.html", open_in_tab: true },
    ...(addon.experiments ? { experiment_apis: apis } : {}),
    ...addon.manifest,
  };
  files["manifest.json"] = strToU8(JSON.stringify(manifest));
  return files;
}
