/** One calendar: colour, name, what it holds, its state in words, and "Synchronize now". */
import type { AccountCalendar } from "../../shared/commands.ts";
import { element, swatch } from "../element.ts";
import type { Localizer } from "../localizer.ts";
import type { Page } from "../page.ts";
import { errorNotice } from "./notice.ts";

export function calendarRow(
  { words, now }: Page,
  calendar: AccountCalendar,
  sync: () => void,
): HTMLElement {
  return element(
    "li",
    { class: "calendar", "aria-busy": calendar.syncing ? "true" : null },
    swatch(calendar.color),
    element(
      "div",
      { class: "grow" },
      element(
        "p",
        { class: "name" },
        calendar.name,
        calendar.readOnly && element("span", { class: "tag" }, words.text("readOnly")),
      ),
      element("p", { class: "quiet" }, ...stateLine(words, calendar)),
      calendar.lastGoodSync !== null && lastSync(words, calendar.lastGoodSync, now()),
      calendar.quarantined > 0 &&
        element("p", { class: "warning-text" }, words.counted("quarantined", calendar.quarantined)),
      calendar.error && errorNotice(calendar.error),
    ),
    element(
      "button",
      {
        type: "button",
        "data-focus": `sync-${calendar.id}`,
        disabled: calendar.syncing,
        "aria-label": words.text("syncNowOf", calendar.name),
        onclick: sync,
      },
      words.text("syncNow"),
    ),
  );
}

function lastSync(words: Localizer, time: number, now: number): HTMLElement {
  return element(
    "p",
    { class: "hint" },
    element(
      "time",
      { datetime: new Date(time).toISOString() },
      words.text("lastSync", words.relative(time, now), words.dateTime(time)),
    ),
  );
}

/** State, components and waiting changes, divided by dots. */
function stateLine(words: Localizer, calendar: AccountCalendar): (Node | string)[] {
  const parts: (Node | string)[] = [element("span", { class: "state" }, state(words, calendar))];
  const kinds = componentsInWords(words, calendar.components);
  if (kinds) parts.push(kinds);
  if (calendar.pendingChanges > 0 && (calendar.syncing || calendar.error))
    parts.push(words.counted("pendingChanges", calendar.pendingChanges));
  return parts.flatMap((part, index) => (index === 0 ? [part] : [" · ", part]));
}

function state(words: Localizer, calendar: AccountCalendar): string {
  if (calendar.syncing) return words.text("stateSyncing");
  if (calendar.error) return words.text("stateError");
  if (calendar.lastGoodSync === null) return words.text("stateNever");
  if (calendar.pendingChanges > 0) return words.counted("pendingChanges", calendar.pendingChanges);
  return words.text("stateGood");
}

/** "Events and tasks" … from component names (RFC 4791 §5.2.3); empty for others. */
export function componentsInWords(words: Localizer, components: readonly string[]): string {
  const events = components.includes("VEVENT");
  const tasks = components.includes("VTODO");
  if (events && tasks) return words.text("eventsAndTasks");
  if (events) return words.text("events");
  return tasks ? words.text("tasks") : "";
}
