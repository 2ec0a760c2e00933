// Builds dist/addon/ (the unpacked add-on) and dist/caldav-keeper.xpi from it, and for other add-ons
// dist/experiment-calendar/ and dist/sample-provider.xpi from that. One documented command, no minification, sorted
// entries with a fixed date: two builds of one commit are identical files.
import { cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build, context } from "esbuild";
import { writeSharedExperiment } from "./scripts/experiment-calendar.js";
import {
  commonOptions,
  experimentApis,
  experimentBundles,
  schemaText,
} from "./scripts/experiments.js";
import { writePages } from "./scripts/pages.js";
import { writeSampleProvider } from "./scripts/sample-provider.js";
import { filesBelow, writeXpi } from "./scripts/xpi.js";

const root = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(root, "dist/addon");
const watch = process.argv.includes("--watch");

const apis = await experimentApis();

const bundles = [
  {
    ...commonOptions,
    entryPoints: ["src/background/main.ts"],
    outfile: "dist/addon/background.js",
    format: "iife",
  },
  ...experimentBundles(apis, "dist/addon"),
  {
    ...commonOptions,
    entryPoints: ["src/background/kloset/key-worker.ts"],
    outfile: "dist/addon/key-worker.js",
    format: "iife",
  },
  {
    ...commonOptions,
    entryPoints: (await readdir(path.join(root, "src/options")))
      .filter((name) => /^(history|options|welcome)\.ts$/.test(name))
      .map((name) => `src/options/${name}`),
    outdir: "dist/addon/options",
    format: "iife",
  },
];

async function copyStatic() {
  await cp(path.join(root, "manifest.json"), path.join(out, "manifest.json"));
  await cp(path.join(root, "LICENSE"), path.join(out, "LICENSE"));
  await cp(path.join(root, "_locales"), path.join(out, "_locales"), { recursive: true });
  for (const api of Object.values(apis))
    await writeFile(path.join(out, api.schema), await schemaText(api));
  await cp(path.join(root, "src/options"), path.join(out, "options"), {
    recursive: true,
    filter: (source) => !/\.(html|ts)$/.test(source),
  });
  await writePages(path.join(root, "src/options"), path.join(out, "options"));
  await cp(path.join(root, "src/images"), path.join(out, "images"), { recursive: true });
}

await rm(path.join(root, "dist"), { recursive: true, force: true });
await mkdir(out, { recursive: true });
if (watch) {
  for (const options of bundles) await (await context(options)).watch();
  await copyStatic();
  console.log("Watching; static files are copied once. The XPI is not written in this mode.");
} else {
  await Promise.all(bundles.map((options) => build(options)));
  await copyStatic();
  await writeXpi(path.join(root, "dist/caldav-keeper.xpi"), await filesBelow(out));
  const shared = path.join(root, "dist/experiment-calendar");
  await writeSharedExperiment(shared);
  await writeSampleProvider(shared, path.join(root, "dist/sample-provider.xpi"));
  console.log("Built: dist/addon, caldav-keeper.xpi, experiment-calendar and sample-provider.xpi.");
}
