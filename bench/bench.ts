/**
 * `npm run bench`: CalDAV Keeper beside its peers, in one run on one machine. Writes bench/results/latest.json and
 * prints a table. `--quick` takes one small size once, to see that it works; `--sizes 1000,10000`, `--runs 3` and
 * `--only sync,views,backups,history` choose; `--ours` leaves the peers out but for the plain fetches, to compare two builds; `--readme` puts the
 * result into README's table. Programs that are not installed are named as missing; a peer that would take too long is
 * broken off, and what it had done by then is named.
 * Debian's Thunderbird runs JavaScript without compiling it, Thunderbird's own builds compile it: `--compiled` turns that on.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { root, run } from "../scripts/child-process.ts";
import { ensurePlakar } from "../scripts/ensure-plakar.ts";
import { ensureTools } from "../scripts/ensure-tools.ts";
import { findThunderbirds } from "../test/support/thunderbird.ts";
import type { Prefs } from "../test/support/thunderbird-profile.ts";
import { ADD_ON_FETCH, runAddOnFetch } from "./add-on-fetch.ts";
import { plakar, restic, runFolderBackup } from "./folder-backups.ts";
import { runKeeper } from "./keeper-run.ts";
import { brokenOff, MOST_PEER_MS, PeerTime } from "./peer-time.ts";
import { PLAIN_FETCH, runPlainFetch } from "./plain-fetch.ts";
import { type BenchResults, writeIntoReadme } from "./readme.ts";
import { compare, type Sample } from "./samples.ts";
import { growthTableOf, tableOf } from "./table.ts";
import { FIRST_SYNC, itemsWithin, OWN, runThunderbird } from "./thunderbird-run.ts";
import { TOPICS, topicsOf } from "./topics.ts";
import { runVdirsyncer } from "./vdirsyncer-run.ts";

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    sizes: { type: "string", default: "1000,10000,50000" },
    runs: { type: "string", default: "3" },
    compiled: { type: "boolean", default: false },
    only: { type: "string", default: TOPICS.join(",") },
    readme: { type: "boolean", default: false },
    ours: { type: "boolean", default: false },
  },
});
/** Larger sizes show how cost grows: once is enough. */
const LARGEST_REPEATED = 10_000;
const sizes = options.quick
  ? [300]
  : options.sizes
      .split(",")
      .map(Number)
      .sort((a, b) => a - b);
const runs = options.quick ? 1 : Number(options.runs);
if (![...sizes, runs].every((count) => Number.isSafeInteger(count) && count > 0)) {
  console.error("--sizes wants numbers of items such as 1000,10000; --runs a number of runs.");
  process.exit(2);
}

const topics = topicsOf(options.only);
if (topics === null) {
  console.error(`--only wants one or more of ${TOPICS.join(", ")}, with commas between.`);
  process.exit(2);
}

const [thunderbird] = await findThunderbirds();
if (thunderbird === undefined) {
  console.error("Thunderbird is missing: npm test says how to get it. Nothing was measured.");
  process.exit(1);
}
const built = await run(process.execPath, ["build.mjs"]);
if (built.code !== 0) {
  console.error(built.output);
  process.exit(1);
}

const xpi = path.join(root, "dist/caldav-keeper.xpi");
const prefs: Prefs = options.compiled ? { "javascript.options.baselinejit": true } : {};
const missing: string[] = [];
const leftOut: string[] = [];
const ownTime = new PeerTime();
const samples: Sample[] = [];
const scratch = await mkdtemp(path.join(tmpdir(), "keeper-bench-"));
const commit = (await run("git", ["rev-parse", "--short", "HEAD"])).stdout.trim();
await ensureTools(["restic", "vdirsyncer"]);
const programs = await backupPrograms();
const vdirsyncer = await programOnPath("vdirsyncer");
// A quick run is to see that it works.
const snapshots = options.quick ? 4 : 100;

const empty = () => mkdtemp(path.join(scratch, "run-"));
let failures = 0;

