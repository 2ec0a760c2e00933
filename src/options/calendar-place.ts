/** Where a calendar is from, in words: its account; or it is one of those that Thunderbird has without the add-on. */
import type { Localizer } from "./localizer.ts";

/** As snapshots and `calendars.list` name what is of no account. */
const OF_NO_ACCOUNT = "local";

/** @param type Thunderbird's, where it is known: snapshots do not tell whether one was on this computer or of another server */
export function calendarPlace(
  words: Localizer,
  { account, type }: { readonly account: string; readonly type?: string },
): string {
  if (account !== OF_NO_ACCOUNT) return account;
  if (type === undefined) return words.text("thunderbirdsOwn");
  return words.text(type === "storage" ? "localCalendar" : "otherCalendars");
}
