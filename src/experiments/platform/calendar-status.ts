/**
 * The warning icon of a calendar in the calendar list, and our own words in its tooltip: Thunderbird knows a
 * failure code only, and would say "momentarily not available" to everything. Lasts until Thunderbird ends.
 */

/** `null` removes the icon. An unknown calendar is no error: it may have been removed meanwhile. */
export function setCalendarStatus(calendarId: string, message: string | null): void {
  const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
  const calendar = cal.manager.getCalendarById(calendarId);
  if (!calendar) return;
  calendar.setProperty("currentStatus", message === null ? Cr.NS_OK : Ci.calIErrors.READ_FAILED);
  for (const window of Services.wm.getEnumerator("mail:3pane")) {
    const item = window.document.getElementById(`calendar-listitem-${calendarId}`);
    if (!item) continue;
    if (message === null) {
      item.removeAttribute("title");
      continue;
    }
    // Thunderbird's text comes through these two, later than ours, and would replace it.
    item.removeAttribute("data-l10n-id");
    item.removeAttribute("data-l10n-args");
    item.setAttribute("title", message);
  }
}
