/**
 * Sends a changed event: PUT with If-Match; where the server has another version than the change was made of, both
 * are merged first, and what clashes goes to the conflict list.
 */
import type { ConflictRecord, PendingChange } from "../../shared/item-store.ts";
import { deletedThere, refusalOf, uidBlocked } from "./outcome.ts";
import type { RemoteBody } from "./ports.ts";
import { metadataOf, type ResourcePush, type Step } from "./resource-push.ts";

export async function pushUpdate(
  push: ResourcePush,
  change: PendingChange,
  mine: string,
): Promise<Step> {
  const known = push.serverSide(change);
  if (known === null) return refetch(push, change);
  if (change.serverText !== change.baseText) return merge(push, change, mine, known);
  const written = await push.ifUnchanged(known, (target) => push.put(target, mine));
  switch (written.kind) {
    case "done":
      return push.readBack(change, written, mine);
    case "precondition-failed":
    case "gone":
      return refetch(push, change);
    case "uid-conflict":
      return push.refuse(change, refusalOf(uidBlocked()), "later");
  }
}

/** Both sides changed since the base. */
async function merge(
  push: ResourcePush,
  change: PendingChange,
  mine: string,
  theirs: RemoteBody,
): Promise<Step> {
  const base = push.isOurs(change, theirs.text) ? theirs.text : (change.baseText ?? theirs.text);
  const merged = push.texts.mergeTexts({ base, mine, theirs: theirs.text });
  const conflict: ConflictRecord | undefined =
    merged.conflicts.length === 0
      ? undefined
      : {
          conflict: "both-changed",
          mine,
          theirs: theirs.text,
          base,
          properties: merged.conflicts,
        };
  if (!merged.changed) {
    // Also how an update whose answer was lost is recognised: theirs says all that ours says.
    if (conflict === undefined)
      return push.stored(change, theirs.text, metadataOf(theirs), push.name);
    return push.yielded(change, conflict);
  }
  const columns = push.texts.scanColumns(merged.text);
  const settlement = { kind: "merged", text: merged.text, columns } as const;
  await push.settle(change, conflict === undefined ? settlement : { ...settlement, conflict });
  return undefined;
}

async function refetch(push: ResourcePush, change: PendingChange): Promise<Step> {
  return moved(push, change, await push.fetchByName(change));
}

/** The server side is not what the change was based on. */
async function moved(
  push: ResourcePush,
  change: PendingChange,
  theirs: RemoteBody | null,
): Promise<Step> {
  if (theirs !== null) {
    await push.bringIn(theirs);
    return undefined;
  }
  // A calendar that is gone as a whole answers the same 404; then nothing is said about this event.
  await push.requireCollection();
  if (change.serverText !== null) await push.dropServerSide(push.name);
  return push.refuse(change, refusalOf(deletedThere()), "after-change", {
    conflict: "deleted-there",
    mine: change.userText,
    theirs: null,
    base: change.baseText,
    properties: [],
  });
}
