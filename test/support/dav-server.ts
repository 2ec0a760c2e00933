/**
 * What every CalDAV server under test offers to a test, whichever program it is: the way a second client
 * on another machine would see and change it. Plain requests, independent of the code under test.
 */

export interface CalendarProperties {
  readonly displayName?: string;
  /** `#rrggbb` */
  readonly color?: string;
  readonly description?: string;
  /** Default VEVENT and VTODO. */
  readonly components?: readonly string[];
}

export interface DavServer {
  /** `http://127.0.0.1:port/` */
  readonly url: string;
  readonly principalUrl: string;
  readonly homeUrl: string;
  readonly username: string;
  readonly password: string;
  /** @returns the collection's URL, with a trailing slash */
  createCalendar(name: string, properties?: CalendarProperties): Promise<string>;
  /** Unconditional PUT. `path` is an absolute URL or an absolute path. @returns the ETag, if one came */
  put(path: string, text: string): Promise<string | null>;
  /** The body as text, `null` for 404. */
  get(path: string): Promise<string | null>;
  /** Percent-decoded last path segments of a collection's members. */
  list(collection: string): Promise<string[]>;
  delete(path: string): Promise<void>;
  stop(): Promise<void>;
}

export interface DavLogin {
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

/** Plain HTTP access for tests. @throws Error with method, path and status for an unexpected answer */
export function plainAccess(
  login: DavLogin,
  homeUrl: string,
): Pick<DavServer, "createCalendar" | "put" | "get" | "list" | "delete"> {
  const authorization = `Basic ${Buffer.from(`${login.username}:${login.password}`, "utf8").toString("base64")}`;

  async function send(
    method: string,
    path: string,
    expected: readonly number[],
    init: { body?: string; headers?: Record<string, string> } = {},
  ): Promise<{ status: number; headers: Headers; text: string }> {
    const response = await fetch(new URL(path, login.url), {
      method,
      headers: { Authorization: authorization, ...init.headers },
      signal: AbortSignal.timeout(60_000),
      ...(init.body === undefined ? {} : { body: init.body }),
    });
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(await response.arrayBuffer());
    if (!expected.includes(response.status)) {
      throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 500)}`);
    }
    return { status: response.status, headers: response.headers, text };
  }

  return {
    async createCalendar(name, properties = {}) {
      const url = new URL(`${encodeURIComponent(name)}/`, homeUrl).href;
      await send("MKCALENDAR", url, [201], {
        body: mkcalendarBody(properties),
        headers: { "Content-Type": "application/xml; charset=utf-8" },
      });
      return url;
    },
    async put(path, text) {
      const { headers } = await send("PUT", path, [200, 201, 204], {
        body: text,
        headers: { "Content-Type": "text/calendar; charset=utf-8" },
      });
      return headers.get("etag");
    },
    async get(path) {
      const { status, text } = await send("GET", path, [200, 404]);
      return status === 404 ? null : text;
    },
    async list(collection) {
      const { text } = await send("PROPFIND", collection, [207], {
        body: '<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>',
        headers: { Depth: "1", "Content-Type": "application/xml; charset=utf-8" },
      });
      const base = new URL(collection, login.url);
      return [...text.matchAll(/<(?:\w+:)?href[^>]*>([^<]+)<\//g)]
        .map(([, href]) => new URL(unescapeXml(href ?? ""), base).pathname)
        .filter((pathname) => decodeURIComponent(pathname) !== decodeURIComponent(base.pathname))
        .map((pathname) => decodeURIComponent(pathname.replace(/\/$/, "").split("/").at(-1) ?? ""))
        .sort((a, b) => (a < b ? -1 : 1));
    },
    async delete(path) {
      await send("DELETE", path, [200, 204]);
    },
  };
}

function mkcalendarBody(properties: CalendarProperties): string {
  const components = (properties.components ?? ["VEVENT", "VTODO"])
    .map((name) => `<C:comp name="${name}"/>`)
    .join("");
  const parts = [
    properties.displayName === undefined
      ? ""
      : `<D:displayname>${escapeXml(properties.displayName)}</D:displayname>`,
    properties.description === undefined
      ? ""
      : `<C:calendar-description>${escapeXml(properties.description)}</C:calendar-description>`,
    properties.color === undefined
      ? ""
      : `<A:calendar-color>${escapeXml(properties.color)}</A:calendar-color>`,
    `<C:supported-calendar-component-set>${components}</C:supported-calendar-component-set>`,
  ];
  return (
    '<?xml version="1.0" encoding="utf-8"?>' +
    '<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:A="http://apple.com/ns/ical/">' +
    `<D:set><D:prop>${parts.join("")}</D:prop></D:set></C:mkcalendar>`
  );
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function unescapeXml(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
}
