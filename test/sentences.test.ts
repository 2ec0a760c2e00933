/**
 * Every sentence in the source that a user may be told is in the catalogues of `_locales`, and the catalogues hold no
 * others. A sentence is a text that begins with a capital letter, a digit or a value, has a space and ends with a mark.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { type Node, parse } from "acorn";
import { transformSync } from "esbuild";
import { expect, test } from "vitest";
import german from "../_locales/de/sentences.json" with { type: "json" };

const root = path.join(import.meta.dirname, "..");
/** Apart from what only another add-on's author reads: the errors of `messenger.calendar`. */
const TOLD_TO_USERS = [
  "src/background",
  "src/shared",
  "src/options",
  "src/experiments/platform",
  "src/experiments/calendar/store",
  "src/experiments/calendar/send-status.ts",
];
/** Nothing to translate in them, or said to developers. */
const NOT_SENTENCES = new Set(["{0}: {1}."]);

const filesBelow = (place: string): string[] =>
  statSync(path.join(root, place)).isDirectory()
    ? readdirSync(path.join(root, place)).flatMap((name) => filesBelow(`${place}/${name}`))
    : [place];

/** Literals and templates of a TypeScript file, `{0}` for what a template fills in. */
function textsOf(file: string): string[] {
  const source = readFileSync(path.join(root, file), "utf8");
  const { code } = transformSync(source, { loader: "ts", target: "esnext" });
  const texts: string[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const entry of value) walk(entry);
    if (!isNode(value)) return;
    const text = textOf(value);
    if (text !== null) texts.push(text);
    for (const child of Object.values(value)) walk(child);
  };
  walk(parse(code, { ecmaVersion: "latest", sourceType: "module" }));
  return texts;
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && "start" in value;

function textOf(node: Node): string | null {
  if (node.type === "Literal") {
    const { value } = node as unknown as { readonly value: unknown };
    return typeof value === "string" ? value : null;
  }
  if (node.type !== "TemplateLiteral") return null;
  const { quasis } = node as unknown as { readonly quasis: { value: { cooked: string } }[] };
  return quasis.map(({ value }, at) => (at === 0 ? "" : `{${at - 1}}`) + value.cooked).join("");
}

const isSentence = (text: string): boolean =>
  /^[A-Z0-9{“"]/.test(text) &&
  /\s/.test(text) &&
  /[.?!](?: \{\d\})?$/.test(text) &&
  !NOT_SENTENCES.has(text);

const told = new Set(
  TOLD_TO_USERS.flatMap(filesBelow)
    .filter((file) => /(?<!\.d)\.ts$/.test(file))
    .flatMap(textsOf)
    .filter(isSentence),
);
const catalogue = new Map(Object.entries(german));
const valuesIn = (text: string): Set<string> => new Set(text.match(/\{\d\}/g));

test("there is a German word for every sentence", () => {
  expect(told.size).toBeGreaterThan(300);
  expect([...told].filter((sentence) => !catalogue.get(sentence))).toEqual([]);
});

test("the catalogue holds no sentence that nobody says", () => {
  expect([...catalogue.keys()].filter((sentence) => !told.has(sentence))).toEqual([]);
});

test("a translation fills in only what the sentence has", () => {
  for (const [sentence, translated] of catalogue)
    for (const value of valuesIn(translated)) expect(valuesIn(sentence), sentence).toContain(value);
});
