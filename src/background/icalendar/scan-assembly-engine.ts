/** {@link Scan} of a text by scan-lines.as, which finds and JavaScript which takes what columns are made of. */

import { isCostlyZone, lineAt, type Scan } from "../../shared/ical/scan-components.ts";
import {
  emptyComponent,
  READERS,
  type ScannedComponent,
} from "../../shared/ical/scanned-component.ts";
import { unescapeText } from "../../shared/ical/text-value.ts";
import { COMPONENT, ITEM_FLAG } from "../../shared/item-store.ts";
import { SCAN_ASSEMBLY } from "./scan-assembly.ts";

const PAGE = 64 * 1024;
/** Longer texts hold attachments and are few: JavaScript reads them. Bytes. */
const LONGEST = 8 * PAGE;
/** Bytes. */
const TABLE = 4 * PAGE;

/** As in scan-lines.as: numbers a record, and what a record is about. */
const RECORD = 8;
const ITEM = 1;
const ITEM_END = 2;
const ZONE = 3;
const LINE = 4;
const VALUE = 5;

/** By the numbers scan-lines.as gives them. */
const NAMES = [
  ...["", "UID", "DUE", "DTEND", "RRULE", "RDATE", "CLASS", "STATUS", "ATTACH", "DTSTART"],
  ...["DTSTAMP", "SUMMARY", "DURATION", "LOCATION", "SEQUENCE", "ATTENDEE", "COMPLETED"],
  ...["ORGANIZER", "CATEGORIES", "LAST-MODIFIED", "RECURRENCE-ID", "PERCENT-COMPLETE"],
];
const numberOf = (name: string): number => NAMES.indexOf(name);
const [UID, RRULE, SUMMARY, LOCATION, CATEGORIES] = [
  ...[numberOf("UID"), numberOf("RRULE"), numberOf("SUMMARY"), numberOf("LOCATION")],
  numberOf("CATEGORIES"),
];
const [DTSTART, DTSTAMP, COMPLETED, MODIFIED] = [
  ...[numberOf("DTSTART"), numberOf("DTSTAMP"), numberOf("COMPLETED")],
  numberOf("LAST-MODIFIED"),
];

const KINDS = [0, COMPONENT.event, COMPONENT.todo, COMPONENT.journal];
/** By bits: alarms, attendees, organizer, attachments. */
const FLAGS = Array.from(
  { length: 16 },
  (_, bits) =>
    (bits & 1 ? ITEM_FLAG.alarms : 0) |
    (bits & 2 ? ITEM_FLAG.attendees : 0) |
    (bits & 4 ? ITEM_FLAG.organizer : 0) |
    (bits & 8 ? ITEM_FLAG.attachments : 0),
);
const IS_INSTANCE = 16;
const DATE_LENGTH = 8;
const DAY_MS = 86_400_000;

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly FREE: WebAssembly.Global;
  scan(text: number, size: number, table: number, room: number, ascii: number): number;
}

export interface ScanAssembly {
  /** `null`: a text that JavaScript has to read. */
  scan(text: string): Scan | null;
}

/** @throws where WebAssembly is not to be had */
export function compileScan(): ScanAssembly {
  const code = Uint8Array.from(atob(SCAN_ASSEMBLY.replaceAll("\n", "")), (c) => c.charCodeAt(0));
  const imports = { env: { abort: () => undefined } };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), imports);
  return new Assembly(exports as unknown as Exports);
}

class Assembly implements ScanAssembly {
  readonly #exports: Exports;
  readonly #free: number;
  readonly #text: Uint8Array;
  readonly #table: Int32Array;
  readonly #encoder = new TextEncoder();

  constructor(exports: Exports) {
    this.#exports = exports;
    this.#free = exports.FREE.value;
    const { memory } = exports;
    memory.grow(Math.ceil((this.#free + LONGEST + TABLE) / PAGE));
    this.#text = new Uint8Array(memory.buffer, this.#free, LONGEST);
    this.#table = new Int32Array(memory.buffer, this.#free + LONGEST, TABLE / 4);
  }

  scan(text: string): Scan | null {
    if (text.length > LONGEST) return null;
    const { read, written } = this.#encoder.encodeInto(text, this.#text);
    if (read < text.length) return null;
    const isAscii = written === read ? 1 : 0;
    const free = this.#free;
    const count = this.#exports.scan(free, written, free + LONGEST, TABLE, isAscii);
    return count === 0 ? null : readTable(text, this.#table, count);
  }
}

function readTable(text: string, table: Int32Array, count: number): Scan {
  const components: ScannedComponent[] = [];
  let kinds = table[1] === 0 ? 0 : COMPONENT.other;
  let costlyZone = false;
  let item = emptyComponent(0);
  for (let at = RECORD, end = count * RECORD; at < end; at += RECORD) {
    const kind = table[at];
    const name = table[at + 1] ?? 0;
    if (kind === ITEM) {
      item = emptyComponent(KINDS[name] ?? 0);
      components.push(item);
      kinds |= item.kind;
    } else if (kind === ITEM_END) {
      item.flags |= FLAGS[name & 15] ?? 0;
      item.recurrenceId = (name & IS_INSTANCE) !== 0;
    } else if (kind === ZONE) {
      costlyZone ||= isCostlyZone(text.slice(name, table[at + 2]));
    } else {
      const [start, stop] = [table[at + 2] ?? 0, table[at + 3] ?? 0];
      if (kind === VALUE) takeValue(item, name, text.slice(start, stop));
      else if (kind === LINE) takeLine(item, name, text, start, stop, table[at + 4] === 1);
      else takeDate(item, name, text, table, at);
    }
  }
  return { components, kinds, closed: true, costlyZone };
}

function takeLine(
  item: ScannedComponent,
  number: number,
  text: string,
  start: number,
  end: number,
  folded: boolean,
): void {
  const name = NAMES[number] ?? "";
  READERS[name]?.(item, lineAt(text, start, end, name, folded));
}

function takeValue(item: ScannedComponent, name: number, value: string): void {
  if (name === UID) item.uid ??= unescapeText(value).trim() || null;
  else if (name === SUMMARY) item.summary ||= unescapeText(value);
  else if (name === LOCATION) item.location ||= unescapeText(value);
  else if (name === RRULE) item.rules.push(value);
  else if (name === CATEGORIES) item.categories.push(value);
  else {
    const written = NAMES[name] ?? "";
    READERS[written]?.(item, { raw: "", text: `${written}:${value}`, name: written });
  }
}

function takeDate(
  item: ScannedComponent,
  name: number,
  text: string,
  table: Int32Array,
  at: number,
): void {
  const time = (table[at + 6] ?? 0) * DAY_MS + (table[at + 7] ?? 0) * 1000;
  if (name === DTSTAMP) item.stamp ??= time;
  else if (name === MODIFIED) item.lastModified ??= time;
  else if (name === COMPLETED) {
    item.completed ??= time;
    item.isCompleted = true;
  } else {
    const [start, stop] = [table[at + 2] ?? 0, table[at + 3] ?? 0];
    const zone = text.slice(table[at + 4], table[at + 5]);
    const date = {
      time,
      allDay: stop - start === DATE_LENGTH,
      written: `${zone}|${text.slice(start, stop)}`,
    };
    if (name === DTSTART) item.start ??= date;
    else item.end ??= date;
  }
}
