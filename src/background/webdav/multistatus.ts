/**
 * A 207 body (RFC 4918 §13) → responses with the status of each and of each property. A response that breaks
 * the format is counted and left out; the others stay. Knows no CalDAV.
 */
import { brandAs, type Href } from "../../shared/brands.ts";
import { AppError } from "../../shared/errors.ts";
import { clark, dav, NAMESPACE, type QName } from "./names.ts";
import { readPlainResponses } from "./plain-responses.ts";
import { NO_PRECONDITIONS, type Preconditions, readPreconditions } from "./preconditions.ts";
import {
  childElements,
  childrenNamed,
  firstChildNamed,
  isNamed,
  parseXml,
  textOf,
  type XmlParser,
} from "./xml.ts";

export interface DavResponse {
  /** Without blanks around it; never empty. */
  readonly href: Href;
  /** Of the response itself; `null` when only its properties have one. */
  readonly status: number | null;
  readonly preconditions: Preconditions;
  /** The element of a property the server answered with a 2xx (or, as some do, without any) status. */
  property(name: QName): Element | undefined;
  /** All the text in a property that `property` gives; `undefined` without. */
  propertyText(name: QName): string | undefined;
  /** The elements right below a property that `property` gives. */
  elementsIn(name: QName): readonly Element[];
  /** The status of one property; `null` when it is not in the answer. */
  propertyStatus(name: QName): number | null;
}

export interface Multistatus {
  readonly responses: readonly DavResponse[];
  /** RFC 6578 §6.4; `null` without. */
  readonly syncToken: string | null;
  /** Hrefs are relative to it. */
  readonly url: string;
  /** Responses that could not be understood. */
  readonly malformed: number;
}

/** UTF-16 units from which on it pays to have responses looked for by WebAssembly. */
const LARGE = 16_384;

/** @throws AppError "protocol" when the body as a whole is no multistatus */
export function parseMultistatus(body: string, url: string, parse: XmlParser): Multistatus {
  const plain = body.length < LARGE ? null : readPlainly(body, url, parse);
  return plain ?? readAsDocument(body, url, parse);
}

/** `null` for what is not written as plainly as answers with many responses are. */
export function readPlainly(body: string, url: string, parse: XmlParser): Multistatus | null {
  const read = readPlainResponses(body, (part) =>
    childrenNamed(parseXml(part, parse), dav("response")).flatMap(readResponse),
  );
  return read && { ...read, url };
}

/** @throws AppError as {@link parseMultistatus} */
export function readAsDocument(body: string, url: string, parse: XmlParser): Multistatus {
  const root = parseXml(body, parse);
  if (!isNamed(root, dav("multistatus"))) {
    throw new AppError("protocol", "The server's answer is not what CalDAV prescribes.", {
      hint: "Nothing was changed. CalDAV Keeper tries again at the next sync.",
      retry: "later",
      details: { root: root.localName },
    });
  }
  const responses: DavResponse[] = [];
  let malformed = 0;
  for (const element of childrenNamed(root, dav("response"))) {
    const read = readResponse(element);
    if (read.length === 0) malformed++;
    else responses.push(...read);
  }
  const token = textOf(firstChildNamed(root, dav("sync-token"))).trim();
  return { responses, syncToken: token === "" ? null : token, url, malformed };
}

/** More than one for the form with several hrefs and one status (RFC 4918 §14.24). One pass: there are thousands. */
function readResponse(element: Element): DavResponse[] {
  const hrefs: string[] = [];
  let statusLine: Element | undefined;
  let error: Element | undefined;
  const found = new Map<string, { status: number | null; element: Element }>();
  for (const child of childElements(element)) {
    if (child.namespaceURI !== NAMESPACE.dav) continue;
    const name = child.localName;
    if (name === "href") hrefs.push(textOf(child).trim());
    else if (name === "status") statusLine ??= child;
    else if (name === "error") error ??= child;
    else if (name === "propstat") readPropstat(child, found);
  }
  const status = parseStatusLine(textOf(statusLine));
  const preconditions = error ? readPreconditions(error) : NO_PRECONDITIONS;
  const granted = (name: QName): Element | undefined => {
    const entry = found.get(clark(name));
    return entry && isGranted(entry.status) ? entry.element : undefined;
  };
  return hrefs
    .filter((href) => href !== "")
    .map((href) => ({
      href: brandAs<Href>(href),
      status,
      preconditions,
      property: granted,
      propertyText: (name) => granted(name)?.textContent ?? undefined,
      elementsIn(name) {
        const property = granted(name);
        return property ? [...childElements(property)] : [];
      },
      propertyStatus(name) {
        const entry = found.get(clark(name));
        return entry ? (entry.status ?? 200) : null;
      },
    }));
}

/** The same property may come twice, refused and granted: granted counts. */
function readPropstat(
  propstat: Element,
  found: Map<string, { status: number | null; element: Element }>,
): void {
  const status = parseStatusLine(textOf(firstChildNamed(propstat, dav("status"))));
  for (const prop of childrenNamed(propstat, dav("prop"))) {
    for (const element of childElements(prop)) {
      const key = clark({ namespace: element.namespaceURI ?? "", local: element.localName });
      if (!isGranted(found.get(key)?.status)) found.set(key, { status, element });
    }
  }
}

/** A property without a status was answered: some servers leave it out. `undefined`: not answered at all. */
function isGranted(status: number | null | undefined): boolean {
  return status === null || (status !== undefined && status >= 200 && status < 300);
}

/** `HTTP/1.1 200 OK`; some servers write only the number. `null` for anything else. */
export function parseStatusLine(line: string): number | null {
  const match = /^\s*(?:HTTP\/\d(?:\.\d)?\s+)?(\d{3})\b/.exec(line);
  return match ? Number(match[1]) : null;
}
