// Builds dist/addon/ (the unpacked add-on) and dist/caldav-keeper.xpi from it. One documented command,
// no minification, sorted entries with a fixed date: two builds of one commit are identical files.
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build, context } from "esbuild";
import { zipSync } from "fflate";

const root = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(root, "dist/addon");
const watch = process.argv.includes("--watch");

const common = {
  bundle: true,
  target: "firefox140",
  charset: "utf8",
  legalComments: "inline",
  logLevel: "warning",
  absWorkingDir: root,
};

// Thunderbird runs the API scripts of an extension as classic scripts in one shared global and then reads
// global[apiName]: so each is an IIFE under a name of its own, with a footer that assigns just the class.
const experiment = (folder, apiName) => ({
  ...common,
  entryPoints: [`src/experiments/${folder}/parent.ts`],
  outfile: `dist/addon/experiments/${folder}/parent.js`,
  format: "iife",
  globalName: `__keeper_${apiName}`,
  footer: { js: `this.${apiName} = __keeper_${apiName}.${apiName};` },
  tsconfig: "src/experiments/tsconfig.json",
});

const bundles = [
  {
    ...common,
    entryPoints: ["src/background/main.ts"],
    outfile: "dist/addon/background.js",
    format: "iife",
  },
  experiment("calendar", "calendar_provider"),
  experiment("platform", "platform"),
  {
    ...common,
    entryPoints: (await readdir(path.join(root, "src/options")))
      .filter((name) => /^(options)\.ts$/.test(name))
      .map((name) => `src/options/${name}`),
    outdir: "dist/addon/options",
    format: "iife",
  },
];

async function copyStatic() {
  await cp(path.join(root, "manifest.json"), path.join(out, "manifest.json"));
  await cp(path.join(root, "LICENSE"), path.join(out, "LICENSE"));
  await cp(path.join(root, "_locales"), path.join(out, "_locales"), { recursive: true });
  for (const name of ["calendar", "platform"]) {
    await cp(
      path.join(root, `src/experiments/${name}/schema`),
      path.join(out, `experiments/${name}/schema`),
      { recursive: true },
    );
  }
  await cp(path.join(root, "src/options"), path.join(out, "options"), {
    recursive: true,
    filter: (source) => !source.endsWith(".ts"),
  });
  await cp(path.join(root, "src/images"), path.join(out, "images"), { recursive: true });
}

async function filesBelow(folder, prefix = "") {
  const found = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const name = prefix + entry.name;
    if (entry.isDirectory())
      found.push(...(await filesBelow(path.join(folder, entry.name), `${name}/`)));
    else found.push(name);
  }
  return found.sort((a, b) => (a < b ? -1 : 1));
}

async function pack() {
  const entries = {};
  for (const name of await filesBelow(out))
    entries[name] = new Uint8Array(await readFile(path.join(out, name)));
  const archive = zipSync(entries, { level: 9, mtime: new Date(2026, 0, 1, 0, 0, 0) });
  await writeFile(path.join(root, "dist/caldav-keeper.xpi"), archive);
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
  await pack();
  console.log("dist/addon and dist/caldav-keeper.xpi are built.");
}
