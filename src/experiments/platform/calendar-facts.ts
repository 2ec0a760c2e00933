/** What the add-on knows of one of its calendars, in Thunderbird's dialog of the calendar's properties. */
import type { WindowHook } from "../windows.ts";

/** Rows as they are read by a person, and the label of the button that opens the add-on's page. */
export interface CalendarFacts {
  readonly rows: readonly { readonly label: string; readonly value: string }[];
  readonly open: string;
}

const HTML = "http://www.w3.org/1999/xhtml";
const TABLE = "calendar-properties-table";

/**
 * @param ownType the type of the add-on's calendars
 * @param describe `null` when nothing is known of the calendar
 * @param openPage the user pressed the button
 */
export function calendarFactsInProperties(
  ownType: string,
  describe: (calendarId: string) => Promise<CalendarFacts | null>,
  openPage: (calendarId: string) => void,
): WindowHook {
  return {
    url: "chrome://calendar/content/calendar-properties-dialog.xhtml",
    opened(window) {
      const [options] = (window.arguments ?? []) as { readonly calendar?: calICalendar }[];
      const calendar = options?.calendar;
      if (calendar?.type !== ownType) return undefined;
      const added: GeckoElement[] = [];
      const { id } = calendar;
      describe(id).then(
        (facts) => {
          if (facts === null || window.closed === true) return;
          added.push(...addRows(window, facts, () => openPage(id)));
        },
        (error) => console.error("CalDAV Keeper: a calendar's properties lack our part:", error),
      );
      return () => {
        for (const node of added) node.remove();
      };
    },
  };
}

function addRows(
  window: GeckoDialogWindow,
  { rows, open }: CalendarFacts,
  openPage: () => void,
): GeckoElement[] {
  const { document } = window;
  const table = document.getElementById(TABLE);
  if (!table) return [];
  const row = (id: string, label: string, content: GeckoElement): GeckoElement => {
    const node = document.createElementNS(HTML, "tr");
    node.id = id;
    const heading = document.createElementNS(HTML, "th");
    const name = document.createXULElement("label");
    name.setAttribute("value", label);
    heading.appendChild(name);
    const cell = document.createElementNS(HTML, "td");
    cell.appendChild(content);
    node.appendChild(heading);
    node.appendChild(cell);
    table.appendChild(node);
    return node;
  };
  const nodes = rows.map(({ label, value }, index) => {
    const text = document.createXULElement("description");
    text.textContent = value;
    return row(`caldav-keeper-fact-${index}`, label, text);
  });
  const button = document.createXULElement("button");
  button.id = "caldav-keeper-open";
  button.setAttribute("label", open);
  button.addEventListener("command", openPage);
  const box = document.createXULElement("hbox");
  box.appendChild(button);
  return [...nodes, row("caldav-keeper-open-row", "", box)];
}
