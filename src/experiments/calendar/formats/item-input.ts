/**
 * The text of an item that somebody wants to store, in whichever of the accepted shapes it is given:
 * - a format that wins: `{ formats: { use: "ical", ical } }` (or `raw`, or "jcal"), or `{ format, item }`;
 * - members, laid over the text that is given with `use: null`, over the stored one, or over nothing.
 */
import { extractAcks, insertAcks } from "../../../shared/ical/acks.ts";
import { editItem } from "../../../shared/ical/simple/edit-item.ts";
import { newItemText } from "../../../shared/ical/simple/new-item.ts";
import { sameValue } from "../../../shared/ical/simple/same-value.ts";
import { extensionError } from "../extension-error.ts";
import { calendarUtils } from "../gecko-modules.ts";
import { withDefaultTimes } from "./default-times.ts";
import { fromJcal, toJcal } from "./jcal.ts";
import { resourceText, uidOf, withNewUid } from "./resource-text.ts";
import { type ItemFormat, isItemFormat } from "./return-format.ts";
import { thunderbirdZones } from "./zone-lookup.ts";

/** An item to be stored, as a caller gives it. Nothing in it can be trusted to have the right type. */
export interface ItemProperties {
  readonly id?: string | null;
  readonly metadata?: unknown;
  readonly returnFormat?: string | string[] | null;
  readonly format?: unknown;
  readonly item?: unknown;
  readonly formats?: unknown;
  readonly raw?: unknown;
  readonly [member: string]: unknown;
}

/** What an item that is changed is now. */
export interface StoredItem {
  readonly id: string;
  /** True for a change made here: the item's stamps tell of it. False where a server's version is written down. */
  readonly stamped?: boolean;
  /** True where the service behind a calendar may give its items ids of its own. */
  readonly renamable?: boolean;
}

/**
 * @param stored the text of the item that is changed; `null` for one that is not stored
 * @param target the item that is changed; `null` for a new one
 * @throws ExtensionError or AppError naming the argument that is missing, wrong or not supported
 */
export function readItemText(
  properties: ItemProperties,
  stored: string | null = null,
  target: StoredItem | null = null,
): string {
  const { wins, text: given } = wholeItem(properties, stored, target?.id ?? null);
  if (target === null) return wins && given !== null ? given : newText(properties, given);
  const text = wins && given !== null ? given : changedText(properties, given, stored, target);
  return target.stamped === true && stored !== null ? withAcks(text, stored) : text;
}

/** A changed item, its members laid over the text that is given or else the stored one. */
function changedText(
  properties: ItemProperties,
  given: string | null,
  stored: string | null,
  { id, stamped, renamable }: StoredItem,
): string {
  const { id: asked, instance = null } = properties;
  const newId = typeof asked === "string" && asked !== "" && asked !== id ? asked : null;
  if (newId !== null && renamable !== true) {
    throw extensionError("id: the id of a stored item cannot be changed.");
  }
  if (instance !== null && typeof instance !== "string") {
    throw extensionError("instance must be a string or null.");
  }
  const base = given ?? stored;
  if (base === null) throw extensionError(`The calendar has no item with the id "${id}".`);
  // A service that gives an item an id of its own may do so in the text.
  const uid = renamable === true && given !== null ? (uidOf(given) ?? id) : id;
  const now = stamped === true ? utcNow() : null;
  const edit = { text: base, uid, instance, members: properties, seen: stored, now };
  const text = editItem(edit, thunderbirdZones);
  return newId === null || uid !== id ? text : withNewUid(text, id, newId);
}

/** Whoever gives a text knows nothing of alarms that the user has dismissed here: they would go off again. */
function withAcks(text: string, stored: string): string {
  return extractAcks(text) === "" ? insertAcks(text, extractAcks(stored)) : text;
}

function newText(properties: ItemProperties, text: string | null): string {
  const { type, id, instance } = properties;
  if (instance != null) {
    throw extensionError("instance: a new item is no occurrence; give it to items.update.");
  }
  if (text !== null) {
    const uid = uidOf(text) ?? "";
    const edit = { text, uid, instance: null, members: properties, now: null };
    return editItem(edit, thunderbirdZones);
  }
  if (type !== "event" && type !== "task") {
    throw extensionError(
      'type is missing: a new item is an "event" or a "task", or is given in a format.',
    );
  }
  const uid = typeof id === "string" && id !== "" ? id : calendarUtils().getUUID();
  const members = withDefaultTimes(type, properties);
  return newItemText({ type, uid, members, now: utcNow() }, thunderbirdZones);
}

interface WholeItem {
  /** The text, whatever the members say. */
  readonly wins: boolean;
  readonly text: string | null;
}

/** What the formats say, as text. */
function wholeItem(
  properties: ItemProperties,
  stored: string | null,
  targetId: string | null,
): WholeItem {
  const id = typeof properties.id === "string" ? properties.id : targetId;
  const text = (format: ItemFormat, value: unknown, argument: string) =>
    // What was read as jCal and comes back as it was keeps the bytes it was made of.
    format === "jcal" && stored !== null && sameValue(value, jcalOf(stored))
      ? stored
      : formatText(format, value, argument, id);
  const given = (["formats", "raw"] as const).flatMap((name) => {
    const value = properties[name];
    return value == null ? [] : [{ name, ...readFormats(value, name) }];
  });
  for (const { name, use, ...values } of given) {
    if (use !== null) return { wins: true, text: text(use, values[use], `${name}.${use}`) };
  }
  const { format, item } = properties;
  if (format != null) {
    if (!isItemFormat(format)) {
      throw extensionError(
        `format ${JSON.stringify(format)} is not supported; "ical" and "jcal" are.`,
      );
    }
    // An item that was read has it in every shape: then `use` says what holds, unless just this one was changed.
    const others = given.map((formats) => formats[format]).filter((value) => value != null);
    if (others.length === 0 || others.some((value) => !sameValue(value, item)))
      return { wins: true, text: text(format, item, "item") };
  }
  for (const { name, ...values } of given) {
    for (const each of ["ical", "jcal"] as const) {
      if (values[each] == null) continue;
      return { wins: false, text: text(each, values[each], `${name}.${each}`) };
    }
  }
  return { wins: false, text: null };
}

function jcalOf(stored: string): unknown {
  try {
    return toJcal(stored);
  } catch {
    // A damaged text is nobody's jCal.
    return null;
  }
}

function readFormats(value: unknown, name: string) {
  if (typeof value !== "object" || Array.isArray(value)) {
    throw extensionError(`${name} must be an object: { use, ical, jcal }.`);
  }
  const { use = null, ical, jcal } = value as { use?: unknown; ical?: unknown; jcal?: unknown };
  if (use !== null && !isItemFormat(use)) {
    throw extensionError(
      `${name}.use ${JSON.stringify(use)} is not supported; null, "ical" and "jcal" are.`,
    );
  }
  return { use, ical, jcal };
}

/** @param id the UID of an item whose text has none */
function formatText(
  format: ItemFormat,
  value: unknown,
  argument: string,
  id: string | null,
): string {
  const text = format === "jcal" ? fromJcal(value, argument) : value;
  if (typeof text === "string" && /^BEGIN:(?:VCALENDAR|VEVENT|VTODO)\s*$/im.test(text)) {
    return resourceText(text, id, argument);
  }
  throw extensionError(`${argument} must be iCalendar text with a VCALENDAR, VEVENT or VTODO.`);
}

function utcNow(): string {
  return new Date().toISOString().slice(0, 19).replace(/[-:]/g, "").concat("Z");
}
