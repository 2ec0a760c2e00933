/** Thunderbird's calendar properties, which ask for some capabilities only. */

import type { WindowHook } from "../../windows.ts";
import { type Capabilities, minimumRefreshMinutes } from "../capabilities.ts";

/** Takes away what the service of an own calendar does not allow: too short intervals, changing what is read-only. */
export function propertiesDialog(ownType: string): WindowHook {
  return {
    url: "chrome://calendar/content/calendar-properties-dialog.xhtml",
    opened(window) {
      const [options] = (window.arguments ?? []) as { readonly calendar?: calICalendar }[];
      const calendar = options?.calendar;
      if (calendar?.type !== ownType) return undefined;
      const capabilities = calendar.getProperty("capabilities") as Capabilities;
      restrict(window.document, capabilities);
      return undefined;
    },
  };
}

function restrict(document: GeckoDocument, capabilities: Capabilities): void {
  const minimum = minimumRefreshMinutes(capabilities);
  const menu = "#calendar-refreshInterval-menupopup menuitem";
  for (const item of document.querySelectorAll(menu)) {
    const minutes = Number(item.getAttribute("value"));
    if (minutes > 0 && minutes < minimum) item.remove();
  }
  if (capabilities.mutable === false) {
    document.getElementById("read-only")?.setAttribute("disabled", "true");
  }
}
