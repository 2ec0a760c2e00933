/** What a restore may have to change in a text: its UID for a copy, and that a server sends no mail for it. */
import {
  type CalendarTree,
  type Component,
  calendars,
  isComponent,
  joinTree,
  parseTree,
} from "./component-tree.ts";
import {
  type ContentLine,
  foldedLine,
  lineEnd,
  lineParameter,
  valueStart,
} from "./content-line.ts";

/** Every item gets this UID; all other lines keep their bytes. */
export function withUid(text: string, uid: string): string {
  return editItems(text, (line, end) =>
    line.name === "UID"
      ? foldedLine(line.text.slice(0, valueStart(line.text)) + escaped(uid), end)
      : line,
  );
}

/**
 * RFC 6638 §7.1: the program that stores the item sees to its invitations, so the server tells nobody. Lines that
 * name an agent already are left alone.
 */
export function withoutServerScheduling(text: string): string {
  return editItems(text, (line, end) => {
    if (line.name !== "ATTENDEE" && line.name !== "ORGANIZER") return line;
    if (lineParameter(line, "SCHEDULE-AGENT") !== null) return line;
    const { name } = line;
    return foldedLine(
      `${line.text.slice(0, name.length)};SCHEDULE-AGENT=CLIENT${line.text.slice(name.length)}`,
      end,
    );
  });
}

/**
 * The same for an edit, unless the server sees to the item already: it would take the change for a cancellation.
 * @param before `null`: a new item
 */
export function leftToClient(before: string | null, after: string): string {
  const isServers = before !== null && withoutServerScheduling(before) !== before;
  return isServers ? after : withoutServerScheduling(after);
}

function editItems(
  text: string,
  edit: (line: ContentLine, lineEnd: string) => ContentLine,
): string {
  const tree: CalendarTree = parseTree(text);
  const end = lineEnd(text);
  for (const { children } of calendars(tree))
    for (const item of children)
      if (isComponent(item) && item.name !== "VTIMEZONE")
        editLines(item, (line) => edit(line, end));
  return joinTree(tree);
}

/** Only the item's own lines: an alarm has a UID and attendees of another kind. */
function editLines(item: Component, edit: (line: ContentLine) => ContentLine): void {
  item.children = item.children.map((node) => (isComponent(node) ? node : edit(node)));
}

function escaped(value: string): string {
  return value.replace(/[\\;,]/g, "\\$&");
}
