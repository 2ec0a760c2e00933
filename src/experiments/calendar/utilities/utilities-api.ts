/** `messenger.calendar.utilities`: work on items that belong to no calendar. */
import { isAppError } from "../../../shared/errors.ts";
import { joinTree, parseTree } from "../../../shared/ical/component-tree.ts";
import { identifiedComponents } from "../../../shared/ical/identity.ts";
import { newResourceText } from "../../../shared/ical/new-resource.ts";
import { readShown, type ShownItem } from "../../../shared/ical/simple/shown-item.ts";
import { splitItems } from "../../../shared/ical/split-items.ts";
import { addMissingZones } from "../../../shared/ical/zone-definitions.ts";
import { extensionError } from "../extension-error.ts";
import { type ItemProperties, readItemText } from "../formats/item-input.ts";
import { fromJcal, toJcal } from "../formats/jcal.ts";
import {
  type FormatMembers,
  formatMembers,
  isItemFormat,
  readReturnFormat,
} from "../formats/return-format.ts";
import { zoneName } from "../formats/zone-lookup.ts";
import { type ExpandOptions, expandRecurrence, type WireOccurrence } from "./expand.ts";
import { finished, Slices } from "./steps.ts";

/** An item of a text, as `items.create` takes it. */
export interface ParsedItem extends ShownItem, Partial<FormatMembers> {}

export function createUtilitiesApi() {
  return {
    async parse(text: unknown, options: { returnFormat?: unknown } | null): Promise<ParsedItem[]> {
      const format = readReturnFormat(options?.returnFormat);
      const whole = calendarText(text, "text");
      const slices = new Slices();
      const parsed: ParsedItem[] = [];
      for (const resource of await finished(splitItems(whole, "text"))) {
        const parts = identifiedComponents(parseTree(resource.text));
        const part = parts.find(({ recurrenceId }) => recurrenceId === null) ?? parts[0];
        if (part === undefined) continue;
        const shown = readShown(part.component, zoneName);
        parsed.push({ ...shown, ...formatMembers(format, () => resource.text) });
        await slices.pause();
      }
      return parsed;
    },

    async serialize(items: unknown, format: unknown): Promise<unknown> {
      const wanted = format ?? "ical";
      if (!isItemFormat(wanted)) {
        throw extensionError(
          `format ${JSON.stringify(format)} is not supported; "ical" and "jcal" are.`,
        );
      }
      const list = Array.isArray(items) ? (items as unknown[]) : [items];
      const slices = new Slices();
      const texts: string[] = [];
      for (const [index, item] of list.entries()) {
        texts.push(itemText(item, Array.isArray(items) ? `items[${index}]` : "items"));
        await slices.pause();
      }
      const [only, second] = texts;
      const text = only !== undefined && second === undefined ? only : joined(texts);
      return wanted === "jcal" ? toJcal(text) : text;
    },

    async expandRecurrence(
      item: unknown,
      rangeStart: unknown,
      rangeEnd: unknown,
      options: ExpandOptions | null,
    ): Promise<WireOccurrence[]> {
      const isText = typeof item === "string" || Array.isArray(item);
      const text = isText ? calendarText(item, "item") : itemText(item, "item");
      return expandRecurrence(text, rangeStart, rangeEnd, options);
    },
  };
}

/** @param value iCalendar text or jCal */
function calendarText(value: unknown, argument: string): string {
  if (Array.isArray(value)) return fromJcal(value, argument);
  if (typeof value === "string" && /^\uFEFF?BEGIN:[A-Z]/i.test(value)) return value;
  throw extensionError(`${argument} must be iCalendar text or jCal.`);
}

function itemText(item: unknown, argument: string): string {
  if (typeof item !== "object" || item === null || Array.isArray(item)) {
    throw extensionError(`${argument} must be an item.`);
  }
  try {
    // An occurrence of a series stands for its series where that comes along.
    return readItemText({ ...(item as ItemProperties), instance: null });
  } catch (error) {
    const worded = isAppError(error) || error instanceof ExtensionUtils.ExtensionError;
    if (!worded || argument === "items") throw error;
    throw extensionError(`${argument}: ${error.message}`);
  }
}

/** All items in one calendar, each time zone once. */
function joined(texts: readonly string[]): string {
  const bodies = texts.map((text) => identifiedComponents(parseTree(text)));
  const nodes = bodies.flatMap((parts) => parts.map(({ component }) => component));
  const tree = parseTree(newResourceText(joinTree({ nodes }) || "\r\n"));
  const none: ReadonlySet<string> = new Set();
  for (const text of texts) addMissingZones(tree, parseTree(text), none, "\r\n");
  return joinTree(tree);
}
