/**
 * The panes around Thunderbird's calendar as a person reads and uses them: event list, today pane, task tab,
 * views, clipboard, import window, reminders. Through the panes' own objects, for end-to-end tests.
 */
import type { Thunderbird } from "./thunderbird.ts";

const PRELUDE = `
  const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
  const window = Services.wm.getMostRecentWindow("mail:3pane");
  const { document } = window;
  const tabmail = document.getElementById("tabmail");
  const calendarOf = (id) => {
    const calendar = cal.manager.getCalendarById(id);
    if (!calendar) throw new Error("no calendar " + id);
    return calendar;
  };
  const boxOf = (title) => {
    const walk = (root) => {
      for (const element of root.querySelectorAll("*")) {
        if (element.occurrence?.title === title) return element;
        const inner = element.shadowRoot && walk(element.shadowRoot);
        if (inner) return inner;
      }
      return null;
    };
    const box = walk(window.currentView());
    if (!box) throw new Error("no box " + title);
    return box;
  };
  const untilIn = (win, condition) => new Promise((resolve) => {
    const ask = () => condition() ? resolve() : win.setTimeout(ask, 50);
    ask();
  });
`;

export class ThunderbirdPanes {
  readonly #thunderbird: Thunderbird;

  constructor(thunderbird: Thunderbird) {
    this.#thunderbird = thunderbird;
  }

