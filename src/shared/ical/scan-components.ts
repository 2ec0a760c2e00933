/**
 * One pass over a calendar text that collects the components of its items, without building a tree: VTIMEZONE
 * and inner components are passed over, folded lines are joined only where they matter. Never throws.
 */
import { COMPONENT, ITEM_FLAG } from "../item-store.ts";
import { type ContentLine, contentLine, lineValue, splitContentLines } from "./content-line.ts";
import { isCostly, parseRule } from "./recurrence-rule.ts";
import { emptyComponent, READERS, type ScannedComponent } from "./scanned-component.ts";

export interface Scan {
  readonly components: ScannedComponent[];
  readonly kinds: number;
  /** Every BEGIN has its END, and no line stands where none may stand. */
  readonly closed: boolean;
  readonly costlyZone: boolean;
}

/** More text than any real VTIMEZONE holds (the longest known are about 20 KB). */
const MAX_ZONE_LENGTH = 200_000;

const ITEM_KIND: Readonly<Record<string, number>> = {
  VEVENT: COMPONENT.event,
  VTODO: COMPONENT.todo,
  VJOURNAL: COMPONENT.journal,
};

export function scanComponents(text: string): Scan {
  const components: ScannedComponent[] = [];
  const open: string[] = [];
  let kinds = 0;
  let closed = true;
  let costlyZone = false;
  let zoneStart = 0;
  let mayPassZones = true;
  let item: ScannedComponent | null = null;
  let position = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (position < text.length) {
    const start = position;
    let end = text.indexOf("\n", start) + 1 || text.length;
    let folded = false;
    for (let next = text.charCodeAt(end); next === 32 || next === 9; next = text.charCodeAt(end)) {
      end = text.indexOf("\n", end) + 1 || text.length;
      folded = true;
    }
    position = end;
    const wanted = item !== null && ITEM_KIND[open[open.length - 1] ?? ""] !== undefined;
    const name = nameAt(text, start, end, folded, wanted);
    if (name === "BEGIN") {
      const component = componentAt(text, start, end, folded, name);
      if (component === "VTIMEZONE") {
        zoneStart = end;
        if (open.length === 1 && mayPassZones) position = plainZoneEnd(text, end);
        // Looked for in vain once, it is not looked for at each of a text's thousands of definitions.
        mayPassZones &&= position > end;
      }
      open.push(component);
      const kind = ITEM_KIND[component];
      if (item) {
        if (component === "VALARM") item.flags |= ITEM_FLAG.alarms;
      } else if (kind !== undefined) {
        item = emptyComponent(kind);
        components.push(item);
        kinds |= kind;
      } else if (open.length === 2 && component !== "VTIMEZONE") kinds |= COMPONENT.other;
    } else if (name === "END") {
      const component = componentAt(text, start, end, folded, name);
      if (open.pop() !== component) closed = false;
      if (component === "VTIMEZONE") {
        costlyZone ||= isCostlyZone(text.slice(zoneStart, start));
        zoneStart = end;
      }
      if (ITEM_KIND[component] !== undefined) item = null;
    } else if (name === "") {
      if (text.slice(start, end).trim() === "") continue;
      closed = false;
      if (item) item.damaged = true;
    } else if (open.length === 0) closed = false;
    else if (item && wanted) {
      const read = READERS[name];
      if (read) read(item, lineAt(text, start, end, name, folded));
    }
  }
  return { components, kinds, closed: closed && open.length === 0, costlyZone };
}

/** Upper-case value of a BEGIN or END line. */
function componentAt(
  text: string,
  start: number,
  end: number,
  folded: boolean,
  name: string,
): string {
  const line = lineAt(text, start, end, name, folded);
  return lineValue(line).trim().toUpperCase();
}

/** A name that is neither BEGIN nor END where no other matters. */
const PASSED_OVER = "-";

/** Upper-case name of the logical line at `start`; `""` when it has none. */
function nameAt(
  text: string,
  start: number,
  end: number,
  folded: boolean,
  wanted: boolean,
): string {
  if (folded && !/^[^\s;:]+[;:]/.test(text.slice(start, Math.min(end, start + 80))))
    return contentLine(text.slice(start, end)).name;
  // Cut off before it is searched: thousands of lines without a colon must not be searched to the end of the text.
  const line = text.slice(start, end);
  const colon = line.indexOf(":");
  const head = colon < 0 ? line : line.slice(0, colon);
  const semicolon = head.indexOf(";");
  const length = semicolon < 0 ? colon : semicolon;
  if (length <= 0) return "";
  const name = propertyName(head.slice(0, length));
  return wanted || name === "" || name === "BEGIN" || name === "END" ? name : PASSED_OVER;
}

/** The same few names come with every item. */
const names = new Map<string, string>();

/** In upper case; `""` for what holds blanks or control characters. */
function propertyName(written: string): string {
  let name = names.get(written);
  if (name === undefined) {
    name = [...written].some((each) => each <= " ") ? "" : written.toUpperCase();
    if (names.size >= MAX_VERDICTS) names.clear();
    names.set(written, name);
  }
  return name;
}

/** The same few definitions come with thousands of items. */
const zoneVerdicts = new Map<string, boolean>();
const MAX_VERDICTS = 500;

/** Of a VTIMEZONE's content. Real zones change yearly; any other frequency makes every conversion of a time an endless search. */
export function isCostlyZone(zone: string): boolean {
  if (zone.length > MAX_ZONE_LENGTH) return true;
  let costly = zoneVerdicts.get(zone);
  if (costly === undefined) {
    const rules = splitContentLines(zone).filter(({ name }) => name === "RRULE");
    costly = rules.some((line) => {
      const rule = parseRule(lineValue(line));
      return rule.get("FREQ") !== "YEARLY" || isCostly(rule, 0);
    });
    if (zoneVerdicts.size >= MAX_VERDICTS) zoneVerdicts.clear();
    zoneVerdicts.set(zone, costly);
  }
  return costly;
}

/** Content of VTIMEZONEs, and whether it can be passed over. */
const plainZones = new Map<string, boolean>();

/**
 * Where to go on after `BEGIN:VTIMEZONE`: half of a text is a definition that thousands of texts have alike. One that
 * was found sound before is passed over.
 * @returns the start of its END line, or `start`
 */
function plainZoneEnd(text: string, start: number): number {
  const end = text.indexOf("\nEND:VTIMEZONE", start) + 1;
  if (end === 0 || end - start > MAX_ZONE_LENGTH) return start;
  const content = text.slice(start, end);
  let plain = plainZones.get(content);
  if (plain === undefined) {
    plain = isPlain(content);
    if (plainZones.size >= MAX_VERDICTS) plainZones.clear();
    plainZones.set(content, plain);
  }
  return plain ? end : start;
}

/** Scanned alone it leaves nothing open, holds no item, and no line stands where none may stand. */
function isPlain(content: string): boolean {
  if (/BEGIN:VTIMEZONE/i.test(content)) return false;
  const { closed, kinds } = scanComponents(`BEGIN:X\r\nBEGIN:X\r\n${content}END:X\r\nEND:X\r\n`);
  return closed && kinds === COMPONENT.other;
}

/** The line whose name is known already; cheaper than `contentLine`. */
export function lineAt(
  text: string,
  start: number,
  end: number,
  name: string,
  folded: boolean,
): ContentLine {
  if (folded) return contentLine(text.slice(start, end));
  let stop = end;
  if (text.charCodeAt(stop - 1) === 10) stop--;
  if (text.charCodeAt(stop - 1) === 13) stop--;
  return { raw: "", text: text.slice(start, stop), name };
}
