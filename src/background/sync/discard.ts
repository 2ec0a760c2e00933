/**
 * Gives a pending edit up for the user: the row is again as the server has it, or goes where the server has nothing.
 * The text that is given up goes to `superseded` by way of the settlement. A deletion that is given up leaves what was
 * deleted, on the server or not: with the edit of it that was not sent either.
 */
import type {
  PendingChange,
  Settlement,
  StageOperation,
  SupersededVersion,
} from "../../shared/item-store.ts";
import { groupBy } from "./group-by.ts";
import type { LocalCalendar } from "./ports.ts";
import type { CalendarTexts } from "./texts.ts";

type Local = Pick<LocalCalendar, "getPending" | "listSuperseded" | "settle" | "stage">;
type Texts = Pick<CalendarTexts, "scanColumns">;

/** @returns false: there was nothing to give up, or the user edited it again meanwhile */
export async function discardEdit(local: Local, texts: Texts, name: string): Promise<boolean> {
  const [change] = await local.getPending([name]);
  if (change === undefined) return false;
  if (change.kind === "delete") {
    await takeBack(local, texts, [change]);
    return true;
  }
  return (await local.settle(name, change.revision, settlementOf(change, texts))).applied;
}

/**
 * Nothing is settled by it: what was never sent has to be made there after all, and of what was sent without hearing
 * how it ended the server may yet say that it is gone.
 */
export async function takeBack(
  local: Pick<LocalCalendar, "listSuperseded" | "settle" | "stage">,
  { scanColumns }: Texts,
  deletions: readonly PendingChange[],
): Promise<void> {
  if (deletions.length === 0) return;
  const operations: StageOperation[] = [];
  const since = deletions.reduce(
    (first, { changedAt }) => Math.min(first, changedAt),
    Number.POSITIVE_INFINITY,
  );
  const byName = groupBy(await local.listSuperseded(since), ({ name }) => name);
  for (const { name, revision, serverText, baseText, changedAt } of deletions) {
    const edit = editDeletedAt(byName.get(name) ?? [], changedAt);
    const text = edit?.text ?? serverText ?? baseText;
    if (text === null) await local.settle(name, revision, { kind: "yield" });
    else operations.push({ kind: "undelete", name, text, columns: scanColumns(text) });
  }
  await local.stage(operations, "restore");
}

/** Of the user's own deletions, and of those a restore made for the user. */
const DELETIONS: readonly string[] = ["delete", "restore"];

/**
 * @param versions of one name
 * @param deletedAt ms since the epoch
 * @returns what the user saw of an item when it was deleted, where that had not been sent
 */
export function editDeletedAt(
  versions: readonly SupersededVersion[],
  deletedAt: number,
): SupersededVersion | undefined {
  return versions
    .filter((one) => one.supersededAt === deletedAt && DELETIONS.includes(one.reason))
    .reduce<SupersededVersion | undefined>(
      (last, one) => (last === undefined || one.id > last.id ? one : last),
      undefined,
    );
}

function settlementOf({ serverText, metadata }: PendingChange, { scanColumns }: Texts): Settlement {
  if (serverText === null) return { kind: "removed" };
  return { kind: "stored", text: serverText, metadata, columns: scanColumns(serverText) };
}
