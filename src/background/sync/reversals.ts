/**
 * Versions older than those here: few are taken as they come; many (a server restored from its own backup) are asked
 * for once more, one by one, after a snapshot, or held.
 */
import type { Download } from "./download.ts";
import { isMassRemoval } from "./guard.ts";
import { noteChange } from "./mass-change-list.ts";
import type { RemoteMember, SyncState } from "./ports.ts";
import { type SyncRun, tookSnapshot } from "./sync-run.ts";

/** @param total members known here  @returns what of it is held, and what can be undone */
export async function judgeReversals(
  run: SyncRun,
  download: Download,
  total: () => Promise<number>,
): Promise<Pick<SyncState, "heldReversals" | "massChanges">> {
  const { reversals } = download;
  if (reversals.size === 0) return { heldReversals: [], massChanges: [] };
  const at = run.now();
  const isMass = isMassRemoval(reversals.size, await total(), [], at);
  if (isMass && !(await tookSnapshot(run))) {
    return { heldReversals: [...reversals.values()].map(asMember), massChanges: [] };
  }
  const names = [...reversals.values()].map(({ name }) => name);
  const marks = [...reversals.values()].map(({ mark }) => mark);
  if (isMass) await noteChange(run.local, { at, kind: "reversals", names, taken: marks });
  const taken = await download.acceptReversals();
  return { heldReversals: [], massChanges: isMass ? [{ at, kind: "reversals", ...taken }] : [] };
}

const asMember = ({ name, href, etag }: RemoteMember): RemoteMember => ({ name, href, etag });
