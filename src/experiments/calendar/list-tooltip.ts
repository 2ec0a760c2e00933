/**
 * A calendar's error in the tooltip of the calendar list: Thunderbird has a place for a failure code only, and says
 * "momentarily not available" to everything. Lasts until Thunderbird ends.
 */

/** @param message `""` takes it back. A calendar that is in no list is no error. */
export function showInCalendarList(calendarId: string, message: string): void {
  for (const window of Services.wm.getEnumerator("mail:3pane")) {
    const item = window.document.getElementById(`calendar-listitem-${calendarId}`);
    if (item === null) continue;
    if (message === "") {
      item.removeAttribute("title");
      continue;
    }
    // Thunderbird's text comes through these two, later than ours, and would replace it.
    item.removeAttribute("data-l10n-id");
    item.removeAttribute("data-l10n-args");
    item.setAttribute("title", message);
  }
}
