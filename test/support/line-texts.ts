/**
 * Small events of a few single-line properties, and a merge of them by property: what the engine's tests need
 * of calendar texts without the whole of RFC 5545. A text without END is unreadable, as a damaged one would be.
 */

import type { CalendarTexts, MergeResult } from "../../src/background/sync/texts.ts";
import { AppError } from "../../src/shared/errors.ts";
import { COMPONENT, ITEM_FLAG, type ItemColumns } from "../../src/shared/item-store.ts";

type Properties = ReadonlyMap<string, string>;

/** `eventText("a", { SUMMARY: "x" })`: one event with UID a. */
export function eventText(uid: string, properties: Readonly<Record<string, string>>): string {
  return encode(new Map([["UID", uid], ...Object.entries(properties)]));
}

export const propertyOf = (text: string | undefined, property: string): string | undefined =>
  text === undefined ? undefined : parse(text).get(property);

export function withValue(text: string, property: string, value: string): string {
  return encode(new Map(parse(text)).set(property, value));
}

function encode(properties: Properties): string {
  const lines = [...properties].map(([name, value]) => `${name}:${value}`);
  return ["BEGIN:VEVENT", ...lines, "END:VEVENT", ""].join("\r\n");
}

function parse(text: string): Properties {
  if (!text.includes("END:VEVENT")) throw new AppError("calendar-data", "damaged");
  return new Map(
    text
      .split("\r\n")
      .filter((line) => line !== "" && !/^(BEGIN|END):/.test(line))
      .map((line): [string, string] => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon), line.slice(colon + 1)];
      }),
  );
}

/** Written by programs, not by people. */
const TIMESTAMPS: readonly string[] = ["DTSTAMP"];

function mergeTexts(versions: { base: string; mine: string; theirs: string }): MergeResult {
  const [base, mine, theirs] = [versions.base, versions.mine, versions.theirs].map(parse) as [
    Properties,
    Properties,
    Properties,
  ];
  const merged = new Map(theirs);
  const conflicts: string[] = [];
  let changed = false;
  for (const name of new Set([...base.keys(), ...mine.keys()])) {
    const wanted = mine.get(name);
    if (TIMESTAMPS.includes(name) || wanted === base.get(name) || wanted === theirs.get(name))
      continue;
    if (theirs.get(name) !== base.get(name)) conflicts.push(name);
    changed = true;
    if (wanted === undefined) merged.delete(name);
    else merged.set(name, wanted);
  }
  return { text: encode(merged), conflicts, changed };
}

function scanColumns(text: string): ItemColumns {
  const isReadable = text.includes("END:VEVENT");
  return {
    uid: /^UID:(.*)$/m.exec(text)?.[1]?.trim() ?? null,
    components: COMPONENT.event,
    flags: isReadable ? 0 : ITEM_FLAG.unreadable,
    start: null,
    end: null,
    completed: null,
    summary: "",
    location: "",
    status: "",
    classification: "",
    categories: "",
    startValue: "",
    endValue: "",
    lastModified: null,
    sequence: 0,
  };
}

export const lineTexts: CalendarTexts = { scanColumns, mergeTexts };
