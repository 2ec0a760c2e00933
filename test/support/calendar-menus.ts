/** The context menus of Thunderbird's calendar parts, opened by a right click as a person does it. */
import type { Thunderbird } from "./thunderbird.ts";

const PRELUDE = `
  const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
  const { setTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
  const window = Services.wm.getMostRecentWindow("mail:3pane");
  const { document } = window;
  const until = async (condition) => {
    for (;;) {
      const value = condition();
      if (value) return value;
      await new Promise((next) => setTimeout(next, 20));
    }
  };
  const boxOf = (title) => {
    const walk = (root) => {
      for (const element of root.querySelectorAll("*")) {
        if (element.occurrence?.title === title && element.getClientRects().length > 0) return element;
        const inner = element.shadowRoot && walk(element.shadowRoot);
        if (inner) return inner;
      }
      return null;
    };
    return walk(window.currentView());
  };
  const rightClick = (element, x, y) => {
    const rect = element.getBoundingClientRect();
    const [left, top] = [rect.left + (x ?? rect.width / 2), rect.top + (y ?? rect.height / 2)];
    // 140 has the one, 153 the other.
    const send = (type) => window.windowUtils.sendMouseEvent
      ? window.windowUtils.sendMouseEvent(type, left, top, 2, 1, 0)
      : window.synthesizeMouseEvent(type, left, top, { button: 2, clickCount: 1 }, {});
    for (const type of ["mousedown", "mouseup", "contextmenu"]) send(type);
  };
  // Views draw themselves anew after they are shown: a click may have met nothing.
  const openedBy = async (id, click) => {
    const popup = document.getElementById(id);
    for (;;) {
      await click();
      for (let turns = 0; turns < 50; turns++) {
        if (popup?.state === "open") return popup;
        await new Promise((next) => setTimeout(next, 20));
      }
    }
  };
  const labels = (popup) => [...popup.children]
    .filter((entry) => !entry.hidden && entry.localName === "menuitem").map((entry) => entry.label ?? entry.getAttribute("label"));
  const finish = async (popup, choice) => {
    const seen = labels(popup);
    const closed = new Promise((resolve) => popup.addEventListener("popuphidden", resolve, { once: true }));
    const entry = choice && [...popup.children].find((each) => each.getAttribute("label") === choice);
    if (choice && !entry) throw new Error("no entry " + choice + " among " + seen);
    if (entry) popup.activateItem(entry);
    else popup.hidePopup();
    await closed;
    return seen;
  };
`;

const TASK_TREES = { tab: "calendar-task-tree", today: "unifinder-todo-tree" } as const;

/** Each opens the menu and chooses the entry, or closes it. @returns labels of what can be seen in it */
export class CalendarMenus {
  readonly #thunderbird: Thunderbird;

  constructor(thunderbird: Thunderbird) {
    this.#thunderbird = thunderbird;
  }

  #run<T>(script: string, ...args: unknown[]): Promise<T> {
    return this.#thunderbird.chrome<T>(PRELUDE + script, ...args);
  }

  /** In Thunderbird's calendar tab, with its list of calendars. */
  async showCalendar(view: "day" | "week" | "multiweek" | "month", date: string): Promise<void> {
    await this.#run(
      `document.getElementById("tabmail").openTab("calendar");
       window.switchToView(arguments[0]);
       window.currentView().goToDay(cal.createDateTime(arguments[1]));
       return null;`,
      view,
      date,
    );
  }

  ofCalendar(calendarId: string, choice?: string): Promise<string[]> {
    return this.#run(
      `const popup = await openedBy("list-calendars-context-menu", async () => {
         const row = await until(() => document.getElementById("calendar-listitem-" + arguments[0]));
         row.scrollIntoView();
         rightClick(row.querySelector(".calendar-name") ?? row);
       });
       return finish(popup, arguments[1]);`,
      calendarId,
      choice ?? null,
    );
  }

  /** Of an event in the view that is open. */
  ofEvent(title: string, choice?: string): Promise<string[]> {
    return this.#run(
      `const popup = await openedBy("calendar-item-context-menu", async () => {
         const box = await until(() => boxOf(arguments[0]));
         box.scrollIntoView({ block: "center" });
         rightClick(box);
       });
       return finish(popup, arguments[1]);`,
      title,
      choice ?? null,
    );
  }

  /** Of an event in the list below the view. */
  ofFoundEvent(title: string, choice?: string): Promise<string[]> {
    return this.#run(
      `const tree = document.getElementById("unifinder-search-results-tree");
       const view = window.getUnifinderView();
       const row = await until(() => {
         const index = Array.from({ length: view.rowCount }, (_, each) => view.getItemAt(each).title).indexOf(arguments[0]);
         return index < 0 ? null : { index };
       });
       tree.ensureRowIsVisible(row.index);
       view.selection.select(row.index);
       const popup = await openedBy("caldav-keeper-unifinder-menu", async () => {
         const cell = await until(() => {
           const rect = tree.getCoordsForCellItem(row.index, tree.columns.getFirstColumn(), "cell");
           return rect.height > 0 ? rect : null;
         });
         rightClick(tree, cell.x + 5, cell.y + cell.height / 2);
       });
       return finish(popup, arguments[1]);`,
      title,
      choice ?? null,
    );
  }

  /** Of an event in the today pane. */
  ofAgenda(title: string, choice?: string): Promise<string[]> {
    return this.#run(
      `const popup = await openedBy("agenda-menupopup", async () => {
         const row = await until(() => [...document.getElementById("agenda").children].find((each) => each.item?.title === arguments[0]));
         row.scrollIntoView({ block: "center" });
         rightClick(row);
       });
       return finish(popup, arguments[1]);`,
      title,
      choice ?? null,
    );
  }

  /** Of a task in the list of the task tab, or of the today pane. */
  ofTask(pane: "tab" | "today", title: string, choice?: string): Promise<string[]> {
    return this.#run(
      `const tree = document.getElementById(arguments[0]);
       const popup = await openedBy("taskitem-context-menu", async () => {
         const column = tree.columns.getColumnFor(tree.querySelector('[itemproperty="title"]'));
         const row = await until(() => tree.mTaskArray.findIndex((task) => task.title === arguments[1]) + 1) - 1;
         tree.ensureRowIsVisible(row);
         const cell = await until(() => {
           const rect = tree.getCoordsForCellItem(row, column, "cell");
           return rect.height > 0 && rect.width > 0 ? rect : null;
         });
         rightClick(tree.querySelector("treechildren"), cell.x + 5, cell.y + cell.height / 2);
       });
       return finish(popup, arguments[2]);`,
      TASK_TREES[pane],
      title,
      choice ?? null,
    );
  }

  /** How many things of the add-on are in Thunderbird's main window. */
  traces(): Promise<number> {
    return this.#run(
      `return document.querySelectorAll("[id^=caldav-keeper], [context^=caldav-keeper]").length;`,
    );
  }

  /** Address of the add-on's page in the tab that is in front, without its origin. */
  pageInFront(): Promise<string> {
    return this.#run(
      `const url = document.getElementById("tabmail").currentTabInfo.browser?.currentURI?.spec ?? "";
       return url.replace(/^moz-extension:..[^/]+./, "");`,
    );
  }

  /** Addresses of the open tabs that show pages of the add-on, without their origin. */
  pages(): Promise<string[]> {
    return this.#run(
      `return document.getElementById("tabmail").tabInfo
         .map((tab) => tab.browser?.currentURI?.spec ?? "")
         .filter((url) => url.startsWith("moz-extension:"))
         .map((url) => url.replace(/^moz-extension:..[^/]+./, ""));`,
    );
  }
}
