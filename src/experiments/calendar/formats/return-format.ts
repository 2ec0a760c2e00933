/** The whole-item formats that callers may ask for. */
import { extensionError } from "../extension-error.ts";
import { toJcal } from "./jcal.ts";

export const ITEM_FORMATS = ["ical", "jcal"] as const;
export type ItemFormat = (typeof ITEM_FORMATS)[number];

/** In the order they were asked for; `null` when the members are enough. */
export type ReturnFormat = readonly ItemFormat[] | null;

export function isItemFormat(value: unknown): value is ItemFormat {
  return value === "ical" || value === "jcal";
}

/** @throws ExtensionError for a format that is not known */
export function readReturnFormat(format: unknown): ReturnFormat {
  if (format == null) return null;
  const formats = [format].flat() as unknown[];
  const unknown = formats.find((each) => !isItemFormat(each));
  if (unknown !== undefined) {
    throw extensionError(
      `returnFormat ${JSON.stringify(unknown)} is not supported; "ical" and "jcal" are.`,
    );
  }
  return formats as ItemFormat[];
}

/** What goes along with an item's members when formats were asked for. */
export interface FormatMembers {
  /** The first format that was asked for, and the item in it. */
  readonly format: ItemFormat;
  readonly item: unknown;
  readonly formats: ItemFormats;
  /** The draft's other name for `formats`. */
  readonly raw: ItemFormats;
}

export interface ItemFormats {
  /** `null`: given back to `items.update`, the members win over the formats. */
  readonly use: null;
  readonly ical?: string;
  readonly jcal?: unknown;
}

/** @param text the whole resource as iCalendar */
export function formatMembers(format: ReturnFormat, text: () => string): FormatMembers | null {
  const first = format?.[0];
  if (format === null || first === undefined) return null;
  const ical = text();
  const formats: ItemFormats = {
    use: null,
    ...(format.includes("ical") ? { ical } : {}),
    ...(format.includes("jcal") ? { jcal: toJcal(ical) } : {}),
  };
  return { format: first, item: formats[first], formats, raw: formats };
}
