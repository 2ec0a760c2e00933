/** Values and parameters of single lines, for reading them and for writing them anew. */
import { type Component, properties, property } from "../component-tree.ts";
import {
  type ContentLine,
  foldedLine,
  lineParameter,
  lineParameters,
  lineValue,
} from "../content-line.ts";
import { unescapeText } from "../text-value.ts";

/** Parameters to set (`null`: to remove) on a line; others stay as they are. */
export type ParameterChanges = Readonly<Record<string, string | readonly string[] | null>>;

/** A TEXT property; `undefined` when the component has none, or an empty one. */
export function textOf(component: Component, name: string): string | undefined {
  const line = property(component, name);
  const text = line ? unescapeText(lineValue(line)) : "";
  return text === "" ? undefined : text;
}

/** A value of one word, e.g. a keyword or a URI. */
export function wordOf(component: Component, name: string): string | undefined {
  const line = property(component, name);
  const word = line ? lineValue(line).trim() : "";
  return word === "" ? undefined : word;
}

export function keywordOf(component: Component, name: string): string | undefined {
  return wordOf(component, name)?.toLowerCase();
}

export function integerOf(component: Component, name: string): number | undefined {
  const word = wordOf(component, name);
  return word !== undefined && /^[+-]?\d{1,9}$/.test(word) ? Number(word) : undefined;
}

export function linesOf(component: Component, name: string): ContentLine[] {
  return properties(component).filter((line) => line.name === name);
}

export function parameterOf(line: ContentLine, name: string): string | undefined {
  const value = lineParameter(line, name);
  return value === null || value === "" ? undefined : value;
}

/** A parameter that holds a list of quoted addresses (RFC 5545 §3.2.5). */
export function addressListOf(line: ContentLine, name: string): string[] | undefined {
  const raw = lineParameters(line).find((parameter) => parameter.name === name)?.raw;
  if (raw === undefined) return undefined;
  const list = raw.slice(name.length + 1).match(/"[^"]*"|[^",]+/g) ?? [];
  const addresses = list.map((each) => plainAddress(each.replaceAll('"', "")));
  return addresses.length > 0 ? addresses : undefined;
}

/** `mailto:` is what almost every address begins with, so it goes without saying. */
export function plainAddress(uri: string): string {
  return uri.trim().replace(/^mailto:/i, "");
}

export function addressUri(address: string): string {
  return /^[a-z][a-z0-9+.-]*:/i.test(address) || address.startsWith("/")
    ? address
    : `mailto:${address}`;
}

export function escapeText(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/[\\;,]/g, (sign) => `\\${sign}`)
    .replaceAll("\n", "\\n");
}

/**
 * A line with another value, or a new one: parameters that are not named keep their place and spelling.
 * @param old the line it takes the place of
 */
export function lineWith(
  name: string,
  value: string,
  changes: ParameterChanges,
  lineEnd: string,
  old?: ContentLine,
): ContentLine {
  const given = new Map(Object.entries(changes));
  const kept = (old ? lineParameters(old) : []).flatMap((parameter) => {
    const wanted = given.get(parameter.name);
    if (wanted === undefined) return [parameter.raw];
    given.delete(parameter.name);
    if (wanted === null) return [];
    return [wanted === parameter.value ? parameter.raw : parameterText(parameter.name, wanted)];
  });
  const added = [...given].flatMap(([parameter, wanted]) =>
    wanted === null ? [] : [parameterText(parameter, wanted)],
  );
  const head = old ? old.text.slice(0, old.name.length) : name;
  return foldedLine(`${[head, ...kept, ...added].join(";")}:${value}`, lineEnd);
}

function parameterText(name: string, value: string | readonly string[]): string {
  if (typeof value !== "string")
    return `${name}=${value.map((each) => `"${encodeCarets(each)}"`).join(",")}`;
  const encoded = encodeCarets(value);
  return `${name}=${/[,;:]/.test(encoded) ? `"${encoded}"` : encoded}`;
}

/** RFC 6868 §3.1. */
function encodeCarets(value: string): string {
  return value
    .replaceAll("^", "^^")
    .replaceAll('"', "^'")
    .replace(/\r\n?|\n/g, "^n");
}
