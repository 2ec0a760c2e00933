/**
 * What to do with a change that waits for the service: ask the provider's listeners, settle it without them because
 * the server side moved meanwhile, or wait for a synchronization to tell what the service has. Pure.
 *
 * Listeners are only asked to change the version they know: what a synchronization brought since the user's edit is
 * merged with it first, and what clashes goes to the conflict list.
 */
import { mergeTexts } from "../../shared/ical/merge.ts";
import { scanColumns } from "../../shared/ical/scan.ts";
import type { ConflictRecord, PendingChange, Settlement } from "../../shared/item-store.ts";

export type PendingStep =
  | {
      readonly kind: "ask";
      readonly hook: "created" | "updated" | "removed";
      readonly text: string;
      /** The version the service has, for an update. */
      readonly oldText: string | null;
    }
  | { readonly kind: "settle"; readonly settlement: Settlement }
  | { readonly kind: "wait" };

const WAIT: PendingStep = { kind: "wait" };

/**
 * @param afterSync a synchronization has just told what the service has: what is missing on the server side is gone
 */
export function nextStep(change: PendingChange, afterSync: boolean): PendingStep {
  if (change.waiting) return WAIT;
  const step =
    change.kind === "delete" ? stepOfDelete(change, afterSync) : stepOfText(change, afterSync);
  // The service has a newer version, which only a synchronization can bring.
  return step.kind === "ask" && wasConflict(change) && !afterSync ? WAIT : step;
}

/** The last answer was CONFLICT. */
function wasConflict({ lastError }: PendingChange): boolean {
  return (lastError as { readonly code?: unknown } | null)?.code === "conflict";
}

function stepOfText(change: PendingChange, afterSync: boolean): PendingStep {
  const { kind, userText, serverText, baseText } = change;
  if (userText === null) return WAIT;
  if (serverText === null) {
    if (kind === "create") return { kind: "ask", hook: "created", text: userText, oldText: null };
    return afterSync ? settle(createdAgain(change, userText)) : WAIT;
  }
  if (kind === "update" && serverText === baseText) {
    return { kind: "ask", hook: "updated", text: userText, oldText: serverText };
  }
  return settle(merged(change, userText, serverText));
}

/** The service lost what the user changed: the user's version is made there again. */
function createdAgain(change: PendingChange, text: string): Settlement {
  const conflict = conflictOf(change, "deleted-there", []);
  return { kind: "merged", text, columns: scanColumns(text), conflict };
}

/** Both sides changed since the base, or a synchronization brought the item that is to be created. */
function merged(change: PendingChange, mine: string, theirs: string): Settlement {
  const base =
    change.kind === "create" || isOurs(change, theirs) ? theirs : (change.baseText ?? theirs);
  const { text, conflicts, changed } = mergeTexts({ base, mine, theirs });
  const conflict =
    conflicts.length === 0 ? {} : { conflict: conflictOf(change, "both-changed", conflicts) };
  if (changed) return { kind: "merged", text, columns: scanColumns(text), ...conflict };
  if (conflicts.length > 0) return { kind: "yield", ...conflict };
  const { metadata } = change;
  return { kind: "stored", text: theirs, metadata, columns: scanColumns(theirs) };
}

function stepOfDelete(change: PendingChange, afterSync: boolean): PendingStep {
  const { serverText, baseText } = change;
  if (serverText === null) return afterSync ? settle({ kind: "removed" }) : WAIT;
  const isForeign =
    baseText !== null && !saysTheSame(baseText, serverText) && !isOurs(change, serverText);
  if (isForeign) {
    // What somebody changed since the user saw it stays, and the user is told.
    return settle({ kind: "yield", conflict: conflictOf(change, "deleted-here", []) });
  }
  return { kind: "ask", hook: "removed", text: serverText, oldText: null };
}

function conflictOf(
  change: PendingChange,
  conflict: ConflictRecord["conflict"],
  properties: readonly string[],
): ConflictRecord {
  const { userText: mine, serverText: theirs, baseText: base } = change;
  return { conflict, mine, theirs, base, properties };
}

/** An earlier version of this very change, which reached the service without our hearing of it. */
function isOurs(change: PendingChange, theirs: string): boolean {
  return change.earlierTexts.some((text) => saysTheSame(text, theirs));
}

/** True when the texts differ in nothing a person entered. */
function saysTheSame(mine: string, theirs: string): boolean {
  return mine === theirs || !mergeTexts({ base: theirs, mine, theirs }).changed;
}

function settle(settlement: Settlement): PendingStep {
  return { kind: "settle", settlement };
}
