/**
 * `npm test`: everything from a fresh clone. Gets the programs it can, checks and builds, runs the four layers of
 * tests, the end-to-end one on every Thunderbird found, and a quick bench. What is missing is skipped by name, with how to get it;
 * with KEEPER_REQUIRE_ALL=1 it is a failure. The last line counts.
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { findThunderbirds } from "../test/support/thunderbird.ts";
import { runChecks } from "./check.ts";
import { packageProgram, root, run } from "./child-process.ts";
import { ensurePlakar } from "./ensure-plakar.ts";
import { ensureServer, SERVER_NAMES } from "./ensure-servers.ts";
import { ensureOlderThunderbird } from "./ensure-thunderbird.ts";
import { ensureTools } from "./ensure-tools.ts";
import { add, closingLine, NONE, readReport } from "./test-results.ts";

const requireAll = process.env.KEEPER_REQUIRE_ALL === "1";
const reports = path.join(root, ".cache/test-results");
const MINUTE = 60_000;

let counts = NONE;
/** Said once more at the end, where they are read. */
const remarks: string[] = [];

function missing(what: string, howTo: string): void {
  if (requireAll) {
    counts = add(counts, { ...NONE, failed: 1 });
    remarks.push(`FAILED: ${what} is required here. ${howTo}`);
  } else {
    counts = add(counts, { ...NONE, skipped: 1 });
    remarks.push(`SKIPPED for want of ${what}. ${howTo}`);
  }
}

function title(text: string): void {
  console.log(`\n── ${text} ${"─".repeat(Math.max(0, 90 - text.length))}`);
}

async function layer(
  project: string,
  deadlineMs: number,
  env: Record<string, string> = {},
  label = project,
): Promise<void> {
  title(`Tests: ${label}`);
  const file = path.join(reports, `${label.replace(/\W+/g, "-")}.json`);
  const { code, timedOut } = await run(
    packageProgram("vitest"),
    [
      ...["run", "--project", project, "--passWithNoTests"],
      ...["--reporter", "default", "--reporter", "json", `--outputFile.json=${file}`],
    ],
    { show: true, env, deadlineMs },
  );
  const json = await readFile(file, "utf8").catch(() => null);
  const result = readReport(json, code);
  counts = add(counts, result.counts);
  remarks.push(...result.failedNames.map((name) => `FAILED (${label}): ${name}`));
  for (const name of new Set(result.skippedNames)) remarks.push(`SKIPPED (${label}): ${name}`);
  if (timedOut)
    remarks.push(`FAILED (${label}): not finished within ${deadlineMs / MINUTE} minutes`);
}

await rm(reports, { recursive: true, force: true });
await mkdir(reports, { recursive: true });

title("Programs");
for (const tool of await ensureTools()) {
  if (tool.present) console.log(`${tool.name}: there`);
  else missing(`${tool.name} (${tool.neededFor})`, tool.howTo);
}
for (const name of SERVER_NAMES) {
  const server = await ensureServer(name);
  if ("folder" in server) console.log(`${name}: there`);
  else missing(`${name} (the integration tests): ${server.missing}`, server.howTo);
}
const plakar = await ensurePlakar();
if ("path" in plakar) console.log(`plakar: ${plakar.path}`);
else missing(`plakar (the interop tests): ${plakar.missing}`, plakar.howTo);
if (!process.env.KEEPER_THUNDERBIRD) {
  const older = await ensureOlderThunderbird();
  if ("missing" in older) remarks.push(`Thunderbird 140.12 is not tested: ${older.missing}.`);
}
const thunderbirds = await findThunderbirds();
for (const { version, binary } of thunderbirds) console.log(`Thunderbird ${version}: ${binary}`);

title("Checks");
for (const { name, failure } of await runChecks()) {
  counts = add(counts, failure === null ? { ...NONE, passed: 1 } : { ...NONE, failed: 1 });
  if (failure !== null) remarks.push(`FAILED (check): ${name}`);
}

await layer("unit", 10 * MINUTE);
await layer("integration", 15 * MINUTE);
await layer("interop", 15 * MINUTE);
for (const { version, binary } of thunderbirds) {
  await layer("e2e", 35 * MINUTE, { KEEPER_THUNDERBIRD: binary }, `e2e on Thunderbird ${version}`);
}

if (thunderbirds.length > 0) {
  title("Bench, quickly: that it works, not how fast");
  const { code } = await run(process.execPath, ["scripts/run.mjs", "bench/bench.ts", "--quick"], {
    show: true,
    deadlineMs: 8 * MINUTE,
  });
  counts = add(counts, code === 0 ? { ...NONE, passed: 1 } : { ...NONE, failed: 1 });
  if (code !== 0) remarks.push("FAILED: npm run bench -- --quick");
}

title("Result");
for (const remark of remarks) console.log(remark);
await writeFile(path.join(reports, "closing-line"), `${closingLine(counts)}\n`);
console.log(closingLine(counts));
process.exit(counts.failed === 0 ? 0 : 1);
