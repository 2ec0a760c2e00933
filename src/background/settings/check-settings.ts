/** When the store was checked last, and which of its blobs were found damaged: both outlive the background page. */
import * as v from "valibot";
import type { ValueShape } from "./stored-value.ts";

const count = v.number();

const StoredChecks = v.object({
  /** Directory of the store that the rest is about. */
  directory: v.nullable(v.string()),
  /** Milliseconds since the epoch: the next check is due a month after the last one, or after this. */
  since: v.number(),
  last: v.nullable(
    v.object({
      time: v.number(),
      full: v.boolean(),
      ok: v.boolean(),
      snapshots: count,
      files: count,
      errors: count,
    }),
  ),
  /** The last one that read everything, whatever it found. */
  lastFull: v.nullable(v.number()),
  /** The last attempt of a monthly check that did not come to its end; `null` since one did. */
  lastFailed: v.nullable(v.number()),
  /** The trouble of monthly checks that was told last; `null` since the last good one. */
  told: v.nullable(v.string()),
});

export type StoredChecks = v.InferOutput<typeof StoredChecks>;

/** What is known of a store that was never checked. */
export function checksOf(directory: string | null, since: number): StoredChecks {
  return { directory, since, last: null, lastFull: null, lastFailed: null, told: null };
}

export const checksShape: ValueShape<StoredChecks> = {
  key: "checks",
  schema: StoredChecks,
  migrations: [],
  initial: () => checksOf(null, 0),
};

/** Store id → names of blobs as `Kloset.damaged` gives them. */
const StoredDamage = v.record(v.string(), v.array(v.string()));

export type StoredDamage = v.InferOutput<typeof StoredDamage>;

export const damageShape: ValueShape<StoredDamage> = {
  key: "damagedBlobs",
  schema: StoredDamage,
  migrations: [],
  initial: () => ({}),
};

/** Those of them that were met since the last check of all snapshots. */
export const metDamageShape: ValueShape<StoredDamage> = { ...damageShape, key: "damageMet" };