  #run<T>(script: string, ...args: unknown[]): Promise<T> {
    return this.#thunderbird.chrome<T>(PRELUDE + script, ...args);
  }

  /** Opens the list of events below the calendar view ("Find events") for the days of the view, filtered by words. */
  async findEvents(words: string): Promise<void> {
    await this.#run(
      `if (document.getElementById("bottom-events-box").hidden) window.toggleUnifinder();
       const interval = document.getElementById("event-filter-menulist");
       interval.selectedItem = interval.querySelector('menuitem[value="currentview"]');
       window.refreshUnifinderFilterInterval();
       const field = document.getElementById("unifinder-search-field");
       field.value = arguments[0];
       window.updateUnifinderFilterText();
       return null;`,
      words,
    );
  }

  /** Titles in the list of events, top to bottom. */
  foundEvents(): Promise<string[]> {
    return this.#run(
      `const view = window.getUnifinderView();
       return Array.from({ length: view.rowCount }, (_, row) => view.getItemAt(row).title);`,
    );
  }

  /** Shows the today pane beside the calendar with both of its parts. */
  async showTodayPane(): Promise<void> {
    await this.#run(
      `tabmail.openTab("calendar");
       for (const id of ["today-pane-panel", "agenda-panel", "todo-tab-panel"]) {
         document.getElementById(id).setVisible(true, true, true);
       }
       window.TodayPane.updateDisplay();
       window.TodayPane.setDay(cal.dtz.now());
       document.getElementById("unifinder-todo-tree").ensureInitialized?.();
       return null;`,
    );
  }

  /** Titles of the events in the today pane. */
  agenda(): Promise<string[]> {
    return this.#run(
      `return [...document.getElementById("agenda").children].map((row) => row.item.title);`,
    );
  }

  /** Opens the task tab with all tasks. */
  async showTasks(): Promise<void> {
    await this.#run(
      `tabmail.openTab("tasks");
       document.getElementById("calendar-task-tree").ensureInitialized?.();
       window.taskViewUpdate("all");
       return null;`,
    );
  }

  /** Titles in the list of the task tab, or of the today pane. */
  tasks(pane: "tab" | "today"): Promise<string[]> {
    return this.#run(
      `const tree = document.getElementById(arguments[0]);
       return tree.mTaskArray.map((task) => task.title);`,
      TASK_TREES[pane],
    );
  }

  /** Clicks the tick box of a task. */
  async tickTask(pane: "tab" | "today", title: string): Promise<void> {
    await this.#run(
      `const [id, title] = arguments;
       const tree = document.getElementById(id);
       const row = tree.mTaskArray.findIndex((task) => task.title === title);
       if (row < 0) throw new Error("no task " + title);
       const element = tree.querySelector('[itemproperty="completed"]');
       tree.mTreeView.cycleCell(row, { element });
       return null;`,
      TASK_TREES[pane],
      title,
    );
  }

  /** Drops the box of an event, in the view that is open, some minutes later. */
  async dropLater(title: string, minutes: number): Promise<void> {
    await this.#run(
      `const [title, minutes] = arguments;
       const { occurrence } = boxOf(title);
       const by = cal.createDuration("PT" + minutes + "M");
       const [start, end] = [occurrence.startDate.clone(), occurrence.endDate.clone()];
       start.addDuration(by);
       end.addDuration(by);
       window.currentView().controller.modifyOccurrence(occurrence, start, end);
       return null;`,
      title,
      minutes,
    );
  }

  /** Copies the box of an event and pastes it on a day (\`YYYYMMDD\`) into the selected calendar. */
  async copyAndPaste(title: string, calendarId: string, day: string): Promise<void> {
    await this.#run(
      `const [title, id, day] = arguments;
       Services.prefs.setBoolPref("calendar.paste.intoSelectedCalendar", true);
       const list = document.getElementById("calendar-list");
       list.selectedIndex = list.rows.findIndex((row) => row.getAttribute("calendar-id") === id);
       window.copyToClipboard([boxOf(title).occurrence]);
       window.currentView().goToDay(cal.createDateTime(day + "T000000Z"));
       await window.currentView().ready;
       window.currentView().selectedDay = cal.createDateTime(day);
       window.pasteFromClipboard();
       return null;`,
      title,
      calendarId,
      day,
    );
  }

  /** Chooses another calendar in the event dialog of an item, and saves. */
  async moveTo(fromCalendarId: string, uid: string, toCalendarId: string): Promise<void> {
    await this.#run(
      `const [from, uid, to] = arguments;
       const old = await calendarOf(from).getItem(uid);
       if (!old) throw new Error("no item " + uid);
       const item = old.clone();
       item.calendar = calendarOf(to);
       await window.doTransaction("modify", item, item.calendar, old, null);
       return null;`,
      fromCalendarId,
      uid,
      toCalendarId,
    );
  }

  /** File → Import, all items of an .ics file into a calendar, through the window's buttons. */
  async importFile(path: string, calendarId: string): Promise<void> {
    await this.#run(
      `const [path, id] = arguments;
       const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
       file.initWithPath(path);
       const before = new Set(tabmail.tabInfo);
       await window.toImport("calendar", file);
       await untilIn(window, () => tabmail.tabInfo.some((tab) => !before.has(tab)));
       const tab = tabmail.tabInfo.find((one) => !before.has(one));
       await untilIn(window, () => tab.browser?.contentDocument?.querySelectorAll(".calendar-item-wrapper input").length > 0);
       const page = tab.browser.contentDocument;
       const next = page.getElementById("calendarNextButton");
       next.click();
       await untilIn(window, () => page.querySelector('input[name=targetCalendar][value="' + id + '"]'));
       page.querySelector('input[name=targetCalendar][value="' + id + '"]').checked = true;
       next.click();
       await untilIn(window, () => !page.getElementById("calendar-summary").hidden);
       page.querySelector("#calendar-summary button.primary").click();
       await untilIn(window, () => page.getElementById("tabPane-calendar").classList.contains("complete"));
       tabmail.closeTab(tab);
       return null;`,
      path,
      calendarId,
    );
  }

  /** Begins to note the reminders that fire; {@link firedReminders} tells them. */
  async watchReminders(): Promise<void> {
    await this.#run(
      `const shared = Cu.getGlobalForObject(Services);
       shared.keeperReminders = [];
       Cc["@mozilla.org/calendar/alarm-service;1"].getService(Ci.calIAlarmService).addObserver({
         QueryInterface: ChromeUtils.generateQI(["calIAlarmServiceObserver"]),
         onAlarm(item, alarm) { shared.keeperReminders.push({ item, alarm }); },
         onNotification() {}, onRemoveAlarmsByItem() {}, onRemoveAlarmsByCalendar() {}, onAlarmsLoaded() {},
       });
       return null;`,
    );
  }

  /** Titles of the events whose reminders fired. */
  firedReminders(): Promise<string[]> {
    return this.#run(
      `return Cu.getGlobalForObject(Services).keeperReminders.map(({ item }) => item.title);`,
    );
  }

  /** "Dismiss" in the reminder window. */
  async dismissReminder(title: string): Promise<void> {
    await this.#run(
      `const fired = Cu.getGlobalForObject(Services).keeperReminders.findLast(({ item }) => item.title === arguments[0]);
       const service = Cc["@mozilla.org/calendar/alarm-service;1"].getService(Ci.calIAlarmService);
       await service.dismissAlarm(fired.item, fired.alarm);
       return null;`,
      title,
    );
  }
}

const TASK_TREES = { tab: "calendar-task-tree", today: "unifinder-todo-tree" } as const;
