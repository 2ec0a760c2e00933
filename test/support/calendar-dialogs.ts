/** Thunderbird's dialogs for events, reminders, time zones and calendars: what a person sees of them. */
import type { Thunderbird } from "./thunderbird.ts";

const PRELUDE = `
  const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
  const { setTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
  const main = Services.wm.getMostRecentWindow("mail:3pane");
  const until = async (condition) => {
    for (;;) {
      const value = condition();
      if (value) return value;
      await new Promise((next) => setTimeout(next, 20));
    }
  };
  const opened = (url) => until(() => [...Services.wm.getEnumerator(null)].find(
    (one) => one.location.href === url && one.document.readyState === "complete"));
  const closed = async (window) => { window.close(); await until(() => window.closed); };
  const calendar = cal.manager.getCalendarById(arguments[0]);
  const seen = (element) => Boolean(element) && !element.hidden && element.getClientRects().length > 0;
`;

const OPEN_PROPERTIES = `
  cal.window.openCalendarProperties(main, { calendar, canDisable: true });
  const window = await opened("chrome://calendar/content/calendar-properties-dialog.xhtml");
  const { document } = window;
  await until(() => document.getElementById("caldav-keeper-open"));
`;

export interface EventDialog {
  /** Names of the calendars to choose from. */
  readonly calendars: string[];
  readonly categories: "none" | "one" | "several";
  readonly canAttach: boolean;
  readonly hasPriority: boolean;
  /** Values offered; none when there is no such menu. */
  readonly privacy: string[];
  readonly hasReminder: boolean;
}

export class CalendarDialogs {
  readonly #thunderbird: Thunderbird;

  constructor(thunderbird: Thunderbird) {
    this.#thunderbird = thunderbird;
  }

