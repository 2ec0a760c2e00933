/**
 * The properties of a calendar that add-ons may set. They are read as a whole before the first of them is set, so
 * that a bad one leaves the calendar as it is.
 */
import type { Capabilities } from "./capabilities.ts";
import { capabilityProblem } from "./capability-problem.ts";
import { readColor } from "./css-color.ts";
import { extensionError } from "./extension-error.ts";
import { calendarUtils } from "./gecko-modules.ts";
import type { WireCalendar } from "./wire-calendar.ts";

/** Optional members that are missing arrive as `null`. */
export type CalendarProperties = {
  readonly [K in keyof Omit<WireCalendar, "id" | "cacheId" | "uri">]?: WireCalendar[K] | null;
};

/** What is to be set on a calendar; only what was given. */
export type CalendarChange = readonly ((calendar: calICalendar) => void)[];

/**
 * @param own the calendar is of the asking add-on's type
 * @throws ExtensionError naming the property that is wrong, or only for the add-on's own calendars
 */
export function readProperties(
  properties: CalendarProperties,
  own: boolean,
  calendar: calICalendar | null,
): CalendarChange {
  const { name, url, color, readOnly, showReminders, refreshInterval, visible } = properties;
  const { capabilities, enabled, lastError } = properties;
  const steps: ((calendar: calICalendar) => void)[] = [];
  const set = (property: string, value: unknown) =>
    steps.push((each) => void each.setProperty(property, value));

  if (url != null && url !== calendar?.uri.spec) {
    const uri = readUrl(url, "url");
    if (calendar !== null && !own) {
      throw extensionError("url can only be changed for the add-on's own calendars.");
    }
    if (calendar !== null) steps.push((each) => moveCalendar(each, uri));
  }
  if (capabilities != null) {
    if (!own) throw extensionError("capabilities can only be set for the add-on's own calendars.");
    const problem = capabilityProblem(capabilities as Capabilities);
    if (problem !== null) throw extensionError(`capabilities.${problem}`);
    set("capabilities", capabilities);
  }
  if (lastError !== undefined) {
    if (own) set("lastError", lastError ?? "");
    else if (lastError !== null) {
      throw extensionError("lastError can only be set for the add-on's own calendars.");
    }
  }
  if (name != null) {
    if (name.trim() === "") throw extensionError("name must not be empty.");
    steps.push((each) => {
      each.name = name;
    });
  }
  if (color != null) set("color", readColor(color, "color"));
  if (readOnly != null) {
    // The user may tick and untick "read-only"; what the provider says holds all the same.
    const said = (each: calICalendar) => own && each.setProperty("providerReadOnly", readOnly);
    steps.push((each) => {
      // In this order the calendar's answer changes with its second step, which tells observers.
      if (!readOnly) said(each);
      each.readOnly = readOnly;
      if (readOnly) said(each);
    });
  }
  if (showReminders != null) set("suppressAlarms", !showReminders);
  if (refreshInterval != null) {
    if (!Number.isSafeInteger(refreshInterval) || refreshInterval < 0) {
      throw extensionError("refreshInterval must be a number of minutes, 0 or more.");
    }
    set("refreshInterval", String(refreshInterval));
  }
  if (visible != null) {
    if (calendar !== null) steps.push((each) => showInTaskLists(each, visible));
    set("calendar-main-in-composite", visible);
  }
  if (enabled != null) set("disabled", !enabled);
  return steps;
}

/** Unlike the views, a window's task lists and its search do not follow the property. */
function showInTaskLists(calendar: calICalendar, visible: boolean): void {
  const { view } = calendarUtils();
  for (const window of Services.wm.getEnumerator("mail:3pane")) {
    const shown = view.getCompositeCalendar(window);
    if (visible) shown.addCalendar(calendar);
    else shown.removeCalendar(calendar);
  }
}

/** @throws ExtensionError naming the argument */
export function readUrl(url: string, argument: string): nsIURI {
  try {
    return Services.io.newURI(url);
  } catch {
    throw extensionError(`${argument} ${JSON.stringify(url)} is not a URL.`);
  }
}

function moveCalendar(calendar: calICalendar, uri: nsIURI): void {
  const { uri: old } = calendar;
  const implementation = calendar.wrappedJSObject as unknown as CalProviderBase;
  implementation.uri = uri;
  implementation.observers.notify("onPropertyChanged", [calendar, "uri", uri, old]);
  Services.prefs.setStringPref(`calendar.registry.${calendar.id}.uri`, uri.spec);
}
