/**
 * What an edit, or the server's answer to one, makes of a row: its two sides and the pending change. Pure; texts
 * that a step leaves out of both sides are superseded by whoever stores the result.
 *
 * Columns and metadata are JSON text here: they only pass through.
 */
import type { ConflictRecord, Json, PendingKind, Settlement } from "../../../shared/item-store.ts";

export interface Side {
  readonly text: string;
  /** JSON of `ItemColumns`. */
  readonly columns: string;
}

export interface ServerSide extends Side {
  /** JSON. */
  readonly metadata: string;
}

export interface Change {
  readonly kind: PendingKind;
  /** The server's text that the change started from. For a delete: what the user deleted, if never confirmed. */
  readonly baseText: string | null;
  readonly changedAt: number;
  readonly attempts: number;
  /** JSON. */
  readonly lastError: string | null;
  /** Key of the calendar whose create of the same UID has to be confirmed first. */
  readonly waitsFor: number | null;
}

export interface RowState {
  /** `null` while a delete is pending. */
  readonly visible: Side | null;
  readonly server: ServerSide | null;
  readonly change: Change | null;
  /** When a pending delete was taken back, which might have been on its way; ms since the epoch. */
  readonly takenBackAt: number | null;
}

const NEVER_TRIED = { attempts: 0, lastError: null } as const;

/** The user's new text. `null` state: a new row. */
export function edited(state: RowState | null, mine: Side, now: number): RowState {
  const change = state?.change ?? null;
  const server = state?.server ?? null;
  const fresh = { changedAt: now, ...NEVER_TRIED };
  if (change?.kind === "delete") return undeleted(server, change, mine, now);
  if (change !== null) {
    return { visible: mine, server, change: { ...change, ...fresh }, takenBackAt: null };
  }
  const kind = server === null ? "create" : "update";
  return {
    visible: mine,
    server,
    change: { kind, baseText: server?.text ?? null, waitsFor: null, ...fresh },
    takenBackAt: state?.takenBackAt ?? null,
  };
}

/** The same UID comes back while its delete is pending (undo, or the other half of a move). */
function undeleted(server: ServerSide | null, deletion: Change, mine: Side, now: number): RowState {
  const fresh = { changedAt: now, ...NEVER_TRIED, waitsFor: null };
  if (server === null) {
    const change = { kind: "create", baseText: null, ...fresh } as const;
    return { visible: mine, server, change, takenBackAt: null };
  }
  if (mine.text === server.text || mine.text === deletion.baseText) {
    return { visible: server, server, change: null, takenBackAt: now };
  }
  const change = { kind: "update", baseText: deletion.baseText, ...fresh } as const;
  return { visible: mine, server, change, takenBackAt: null };
}

/**
 * The user deletes. A create that was never confirmed stays as a delete, too: its PUT may be under way.
 * @param waitsFor see {@link Change.waitsFor}
 */
export function deleted(state: RowState, waitsFor: number | null, now: number): RowState {
  const { server, change, visible } = state;
  const baseText =
    change === null
      ? (server?.text ?? null)
      : change.kind === "create"
        ? (visible?.text ?? null)
        : change.baseText;
  return {
    visible: null,
    server,
    change: { kind: "delete", baseText, changedAt: now, ...NEVER_TRIED, waitsFor },
    takenBackAt: null,
  };
}

/** Why texts that are in neither side any more were replaced. */
export interface Reasons {
  readonly visible: string;
  readonly server: string;
}

export interface Settled {
  readonly applied: boolean;
  /** `null`: the row goes; absent: nothing changes. */
  readonly next?: RowState | null;
  readonly reasons: Reasons;
  readonly conflict: ConflictRecord | null;
}

const IGNORED: Settled = {
  applied: false,
  reasons: { visible: "sync", server: "sync" },
  conflict: null,
};

/**
 * @param isCurrent the settled revision is that of the pending change
 * @param sentText the text at the settled revision, `null` if it is not known
 */
