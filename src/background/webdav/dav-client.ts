/**
 * WebDAV's verbs over a transport: sends, follows the status, reads the body. Every refusal becomes an AppError
 * (status-error.ts), except for writes, whose statuses the caller tells apart. Knows no CalDAV.
 */
import { AppError } from "../../shared/errors.ts";
import { decodeBody } from "../transport/body-text.ts";
import { parseRetryAfter } from "../transport/retry-after.ts";
import type { HttpResponse, Transport } from "../transport/transport.ts";
import { type Multistatus, parseMultistatus } from "./multistatus.ts";
import { dav, type QName } from "./names.ts";
import { type Preconditions, parsePreconditions } from "./preconditions.ts";
import { statusError } from "./status-error.ts";
import {
  node,
  platformXmlParser,
  prologEnd,
  writeXml,
  type XmlNode,
  type XmlParser,
} from "./xml.ts";

export type Depth = "0" | "1";

export interface DavClientOptions {
  readonly transport: Transport;
  readonly parseXml?: XmlParser | undefined;
  readonly now?: (() => number) | undefined;
}

/** A body with the headers that describe it. */
export interface TextResource {
  readonly text: string;
  readonly sizeBytes: number;
  readonly contentType: string | null;
  readonly header: (name: string) => string | null;
  readonly url: string;
}

/** The answer to PUT or DELETE, whatever its status. */
export interface WriteAnswer {
  readonly status: number;
  readonly preconditions: Preconditions;
  readonly header: (name: string) => string | null;
  readonly url: string;
  /** True when another address answered: what was sent on with 303 may have been done before (RFC 9110 §15.4.4). */
  readonly redirected: boolean;
  /** The beginning of a refusal's body: servers that know no preconditions say it in prose. */
  readonly excerpt: string;
  /** What this refusal is where the caller has no better reading. */
  readonly error: () => AppError;
}

/** Of a single event, with what is attached to it: more would make Thunderbird stutter whenever it is read. */
const LARGEST_RESOURCE = 32 * 1024 * 1024;

const XML_TYPE = "application/xml; charset=utf-8";

export class DavClient {
  readonly #transport: Transport;
  readonly #parseXml: XmlParser;
  readonly #now: () => number;

  constructor(options: DavClientOptions) {
    this.#transport = options.transport;
    this.#parseXml = options.parseXml ?? platformXmlParser;
    this.#now = options.now ?? Date.now;
  }

  /** RFC 4918 §9.1. @throws AppError as every method here; "not-caldav" for a web page */
  propfind(
    url: string,
    depth: Depth,
    properties: readonly QName[],
    signal: AbortSignal,
  ): Promise<Multistatus> {
    const body = node(dav("propfind"), [
      node(
        dav("prop"),
        properties.map((name) => node(name)),
      ),
    ]);
    return this.#multistatus("PROPFIND", url, depth, body, signal);
  }

  /** RFC 3253 §3.6 */
  report(url: string, depth: Depth, body: XmlNode, signal: AbortSignal): Promise<Multistatus> {
    return this.#multistatus("REPORT", url, depth, body, signal);
  }

  /** @returns `null` for 404 and 410 */
  async get(url: string, signal: AbortSignal): Promise<TextResource | null> {
    const headers = { Accept: "text/calendar, */*;q=0.1" };
    const maxBytes = LARGEST_RESOURCE;
    const response = await this.#transport.send({ method: "GET", url, headers, signal, maxBytes });
    if (response.status === 404 || response.status === 410) return null;
    if (response.status !== 200) throw this.#refusal("GET", url, response);
    const contentType = response.headers.get("content-type");
    return {
      text: decodeBody(response.bytes, contentType),
      sizeBytes: response.bytes.length,
      contentType,
      header: (name) => response.headers.get(name),
      url: response.url,
    };
  }

  put(
    url: string,
    text: string,
    contentType: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<WriteAnswer> {
    return this.#write("PUT", url, { ...headers, "Content-Type": contentType }, signal, text);
  }

  delete(
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<WriteAnswer> {
    return this.#write("DELETE", url, headers, signal);
  }

  /** RFC 4791 §5.3.1; or MKCOL with the same body for servers that know only that (RFC 5689). */
  async makeCollection(
    method: "MKCALENDAR" | "MKCOL",
    url: string,
    body: XmlNode,
    signal: AbortSignal,
  ): Promise<void> {
    const headers = { "Content-Type": XML_TYPE };
    const response = await this.#send(method, url, headers, signal, writeXml(body));
    if (response.status !== 200 && response.status !== 201) {
      throw this.#refusal(method, url, response);
    }
  }

  /** RFC 4918 §9.2. @returns the properties' statuses */
  async proppatch(url: string, body: XmlNode, signal: AbortSignal): Promise<Multistatus> {
    return await this.#multistatus("PROPPATCH", url, undefined, body, signal);
  }

  async #multistatus(
    method: string,
    url: string,
    depth: Depth | undefined,
    body: XmlNode,
    signal: AbortSignal,
  ): Promise<Multistatus> {
    const headers = {
      "Content-Type": XML_TYPE,
      Accept: "application/xml, text/xml",
      ...(depth === undefined ? {} : { Depth: depth }),
    };
    const response = await this.#send(method, url, headers, signal, writeXml(body));
    if (response.status === 207) {
      const text = decodeBody(response.bytes, response.headers.get("content-type"));
      if (looksLikeHtml(text)) throw notCalDav(url);
      return parseMultistatus(text, response.url, this.#parseXml);
    }
    // A plain 200 (or a redirect's 204) comes from something that does not know the method: a web page.
    if (response.status >= 200 && response.status < 400) throw notCalDav(url);
    throw this.#refusal(method, url, response);
  }

  async #write(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
    body?: string,
  ): Promise<WriteAnswer> {
    const response = await this.#send(method, url, headers, signal, body);
    const text = decodeBody(response.bytes, response.headers.get("content-type"));
    return {
      status: response.status,
      preconditions: parsePreconditions(text, this.#parseXml),
      header: (name) => response.headers.get(name),
      url: response.url,
      redirected: response.redirected,
      excerpt: text.slice(0, 2_000),
      error: () => this.#refusal(method, url, response),
    };
  }

  #send(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
    body?: string,
  ): Promise<HttpResponse> {
    return this.#transport.send({
      method,
      url,
      headers,
      signal,
      ...(body === undefined ? {} : { body }),
    });
  }

  #refusal(method: string, url: string, response: HttpResponse): AppError {
    const text = decodeBody(response.bytes, response.headers.get("content-type"));
    const { headers } = response;
    return statusError({
      status: response.status,
      method,
      url,
      preconditions: parsePreconditions(text, this.#parseXml),
      retryAfterMs: parseRetryAfter(headers.get("retry-after"), headers.get("date"), this.#now()),
    });
  }
}

/** A web page: a login form, a captive portal, an error page. Also what a GET of an event must never be. */
export function looksLikeHtml(text: string): boolean {
  const start = text.slice(0, 4_000);
  return /^<(?:!doctype\s+html|html|head|body)[\s>]/i.test(start.slice(prologEnd(start)));
}

export function notCalDav(url: string): AppError {
  const { host } = new URL(url);
  return new AppError("not-caldav", `${host} answered with a web page, not with a calendar.`, {
    hint: "Nothing was changed. Check the address; on a public network, log in to it with a web browser first.",
    retry: "after-user",
    details: { host },
  });
}
