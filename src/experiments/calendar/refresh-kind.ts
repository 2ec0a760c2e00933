/** Whether a refresh of Thunderbird's was asked for by the user: it says so to nobody. */

/** Asked in the turn of the refresh: a timer's turn has no key or click behind it. */
export function refreshKind(): "manual" | "auto" {
  for (const window of Services.wm.getEnumerator(null)) {
    if (window.windowUtils?.isHandlingUserInput) return "manual";
  }
  return "auto";
}