  #run<T>(script: string, ...args: unknown[]): Promise<T> {
    return this.#thunderbird.chrome<T>(PRELUDE + script, ...args);
  }

  /** Opens the dialog for a new event or task of the calendar, looks, and closes it. */
  event(calendarId: string, kind: "event" | "task" = "event"): Promise<EventDialog> {
    return this.#run(
      `const start = cal.createDateTime("20260302T100000Z");
       const open = arguments[1] === "event" ? main.createEventWithDialog : main.createTodoWithDialog;
       open(calendar, start);
       const window = await opened("chrome://calendar/content/calendar-event-dialog.xhtml");
       const frame = await until(() => {
         const inner = window.document.getElementById("calendar-item-panel-iframe")?.contentWindow;
         const ready = inner?.document.getElementById("item-categories-popup")?.children.length > 0 &&
           inner.document.getElementById("item-calendar")?.menupopup?.children.length > 0;
         return ready ? inner : null;
       });
       const { document } = frame;
       const kinds = new Set([...document.querySelectorAll("#item-categories-popup .calendar-category")].map((each) => each.getAttribute("type")));
       // What the two menus offer comes by message from the frame.
       await until(() => window.gConfig.hasPrivacy !== null && window.gConfig.hasPriority !== null);
       const off = (element) => element.hidden || element.collapsed || element.disabled;
       const menu = (name) => window.document.getElementById("options-" + name + "-menu");
       const privacy = window.document.getElementById("options-privacy-menupopup");
       const answer = {
         calendars: [...document.getElementById("item-calendar").menupopup.children].map((each) => each.getAttribute("label")),
         categories: document.getElementById("event-grid-category-row").hidden ? "none" : kinds.has("radio") ? "one" : "several",
         canAttach: ["false", null].includes(document.getElementById("cmd_attach_url").getAttribute("disabled")),
         hasPriority: !off(menu("priority")),
         privacy: off(menu("privacy")) ? [] : [...privacy.children].filter((each) => each.hasAttribute("privacy") && !off(each)).map((each) => each.getAttribute("privacy")),
         hasReminder: !document.getElementById("event-grid-alarm-row").hidden,
       };
       await closed(window);
       return answer;`,
      calendarId,
      kind,
    );
  }

  /** Names of the zones in the dialog for time zones that are no places. */
  zones(calendarId: string): Promise<string[]> {
    return this.#run(
      `main.openDialog("chrome://calendar/content/calendar-event-dialog-timezone.xhtml", "", "chrome,resizable",
         { time: cal.createDateTime("20260302T100000Z"), calendar, onOk() {} });
       const window = await opened("chrome://calendar/content/calendar-event-dialog-timezone.xhtml");
       const menu = await until(() => {
         const list = window.document.getElementById("timezone-menulist");
         return list.menupopup.children.length > 20 ? list : null;
       });
       const values = [...menu.menupopup.children].map((each) => each.getAttribute("value"));
       await closed(window);
       return values.filter((each) => each === "floating" || each === "UTC");`,
      calendarId,
    );
  }

  /** The dialog for reminders of an event with as many as said: what kinds there are, whether one more fits. */
  reminders(calendarId: string, count: number): Promise<{ actions: string[]; oneMore: boolean }> {
    return this.#run(
      `const { CalAlarm } = ChromeUtils.importESModule("resource:///modules/CalAlarm.sys.mjs");
       const { CalEvent } = ChromeUtils.importESModule("resource:///modules/CalEvent.sys.mjs");
       const item = new CalEvent("BEGIN:VEVENT\\r\\nUID:r\\r\\nDTSTART:20260302T100000Z\\r\\nEND:VEVENT\\r\\n");
       item.calendar = calendar;
       const reminders = Array.from({ length: arguments[1] }, (_, index) => {
         const alarm = new CalAlarm();
         alarm.action = "DISPLAY";
         alarm.related = Ci.calIAlarm.ALARM_RELATED_START;
         alarm.offset = cal.createDuration("-PT" + (index + 1) + "M");
         return alarm;
       });
       main.openDialog("chrome://calendar/content/calendar-event-dialog-reminder.xhtml", "", "chrome,resizable",
         { reminders, item, timezone: cal.dtz.UTC, calendar, onOk() {} });
       const window = await opened("chrome://calendar/content/calendar-event-dialog-reminder.xhtml");
       const { document } = window;
       await until(() => document.getElementById("reminder-listbox").children.length > 0 || arguments[1] === 0);
       await new Promise((next) => setTimeout(next, 50));
       const answer = {
         actions: [...document.getElementById("reminder-actions-menupopup").children].filter((each) => !each.hidden).map((each) => each.value),
         oneMore: !document.getElementById("reminder-new-button").disabled,
       };
       await closed(window);
       return answer;`,
      calendarId,
      count,
    );
  }

  /** The calendar's properties. */
  properties(calendarId: string): Promise<{ intervals: number[]; canChangeReadOnly: boolean }> {
    return this.#run(
      `cal.window.openCalendarProperties(main, { calendar, canDisable: true });
       const window = await opened("chrome://calendar/content/calendar-properties-dialog.xhtml");
       const { document } = window;
       await until(() => document.querySelectorAll("#calendar-refreshInterval-menupopup menuitem").length > 1);
       await new Promise((next) => setTimeout(next, 50));
       const answer = {
         intervals: [...document.querySelectorAll("#calendar-refreshInterval-menupopup menuitem")].map((each) => Number(each.getAttribute("value"))).sort((a, b) => a - b),
         canChangeReadOnly: !document.getElementById("read-only").hasAttribute("disabled"),
       };
       await closed(window);
       return answer;`,
      calendarId,
    );
  }

  /** What the add-on says of a calendar in its properties, once it is there. */
  facts(calendarId: string): Promise<{ rows: string[][]; button: string }> {
    return this.#run(
      `${OPEN_PROPERTIES}
       const answer = {
         rows: [...document.querySelectorAll("tr[id^=caldav-keeper-fact]")].map((row) =>
           [row.querySelector("label").value, row.querySelector("description").textContent]),
         button: document.getElementById("caldav-keeper-open").label,
       };
       await closed(window);
       return answer;`,
      calendarId,
    );
  }

  /** Presses the add-on's button in the calendar's properties. */
  async openFromProperties(calendarId: string): Promise<void> {
    await this.#run(
      `${OPEN_PROPERTIES}
       document.getElementById("caldav-keeper-open").click();
       await closed(window);`,
      calendarId,
    );
  }

  /** What the entry of the calendar list's menu by which a calendar goes is called: unsubscribe, delete or remove. */
  removal(calendarId: string): Promise<string> {
    return this.#run(
      `main.setupDeleteMenuitem("list-calendars-context-delete", calendar);
       const entry = main.document.getElementById("list-calendars-context-delete");
       // 153 names it by a message's id, 140 by one of its three labels.
       const kinds = ["unsubscribe", "delete", "remove"];
       return kinds.find((kind) => entry.getAttribute("data-l10n-id")?.includes("-" + kind + "-") ??
         entry.getAttribute("label") === entry.getAttribute("label" + kind));`,
      calendarId,
    );
  }
}
