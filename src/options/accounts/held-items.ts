/** How much would go, said where somebody is asked whether to part with calendars. */
import type { Page } from "../page.ts";

/** @returns a sentence; empty where nobody can tell */
export async function heldItems(
  { client, words }: Page,
  calendarIds: readonly string[],
  of: "calendar" | "account",
): Promise<string> {
  try {
    const { items } = await client.call("calendars.countItems", { calendarIds });
    if (items === 0) return words.text(of === "calendar" ? "calendarIsEmpty" : "calendarsAreEmpty");
    return words.counted(of === "calendar" ? "calendarHolds" : "calendarsHold", items);
  } catch {
    return "";
  }
}
