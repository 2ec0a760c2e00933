/** What the schema files, calendar-api.d.ts and docs/calendar-api.md say there is, in one form to be compared. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { apiDocs } from "./doc-examples.ts";

const source = path.join(import.meta.dirname, "../../src");
export const declarationsFile = path.join(source, "shared/calendar-api.d.ts");

export interface SchemaType {
  readonly id: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}
export interface SchemaParameter {
  readonly name: string;
  readonly optional?: boolean | string;
  readonly properties?: Readonly<Record<string, unknown>>;
}
export interface SchemaFunction {
  readonly name: string;
  readonly async?: boolean;
  readonly parameters?: readonly SchemaParameter[];
  readonly extraParameters?: readonly SchemaParameter[];
}
export interface SchemaNamespace {
  /** Without `calendar.` */
  readonly name: string;
  readonly types: readonly SchemaType[];
  readonly properties: readonly string[];
  readonly functions: readonly SchemaFunction[];
  readonly events: readonly SchemaFunction[];
}

/** Every namespace below `messenger.calendar`. */
export function schemaNamespaces(): SchemaNamespace[] {
  return ["calendar", "timezones"].flatMap((experiment) => {
    const folder = path.join(source, "experiments", experiment, "schema");
    return readdirSync(folder).flatMap((file) =>
      (JSON.parse(readFileSync(path.join(folder, file), "utf8")) as Record<string, unknown>[])
        .filter(({ namespace }) => String(namespace).startsWith("calendar."))
        .map((entry) => ({
          name: String(entry.namespace).slice("calendar.".length),
          types: (entry.types ?? []) as SchemaType[],
          properties: Object.keys(entry.properties ?? {}),
          functions: (entry.functions ?? []) as SchemaFunction[],
          events: (entry.events ?? []) as SchemaFunction[],
        })),
    );
  });
}

/** `get(calendarId, id, options?)` */
export function schemaSignature({ name, parameters = [] }: SchemaFunction): string {
  const names = parameters.map((each) => each.name + (each.optional ? "?" : ""));
  return `${name}(${names.join(", ")})`;
}

export interface Declared {
  /** Of functions and of the listeners of events. */
  readonly signatures: string[];
  readonly properties: string[];
}

/** One namespace of calendar-api.d.ts; of overloads the first. */
export function declared(namespace: string): Declared {
  const text = readFileSync(declarationsFile, "utf8").replace(/\/\*\*[\s\S]*?\*\//g, "");
  const start = text.indexOf(`namespace ${namespace} {`);
  if (start < 0) return { signatures: [], properties: [] };
  const body = balanced(text, text.indexOf("{", start));
  const signatures = new Map<string, string>();
  for (const { 1: name = "", index, 0: match } of body.matchAll(
    /\bfunction (\w+)(?:<[^(]*>)?\(/g,
  )) {
    const list = parameterNames(balanced(body, index + match.length - 1));
    if (!signatures.has(name)) signatures.set(name, `${name}(${list})`);
  }
  const properties: string[] = [];
  for (const { 1: name = "", 2: type = "", index, 0: match } of body.matchAll(
    /\bconst (\w+): (WebExtEvent<\s*\()?/g,
  )) {
    if (type === "") properties.push(name);
    else
      signatures.set(name, `${name}(${parameterNames(balanced(body, index + match.length - 1))})`);
  }
  return { signatures: [...signatures.values()], properties };
}

/** What stands between the bracket at `open` and its counterpart. */
function balanced(text: string, open: number): string {
  let depth = 0;
  for (let index = open; index < text.length; index++) {
    if (isArrow(text, index)) continue;
    const character = text.charAt(index);
    if ("({[<".includes(character)) depth++;
    else if (")}]>".includes(character) && --depth === 0) return text.slice(open + 1, index);
  }
  throw new Error(`No end of ${text.slice(open, open + 40)}`);
}

const isArrow = (text: string, index: number) =>
  text.charAt(index) === ">" && text.charAt(index - 1) === "=";

function parameterNames(list: string): string {
  let depth = 0;
  let outer = "";
  for (let index = 0; index < list.length; index++) {
    const character = list.charAt(index);
    if (!isArrow(list, index)) {
      if ("({[<".includes(character)) depth++;
      else if (")}]>".includes(character)) depth--;
    }
    if (depth === 0) outer += character;
  }
  return [...outer.matchAll(/(?:^|,)\s*(\w+\??):/g)].map((match) => match[1]).join(", ");
}

export interface DocEntry {
  /** `items.get(calendarId, id, options?)`, `items.CalendarItem` or `timezones.currentZone`. */
  readonly heading: string;
  readonly text: string;
}

export function docEntries(): DocEntry[] {
  const parts = apiDocs().split(/^### `([^`]+)`$/m);
  return parts.flatMap((text, index) =>
    index % 2 === 1
      ? [{ heading: text, text: (parts[index + 1] ?? "").split(/^##+ /m)[0] ?? "" }]
      : [],
  );
}
