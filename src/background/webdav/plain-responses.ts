/**
 * The responses of a large multistatus answer, found by responses.as and read without a document object: the answers of servers
 * are written alike, and ten thousand times four elements made and freed are most of what reading them costs.
 */
import { brandAs, type Href } from "../../shared/brands.ts";
import type { DavResponse, Multistatus } from "./multistatus.ts";
import { caldav, dav, type QName } from "./names.ts";
import { NO_PRECONDITIONS } from "./preconditions.ts";
import { compileResponses, type ResponseFinder, type ResponseTable } from "./responses-engine.ts";

/** Responses read each as a document of its own; where there are more, the answer is not one of the usual kind. */
const MOST_UNUSUAL = 16;

/** As in responses.as: numbers a record, and where in it what stands. */
const RECORD = 32;
const ROOT_NAME_END = 2;
const TOKEN = 3;
const START = 1;
const END = 2;
const STATUS = 3;
const HREF = 4;
const PROPERTIES = 7;
const PROPERTY = 4;

/** In the order of responses.as. */
const NAMES: readonly QName[] = [
  ...[dav("getetag"), dav("resourcetype"), dav("getcontenttype"), dav("getcontentlength")],
  ...[caldav("calendar-data"), caldav("schedule-tag")],
];
const PLACES: ReadonlyMap<string, number> = new Map(
  NAMES.map(({ local }, index) => [local, PROPERTIES + index * PROPERTY]),
);

/** `null`: there is no WebAssembly here. */
let compiled: ResponseFinder | null | undefined;

/**
 * @param readDocument responses of a whole multistatus document, which holds one
 * @returns `null` for what is not written plainly, well-formed or not
 */
export function readPlainResponses(
  body: string,
  readDocument: (document: string) => DavResponse[],
): Omit<Multistatus, "url"> | null {
  if (compiled === undefined) compiled = compiledOrNull();
  const found = compiled?.find(body);
  if (!found) return null;
  const { table, count } = found;
  const responses: DavResponse[] = [];
  let malformed = 0;
  let unusual = 0;
  for (let index = 1; index < count; index++) {
    const at = index * RECORD;
    if (table[at] === 0) {
      const href = textAt(found, at + HREF).trim();
      if (href === "") malformed++;
      else responses.push(new PlainResponse(found, at, brandAs<Href>(href), readDocument));
      continue;
    }
    if (++unusual > MOST_UNUSUAL) return null;
    const read = readDocument(documentOf(found, at));
    if (read.length === 0) malformed++;
    else responses.push(...read);
  }
  const token = textAt(found, TOKEN).trim();
  return { responses, syncToken: token === "" ? null : token, malformed };
}

function compiledOrNull(): ResponseFinder | null {
  try {
    return compileResponses();
  } catch {
    return null;
  }
}

/** A multistatus that holds nothing but one response. */
function documentOf({ text, table }: ResponseTable, at: number): string {
  const [start, end] = [table[0], table[1]];
  const name = text.slice((start ?? 0) + 1, table[ROOT_NAME_END]);
  return `${text.slice(start, end)}${text.slice(table[at + START], table[at + END])}</${name}>`;
}

/** @param at where a start, an end, and whether there is something to decode stand */
function textAt({ text, table }: ResponseTable, at: number): string {
  const raw = text.slice(table[at], table[at + 1]);
  return table[at + 2] === 0 ? raw : decoded(raw);
}

/** XML 1.0 §2.11 and §4.1, for references known to be good. */
export function decoded(raw: string): string {
  let text = raw.includes("\r") ? raw.replaceAll("\r\n", "\n").replaceAll("\r", "\n") : raw;
  if (!text.includes("&")) return text;
  // What servers write by the thousand, by the engine's own searches; "&" last, so that nothing is decoded twice.
  text = text.replaceAll("&#13;", "\r").replaceAll("&lt;", "<").replaceAll("&gt;", ">");
  text = text.replaceAll("&quot;", '"').replaceAll("&apos;", "'");
  if (!text.includes("&#")) return text.replaceAll("&amp;", "&");
  return text.replace(
    /&(?:amp|#(?:x([0-9a-fA-F]+)|(\d+)));/g,
    (_, hex?: string, digits?: string) =>
      hex === undefined && digits === undefined
        ? "&"
        : String.fromCodePoint(Number.parseInt(hex ?? digits ?? "", hex === undefined ? 10 : 16)),
  );
}

class PlainResponse implements DavResponse {
  readonly href: Href;
  readonly preconditions = NO_PRECONDITIONS;
  readonly #found: ResponseTable;
  readonly #at: number;
  readonly #readDocument: (document: string) => DavResponse[];

  constructor(
    found: ResponseTable,
    at: number,
    href: Href,
    readDocument: (document: string) => DavResponse[],
  ) {
    this.#found = found;
    this.#at = at;
    this.href = href;
    this.#readDocument = readDocument;
  }

  get status(): number | null {
    return this.#found.table[this.#at + STATUS] || null;
  }

  property(name: QName): Element | undefined {
    if (this.#granted(name) === undefined) return undefined;
    return this.#readDocument(documentOf(this.#found, this.#at))[0]?.property(name);
  }

  propertyText(name: QName): string | undefined {
    const place = this.#granted(name);
    return place === undefined ? undefined : textAt(this.#found, place);
  }

  /** A response whose properties hold elements is no plain one. */
  elementsIn(): readonly Element[] {
    return NO_ELEMENTS;
  }

  propertyStatus(name: QName): number | null {
    const place = this.#placeOf(name);
    const status = place === undefined ? -1 : (this.#found.table[place + 3] ?? -1);
    return status === -1 ? null : status || 200;
  }

  #granted(name: QName): number | undefined {
    const status = this.propertyStatus(name);
    return status !== null && status >= 200 && status < 300 ? this.#placeOf(name) : undefined;
  }

  #placeOf({ namespace, local }: QName): number | undefined {
    const place = PLACES.get(local);
    if (place === undefined) return undefined;
    const known = NAMES[(place - PROPERTIES) / PROPERTY];
    return known?.namespace === namespace ? this.#at + place : undefined;
  }
}

const NO_ELEMENTS: readonly Element[] = [];
