/**
 * What a person does in Thunderbird's calendar, done through the same doors as the interface: the transaction
 * manager's `doTransaction`, the calendars' queries that the views use, the offline switch. For end-to-end tests.
 */
import type { Thunderbird } from "./thunderbird.ts";

/** What a view knows of an item. Times are iCalendar values in the item's own zone. */
export interface SeenItem {
  readonly uid: string;
  readonly title: string;
  readonly start: string | null;
  readonly end: string | null;
  readonly recurrenceId: string | null;
  readonly ical: string;
}

const PRELUDE = `
  const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
  const { CalEvent } = ChromeUtils.importESModule("resource:///modules/CalEvent.sys.mjs");
  const { CalTodo } = ChromeUtils.importESModule("resource:///modules/CalTodo.sys.mjs");
  const window = Services.wm.getMostRecentWindow("mail:3pane");
  const calendarOf = (id) => {
    const calendar = cal.manager.getCalendarById(id);
    if (!calendar) throw new Error("no calendar " + id);
    return calendar;
  };
  const parse = (text) => (/BEGIN:VTODO/.test(text) ? new CalTodo(text) : new CalEvent(text));
  const seen = (item) => ({
    uid: item.id,
    title: item.title,
    start: (item.startDate ?? item.entryDate)?.icalString ?? null,
    end: (item.endDate ?? item.dueDate)?.icalString ?? null,
    recurrenceId: item.recurrenceId?.icalString ?? null,
    ical: item.icalString,
  });
`;

export class ThunderbirdUser {
  readonly #thunderbird: Thunderbird;

  constructor(thunderbird: Thunderbird) {
    this.#thunderbird = thunderbird;
  }

