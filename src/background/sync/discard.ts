/**
 * Gives a pending edit up for the user: the row is again as the server has it, or goes where the server has nothing.
 * The text that is given up goes to `superseded` by way of the settlement. A deletion that is given up leaves what was
 * deleted, on the server or not.
 */
import type { PendingChange, Settlement, StageOperation } from "../../shared/item-store.ts";
import type { LocalCalendar } from "./ports.ts";
import type { CalendarTexts } from "./texts.ts";

type Local = Pick<LocalCalendar, "getPending" | "settle" | "stage">;
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
  local: Pick<LocalCalendar, "settle" | "stage">,
  { scanColumns }: Texts,
  deletions: readonly PendingChange[],
): Promise<void> {
  const operations: StageOperation[] = [];
  for (const { name, revision, serverText, baseText } of deletions) {
    const text = serverText ?? baseText;
    if (text === null) await local.settle(name, revision, { kind: "yield" });
    else operations.push({ kind: "undelete", name, text, columns: scanColumns(text) });
  }
  await local.stage(operations, "restore");
}

function settlementOf({ serverText, metadata }: PendingChange, { scanColumns }: Texts): Settlement {
  if (serverText === null) return { kind: "removed" };
  return { kind: "stored", text: serverText, metadata, columns: scanColumns(serverText) };
}
