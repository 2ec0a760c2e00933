/**
 * Decides with the server which members are gone: a statement (404 in sync-collection, RFC 6578 §3.5.2) counts
 * while removals are few; absence from a listing never does and needs a direct 404 or 410 each. Many removals
 * need a snapshot first. What is not certain is held and looked at again in the next run.
 */
import type { ResourceName } from "../../shared/brands.ts";
import { forEachBounded } from "./bounded.ts";
import { isMassRemoval } from "./guard.ts";
import { stopsRun } from "./outcome.ts";
import type { KnownMembers } from "./plan.ts";
import type { RemoteBody, SyncState } from "./ports.ts";
import { type SyncRun, tookSnapshot } from "./sync-run.ts";

export interface Suspects {
  /** The server states them to be gone. */
  readonly stated: readonly ResourceName[];
  /** Found gone by a direct request in this run. */
  readonly confirmed: readonly ResourceName[];
  /** Absent from a listing, or held by an earlier run. */
  readonly doubtful: readonly ResourceName[];
}

export interface Verdict {
  readonly remove: readonly ResourceName[];
  readonly held: readonly ResourceName[];
  /** Still there although suspected: what the server answers. */
  readonly alive: readonly RemoteBody[];
  /** True when those to remove are many, not all of them left of an unfinished change, and a snapshot was taken. */
  readonly isMass: boolean;
}

const SINGLE_REQUESTS = 6;
/** Of many suspects these are asked for first: one that is alive shows that the listing is not to be trusted. */
const SAMPLE = 8;

/**
 * @param total members known here before this run
 * @param isLeft true for what is left of an unfinished change, for which a snapshot was taken
 */
export async function judgeRemovals(
  run: SyncRun,
  suspects: Suspects,
  known: KnownMembers,
  total: number,
  recent: SyncState["recentRemovals"],
  isLeft: (name: ResourceName) => boolean,
): Promise<Verdict> {
  const confirmed = new Set(suspects.confirmed);
  const stated = new Set(suspects.stated.filter((name) => !confirmed.has(name)));
  const doubtful = new Set(
    suspects.doubtful.filter((name) => !confirmed.has(name) && !stated.has(name)),
  );
  const count = confirmed.size + stated.size + doubtful.size;
  const isMass = isMassRemoval(count, total, recent, run.now());
  if (!isMass && doubtful.size === 0) {
    return { remove: [...confirmed, ...stated], held: [], alive: [], isMass: false };
  }

  const held: ResourceName[] = [];
  const alive: RemoteBody[] = [];
  const gone = [...confirmed, ...(isMass ? [] : stated)];
  let checked = 0;
  const unsure = isMass ? [...stated, ...doubtful] : [...doubtful];
  const check = async (name: ResourceName): Promise<void> => {
    const href = known.get(name)?.metadata?.href ?? null;
    try {
      const body = await run.remote.fetchOne({ name, href }, run.signal);
      if (body === null) gone.push(name);
      else alive.push(body);
    } catch (error) {
      if (stopsRun(error)) throw error;
      held.push(name);
    }
    run.onProgress({ done: ++checked, total: unsure.length, note: "checking" });
  };
  const sample = isMass ? unsure.slice(0, SAMPLE) : unsure;
  await forEachBounded(sample, SINGLE_REQUESTS, check);
  const rest = unsure.slice(sample.length);
  if (alive.length > 0) held.push(...rest);
  else await forEachBounded(rest, SINGLE_REQUESTS, check);

  const needsSnapshot = !gone.every(isLeft) && isMassRemoval(gone.length, total, recent, run.now());
  if (needsSnapshot && !(await tookSnapshot(run))) {
    return { remove: [], held: [...held, ...gone], alive, isMass: false };
  }
  return { remove: gone, held, alive, isMass: needsSnapshot };
}
