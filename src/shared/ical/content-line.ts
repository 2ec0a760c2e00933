/**
 * Content lines (RFC 5545 §3.1) without loss: every logical line keeps its bytes, folding and line end
 * included, so that joining the lines gives back exactly the text they came from. A line that has no
 * name and value is kept as an opaque one. Knows no components and no meaning of values.
 */

export interface ContentLine {
  /** As it stands in the text, with folding and line end. */
  readonly raw: string;
  /** Unfolded, without line end. */
  readonly text: string;
  /** Property name in upper case; `""` for an opaque line. */
  readonly name: string;
}

export interface Parameter {
  /** Upper case. */
  readonly name: string;
  /** Without quotes, RFC 6868 carets decoded; several values stay joined by commas. */
  readonly value: string;
  /** As written, from the name to the end of the value. */
  readonly raw: string;
}

const COLON = 58;
const SEMICOLON = 59;
const QUOTE = 34;

/** RFC 5545 §3.1: no line longer than this many octets, line end apart. */
const FOLD_AT = 75;

function isContinuation(code: number): boolean {
  return code === 32 || code === 9;
}

/** Splits into logical lines; `lines.map((line) => line.raw).join("")` is the text again. */
export function splitContentLines(text: string): ContentLine[] {
  const lines: ContentLine[] = [];
  let start = 0;
  if (text.charCodeAt(0) === 0xfeff) {
    lines.push({ raw: "\uFEFF", text: "", name: "" });
    start = 1;
  }
  while (start < text.length) {
    let end = text.indexOf("\n", start) + 1 || text.length;
    while (end < text.length && isContinuation(text.charCodeAt(end)))
      end = text.indexOf("\n", end) + 1 || text.length;
    lines.push(contentLine(text.slice(start, end)));
    start = end;
  }
  return lines;
}

/** One logical line from its raw text. */
export function contentLine(raw: string): ContentLine {
  const text = unfold(raw).replace(/\r?\n$/, "");
  const name = /^[^\s;:"',]+(?=[;:])/.exec(text)?.[0].toUpperCase() ?? "";
  return { raw, text, name: name && valueStart(text) >= 0 ? name : "" };
}

/** Removes folding (RFC 5545 §3.1); line ends that do not fold stay. */
export function unfold(text: string): string {
  return text.replace(/\r?\n[ \t]/g, "");
}

/** Index of the first character of the value in an unfolded line; -1 when there is no colon outside quotes. */
export function valueStart(text: string): number {
  const colon = text.indexOf(":");
  const quote = text.indexOf('"');
  if (quote < 0 || quote > colon) return colon + 1 || -1;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) quoted = !quoted;
    else if (code === COLON && !quoted) return index + 1;
  }
  // An unbalanced quote: parsers take the first colon, and so does this one.
  return text.indexOf(":") + 1 || -1;
}

/** The value as written (escapes included); `""` for an opaque line. */
export function lineValue(line: ContentLine): string {
  if (!line.name) return "";
  // Most lines have no parameters.
  if (line.text.charCodeAt(line.name.length) === COLON)
    return line.text.slice(line.name.length + 1);
  const start = valueStart(line.text);
  return start < 0 ? "" : line.text.slice(start);
}

/** The parameters in the order they are written. */
export function lineParameters(line: ContentLine): Parameter[] {
  if (!line.name || line.text.charCodeAt(line.name.length) !== SEMICOLON) return [];
  const head = line.text.slice(line.name.length + 1, valueStart(line.text) - 1);
  const parameters: Parameter[] = [];
  for (const raw of head.includes('"') ? splitUnquoted(head) : head.split(";")) {
    if (!raw) continue;
    const equals = raw.indexOf("=");
    const name = (equals < 0 ? raw : raw.slice(0, equals)).toUpperCase();
    const value = equals < 0 ? "" : raw.slice(equals + 1).replaceAll('"', "");
    parameters.push({ name, value: decodeCarets(value), raw });
  }
  return parameters;
}

/** At the semicolons outside quotes. */
function splitUnquoted(head: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let index = 0; index <= head.length; index++) {
    const code = head.charCodeAt(index);
    if (code === QUOTE) quoted = !quoted;
    if (index < head.length && (code !== SEMICOLON || quoted)) continue;
    parts.push(head.slice(start, index));
    start = index + 1;
  }
  return parts;
}

export function lineParameter(line: ContentLine, name: string): string | null {
  if (line.name && line.text.charCodeAt(line.name.length) === COLON) return null;
  return lineParameters(line).find((parameter) => parameter.name === name)?.value ?? null;
}

/** RFC 6868 §3.1. */
function decodeCarets(value: string): string {
  if (!value.includes("^")) return value;
  return value.replace(/\^([n^'])/g, (_, sign: string) =>
    sign === "n" ? "\n" : sign === "'" ? '"' : "^",
  );
}

/** The line end a text uses: that of its first line, CRLF for a text of one line. */
export function lineEnd(text: string): "\r\n" | "\n" {
  const index = text.indexOf("\n");
  return index > 0 && text.charCodeAt(index - 1) !== 13 ? "\n" : "\r\n";
}

/** A line from unfolded text, folded at 75 octets without splitting a character. */
export function foldedLine(text: string, end: string): ContentLine {
  let raw = "";
  let octets = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const width = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (octets + width > FOLD_AT) {
      raw += `${end} `;
      octets = 1;
    }
    raw += character;
    octets += width;
  }
  return contentLine(raw + end);
}

/** The same line with another text's line ends; its folding stays. */
export function withLineEnd(line: ContentLine, end: string): ContentLine {
  const raw = line.raw.replace(/\r?\n/g, end);
  return { ...line, raw: raw.endsWith(end) ? raw : raw + end };
}
