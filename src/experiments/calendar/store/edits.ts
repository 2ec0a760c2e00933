/**
 * What the user (or a restore for the user) does to rows. Only the user's side is written. Each function runs
 * within a durable transaction.
 */
import { AppError } from "../../../shared/errors.ts";
import type { StageOperation } from "../../../shared/item-store.ts";
import { addConflict } from "./conflicts.ts";
import { type ItemRow, readRow, readRowByUid } from "./item-rows.ts";
import type { ItemEdit, NewItem } from "./item-store.ts";
import { changeMetadata } from "./metadata.ts";
import { endMoves, resumeMoves, resumeMovesHere, unconfirmedCreate } from "./moves.ts";
import { resourceNameFor } from "./resource-name.ts";
import { deleted, edited, type RowState, type Side } from "./row-state.ts";
import { insertRow, writeRow } from "./row-writes.ts";
import type { SqlExecutor } from "./sql-connection.ts";

/** Where and when. */
export interface EditTarget {
  /** Key of the calendar. */
  readonly calendar: number;
  /** ms since the epoch. */
  readonly now: number;
}

const BY_EDIT = { visible: "edit", server: "edit" };
const BY_DELETE = { visible: "delete", server: "delete" };

const sideOf = ({ text, columns }: Pick<ItemEdit, "text" | "columns">): Side => ({
  text,
  columns: JSON.stringify(columns),
});

/** @returns the row's name @throws AppError "uid-exists" */
export async function insertItem(
  sql: SqlExecutor,
  target: EditTarget,
  item: NewItem,
  newId: () => string,
): Promise<string> {
  const { calendar, now } = target;
  const mine = sideOf(item);
  const row = await readRowByUid(sql, calendar, item.uid);
  if (row !== null) {
    if (row.state.visible !== null) throw uidExists();
    const next = edited(row.state, mine, now);
    await writeRow(sql, row, next, { reasons: BY_EDIT, now, newRevision: true });
    if (isMadeAfterAll(row.state, next)) await resumeMoves(sql, calendar, row.uid);
    if (item.acks !== undefined) await writeAcks(sql, row.id, item.acks);
    if (item.metadata !== undefined) await changeMetadata(sql, row.id, item.metadata);
    return row.name;
  }
  const name = await freeName(sql, calendar, item.uid, newId);
  const added = await insertRow(sql, calendar, name, created(mine, now), item.acks ?? "");
  await resumeMovesHere(sql, calendar, item.uid);
  if (item.metadata !== undefined) await changeMetadata(sql, added, item.metadata);
  return name;
}

/** @returns false when the row is not at the expected revision @throws AppError "item-unknown" */
export async function updateItem(
  sql: SqlExecutor,
  target: EditTarget,
  edit: ItemEdit,
): Promise<boolean> {
  const { calendar, now } = target;
  const row = await readRow(sql, calendar, edit.name);
  const { expectedRevision } = edit;
  if (expectedRevision !== undefined && !isAt(row, expectedRevision)) return false;
  if (row === null || row.state.visible === null) throw itemUnknown();
  const next = edited(row.state, sideOf(edit), now);
  await writeRow(sql, row, next, { reasons: BY_EDIT, now, newRevision: true });
  if (edit.acks !== undefined) await writeAcks(sql, row.id, edit.acks);
  if (edit.metadata !== undefined) await changeMetadata(sql, row.id, edit.metadata);
  if (edit.conflict !== undefined) await addConflict(sql, row, edit.conflict, now);
  return true;
}

/** @returns false when there is no such visible row, or it is not at the expected revision */
export async function deleteItem(
  sql: SqlExecutor,
  target: EditTarget,
  name: string,
  expectedRevision: number | undefined,
): Promise<boolean> {
  const { calendar, now } = target;
  const row = await readRow(sql, calendar, name);
  if (row === null || row.state.visible === null) return false;
  if (expectedRevision !== undefined && !isAt(row, expectedRevision)) return false;
  const waitsFor = await unconfirmedCreate(sql, calendar, row.uid);
  const next = deleted(row.state, waitsFor, now);
  await writeRow(sql, row, next, { reasons: BY_DELETE, now, newRevision: true });
  if (row.state.change?.kind === "create") await endMoves(sql, calendar, row.uid);
  return true;
}

/**
 * One operation of a restore; what it replaces is superseded for the given reason.
 * @returns false when the row is not as the operation expects it; then nothing is done
 */
export async function stageOperation(
  sql: SqlExecutor,
  target: EditTarget,
  operation: StageOperation,
  reason: string,
): Promise<boolean> {
  const row = await readRow(sql, target.calendar, operation.name);
  const { expected } = operation;
  if (expected !== undefined && expected !== (row?.revision ?? null)) return false;
  await stageAt(sql, target, row, operation, reason);
  return true;
}

async function stageAt(
  sql: SqlExecutor,
  target: EditTarget,
  row: ItemRow | null,
  operation: StageOperation,
  reason: string,
): Promise<void> {
  const { calendar, now } = target;
  const reasons = { visible: reason, server: reason };
  if (operation.kind === "delete") {
    if (row === null || row.state.visible === null) return;
    await writeRow(sql, row, deleted(row.state, null, now), { reasons, now, newRevision: true });
    if (row.state.change?.kind === "create") await endMoves(sql, calendar, row.uid);
    return;
  }
  if (operation.kind === "undelete" && row !== null && row.state.visible !== null) return;
  const mine = sideOf(operation);
  if (row === null) {
    await insertRow(sql, calendar, operation.name, created(mine, now), "");
    await resumeMovesHere(sql, calendar, operation.columns.uid);
  } else {
    const edit = edited(row.state, mine, now);
    const next = operation.kind === "create" ? madeAgain(edit) : edit;
    await writeRow(sql, row, next, { reasons, now, newRevision: true });
    if (isMadeAfterAll(row.state, next)) await resumeMoves(sql, calendar, row.uid);
  }
}

/** A deletion is taken back whose item the server does not have. */
function isMadeAfterAll(before: RowState, next: RowState): boolean {
  return before.change?.kind === "delete" && next.change?.kind === "create";
}

/** What the server no longer has is made there again, not changed. */
function madeAgain(state: RowState): RowState {
  const { server, change } = state;
  if (server !== null || change === null || change.kind === "delete") return state;
  return { ...state, change: { ...change, kind: "create", baseText: null } };
}

export async function writeAcks(sql: SqlExecutor, item: number, acks: string): Promise<void> {
  await sql.execute("UPDATE items SET acks = :acks WHERE id = :item", { acks, item });
}

function created(mine: Side, now: number): RowState & { readonly visible: Side } {
  return { ...edited(null, mine, now), visible: mine };
}

function isAt(row: ItemRow | null, revision: number): boolean {
  return row !== null && row.state.visible !== null && row.revision === revision;
}

async function freeName(
  sql: SqlExecutor,
  calendar: number,
  uid: string,
  newId: () => string,
): Promise<string> {
  const name = resourceNameFor(uid, newId());
  // Servers on case-insensitive file systems would take names that differ in case for one.
  const taken = await sql.execute(
    "SELECT 1 FROM items WHERE calendar = :calendar AND lower(name) = lower(:name)",
    { calendar, name },
  );
  return taken.length === 0 ? name : `${newId()}.ics`;
}

const uidExists = (): AppError =>
  new AppError("uid-exists", "The calendar has an item with this UID already.", {
    hint: "Nothing was added; the item that is there was not changed.",
  });

const itemUnknown = (): AppError =>
  new AppError("item-unknown", "The item is no longer in the calendar.", {
    hint: "Nothing was changed. Reload the calendar.",
  });
