/**
 * The examples of docs/calendar-api.md as programs. A line `expression; // → value` says what the expression is: of an
 * object the members that are shown, of an array all. A line `expression; // ✗ words` says that it is refused, with
 * these words in the message.
 */
import { readFileSync } from "node:fs";
import path from "node:path";

export interface DocExample {
  /** The heading it stands under. */
  readonly heading: string;
  /** Body of an async function. */
  readonly script: string;
}

const file = path.join(import.meta.dirname, "../../docs/calendar-api.md");

export const apiDocs = (): string => readFileSync(file, "utf8");

/** The fenced blocks of a language with the headings they stand under. */
export function fencedBlocks(
  text: string,
  language: string,
): { heading: string; number: number; code: string }[] {
  const blocks: { heading: string; number: number; code: string }[] = [];
  let heading = "";
  const parts = text.matchAll(/^#+ (.+)$|^```(\w*)\n([\s\S]*?)^```$/gm);
  for (const [, title, kind, code = ""] of parts) {
    if (title !== undefined) heading = title.replaceAll("`", "");
    else if (kind === language) {
      const number = blocks.filter((block) => block.heading === heading).length + 1;
      blocks.push({ heading, number, code });
    }
  }
  return blocks;
}

/** @throws Error for an example that states nothing */
export function docExamples(): DocExample[] {
  return fencedBlocks(apiDocs(), "js").map(({ heading, number, code }) => {
    if (!/^.*; \/\/ [→✗] /m.test(code)) throw new Error(`An example of ${heading} states nothing`);
    return {
      heading: number === 1 ? heading : `${heading}, example ${number}`,
      script: `${CHECKS}\n${code.split("\n").map(checkedLine).join("\n")}`,
    };
  });
}

function checkedLine(line: string): string {
  const match = /^(\s*)(.+); \/\/ ([→✗]) (.+)$/.exec(line);
  if (!match) return line;
  const [, indent, expression = "", sign, stated = ""] = match;
  const label = JSON.stringify(line.trim());
  return sign === "→"
    ? `${indent}__is(${expression}, (${stated}), ${label});`
    : `${indent}await __refuses(async () => (${expression}), ${JSON.stringify(stated)}, ${label});`;
}

const CHECKS = `
function __same(value, stated) {
  if (stated instanceof RegExp) return stated.test(value);
  if (typeof stated !== "object" || stated === null) return Object.is(value, stated);
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(stated)) return Array.isArray(value) && value.length === stated.length && stated.every((each, index) => __same(value[index], each));
  return Object.entries(stated).every(([name, member]) => __same(value[name], member));
}
function __is(value, stated, line) {
  if (!__same(value, stated)) throw new Error(line + "\\nbut it is " + JSON.stringify(value));
}
async function __refuses(call, words, line) {
  let message;
  try {
    await call();
  } catch (error) {
    message = error.message;
  }
  if (message === undefined) throw new Error(line + "\\nbut nothing was refused");
  if (!message.includes(words)) throw new Error(line + "\\nbut the message is " + message);
}`;
