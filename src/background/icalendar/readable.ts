/**
 * What is wrong with a calendar object resource, in words for the person who has it in their calendar: whether
 * it can be shown at all (RFC 5545, and ical.js, which Thunderbird reads with), and what RFC 4791 §4.1 forbids.
 * The words never hold anything from the text. Nothing is changed or refused here: the bytes are kept either way.
 */
import ICAL from "ical.js";
import { parseTree, property } from "../../shared/ical/component-tree.ts";
import { identifiedComponents } from "../../shared/ical/identity.ts";
import { scanColumns } from "../../shared/ical/scan.ts";
import { COMPONENT, ITEM_FLAG } from "../../shared/item-store.ts";

export interface Readability {
  /** False: it is kept and backed up, but cannot be shown. */
  readonly readable: boolean;
  /** Sentences; the first says why it cannot be shown, if so. */
  readonly problems: readonly string[];
}

export function checkCalendarObject(text: string): Readability {
  const reason = unreadableReason(text);
  const problems = [...(reason === null ? [] : [reason]), ...irregularities(text)];
  return { readable: reason === null, problems };
}

/** Why the text cannot be shown, in a sentence; `null` when it can. */
export function unreadableReason(text: string): string | null {
  if (!/BEGIN:VCALENDAR/i.test(text)) return "This is not a calendar object.";
  const tree = parseTree(text);
  const items = identifiedComponents(tree);
  if (!tree.balanced) return "The text is cut off, or its parts end in the wrong order.";
  const shown = items.filter(({ component }) =>
    ["VEVENT", "VTODO", "VJOURNAL"].includes(component.name),
  );
  if (shown.length === 0) return "It holds no event, task or journal entry.";
  if (shown.some(({ uid }) => uid === ""))
    return "It has no UID, so that changes to it cannot be told apart.";
  if (shown.some(({ component }) => component.name === "VEVENT" && !property(component, "DTSTART")))
    return "It has no start.";
  const { flags } = scanColumns(text);
  if (!tree.wellFormed && (flags & ITEM_FLAG.unreadable) !== 0)
    return "It holds lines that are not properties, perhaps a line break in the wrong place.";
  if ((flags & ITEM_FLAG.unreadable) !== 0) return "Its start is not a valid date.";
  return parses(text) ? null : "It holds a value that cannot be read.";
}

function parses(text: string): boolean {
  try {
    ICAL.parse(text.replace(/^\uFEFF/, ""));
    return true;
  } catch {
    return false;
  }
}

/** What RFC 4791 §4.1 forbids and servers may refuse, although it can be shown. */
function irregularities(text: string): string[] {
  const tree = parseTree(text);
  const items = identifiedComponents(tree);
  const { components, flags } = scanColumns(text);
  const kinds = [COMPONENT.event, COMPONENT.todo, COMPONENT.journal].filter(
    (kind) => (components & kind) !== 0,
  );
  const problems: string[] = [];
  if (new Set(items.map(({ uid }) => uid)).size > 1)
    problems.push("It holds several items in one file; servers may refuse changes to it.");
  if (kinds.length > 1) problems.push("It mixes events, tasks or journal entries in one file.");
  if (/(?<![^\n])METHOD[;:]/i.test(text))
    problems.push("It is a message about an event rather than the event (METHOD).");
  if ((flags & ITEM_FLAG.costly) !== 0)
    problems.push("It repeats so often that only its first instance is shown.");
  return problems;
}