  #run<T>(script: string, ...args: unknown[]): Promise<T> {
    return this.#thunderbird.chrome<T>(PRELUDE + script, ...args);
  }

  /** `text`: one VEVENT or VTODO. @returns its UID */
  add(calendarId: string, text: string): Promise<string> {
    return this.#run(
      `const [id, text] = arguments;
       const item = parse(text);
       if (!item.id) item.id = cal.getUUID();
       const uid = item.id;
       await window.doTransaction("add", item, calendarOf(id), null, null);
       return uid;`,
      calendarId,
      text,
    );
  }

  /** Opens an item as the event dialog does: the version it has now is what a later {@link save} started from. */
  async open(calendarId: string, uid: string): Promise<void> {
    await this.#run(
      `const [id, uid] = arguments;
       const item = await calendarOf(id).getItem(uid);
       if (!item) throw new Error("no item " + uid);
       const shared = Cu.getGlobalForObject(Services);
       (shared.keeperOpened ??= new Map()).set(uid, item);
       return null;`,
      calendarId,
      uid,
    );
  }

  /** Saves the opened item with other properties, however old the opened version is by now. */
  async save(calendarId: string, uid: string, properties: Record<string, string>): Promise<void> {
    await this.#run(
      `const [id, uid, properties] = arguments;
       const old = Cu.getGlobalForObject(Services).keeperOpened.get(uid);
       const item = old.clone();
       for (const [name, value] of Object.entries(properties)) item.setProperty(name, value);
       await window.doTransaction("modify", item, calendarOf(id), old, null);
       return null;`,
      calendarId,
      uid,
      properties,
    );
  }

  async change(calendarId: string, uid: string, properties: Record<string, string>): Promise<void> {
    await this.open(calendarId, uid);
    await this.save(calendarId, uid, properties);
  }

  /** Moves an event, or one occurrence of a series (by its date, \`YYYYMMDD\`), by some minutes: a drag. */
  async drag(calendarId: string, uid: string, minutes: number, occurrence?: string): Promise<void> {
    await this.#run(
      `const [id, uid, minutes, day] = arguments;
       let old = await calendarOf(id).getItem(uid);
       if (day) {
         const from = cal.createDateTime(day + "T000000Z");
         from.day -= 1;
         const to = from.clone();
         to.day += 3;
         old = old.recurrenceInfo.getOccurrences(from, to, 0).find((one) => one.startDate.icalString.startsWith(day));
         if (!old) throw new Error("no occurrence on " + day);
       }
       const item = old.clone();
       const by = cal.createDuration("PT" + minutes + "M");
       const start = item.startDate.clone();
       const end = item.endDate.clone();
       start.addDuration(by);
       end.addDuration(by);
       item.startDate = start;
       item.endDate = end;
       await window.doTransaction("modify", item, old.calendar, old, null);
       return null;`,
      calendarId,
      uid,
      minutes,
      occurrence ?? null,
    );
  }

  /** Gives one occurrence of a series another title: "edit only this occurrence". */
  async renameOccurrence(
    calendarId: string,
    uid: string,
    day: string,
    title: string,
  ): Promise<void> {
    await this.#run(
      `const [id, uid, day, title] = arguments;
       const master = await calendarOf(id).getItem(uid);
       const from = cal.createDateTime(day + "T000000Z");
       from.day -= 1;
       const to = from.clone();
       to.day += 3;
       const old = master.recurrenceInfo.getOccurrences(from, to, 0).find((one) => one.startDate.icalString.startsWith(day));
       if (!old) throw new Error("no occurrence on " + day);
       const item = old.clone();
       item.title = title;
       await window.doTransaction("modify", item, old.calendar, old, null);
       return null;`,
      calendarId,
      uid,
      day,
      title,
    );
  }

  async remove(calendarId: string, uid: string): Promise<void> {
    await this.#run(
      `const [id, uid] = arguments;
       const item = await calendarOf(id).getItem(uid);
       await window.doTransaction("delete", item, item.calendar, null, null);
       return null;`,
      calendarId,
      uid,
    );
  }

  /** Edit → Undo (or Redo), waiting for the calendar to have done it. */
  async undo(action: "undo" | "redo" = "undo"): Promise<void> {
    await this.#run(
      `const { CalTransactionManager } = ChromeUtils.importESModule("resource:///modules/CalTransactionManager.sys.mjs");
       await CalTransactionManager.getInstance()[arguments[0]]();
       return null;`,
      action,
    );
  }

  item(calendarId: string, uid: string): Promise<SeenItem | null> {
    return this.#run(
      `const [id, uid] = arguments;
       const item = await calendarOf(id).getItem(uid);
       return item ? seen(item) : null;`,
      calendarId,
      uid,
    );
  }

  /** Every item, parents only. */
  items(calendarId: string): Promise<SeenItem[]> {
    return this.#run(
      `const calendar = calendarOf(arguments[0]);
       const filter = calendar.ITEM_FILTER_TYPE_ALL | calendar.ITEM_FILTER_COMPLETED_ALL;
       return (await calendar.getItemsAsArray(filter, 0, null, null)).map(seen);`,
      calendarId,
    );
  }

  /** What a view of these days shows; bounds as \`YYYYMMDD\`. */
  occurrences(calendarId: string, from: string, to: string): Promise<SeenItem[]> {
    return this.#run(
      `const [id, from, to] = arguments;
       const calendar = calendarOf(id);
       const zoned = (day) => {
         const date = cal.createDateTime(day + "T000000");
         date.timezone = cal.dtz.defaultTimezone;
         return date;
       };
       const filter = calendar.ITEM_FILTER_TYPE_ALL | calendar.ITEM_FILTER_COMPLETED_ALL | calendar.ITEM_FILTER_CLASS_OCCURRENCES;
       return (await calendar.getItemsAsArray(filter, 0, zoned(from), zoned(to))).map(seen);`,
      calendarId,
      from,
      to,
    );
  }

  /** Opens the calendar tab in one of its views on a day (\`YYYYMMDD\`). @returns titles of the boxes drawn */
  async view(view: "day" | "week" | "multiweek" | "month", day: string): Promise<void> {
    await this.#run(
      `const [view, day] = arguments;
       const tabmail = window.document.getElementById("tabmail");
       tabmail.openTab("calendar");
       await window.switchToView?.(view);
       window.goToDate(cal.createDateTime(day + "T000000Z"));
       return null;`,
      view,
      day,
    );
  }

  /** Titles of the boxes the current view draws. */
  boxes(): Promise<string[]> {
    return this.#run(
      `const view = window.currentView();
       const boxes = [];
       const walk = (root) => {
         for (const element of root.querySelectorAll("*")) {
           if (element.occurrence) boxes.push(element.occurrence.title);
           if (element.shadowRoot) walk(element.shadowRoot);
         }
       };
       walk(view);
       return boxes;`,
    );
  }

  /** The calendar list's "Synchronize Calendars". */
  async synchronize(calendarId: string): Promise<void> {
    await this.#run(`calendarOf(arguments[0]).refresh(); return null;`, calendarId);
  }

  property(calendarId: string, name: string): Promise<unknown> {
    return this.#run(
      `return calendarOf(arguments[0]).getProperty(arguments[1]);`,
      calendarId,
      name,
    );
  }

  async setProperty(
    calendarId: string,
    name: string,
    value: string | number | boolean,
  ): Promise<void> {
    await this.#run(
      `calendarOf(arguments[0]).setProperty(arguments[1], arguments[2]); return null;`,
      calendarId,
      name,
      value,
    );
  }

  calendars(): Promise<{ id: string; name: string; type: string; disabled: boolean }[]> {
    return this.#run(
      `return cal.manager.getCalendars().map((calendar) => ({
         id: calendar.id, name: calendar.name, type: calendar.type, disabled: Boolean(calendar.getProperty("disabled")),
       }));`,
    );
  }

  /** Thunderbird's own calendar "Home", switched on (a fresh profile has it off). @returns its id */
  home(): Promise<string> {
    return this.#run(
      `const found = cal.manager.getCalendars().find((calendar) => calendar.type === "storage");
       if (found) {
         found.setProperty("disabled", false);
         return found.id;
       }
       const home = cal.manager.createCalendar("storage", Services.io.newURI("moz-storage-calendar://"));
       home.name = "Home";
       cal.manager.registerCalendar(home);
       return home.id;`,
    );
  }

  /** Goes to the mail space. */
  async mail(): Promise<void> {
    await this.#run(`window.document.getElementById("tabmail").switchToTab(0); return null;`);
  }

  /** Clicks the add-on's button in the unified toolbar of the mail space. */
  async clickToolbarButton(): Promise<void> {
    await this.mail();
    await this.#run(
      `const button = window.document.querySelector('#unifiedToolbarContainer button[extension="caldav-keeper@caldav-keeper.github.io"]');
       if (!button) throw new Error("the toolbar button is not there");
       button.click();
       return null;`,
    );
  }

  toolbarButton(): Promise<{ visible: boolean; title: string; badge: string }> {
    return this.#run(
      `const button = window.document.querySelector('#unifiedToolbarContainer button[extension="caldav-keeper@caldav-keeper.github.io"]');
       return {
         visible: Boolean(button) && button.getBoundingClientRect().width > 0,
         title: button?.title ?? "",
         badge: button?.querySelector(".badge, .toolbarbutton-badge")?.textContent ?? button?.getAttribute("badge") ?? "",
       };`,
    );
  }
}
