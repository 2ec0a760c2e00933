/**
 * Entries of ours in the context menus of Thunderbird's calendar list, views, today pane and task lists: `menus` of the
 * WebExtension API knows no such context. A menu that a version of Thunderbird lacks is left out.
 */
import type { WindowHook } from "../windows.ts";

export interface MenuChoice {
  readonly action: "backup" | "history" | "versions" | "open";
  readonly calendarId: string;
  /** Of the item, for `versions`. */
  readonly uid?: string;
}

type Item = Pick<calIItemBase, "id" | "calendar" | "parentItem">;

/** The functions of Thunderbird's main window that say what is selected. */
interface MainWindow extends GeckoDialogWindow {
  readonly currentView?: () => { getSelectedItems(): Item[] };
  readonly getSelectedTasks?: () => Item[];
  readonly TodayPane?: { readonly agenda?: { readonly selectedItem?: Item | null } };
  readonly getUnifinderView?: () => {
    readonly selection: { readonly currentIndex: number };
    getItemAt(index: number): Item | null;
  } | null;
}

const ITEM_MENUS: readonly {
  readonly popup: string;
  /** The entry is placed before it; where it is missing, at the end. */
  readonly before: string;
  readonly selected: (window: MainWindow) => readonly (Item | null | undefined)[];
}[] = [
  {
    popup: "calendar-item-context-menu",
    before: "calendar-menuseparator-before-delete",
    selected: (window) => window.currentView?.().getSelectedItems() ?? [],
  },
  {
    popup: "agenda-menupopup",
    before: "calendar-today-pane-menuseparator-before-delete",
    selected: (window) => [window.TodayPane?.agenda?.selectedItem],
  },
  {
    popup: "taskitem-context-menu",
    before: "task-context-menu-separator-conversion",
    selected: (window) => window.getSelectedTasks?.() ?? [],
  },
];

/** Thunderbird's list of found events has no menu. */
const UNIFINDER = "unifinder-search-results-tree";
const UNIFINDER_MENU = "caldav-keeper-unifinder-menu";

/**
 * @param text one of the add-on's texts by its key
 * @param chosen the user chose one of our entries
 */
export function mainWindowMenus(
  text: (key: string) => string,
  chosen: (choice: MenuChoice) => void,
): WindowHook {
  return {
    url: "chrome://messenger/content/messenger.xhtml",
    opened(window) {
      const additions = new Additions(window);
      addCalendarEntries(additions, text, chosen);
      for (const { popup, before, selected } of ITEM_MENUS) {
        const menu = window.document.getElementById(popup);
        if (menu) addItemEntry(additions, { menu, before, selected }, text, chosen);
      }
      addUnifinderMenu(additions, text, chosen);
      return () => additions.takeBack();
    },
  };
}

function addCalendarEntries(
  additions: Additions,
  text: (key: string) => string,
  chosen: (choice: MenuChoice) => void,
): void {
  const menu = additions.window.document.getElementById("list-calendars-context-menu");
  if (!menu) return;
  const before = "list-calendars-context-edit";
  for (const action of ["backup", "history"] as const) {
    const label = text(action === "backup" ? "menuBackUpCalendar" : "menuCalendarHistory");
    const entry = additions.entry(menu, before, `caldav-keeper-calendar-${action}`, label, () => {
      const { contextCalendar } = menu as GeckoElement & { contextCalendar?: calICalendar | null };
      if (contextCalendar) chosen({ action, calendarId: contextCalendar.id });
    });
    // Thunderbird hides these where no calendar was clicked.
    entry.setAttribute("class", "needs-calendar");
  }
  const separator = additions.place("menuseparator", menu, before);
  separator.setAttribute("class", "needs-calendar");
}

function addItemEntry(
  additions: Additions,
  {
    menu,
    before,
    selected,
  }: { menu: GeckoElement } & Pick<(typeof ITEM_MENUS)[number], "before" | "selected">,
  text: (key: string) => string,
  chosen: (choice: MenuChoice) => void,
): void {
  const read = () => oneItem(selected(additions.window as MainWindow));
  const entry = additions.entry(
    menu,
    before,
    `caldav-keeper-versions-${menu.id}`,
    text("menuItemVersions"),
    () => {
      const item = read();
      if (item) chosen({ action: "versions", ...item });
    },
  );
  additions.listen(menu, "popupshowing", (event) => {
    if (event.target === menu) entry.hidden = read() === null;
  });
}

function addUnifinderMenu(
  additions: Additions,
  text: (key: string) => string,
  chosen: (choice: MenuChoice) => void,
): void {
  const { document } = additions.window;
  const tree = document.getElementById(UNIFINDER);
  const popups = document.getElementById("mainPopupSet");
  if (!tree || !popups || tree.getAttribute("context") !== null) return;
  const menu = additions.place("menupopup", popups, "");
  menu.id = UNIFINDER_MENU;
  tree.setAttribute("context", UNIFINDER_MENU);
  additions.whenTakenBack(() => tree.removeAttribute("context"));
  const selected = (window: MainWindow) => {
    const view = window.getUnifinderView?.();
    const index = view?.selection.currentIndex ?? -1;
    return index < 0 ? [] : [view?.getItemAt(index)];
  };
  addItemEntry(additions, { menu, before: "", selected }, text, chosen);
}

/** @returns the one item that is meant, of a series the whole one; `null` for none and for several */
function oneItem(
  items: readonly (Item | null | undefined)[],
): { calendarId: string; uid: string } | null {
  const found = new Map<string, { calendarId: string; uid: string }>();
  for (const item of items) {
    const uid = item?.parentItem.id;
    const calendarId = item?.calendar?.id;
    if (uid && calendarId) found.set(`${calendarId} ${uid}`, { calendarId, uid });
  }
  const [only, another] = [...found.values()];
  return only !== undefined && another === undefined ? only : null;
}

/** Everything added to one window, to be taken back together. */
class Additions {
  readonly window: GeckoDialogWindow;
  readonly #undo: (() => void)[] = [];

  constructor(window: GeckoDialogWindow) {
    this.window = window;
  }

  place(tag: string, parent: GeckoElement, before: string): GeckoElement {
    const { document } = this.window;
    const node = document.createXULElement(tag);
    const next = before === "" ? null : document.getElementById(before);
    parent.insertBefore(node, next?.parentNode === parent ? next : null);
    this.whenTakenBack(() => node.remove());
    return node;
  }

  entry(
    menu: GeckoElement,
    before: string,
    id: string,
    label: string,
    run: () => void,
  ): GeckoElement {
    const node = this.place("menuitem", menu, before);
    node.id = id;
    node.setAttribute("label", label);
    node.addEventListener("command", run);
    return node;
  }

  listen(node: GeckoElement, name: string, listener: (event: { target: unknown }) => void): void {
    node.addEventListener(name, listener);
    this.whenTakenBack(() => node.removeEventListener(name, listener));
  }

  whenTakenBack(undo: () => void): void {
    this.#undo.push(undo);
  }

  takeBack(): void {
    for (const undo of this.#undo.reverse()) undo();
  }
}
