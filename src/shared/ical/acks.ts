/**
 * Lines that live beside a stored text: alarm acknowledgements (Thunderbird writes them into items, the store
 * keeps them in a column of their own) and the marker by which an item carries its row's revision through
 * Thunderbird. Both are put into the text right before it is parsed and never reach a server. Only the text
 * is touched, line by line: the rest keeps its bytes.
 */
import { type Component, isComponent, joinTree, parseTree } from "./component-tree.ts";
import { type ContentLine, foldedLine, lineEnd } from "./content-line.ts";
import { type IdentifiedComponent, identifiedComponents } from "./identity.ts";
import { isAcknowledgement } from "./property-names.ts";

/** Acknowledgements of one component, by what identifies it within its resource. */
interface StoredAcks {
  readonly uid: string;
  /** RECURRENCE-ID as written; `null` for the master. */
  readonly recurrenceId: string | null;
  /** Unfolded, without line ends. */
  readonly lines: readonly string[];
}

/** A physical line of the named properties with its continuation lines; `^` would also match after U+2028. */
const ACK_LINES = /(?<![^\n])X-MOZ-(?:LASTACK|SNOOZE-TIME)[^\n]*(?:\n[ \t][^\n]*)*(?:\n|$)/gi;
const MARKER_LINES = /(?<![^\n])X-KEEPER-[^\n]*(?:\n[ \t][^\n]*)*(?:\n|$)/gi;
const ITEM_BEGIN = /(?<![^\n])BEGIN:(?:VEVENT|VTODO)[ \t]*(\r?\n)(?![ \t])/gi;

/** The acknowledgements in a text, in a form for {@link insertAcks}; `""` when there are none. */
export function extractAcks(text: string): string {
  if (!/X-MOZ-(?:LASTACK|SNOOZE-TIME)/i.test(text)) return "";
  const stored = identifiedComponents(parseTree(text)).map(storedAcks);
  const some = stored.filter(({ lines }) => lines.length > 0);
  return some.length > 0 ? JSON.stringify(some) : "";
}

function storedAcks({ component, uid, recurrenceWall }: IdentifiedComponent): StoredAcks {
  const lines = component.children.filter(
    (node): node is ContentLine => !isComponent(node) && isAcknowledgement(node.name),
  );
  return { uid, recurrenceId: recurrenceWall, lines: lines.map((line) => line.text) };
}

/**
 * Puts acknowledgements back, in place of any the text has. Those of a component that no longer exists, and
 * anything that is not from {@link extractAcks}, are passed over; `""` leaves the text as it is.
 */
export function insertAcks(text: string, acks: string): string {
  const stored = parseAcks(acks);
  if (stored.length === 0) return text;
  const tree = parseTree(stripAcks(text));
  const end = lineEnd(text);
  for (const { component, uid, recurrenceWall } of identifiedComponents(tree)) {
    const own = stored.find((entry) => entry.uid === uid && entry.recurrenceId === recurrenceWall);
    if (own) prepend(component, own.lines, end);
  }
  return joinTree(tree);
}

function prepend(component: Component, lines: readonly string[], end: string): void {
  const added = lines
    .map((line) => foldedLine(line, end))
    .filter((line) => isAcknowledgement(line.name));
  component.children = [...added, ...component.children];
}

function parseAcks(acks: string): StoredAcks[] {
  if (acks === "") return [];
  try {
    const parsed: unknown = JSON.parse(acks);
    return Array.isArray(parsed) ? parsed.filter(isStoredAcks) : [];
  } catch {
    return [];
  }
}

function isStoredAcks(value: unknown): value is StoredAcks {
  if (typeof value !== "object" || value === null) return false;
  const { lines } = value as Partial<StoredAcks>;
  return Array.isArray(lines) && lines.every((line) => typeof line === "string");
}

export function stripAcks(text: string): string {
  return text.replace(ACK_LINES, "");
}

/**
 * Puts `name:value` first into every VEVENT and VTODO, e.g. `X-KEEPER-REVISION:12`. The result is for a parser:
 * a byte order mark, over which ical.js stumbles, is left out.
 */
export function insertMarker(text: string, name: string, value: string): string {
  return text
    .replace(/^\uFEFF/, "")
    .replace(
      ITEM_BEGIN,
      (begin: string, end: string) => `${begin}${foldedLine(`${name}:${value}`, end).raw}`,
    );
}

/** The value of a marker in a text that Thunderbird serialised; `null` without. */
export function markerValue(text: string, name: string): string | null {
  const line = new RegExp(`(?<![^\\n])${name}(?:;[^:\\n]*)?:([^\\r\\n]*)`, "i").exec(text);
  return line?.[1] ?? null;
}

export function stripMarkers(text: string): string {
  return text.replace(MARKER_LINES, "");
}
