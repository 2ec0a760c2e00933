/** Items that callers want to have stored, as text and as Thunderbird's. */
import { extensionError } from "../extension-error.ts";
import { parseItems } from "../resource-items.ts";
import type { MetadataChange } from "../store/metadata.ts";
import { type ItemProperties, readItemText, type StoredItem } from "../wire-item.ts";

export interface ItemDraft {
  readonly text: string;
  /** Mutable, without a calendar. */
  readonly item: calIItemBase;
}

/** @throws ExtensionError naming the argument */
export function newDraft(properties: ItemProperties): ItemDraft {
  const text = readItemText(properties);
  const item = parseOne(text);
  const { id } = properties;
  if (id != null && id !== "") {
    if (item.id !== null && item.id !== id)
      throw extensionError("id differs from the UID in the text.");
    item.id = id;
  }
  return { text, item };
}

/** @param stored the text of the item as it is @throws ExtensionError naming the argument */
export function changedDraft(
  target: StoredItem,
  properties: ItemProperties,
  stored: string,
): ItemDraft {
  const text = readItemText(properties, stored, target);
  const item = parseOne(text);
  if (item.id !== target.id)
    throw extensionError("The UID in the text differs from the item's id.");
  return { text, item };
}

/**
 * The metadata that is given along, for an own calendar.
 * @returns `undefined` when nothing is said about it @throws ExtensionError naming the argument
 */
export function readMetadata(metadata: unknown): MetadataChange | undefined {
  if (metadata == null) return undefined;
  try {
    const json: unknown = JSON.parse(JSON.stringify(metadata));
    if (typeof json === "object" && json !== null && !Array.isArray(json)) {
      return json as MetadataChange;
    }
  } catch {
    // A bigint, or an object that holds itself.
  }
  throw extensionError("metadata must be an object that JSON can hold.");
}

function parseOne(text: string): calIItemBase {
  let items: calIItemBase[];
  try {
    items = parseItems(text);
  } catch {
    throw extensionError("The text is not well-formed iCalendar.");
  }
  const [item, second] = items;
  if (item === undefined) throw extensionError("The text has no event and no task.");
  if (second !== undefined) throw extensionError("The text has more than one item.");
  return item;
}
