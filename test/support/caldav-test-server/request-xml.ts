/**
 * Just enough XML to read what a CalDAV client sends: elements with namespaces, attributes and text; references,
 * CDATA, comments and declarations. Independent of the parser under test.
 */

export interface RequestElement {
  readonly namespace: string;
  readonly local: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly RequestElement[];
  readonly text: string;
}

interface Open {
  element: RequestElement & { children: RequestElement[]; text: string };
  prefixes: Map<string, string>;
}

const TOKEN =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<\/([^\s>]+)\s*>|<([^\s/>!?]+)((?:\s+[^\s=/>]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/g;

/** @throws Error for what is not well-formed enough to understand */
export function readRequestXml(source: string): RequestElement {
  const root: Open = {
    element: { namespace: "", local: "", attributes: new Map(), children: [], text: "" },
    prefixes: new Map([["", ""]]),
  };
  const stack: Open[] = [root];
  let consumed = 0;
  for (const match of source.matchAll(TOKEN)) {
    if (match.index !== consumed) throw new Error(`no XML at ${consumed}`);
    consumed += match[0].length;
    const top = stack.at(-1);
    if (!top) throw new Error("text after the end");
    const [, cdata, closing, opening, attributes, selfClosing, text] = match;
    if (cdata !== undefined) top.element.text += cdata;
    else if (text !== undefined) top.element.text += unescapeXml(text);
    else if (closing !== undefined) stack.pop();
    else if (opening !== undefined) {
      const open = openElement(opening, attributes ?? "", top.prefixes);
      top.element.children.push(open.element);
      if (selfClosing === "") stack.push(open);
    }
  }
  const [only] = root.element.children;
  if (consumed !== source.length || stack.length !== 1 || !only) throw new Error("unfinished XML");
  return only;
}

function openElement(tag: string, attributeText: string, inherited: Map<string, string>): Open {
  const attributes = new Map<string, string>();
  const prefixes = new Map(inherited);
  for (const [, name = "", double, single] of attributeText.matchAll(
    /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g,
  )) {
    const value = unescapeXml(double ?? single ?? "");
    if (name === "xmlns") prefixes.set("", value);
    else if (name.startsWith("xmlns:")) prefixes.set(name.slice(6), value);
    else attributes.set(name, value);
  }
  const [prefix, local] = tag.includes(":") ? tag.split(":", 2) : ["", tag];
  const namespace = prefixes.get(prefix ?? "");
  if (namespace === undefined) throw new Error(`prefix ${prefix} means nothing`);
  const element = { namespace, local: local ?? "", attributes, children: [], text: "" };
  return { element, prefixes };
}

function unescapeXml(text: string): string {
  return text.replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, name: string) => {
    if (name.startsWith("#x")) return String.fromCodePoint(Number.parseInt(name.slice(2), 16));
    if (name.startsWith("#")) return String.fromCodePoint(Number(name.slice(1)));
    return { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }[name] ?? whole;
  });
}

/** The first child of this name, in whatever namespace. */
export function child(
  element: RequestElement | undefined,
  local: string,
): RequestElement | undefined {
  return element?.children.find((one) => one.local === local);
}

export function childrenOf(element: RequestElement, local: string): RequestElement[] {
  return element.children.filter((one) => one.local === local);
}

/** The properties that a request names. */
export function propertiesIn(
  element: RequestElement,
): Pick<RequestElement, "namespace" | "local">[] {
  return (child(element, "prop")?.children ?? []).map(({ namespace, local }) => ({
    namespace,
    local,
  }));
}
