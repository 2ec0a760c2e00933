/**
 * Gives a pending edit up for the user: the row is again as the server has it, or goes where the server has nothing.
 * The text that is given up goes to `superseded` by way of the settlement.
 */
import type { PendingChange, Settlement } from "../../shared/item-store.ts";
import type { LocalCalendar } from "./ports.ts";
import type { CalendarTexts } from "./texts.ts";

/** @returns false: there was nothing to give up, or the user edited it again meanwhile */
export async function discardEdit(
  local: Pick<LocalCalendar, "getPending" | "settle">,
  texts: Pick<CalendarTexts, "scanColumns">,
  name: string,
): Promise<boolean> {
  const [change] = await local.getPending([name]);
  if (change === undefined) return false;
  return (await local.settle(name, change.revision, settlementOf(change, texts))).applied;
}

function settlementOf(
  { serverText, metadata }: PendingChange,
  { scanColumns }: Pick<CalendarTexts, "scanColumns">,
): Settlement {
  if (serverText === null) return { kind: "removed" };
  return { kind: "stored", text: serverText, metadata, columns: scanColumns(serverText) };
}
