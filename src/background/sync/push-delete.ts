/**
 * Sends a deletion: DELETE with If-Match. What another client changed since the user saw it stays, and the user is
 * asked.
 */
import type { ConflictRecord, PendingChange } from "../../shared/item-store.ts";
import type { ResourcePush, Step } from "./resource-push.ts";
import { saysTheSame } from "./texts.ts";

export async function pushDelete(push: ResourcePush, change: PendingChange): Promise<Step> {
  const known = push.serverSide(change) ?? (await push.fetchByName(change));
  if (known === null) return push.removed(change);
  const { baseText } = change;
  const isForeign = baseText !== null && !saysTheSame(push.texts, baseText, known.text);
  if (isForeign && !push.isOurs(change, known.text)) {
    if (change.serverText !== known.text) await push.bringIn(known);
    const conflict: ConflictRecord = {
      conflict: "deleted-here",
      mine: null,
      theirs: known.text,
      base: baseText,
      properties: [],
    };
    return push.yielded(change, conflict);
  }
  const written = await push.ifUnchanged(known, (target) => push.remove(target));
  if (written.kind === "done" || written.kind === "gone") return push.removed(change);
  const theirs = await push.fetch(known);
  if (theirs === null) return push.removed(change);
  await push.bringIn(theirs);
  return undefined;
}