export function settled(
  state: RowState,
  settlement: Settlement,
  isCurrent: boolean,
  sentText: string | null,
): Settled {
  if (!isCurrent || state.change === null) return overtaken(state, settlement, sentText);
  const { server, change, visible } = state;
  const takenBackAt = null;
  switch (settlement.kind) {
    case "stored": {
      const theirs = storedSide(settlement);
      return {
        applied: true,
        next: { visible: theirs, server: theirs, change: null, takenBackAt },
        reasons: { visible: "sync", server: "edit" },
        conflict: null,
      };
    }
    case "removed": {
      const reason = change.waitsFor === null ? "delete" : "move";
      return {
        applied: true,
        next: null,
        reasons: { visible: reason, server: reason },
        conflict: null,
      };
    }
    case "merged":
      return {
        applied: true,
        next: {
          visible: { text: settlement.text, columns: JSON.stringify(settlement.columns) },
          server,
          change: {
            ...change,
            kind: server === null ? "create" : "update",
            baseText: server?.text ?? null,
            waitsFor: null,
            ...NEVER_TRIED,
          },
          takenBackAt,
        },
        reasons: { visible: "merge", server: "merge" },
        conflict: settlement.conflict ?? null,
      };
    case "refused":
      return {
        applied: true,
        next: {
          ...state,
          change: {
            ...change,
            attempts: change.attempts + 1,
            lastError: jsonText(settlement.error),
          },
        },
        reasons: IGNORED.reasons,
        conflict: settlement.conflict ?? null,
      };
    case "yield":
      return {
        applied: true,
        next: server === null ? null : { visible: server, server, change: null, takenBackAt },
        reasons: { visible: "conflict", server: "conflict" },
        conflict: settlement.conflict ?? givenUp(visible, server, change),
      };
  }
}

/** The answer belongs to an earlier version of the change: only the server side moves. */
function overtaken(state: RowState, settlement: Settlement, sentText: string | null): Settled {
  const { server, change, visible } = state;
  const reasons = { visible: "sync", server: "edit" };
  if (settlement.kind === "stored") {
    const theirs = storedSide(settlement);
    if (change !== null) {
      // The newer edit was made of what was sent; what the server made of that is merged, not undone.
      const baseText = change.kind === "delete" ? theirs.text : (sentText ?? theirs.text);
      const kind = change.kind === "create" ? "update" : change.kind;
      const next = { ...state, server: theirs, change: { ...change, kind, baseText } };
      return { applied: false, next, reasons, conflict: null };
    }
    if (state.takenBackAt === null || visible === null) return IGNORED;
    if (visible.text === theirs.text) {
      const next = { ...state, visible: theirs, server: theirs };
      return { applied: false, next, reasons, conflict: null };
    }
    const next = { ...state, server: theirs, change: wantedAgain("update", theirs.text, state) };
    return { applied: false, next, reasons, conflict: null };
  }
  if (settlement.kind !== "removed" || server === null) return IGNORED;
  if (change !== null) {
    const kind = change.kind === "update" ? "create" : change.kind;
    const baseText = change.kind === "delete" ? change.baseText : null;
    const next = { ...state, server: null, change: { ...change, kind, baseText } };
    return { applied: false, next, reasons, conflict: null };
  }
  if (state.takenBackAt === null) return IGNORED;
  const next = { ...state, server: null, change: wantedAgain("create", null, state) };
  return { applied: false, next, reasons, conflict: null };
}

/** A delete that was taken back has reached the server all the same: what is visible goes there again. */
function wantedAgain(kind: PendingKind, baseText: string | null, state: RowState): Change {
  return { kind, baseText, changedAt: state.takenBackAt ?? 0, ...NEVER_TRIED, waitsFor: null };
}

function storedSide(settlement: Extract<Settlement, { kind: "stored" }>): ServerSide {
  return {
    text: settlement.text,
    metadata: jsonText(settlement.metadata),
    columns: JSON.stringify(settlement.columns),
  };
}

function givenUp(
  visible: Side | null,
  server: ServerSide | null,
  change: Change,
): ConflictRecord | null {
  if (visible === null) return null;
  return {
    conflict: server === null ? "deleted-there" : "both-changed",
    mine: visible.text,
    theirs: server?.text ?? null,
    base: change.baseText,
    properties: [],
  };
}

const jsonText = (value: Json): string => JSON.stringify(value ?? null);
