/** Keys as the system would send them, to whatever has the focus in the main window. */
import type { Thunderbird } from "./thunderbird.ts";

const KEY_CODES: Readonly<Record<string, number>> = {
  Tab: 9,
  Enter: 13,
  Escape: 27,
  " ": 32,
  End: 35,
  Home: 36,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
};

export function pressKey(thunderbird: Thunderbird, key: string): Promise<void> {
  return thunderbird.chrome(
    `const [key, keyCode] = arguments;
     const window = Services.wm.getMostRecentWindow("mail:3pane");
     const keys = Cc["@mozilla.org/text-input-processor;1"].createInstance(Ci.nsITextInputProcessor);
     if (!keys.beginInputTransactionForTests(window)) throw new Error("no keyboard");
     const event = new window.KeyboardEvent("", { key, keyCode });
     keys.keydown(event);
     keys.keyup(event);`,
    key,
    KEY_CODES[key] ?? key.toUpperCase().charCodeAt(0),
  );
}

/** Into the page of the tab in front, as a click on its empty part would. */
export function focusPage(thunderbird: Thunderbird): Promise<void> {
  return thunderbird.chrome(
    `const window = Services.wm.getMostRecentWindow("mail:3pane");
     window.document.getElementById("tabmail").currentTabInfo.browser.focus();`,
  );
}
