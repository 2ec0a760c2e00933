/** How much would go, said where somebody is asked whether to part with calendars. */
import type { AccountCalendar } from "../../shared/commands.ts";
import type { Page } from "../page.ts";

/** @returns a sentence; empty where nobody can tell */
export async function heldItems(
  { client, words }: Page,
  calendars: readonly AccountCalendar[],
  of: "calendar" | "account",
): Promise<string> {
  // What the server has is not known before the first synchronization has ended.
  if (calendars.some(({ lastGoodSync }) => lastGoodSync === null)) return "";
  const calendarIds = calendars.map(({ id }) => id);
  const hasMore = calendars.some(
    ({ pendingChanges, quarantined }) => pendingChanges + quarantined > 0,
  );
  try {
    const { items } = await client.call("calendars.countItems", { calendarIds });
    if (items === 0 && hasMore) return "";
    if (items === 0) return words.text(of === "calendar" ? "calendarIsEmpty" : "calendarsAreEmpty");
    return words.counted(of === "calendar" ? "calendarHolds" : "calendarsHold", items);
  } catch {
    return "";
  }
}
