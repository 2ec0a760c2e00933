/**
 * The items of a calendar text of any size (an exported calendar, say), each as a resource of its own: all components
 * of one UID with the time zones they use. A generator that comes back after every component.
 */
import { AppError } from "../errors.ts";
import { type Component, isComponent, parseTree, property } from "./component-tree.ts";
import { contentLine, lineEnd, lineValue, splitContentLines, unfold } from "./content-line.ts";
import { componentUid } from "./identity.ts";
import { PRODID } from "./new-resource.ts";
import { usedZones } from "./zone-definitions.ts";

export interface ItemResource {
  readonly uid: string;
  /** The whole text byte for byte where it holds just this item. */
  readonly text: string;
}

interface Block {
  readonly component: Component;
  readonly raw: string;
}

/**
 * @param argument how an error calls the text
 * @throws AppError "bad-argument" for a text that is no well-formed iCalendar
 */
export function* splitItems(text: string, argument: string): Generator<null, ItemResource[]> {
  const header: string[] = [];
  const zones = new Map<string, string>();
  const items = new Map<string, Block[]>();
  for (const part of blocks(text, argument)) {
    yield null;
    if (typeof part === "string") {
      header.push(part);
      continue;
    }
    const { name } = part.component;
    const tzid = name === "VTIMEZONE" ? property(part.component, "TZID") : undefined;
    if (tzid) zones.set(lineValue(tzid), part.raw);
    if (name !== "VEVENT" && name !== "VTODO") continue;
    const uid = componentUid(part.component);
    // Items without a UID have nothing to do with each other.
    const key = uid === "" ? `\\n${items.size}` : `${name} ${uid}`;
    items.set(key, [...(items.get(key) ?? []), part]);
  }
  const found = [...items.values()];
  const [only, second] = found;
  if (only && !second && /^\uFEFF?BEGIN:VCALENDAR/i.test(unfold(header.join(""))))
    return [{ uid: uidOf(only), text }];
  const end = lineEnd(text);
  const properties = header.flatMap(propertiesOf);
  return found.map((parts) => ({ uid: uidOf(parts), text: joined(parts, properties, zones, end) }));
}

function uidOf(parts: readonly Block[]): string {
  const [first] = parts;
  return first ? componentUid(first.component) : "";
}

/** VERSION, PRODID and whatever else a calendar says of itself; METHOD makes a message of it, which an item is not. */
function propertiesOf(header: string): string[] {
  return splitContentLines(header)
    .filter(({ name }) => name !== "" && !["BEGIN", "END", "METHOD"].includes(name))
    .map(({ raw }) => raw);
}

function joined(
  parts: readonly Block[],
  header: readonly string[],
  zones: ReadonlyMap<string, string>,
  end: string,
): string {
  const body = parts.map(({ raw }) => raw.replace(/(?:\r?\n)*$/, end)).join("");
  const used = [...usedZones(parseTree(body))].flatMap((tzid) => zones.get(tzid) ?? []);
  const lines = new Map(header.map((raw) => [/^[^:;]*/.exec(raw)?.[0].toUpperCase(), raw]));
  if (!lines.has("VERSION")) lines.set("VERSION", `VERSION:2.0${end}`);
  if (!lines.has("PRODID")) lines.set("PRODID", `${PRODID}${end}`);
  const begin = `BEGIN:VCALENDAR${end}`;
  return `${begin}${[...lines.values()].join("")}${used.join("")}${body}END:VCALENDAR${end}`;
}

interface Border {
  readonly begins: boolean;
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** The BEGIN and END lines, without a look at the others. */
function* borders(text: string): Generator<Border, void> {
  let start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (start < text.length) {
    let end = text.indexOf("\n", start) + 1 || text.length;
    while (text[end] === " " || text[end] === "\t")
      end = text.indexOf("\n", end) + 1 || text.length;
    if (/[be]/i.test(text[start] ?? "")) {
      const line = contentLine(text.slice(start, end));
      const name = lineValue(line).trim().toUpperCase();
      if (line.name === "BEGIN" || line.name === "END")
        yield { begins: line.name === "BEGIN", name, start, end };
    }
    start = end;
  }
}

/** Components one after another, and as strings what stands between them. */
function* blocks(text: string, argument: string): Generator<Block | string, void> {
  const open: string[] = [];
  let start = 0;
  let between = 0;
  let any = false;
  const failure = () => new AppError("bad-argument", `${argument} is not well-formed iCalendar.`);
  for (const border of borders(text)) {
    const { name } = border;
    any = true;
    if (border.begins) {
      if (name !== "VCALENDAR" && open.every((outer) => outer === "VCALENDAR")) {
        start = border.start;
        if (start > between) yield text.slice(between, start);
      }
      open.push(name);
      continue;
    }
    if (open.pop() !== name) throw failure();
    if (name === "VCALENDAR" || open.some((outer) => outer !== "VCALENDAR")) continue;
    between = border.end;
    const raw = text.slice(start, between);
    const component = parseTree(raw).nodes.find(isComponent);
    if (component) yield { component, raw };
  }
  if (open.length > 0 || !any) throw failure();
  if (between < text.length) yield text.slice(between);
}
