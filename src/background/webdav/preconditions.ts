/** The DAV:error element (RFC 4918 §16): which named condition a refusal is about. Pure. */
import { brandAs, type Href } from "../../shared/brands.ts";
import { clark, dav } from "./names.ts";
import {
  childElements,
  firstChildNamed,
  isNamed,
  parseXml,
  textOf,
  type XmlParser,
} from "./xml.ts";

export interface Preconditions {
  /** Names as {@link clark} writes them. */
  readonly names: ReadonlySet<string>;
  /** The href inside one of them, e.g. the resource that already holds the UID (RFC 4791 §5.3.2.1). */
  readonly href: Href | null;
  /** True for an error element that names nothing: Google's way to say "too many requests". */
  readonly empty: boolean;
}

export const NO_PRECONDITIONS: Preconditions = { names: new Set(), href: null, empty: false };

export function readPreconditions(error: Element): Preconditions {
  const conditions = [...childElements(error)];
  const hrefs = conditions.flatMap((condition) => {
    const href = firstChildNamed(condition, dav("href"));
    return href ? [textOf(href).trim()] : [];
  });
  return {
    names: new Set(
      conditions.map(({ namespaceURI, localName }) =>
        clark({ namespace: namespaceURI ?? "", local: localName }),
      ),
    ),
    href: hrefs[0] ? brandAs<Href>(hrefs[0]) : null,
    empty: conditions.length === 0,
  };
}

/** Of a refusal's body. Anything that is not a DAV:error names nothing. */
export function parsePreconditions(body: string, parse: XmlParser): Preconditions {
  if (!/^\s*(?:\uFEFF\s*)?</.test(body) || !body.includes("error")) return NO_PRECONDITIONS;
  try {
    const root = parseXml(body, parse);
    return isNamed(root, dav("error")) ? readPreconditions(root) : NO_PRECONDITIONS;
  } catch {
    // An HTML error page or half an answer: the status says enough.
    return NO_PRECONDITIONS;
  }
}
