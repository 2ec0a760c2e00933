/**
 * The item that the user is looking at: open in the window or tab that the asking page is part of, else in the
 * window used last, else selected in the calendar or task view.
 */

/** The parts of Thunderbird's windows that hold an item. */
interface ItemWindow {
  /** Of the dialogs for one item. */
  readonly calendarItem?: calIItemBase | null;
  readonly document: ItemDocument;
  currentView?(): { getSelectedItems(): readonly calIItemBase[] } | null;
  getSelectedTasks?(): readonly calIItemBase[];
}

interface ItemDocument {
  getElementById(id: string): unknown;
}

interface ItemFrame {
  readonly contentWindow?: ItemWindow | null;
}

interface TabInfo {
  readonly mode?: { readonly name?: string };
  readonly iframe?: ItemFrame | null;
}

/** By type, where the window used last shows no item. */
const WINDOW_TYPES = ["Calendar:EventDialog", "Calendar:EventSummaryDialog", "mail:3pane"];

/** @param context of the asking page */
export function currentItem(context: GeckoBaseContext): calIItemBase | null {
  const around = context.browsingContext?.top.embedderElement?.ownerDocument?.defaultView;
  const windows = [around, Services.wm.getMostRecentWindow(null)];
  const others = WINDOW_TYPES.map((type) => Services.wm.getMostRecentWindow(type));
  for (const window of [...windows, ...others]) {
    const item = window == null ? null : itemIn(window as unknown as ItemWindow);
    if (item !== null) return item;
  }
  return null;
}

function itemIn(window: ItemWindow): calIItemBase | null {
  if (window.calendarItem != null) return window.calendarItem;
  const frame = window.document.getElementById("calendar-item-panel-iframe") as ItemFrame | null;
  return frame?.contentWindow?.calendarItem ?? itemInTab(window);
}

/** Of the main window: what its present tab shows. */
function itemInTab(window: ItemWindow): calIItemBase | null {
  const tabs = window.document.getElementById("tabmail") as { currentTabInfo?: TabInfo } | null;
  const tab = tabs?.currentTabInfo;
  switch (tab?.mode?.name) {
    case "calendarEvent":
    case "calendarTask":
      return tab.iframe?.contentWindow?.calendarItem ?? null;
    case "calendar":
      return window.currentView?.()?.getSelectedItems()[0] ?? null;
    case "tasks":
      return window.getSelectedTasks?.()[0] ?? null;
    default:
      return null;
  }
}
