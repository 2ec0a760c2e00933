/**
 * `npm run test:soak -- --minutes 10 --seed 1 --thunderbird 140`: edits on both sides, many at once and with the decisions
 * about them, moves, dismissed reminders, calendars taken out and put in again, restores, server faults, restarts, power cuts, backups and prunes at random. At the
 * end the server and the store hold the same, every edit is to be found, and the snapshots are whole. A seed repeats the order
 * of the actions, not their timing.
 */
import { parseArgs } from "node:util";
import { findThunderbirds } from "../support/thunderbird.ts";
import { act } from "./actions.ts";
import { startSoakWorld } from "./soak-world.ts";
import { allTexts, checkStore, costOf, settle, viewDifferences } from "./verdict.ts";

/** Beyond what the data needs: caches that fill once stay below it. */
const MOST_MEMORY_GROWTH_MB = 300;
const MOST_HANDLE_GROWTH = 40;
/** SQLite's log, and what was replaced a few times. */
const MOST_DATABASE_BYTES_A_TEXT = 20;
const MOST_LOG_BYTES = 8_000_000;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    thunderbird: { type: "string", default: "" },
    seed: { type: "string", default: String(Date.now() % 100_000) },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
const thunderbirds = await findThunderbirds();
const thunderbird = thunderbirds.find(({ version }) => version.startsWith(values.thunderbird));
if (thunderbird === undefined || !(minutes > 0) || !Number.isSafeInteger(seed)) {
  console.error("Wanted: an installed Thunderbird, --minutes above 0 and --seed a whole number.");
  process.exit(2);
}

console.log(`Thunderbird ${thunderbird.version}, ${minutes} minutes, seed ${seed}`);
const soak = await startSoakWorld(seed, thunderbird.binary);
let failure: string | null = null;
try {
  const before = await costOf(soak);
  const end = Date.now() + minutes * 60_000;
  while (Date.now() < end) await act(soak);
  await settle(soak);
  await soak.world.run("backup.run", {});
  const after = await costOf(soak);
  console.log([...soak.done].map(([name, count]) => `${name}: ${count}`).join(", "));
  console.log(`before ${JSON.stringify(before)}, after ${JSON.stringify(after)}`);
  const texts = await allTexts(soak);
  const lost = soak.ledger.missing(texts);
  if (lost.length > 0) throw new Error(`edits are lost: ${JSON.stringify(lost)}`);
  const unseen = await viewDifferences(soak);
  if (unseen > 0) throw new Error(`${unseen} items are not shown, or shown and not there`);
  console.log(await checkStore(soak));
  if (after.handles - before.handles > MOST_HANDLE_GROWTH) throw new Error("handles grew");
  if (after.memoryMB - before.memoryMB > MOST_MEMORY_GROWTH_MB) throw new Error("memory grew");
  const textBytes = texts.reduce((sum, text) => sum + text.length, 0);
  if (after.databaseBytes > textBytes * MOST_DATABASE_BYTES_A_TEXT + MOST_LOG_BYTES)
    throw new Error(`the database grew to ${after.databaseBytes} bytes for ${textBytes} of text`);
  const errors = await soak.world.thunderbird.consoleErrors();
  if (errors.length > 0) throw new Error(`errors in the console: ${JSON.stringify(errors)}`);
  console.log(`${soak.ledger.edits} edits, none lost`);
} catch (error) {
  failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
} finally {
  await soak.world.stop();
}
if (failure !== null) {
  console.error(`FAILED (seed ${seed}): ${failure}`);
  process.exit(1);
}
