import { afterEach, expect, test, vi } from "vitest";
import { currentItem } from "../../../../src/experiments/calendar/items/current-item.ts";

const item = (id: string) => ({ id }) as unknown as calIItemBase;

/** A window of Thunderbird's with parts by their id. */
const windowWith = (parts: Record<string, unknown>, more: object = {}) => ({
  document: { getElementById: (id: string) => parts[id] ?? null },
  ...more,
});
const tab = (name: string, more: object = {}) => ({
  tabmail: { currentTabInfo: { mode: { name }, ...more } },
});

/** A page in `around`, with `recent` as the windows used last by their type. */
function ask(around: object | null, recent: Record<string, object> = {}): string | null {
  vi.stubGlobal("Services", {
    wm: { getMostRecentWindow: (type: string | null) => recent[String(type)] ?? null },
  });
  const embedderElement = around === null ? null : { ownerDocument: { defaultView: around } };
  return currentItem({ browsingContext: { top: { embedderElement } } } as never)?.id ?? null;
}

afterEach(() => vi.unstubAllGlobals());

test("a page within a dialog gets the dialog's item, whatever is selected elsewhere", () => {
  const selected = windowWith(tab("calendar"), {
    currentView: () => ({ getSelectedItems: () => [item("selected")] }),
  });
  const summary = windowWith({}, { calendarItem: item("summary") });
  const frame = { contentWindow: windowWith({}, { calendarItem: item("edited") }) };
  const editor = windowWith({ "calendar-item-panel-iframe": frame });
  expect(ask(summary, { null: selected })).toBe("summary");
  expect(ask(editor, { null: selected })).toBe("edited");
});

test("of the windows the one used last counts, then dialogs, then the main window", () => {
  const main = windowWith(tab("tasks"), { getSelectedTasks: () => [item("task")] });
  const summary = windowWith({}, { calendarItem: item("summary") });
  expect(ask(null, { null: main, "Calendar:EventSummaryDialog": summary })).toBe("task");
  expect(ask(null, { null: windowWith({}), "Calendar:EventSummaryDialog": summary })).toBe(
    "summary",
  );
  expect(ask(null, { "mail:3pane": main })).toBe("task");
});

test("an item open in a tab counts, nothing of other tabs does", () => {
  const iframe = { contentWindow: windowWith({}, { calendarItem: item("in a tab") }) };
  const currentView = () => ({ getSelectedItems: () => [item("hidden")] });
  expect(ask(windowWith(tab("calendarEvent", { iframe }), { currentView }))).toBe("in a tab");
  expect(ask(windowWith(tab("mail3PaneTab"), { currentView }))).toBeNull();
});

test("nothing selected, and no window at all, are null", () => {
  const empty = () => ({ getSelectedItems: () => [] });
  expect(ask(windowWith(tab("calendar"), { currentView: empty }))).toBeNull();
  expect(ask(null)).toBeNull();
});