try {
  for (const items of sizes) {
    const repeated = items > LARGEST_REPEATED ? 1 : runs;
    for (let number = 1; number <= repeated; number++) {
      console.log(`${items.toLocaleString("en")} items, run ${number} of ${repeated}`);
      await measure("CalDAV Keeper", items, async () => {
        await runKeeper({
          xpi,
          binary: thunderbird.binary,
          items,
          folder: await empty(),
          snapshots,
          topics,
          prefs,
          withHistory: number === 1,
          samples,
        });
        return undefined;
      });
      if (topics.has("sync")) {
        await measure(PLAIN_FETCH, items, () => runPlainFetch(items));
        await measure(ADD_ON_FETCH, items, () =>
          runAddOnFetch({ xpi, binary: thunderbird.binary, prefs }, items),
        );
      }
      if (options.ours) continue;
      if ((topics.has("sync") || topics.has("views")) && ownTime.allows(items)) {
        await measure(OWN, items, async () => {
          const taken = await runThunderbird(thunderbird.binary, items, topics, prefs);
          const synced = taken.find(({ work }) => work === FIRST_SYNC);
          if (synced !== undefined) ownTime.took(items, synced.value);
          return taken;
        });
      } else if (topics.has("sync") && number === 1) {
        await measure(OWN, items, async () => {
          const done = await itemsWithin(thunderbird.binary, items, prefs, MOST_PEER_MS);
          leftOut.push(brokenOff(OWN, items, done));
          return undefined;
        });
      }
      if (topics.has("sync")) {
        if (vdirsyncer !== null)
          await measure("vdirsyncer", items, async () =>
            runVdirsyncer(vdirsyncer, await empty(), items),
          );
      }
      for (const program of topics.has("backups") ? programs : []) {
        await measure(program.name, items, async () =>
          runFolderBackup(program, await empty(), items),
        );
      }
    }
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}

const comparisons = compare(samples);
const table = tableOf(comparisons);
const growth = growthTableOf(comparisons);
// What a quick run measures is worth nothing, and one of ours alone is half of it: they must not take the place of a real one.
const results = path.join(root, options.quick || options.ours ? ".cache/bench" : "bench/results");
await mkdir(results, { recursive: true });
const measured: BenchResults = {
  date: new Date().toISOString().slice(0, 10),
  commit,
  machine: machine(),
  thunderbird: thunderbird.version,
  compiled: options.compiled,
  missing,
  leftOut,
  samples,
};
await writeFile(path.join(results, "latest.json"), `${JSON.stringify(measured, null, 2)}\n`);
if (options.readme && !options.quick && !options.ours) await writeIntoReadme(measured);
console.log(`\n${table}`);
if (growth !== null) console.log(growth);
for (const note of leftOut) console.log(note);
for (const name of missing) console.log(`Missing, so not compared: ${name}`);
if (failures > 0) process.exitCode = 1;

/** A run that fails is named in the results, and the bench's exit code tells; what else was measured is kept. */
async function measure(
  who: string,
  items: number,
  take: () => Promise<readonly Sample[] | undefined>,
): Promise<void> {
  console.log(`  ${who} …`);
  try {
    samples.push(...((await take()) ?? []));
  } catch (error) {
    failures++;
    console.error(error);
    leftOut.push(
      `${who}, ${items.toLocaleString("en")} items: a run failed, its figures are not whole.`,
    );
  }
}

async function backupPrograms() {
  const found = [];
  const store = await ensurePlakar();
  if ("path" in store) found.push(plakar(store.path));
  else missing.push("plakar");
  const resticPath = await programOnPath("restic");
  if (resticPath !== null) found.push(restic(resticPath));
  return found;
}

/** `null`, and named as missing, where it is not installed. */
async function programOnPath(name: string): Promise<string | null> {
  const { code, stdout } = await run("which", [name]);
  if (code === 0) return stdout.trim();
  missing.push(name);
  return null;
}

function machine(): BenchResults["machine"] {
  const [first] = cpus();
  return {
    cores: cpus().length,
    processor: first?.model ?? "unknown",
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    platform: process.platform,
    node: process.version,
  };
}
