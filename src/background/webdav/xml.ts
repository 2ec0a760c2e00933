/**
 * XML in and out. Reading uses the platform's DOMParser, handed in because Node has none. Writing builds text:
 * request bodies are small and their shape is known. Pure.
 */
import { AppError } from "../../shared/errors.ts";
import { NAMESPACE, type QName } from "./names.ts";

/** Text → document; a `parsererror` document instead of an exception, as `DOMParser` does it. */
export type XmlParser = (text: string) => Document;

export const platformXmlParser: XmlParser = (text) =>
  new DOMParser().parseFromString(text, "application/xml");

/** Characters that XML 1.0 §2.2 forbids; event descriptions pasted from elsewhere do hold them. */
const FORBIDDEN_CHARACTERS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;
const FORBIDDEN_REFERENCES =
  /&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|x0*(?:[0-8BbCcEeFf]|1[0-9A-Fa-f]));/g;

/**
 * The root element. Characters that XML forbids become U+FFFD: one of them must not cost all the others.
 * @throws AppError "protocol" for what is not XML, or brings its own document type (entity bombs)
 */
export function parseXml(text: string, parse: XmlParser): Element {
  // Some servers put blank lines or a byte order mark before the declaration, where XML allows nothing.
  const source = text.replace(/^\uFEFF?\s+(?=<)|^\uFEFF/, "");
  if (/^<!DOCTYPE/i.test(source.slice(prologEnd(source)))) throw notXml();
  // Before the parser sees them: a failure would be written to Thunderbird's console.
  const repaired = source
    .replace(FORBIDDEN_CHARACTERS, "\uFFFD")
    .replace(FORBIDDEN_REFERENCES, "\uFFFD");
  const root = parsedRoot(repaired, parse);
  if (root) return root;
  throw notXml();
}

function parsedRoot(text: string, parse: XmlParser): Element | undefined {
  try {
    return rootOf(parse(text));
  } catch {
    // Too deep for the parser, or for what looks through its answer.
    return undefined;
  }
}

/**
 * Where the document type or the root element starts: behind blanks, processing instructions and comments
 * (XML 1.0 §2.8). One pass: a pattern for it takes for ever on an answer made of comments.
 */
export function prologEnd(text: string): number {
  let at = 0;
  for (;;) {
    while (/[\s\uFEFF]/.test(text.charAt(at))) at++;
    const end = text.startsWith("<!--", at) ? "-->" : text.startsWith("<?", at) ? "?>" : undefined;
    if (end === undefined) return at;
    const close = text.indexOf(end, at + 2);
    if (close < 0) return at;
    at = close + end.length;
  }
}

function rootOf(document: Document): Element | undefined {
  const root: Element | null = document.documentElement;
  if (root === null || root.localName === "parsererror") return undefined;
  return root.getElementsByTagName("parsererror").length > 0 ? undefined : root;
}

function notXml(): AppError {
  return new AppError("protocol", "The server's answer is damaged and cannot be read.", {
    hint: "Nothing was changed. CalDAV Keeper tries again at the next sync.",
    retry: "later",
  });
}

export function isNamed(element: Element, name: QName): boolean {
  return element.localName === name.local && element.namespaceURI === name.namespace;
}

export function* childElements(parent: Element): Generator<Element> {
  for (let node = parent.firstElementChild; node; node = node.nextElementSibling) yield node;
}

export function childrenNamed(parent: Element, name: QName): Element[] {
  const found: Element[] = [];
  for (let node = parent.firstElementChild; node; node = node.nextElementSibling)
    if (isNamed(node, name)) found.push(node);
  return found;
}

export function firstChildNamed(parent: Element, name: QName): Element | undefined {
  for (let node = parent.firstElementChild; node; node = node.nextElementSibling)
    if (isNamed(node, name)) return node;
  return undefined;
}

/** All the text in an element, unchanged. */
export function textOf(element: Element | undefined): string {
  return element?.textContent ?? "";
}

export function escapeText(text: string): string {
  return text
    .replace(FORBIDDEN_CHARACTERS, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("\r", "&#13;");
}

export function escapeAttribute(text: string): string {
  return escapeText(text)
    .replaceAll('"', "&quot;")
    .replaceAll("\n", "&#10;")
    .replaceAll("\t", "&#9;");
}

const PREFIX: ReadonlyMap<string, string> = new Map([
  [NAMESPACE.dav, "D"],
  [NAMESPACE.caldav, "C"],
  [NAMESPACE.calendarServer, "CS"],
  [NAMESPACE.apple, "A"],
]);

export interface XmlNode {
  readonly name: QName;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly children?: readonly (XmlNode | string)[];
}

export function node(
  name: QName,
  children: readonly (XmlNode | string)[] = [],
  attributes: Readonly<Record<string, string>> = {},
): XmlNode {
  return { name, children, attributes };
}

/** A whole document. The four usual prefixes are declared at its root: some servers want exactly that. */
export function writeXml(root: XmlNode): string {
  const declarations = [...PREFIX].map(([uri, prefix]) => ` xmlns:${prefix}="${uri}"`).join("");
  return `<?xml version="1.0" encoding="utf-8"?>\n${writeNode(root, declarations)}`;
}

function writeNode(element: XmlNode, declarations = ""): string {
  const prefix = PREFIX.get(element.name.namespace);
  const tag = prefix === undefined ? element.name.local : `${prefix}:${element.name.local}`;
  const own = prefix === undefined ? ` xmlns="${escapeAttribute(element.name.namespace)}"` : "";
  const attributes = Object.entries(element.attributes ?? {})
    .map(([name, value]) => ` ${name}="${escapeAttribute(value)}"`)
    .join("");
  const children = (element.children ?? [])
    .map((child) => (typeof child === "string" ? escapeText(child) : writeNode(child)))
    .join("");
  const head = `<${tag}${declarations}${own}${attributes}`;
  return children === "" ? `${head}/>` : `${head}>${children}</${tag}>`;
}
