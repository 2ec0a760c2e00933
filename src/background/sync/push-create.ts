/**
 * Sends a new event: PUT with If-None-Match (RFC 4791 §5.3.2). What is there already is told apart by its UID: our
 * own earlier try, the same event stored by the server, or another event, which is never written over.
 */
import type { ResourceName } from "../../shared/brands.ts";
import { AppError } from "../../shared/errors.ts";
import type { PendingChange } from "../../shared/item-store.ts";
import { refusalOf, uidBlocked } from "./outcome.ts";
import type { RemoteBody } from "./ports.ts";
import { metadataOf, type ResourcePush, type Step } from "./resource-push.ts";

/** Names tried for a new event after its own, while other events have them. */
const MORE_NAMES = 4;

export async function pushCreate(
  push: ResourcePush,
  change: PendingChange,
  mine: string,
): Promise<Step> {
  const names = namesFor(push.name);
  const known = push.serverSide(change);
  if (known === null) return make(push, change, mine, names);
  if (isSameItem(push, change, known)) return adopt(push, change, mine, known);
  const step = await make(push, change, mine, names.slice(1));
  // The row's name is that of another event, which has lost its row to ours.
  await push.bringIn(known);
  return step;
}

async function make(
  push: ResourcePush,
  change: PendingChange,
  mine: string,
  names: readonly ResourceName[],
): Promise<Step> {
  for (const name of names) {
    const target = { name, href: null };
    const written = await push.put({ ...target, precondition: "create" }, mine);
    if (written.kind === "gone") throw collectionGone();
    if (written.kind === "done") return push.readBack(change, written, mine);
    const there = await push.fetchUnder(name);
    const isOther = there !== null && !isSameItem(push, change, there);
    // Our own earlier PUT whose answer was lost, or (an invitation the server stored itself) the same UID elsewhere.
    const theirs = there === null || isOther ? await push.findByUid(change) : there;
    if (theirs !== null) return adopt(push, change, mine, theirs);
    if (!isOther) break;
  }
  return push.refuse(change, refusalOf(uidBlocked()), "later");
}

/** False for another event that has the name: it must never be written over. */
function isSameItem(push: ResourcePush, change: PendingChange, { text }: RemoteBody): boolean {
  const { uid } = push.texts.scanColumns(text);
  return uid === null || change.uid === null || uid === change.uid;
}

/** A create that finds its resource there already: what it says is put over theirs, nothing is made twice. */
async function adopt(
  push: ResourcePush,
  change: PendingChange,
  mine: string,
  theirs: RemoteBody,
): Promise<Step> {
  const merged =
    mine === theirs.text
      ? { text: mine, changed: false }
      : push.texts.mergeTexts({ base: theirs.text, mine, theirs: theirs.text });
  if (!merged.changed) {
    const { text, etag, name } = theirs;
    return push.stored(change, text, metadataOf(theirs), name, { etag });
  }
  // Their version becomes the server side first, so that it is kept when ours replaces it.
  await push.bringIn(theirs);
  const written = await push.ifUnchanged(theirs, (target) => push.put(target, merged.text));
  if (written.kind === "done") return push.readBack(change, written, merged.text);
  const newer = await push.fetch(theirs);
  if (newer !== null) await push.bringIn(newer);
  else await push.dropServerSide(theirs.name);
  return undefined;
}

/** The name fixed at the edit, then others made of it: always the same, so that a second try finds the first one's. */
function namesFor(name: ResourceName): ResourceName[] {
  const others = Array.from({ length: MORE_NAMES }, (_, index) =>
    name.replace(/(\.ics)?$/i, `-${index + 2}$1`),
  );
  return [name, ...(others as ResourceName[])];
}

const collectionGone = (): AppError =>
  new AppError("not-found", "The calendar is no longer on the server.", {
    hint: "Your change is kept. Check the account, or copy the event to another calendar.",
    retry: "after-user",
  });
