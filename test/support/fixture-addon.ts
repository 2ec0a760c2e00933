/**
 * Small add-ons made on the fly: a manifest and files, packed as an XPI. For tests of one piece without the
 * whole product.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import { strToU8, zipSync } from "fflate";

const root = path.join(import.meta.dirname, "../..");

export interface FixtureAddon {
  id: string;
  version?: string;
  /** Source of the background script. */
  background: string;
  /** Experiments of the product to take along, by folder and API name. */
  experiments?: {
    folder: string;
    apiName: string;
    schema: string;
    paths: string[][];
    events?: string[];
  }[];
  /** Further manifest keys. */
  manifest?: object;
  /** Further files; `options/options.html` is there already, an empty page. */
  files?: Record<string, string>;
}

/** Writes the XPI. Experiments are bundled from their sources as `build.mjs` does it. */
export async function writeFixtureAddon(xpi: string, addon: FixtureAddon): Promise<string> {
  const files: Record<string, Uint8Array> = {
    "background.js": strToU8(addon.background),
    "options/options.html": strToU8(
      '<!doctype html><meta charset="utf-8"><title>Fixture</title><p>Fixture</p>',
    ),
  };
  for (const [name, text] of Object.entries(addon.files ?? {})) files[name] = strToU8(text);
  const apis: Record<string, object> = {};
  for (const experiment of addon.experiments ?? []) {
    const base = `experiments/${experiment.folder}`;
    const bundle = await build({
      entryPoints: [path.join(root, `src/${base}/parent.ts`)],
      bundle: true,
      write: false,
      target: "firefox140",
      charset: "utf8",
      format: "iife",
      globalName: `__keeper_${experiment.apiName}`,
      footer: {
        js: `this.${experiment.apiName} = __keeper_${experiment.apiName}.${experiment.apiName};`,
      },
      tsconfig: path.join(root, "src/experiments/tsconfig.json"),
    });
    const [output] = bundle.outputFiles;
    if (!output) throw new Error(`esbuild made no bundle of ${base}`);
    files[`${base}/parent.js`] = output.contents;
    files[`${base}/schema.json`] = new Uint8Array(
      await readFile(path.join(root, `src/${base}/schema/${experiment.schema}`)),
    );
    apis[experiment.apiName] = {
      schema: `${base}/schema.json`,
      parent: {
        scopes: ["addon_parent"],
        paths: experiment.paths,
        script: `${base}/parent.js`,
        events: experiment.events ?? ["startup"],
      },
    };
  }
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
  await mkdir(path.dirname(xpi), { recursive: true });
  await writeFile(xpi, zipSync(files));
  return xpi;
}
