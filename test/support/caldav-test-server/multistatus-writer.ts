/** Writes the XML of the test server's answers. */

export const NS = {
  D: "DAV:",
  C: "urn:ietf:params:xml:ns:caldav",
  CS: "http://calendarserver.org/ns/",
  A: "http://apple.com/ns/ical/",
} as const;

const DECLARATIONS = Object.entries(NS)
  .map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`)
  .join("");

export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

export interface Property {
  readonly namespace: string;
  readonly local: string;
}

function tag(property: Property, content: string): string {
  const prefix = Object.entries(NS).find(([, uri]) => uri === property.namespace)?.[0];
  const open = prefix
    ? `${prefix}:${property.local}`
    : `${property.local} xmlns="${escapeXml(property.namespace)}"`;
  const close = prefix ? `${prefix}:${property.local}` : property.local;
  return content === "" ? `<${open}/>` : `<${open}>${content}</${close}>`;
}

const REASON: Readonly<Record<number, string>> = {
  200: "OK",
  403: "Forbidden",
  404: "Not Found",
  507: "Insufficient Storage",
};

function statusLine(status: number): string {
  return `<D:status>HTTP/1.1 ${status} ${REASON[status] ?? "Status"}</D:status>`;
}

/**
 * @param status of the response as a whole, besides that of its properties; `null`: none
 * @param values the inner XML of each property; `null`: not there
 */
export function propstatResponse(
  href: string,
  status: number | null,
  values: readonly { readonly property: Property; readonly value: string | null }[],
): string {
  const found = values.filter(({ value }) => value !== null);
  const missing = values.filter(({ value }) => value === null);
  const propstat = (entries: typeof values, status: number) =>
    entries.length === 0
      ? ""
      : `<D:propstat><D:prop>${entries.map(({ property, value }) => tag(property, value ?? "")).join("")}</D:prop>${statusLine(status)}</D:propstat>`;
  // RFC 4918 §14.24: a response has at least one propstat; with nothing asked, an empty one.
  const empty = values.length === 0 ? `<D:propstat><D:prop/>${statusLine(200)}</D:propstat>` : "";
  return `<D:response><D:href>${escapeXml(href)}</D:href>${propstat(found, 200)}${propstat(missing, 404)}${empty}${status === null ? "" : statusLine(status)}</D:response>`;
}

export function statusResponse(href: string, status: number, inner = ""): string {
  return `<D:response><D:href>${escapeXml(href)}</D:href>${statusLine(status)}${inner}</D:response>`;
}

export function multistatus(responses: readonly string[], syncToken: string | null = null): string {
  const token = syncToken === null ? "" : `<D:sync-token>${escapeXml(syncToken)}</D:sync-token>`;
  return `<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus${DECLARATIONS}>${responses.join("\n")}${token}</D:multistatus>\n`;
}

/** @param condition inner XML, e.g. `<D:valid-sync-token/>` */
export function errorBody(condition: string): string {
  return `<?xml version="1.0" encoding="utf-8"?>\n<D:error${DECLARATIONS}>${condition}</D:error>\n`;
}
