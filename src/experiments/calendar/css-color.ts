/** Colours as Thunderbird keeps them: `#rrggbb`, in lower case. */
import { extensionError } from "./extension-error.ts";

/** What Thunderbird paints a calendar with that has no colour. */
export const DEFAULT_COLOR = "#a8c2e1";

/**
 * @param value any CSS colour that means the same everywhere: a name, hex, rgb(), hsl() …; how transparent it is is lost
 * @returns `null` for anything else
 */
export function normalColor(value: string): string | null {
  const rgba = inspector().colorToRGBA(value);
  if (rgba === null) return null;
  const hex = (part: number) => Math.round(part).toString(16).padStart(2, "0");
  return `#${hex(rgba.r)}${hex(rgba.g)}${hex(rgba.b)}`;
}

/** @throws ExtensionError naming the argument */
export function readColor(value: string, argument: string): string {
  const color = normalColor(value);
  if (color === null) {
    throw extensionError(`${argument} ${JSON.stringify(value)} is not a CSS colour.`);
  }
  return color;
}

/** Thunderbird's own parser of colours; no global of experiments. */
function inspector(): GeckoInspectorUtils {
  return (Cu.getGlobalForObject(Services) as { readonly InspectorUtils: GeckoInspectorUtils })
    .InspectorUtils;
}
