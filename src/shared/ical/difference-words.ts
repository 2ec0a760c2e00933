/** One sentence for each difference between two versions of an item. */
import type { ItemDifference } from "./item-differences.ts";

/** Properties as people call them. */
const NAMES: Readonly<Record<string, string>> = {
  SUMMARY: "Title",
  DESCRIPTION: "Description",
  LOCATION: "Location",
  DTSTART: "Start",
  DTEND: "End",
  DUE: "Due date",
  DURATION: "Duration",
  RRULE: "Repetition",
  EXRULE: "Repetition left out",
  RDATE: "Additional date",
  CATEGORIES: "Category",
  RESOURCES: "Resource",
  STATUS: "Status",
  CLASS: "Privacy",
  TRANSP: "Time shown as",
  PRIORITY: "Priority",
  "PERCENT-COMPLETE": "Progress",
  COMPLETED: "Completion",
  URL: "Link",
  ORGANIZER: "Organizer",
  ATTACH: "Attachment",
  COMMENT: "Comment",
  CONTACT: "Contact",
  GEO: "Position",
  SEQUENCE: "Revision number",
  UID: "Identifier",
  "RELATED-TO": "Relation",
  COLOR: "Color",
  VEVENT: "Event",
  VTODO: "Task",
  VJOURNAL: "Journal entry",
};
/** Longer values are cut: the whole one is in the difference itself. */
const LONGEST = 120;

/** What to say where two different texts have no difference that matters to a person. */
export const DIFFERENT_FORM = "Only its written form or its time stamps differ.";

export function differenceWords(difference: ItemDifference): string {
  const { occurrence, kind } = difference;
  if (kind === "text") return "The text is another one, and cannot be read as an item.";
  if (kind === "occurrence") return occurrenceWords(difference);
  if (kind === "exception") return exceptionWords(difference);
  const sentence = changeWords(nameWords(difference), difference);
  return occurrence === null ? sentence : `On ${occurrence}: ${sentence}`;
}

function occurrenceWords({ occurrence, change }: ItemDifference): string {
  if (change === "added") return `The occurrence of ${occurrence} was set apart from the series.`;
  return `The occurrence of ${occurrence} is as the series has it again, or is gone with it.`;
}

function exceptionWords({ from, to }: ItemDifference): string {
  return to === null
    ? `The occurrence of ${from} takes place again.`
    : `The occurrence of ${to} was left out of the series.`;
}

function nameWords({ kind, name }: ItemDifference): string {
  if (kind === "attendee") return "Attendee";
  if (kind === "alarm") return name === "VALARM" ? "Alarm" : name;
  return NAMES[name] ?? name;
}

function changeWords(name: string, { change, from, to }: ItemDifference): string {
  if (change === "added") return `${name} added: ${quoted(to)}.`;
  if (change === "removed") return `${name} removed: ${quoted(from)}.`;
  return `${name} changed from ${quoted(from)} to ${quoted(to)}.`;
}

function quoted(value: string | null): string {
  const text = (value ?? "").replace(/\s+/g, " ").trim();
  const characters = [...text];
  return `“${characters.length > LONGEST ? `${characters.slice(0, LONGEST).join("")}…` : text}”`;
}
