// Starts a script of this folder: `node scripts/run.mjs scripts/test.ts …`. Plain JavaScript, since it has to run on
// a fresh clone and on a Node that is too old, and say so. Installs the packages of package-lock.json when missing.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const WANTED = [20, 19];

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < WANTED[0] || (major === WANTED[0] && minor < WANTED[1])) {
  console.error(
    `This needs Node ${WANTED.join(".")} or later; this is Node ${process.versions.node}.\n` +
      "Get it from https://nodejs.org, or with a version manager such as nvm or fnm.",
  );
  process.exit(1);
}

const [script, ...rest] = process.argv.slice(2);
if (!script) {
  console.error("Which script? For example: node scripts/run.mjs scripts/test.ts");
  process.exit(2);
}

if (!packagesAreInstalled()) {
  console.log("Installing the packages of package-lock.json (npm ci) …");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const installed = spawnSync(npm, ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
  });
  if (installed.error) {
    console.error("npm was not found; it comes with Node from https://nodejs.org.");
    process.exit(1);
  }
  if (installed.status !== 0) {
    console.error("The packages could not be installed; the reason stands above.");
    process.exit(1);
  }
}

const file = path.resolve(root, script);
process.chdir(root);
process.argv = [process.execPath, file, ...rest];
const { register } = await import("tsx/esm/api");
register();
await import(pathToFileURL(file).href);

/** By content, not by date: a checkout makes files new without changing them. */
function packagesAreInstalled() {
  const installedFile = path.join(root, "node_modules/.package-lock.json");
  if (!existsSync(installedFile)) return false;
  const wanted = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8")).packages;
  const installed = JSON.parse(readFileSync(installedFile, "utf8")).packages;
  return Object.entries(wanted).every(([name, entry]) => {
    if (name === "") return true;
    const present = installed[name];
    // Builds for other systems are in the lock file, but not installed.
    if (!present) return entry.optional === true || entry.peer === true;
    return present.version === entry.version && present.integrity === entry.integrity;
  });
}
