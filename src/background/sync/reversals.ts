/**
 * Versions older than those here: few are taken as they come; many (a server restored from its own backup) are asked
 * for once more, one by one, after a snapshot, or held.
 */
import type { Download } from "./download.ts";
import { isMassRemoval } from "./guard.ts";
import { noteChange } from "./mass-change-list.ts";
import type { MassChange, RemoteMember, SyncState } from "./ports.ts";
import { type SyncRun, tookSnapshot } from "./sync-run.ts";
import { UnfinishedChanges } from "./unfinished-changes.ts";

/**
 * @param total members known here
 * @param changes made before
 * @returns what of it is held, and what can be undone
 */
export async function judgeReversals(
  run: SyncRun,
  download: Download,
  total: () => Promise<number>,
  changes: readonly MassChange[],
): Promise<Pick<SyncState, "heldReversals" | "massChanges">> {
  const at = run.now();
  const unfinished = await UnfinishedChanges.read(run.local, changes, "reversals", at);
  const reversals = [...download.reversals.values()];
  const fresh = reversals.filter(({ name, mark }) => !unfinished.concerns(name, mark));
  const isMass = fresh.length > 0 && isMassRemoval(reversals.length, await total(), [], at);
  if (isMass && !(await tookSnapshot(run))) {
    return {
      heldReversals: reversals.map(asMember),
      massChanges: unfinished.ended(changes, new Map()),
    };
  }
  const names = fresh.map(({ name }) => name);
  const marks = fresh.map(({ mark }) => mark);
  if (isMass) await noteChange(run.local, { at, kind: "reversals", names, taken: marks });
  const accepted = await download.acceptReversals();
  const taken = new Map(accepted.names.map((name, index) => [name, accepted.taken[index] ?? ""]));
  const massChanges = unfinished.ended(changes, taken);
  const made = names.filter((name) => taken.has(name));
  if (isMass && made.length > 0) {
    const madeMarks = made.map((name) => taken.get(name) ?? "");
    massChanges.push({ at, kind: "reversals", names: made, taken: madeMarks });
  }
  return { heldReversals: [], massChanges };
}

const asMember = ({ name, href, etag }: RemoteMember): RemoteMember => ({ name, href, etag });
