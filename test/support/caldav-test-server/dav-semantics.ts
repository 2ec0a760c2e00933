/**
 * The test server's answers: a request on the store, under the standing misbehaviours, to a status with a body.
 * RFC 4918, 4791, 6578, 5397; no HTTP, no authentication, no faults of single requests in here.
 */
import type { CalendarProperties } from "../dav-server.ts";
import {
  type CalendarFacts,
  StoredCalendar,
  type StoredResource,
  uidOf,
} from "./calendar-store.ts";
import type { Misbehaviours } from "./misbehaviour.ts";
import {
  errorBody,
  escapeXml,
  multistatus,
  NS,
  type Property,
  propstatResponse,
  statusResponse,
} from "./multistatus-writer.ts";
import { child, childrenOf, type RequestElement, readRequestXml } from "./request-xml.ts";

export interface DavRequest {
  readonly method: string;
  /** Path segments, decoded. */
  readonly segments: readonly string[];
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface DavAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

type Target =
  | { readonly kind: "root" | "principal" | "home" | "unknown" }
  | { readonly kind: "calendar"; readonly calendar: StoredCalendar }
  | { readonly kind: "no-calendar"; readonly name: string }
  | { readonly kind: "resource"; readonly calendar: StoredCalendar; readonly name: string };

const XML = { "Content-Type": "application/xml; charset=utf-8" };
const PLAIN = { "Content-Type": "text/plain; charset=utf-8" };

export class DavSemantics {
  readonly username: string;
  readonly calendars = new Map<string, StoredCalendar>();
  #misbehaviours: () => Misbehaviours;
  #revision = 0;

  constructor(username: string, misbehaviours: () => Misbehaviours) {
    this.username = username;
    this.#misbehaviours = misbehaviours;
  }

  get #is(): Misbehaviours {
    return this.#misbehaviours();
  }

  makeCalendar(name: string, properties: CalendarProperties = {}): StoredCalendar {
    const facts: CalendarFacts = {
      displayName: properties.displayName ?? name,
      color: properties.color ?? null,
      description: properties.description ?? "",
      components: properties.components ?? ["VEVENT", "VTODO"],
    };
    const calendar = new StoredCalendar(name, facts, () => ++this.#revision);
    this.calendars.set(name, calendar);
    return calendar;
  }

  answer(request: DavRequest): DavAnswer {
    const target = this.#locate(request.segments);
    try {
      switch (request.method) {
        case "OPTIONS":
          return {
            status: 200,
            headers: {
              DAV: "1, 3, access-control, calendar-access, extended-mkcol",
              Allow:
                "OPTIONS, GET, HEAD, PUT, DELETE, PROPFIND, PROPPATCH, REPORT, MKCALENDAR, MKCOL",
            },
          };
        case "PROPFIND":
          return this.#propfind(target, request);
        case "PROPPATCH":
          return this.#proppatch(target, request);
        case "REPORT":
          return this.#report(target, request);
        case "GET":
        case "HEAD":
          return this.#get(target);
        case "PUT":
          return this.#put(target, request);
        case "DELETE":
          return this.#delete(target, request);
        case "MKCALENDAR":
        case "MKCOL":
          return this.#makeCollection(target, request);
        default:
          return { status: 405 };
      }
    } catch (error) {
      return { status: 400, headers: PLAIN, body: String(error) };
    }
  }

  #locate(segments: readonly string[]): Target {
    const [dav, area, user, calendarName, name] = segments;
    if (segments.length === 0 || (dav === "dav" && segments.length === 1)) return { kind: "root" };
    if (dav !== "dav" || user !== this.username) return { kind: "unknown" };
    if (area === "principals" && segments.length === 3) return { kind: "principal" };
    if (area !== "calendars" || segments.length > 5) return { kind: "unknown" };
    if (calendarName === undefined) return { kind: "home" };
    const calendar = this.calendars.get(calendarName);
    if (!calendar) {
      return segments.length === 4
        ? { kind: "no-calendar", name: calendarName }
        : { kind: "unknown" };
    }
    return name === undefined
      ? { kind: "calendar", calendar }
      : { kind: "resource", calendar, name };
  }

  // Hrefs and tags ------------------------------------------------------------------------------------------

  #encode(segment: string): string {
    const { hrefEncoding } = this.#is;
    if (hrefEncoding === "standard") return encodeURIComponent(segment);
    const escaped = [...Buffer.from(segment, "utf8")].map((byte) => {
      const character = String.fromCharCode(byte);
      const bare = hrefEncoding === "lower-case" && /[A-Za-z0-9._~@+:-]/.test(character);
      return bare ? character : `%${byte.toString(16).padStart(2, "0")}`;
    });
    return escaped.join("");
  }

  #href(...segments: string[]): string {
    const host = this.#is.foreignHrefs ? "http://backend.invalid:8080" : "";
    return `${host}/${segments.map((segment) => this.#encode(segment)).join("/")}`;
  }

  #homeHref(): string {
    return `${this.#href("dav", "calendars", this.username)}/`;
  }

  #calendarHref(calendar: StoredCalendar): string {
    return `${this.#href("dav", "calendars", this.username, calendar.name)}/`;
  }

  #resourceHref(calendar: StoredCalendar, name: string): string {
    return this.#href("dav", "calendars", this.username, calendar.name, name);
  }

  /** As it is told to clients. */
  etagOf(resource: StoredResource): string | null {
    if (this.#is.noETags) return null;
    const strong = `"r${resource.revision}"`;
    return this.#is.weakETags === "no" ? strong : `W/${strong}`;
  }

  #tokenOf(calendar: StoredCalendar, revision: number): string {
    return `urn:keeper-test:${calendar.incarnation}:${revision}`;
  }

  // PROPFIND and PROPPATCH ----------------------------------------------------------------------------------

  #propfind(target: Target, request: DavRequest): DavAnswer {
    const asked = askedProperties(request.body);
    const depth = String(request.headers.depth ?? "infinity");
    if (depth === "infinity")
      return { status: 403, headers: XML, body: errorBody("<D:propfind-finite-depth/>") };
    const deep = depth === "1";
    const responses: string[] = [];
    const add = (href: string, one: Target) =>
      responses.push(
        propstatResponse(
          href,
          asked.map((property) => ({ property, value: this.#property(one, property) })),
        ),
      );
    switch (target.kind) {
      case "unknown":
      case "no-calendar":
        return { status: 404 };
      case "root":
        add("/dav/", target);
        break;
      case "principal":
        add(`${this.#href("dav", "principals", this.username)}/`, target);
        break;
      case "home":
        add(this.#homeHref(), target);
        if (deep) {
          for (const calendar of this.calendars.values()) {
            add(this.#calendarHref(calendar), { kind: "calendar", calendar });
          }
        }
        break;
      case "calendar": {
        const { calendar } = target;
        add(this.#calendarHref(calendar), target);
        if (deep && !this.#is.listsNothing) {
          for (const name of calendar.resources.keys()) {
            add(this.#resourceHref(calendar, name), { kind: "resource", calendar, name });
          }
        }
        break;
      }
      case "resource":
        if (!target.calendar.resources.has(target.name)) return { status: 404 };
        add(this.#resourceHref(target.calendar, target.name), target);
    }
    return { status: 207, headers: XML, body: multistatus(responses) };
  }

  /** Inner XML; `null` for a property the target does not have. */
  #property(target: Target, { namespace, local }: Property): string | null {
    const key = `${namespace} ${local}`;
    switch (key) {
      case `${NS.D} current-user-principal`:
        return `<D:href>${this.#href("dav", "principals", this.username)}/</D:href>`;
      case `${NS.D} resourcetype`:
        return resourceType(target);
    }
    if (target.kind === "principal") return this.#principalProperty(key);
    if (target.kind === "calendar") return this.#calendarProperty(target.calendar, key);
    if (target.kind === "resource") {
      const resource = target.calendar.resources.get(target.name);
      return resource ? this.#resourceProperty(resource, key) : null;
    }
    return null;
  }

  #principalProperty(key: string): string | null {
    switch (key) {
      case `${NS.C} calendar-home-set`:
        return `<D:href>${this.#homeHref()}</D:href>`;
      case `${NS.D} displayname`:
        return escapeXml(this.username);
      case `${NS.C} calendar-user-address-set`:
        return `<D:href>mailto:${escapeXml(this.username)}@example.org</D:href>`;
      default:
        return null;
    }
  }

  #calendarProperty(calendar: StoredCalendar, key: string): string | null {
    const { facts } = calendar;
    switch (key) {
      case `${NS.D} displayname`:
        return escapeXml(facts.displayName);
      case `${NS.C} calendar-description`:
        return escapeXml(facts.description);
      case `${NS.A} calendar-color`:
        return facts.color === null ? null : escapeXml(facts.color);
      case `${NS.C} supported-calendar-component-set`:
        return facts.components.map((name) => `<C:comp name="${escapeXml(name)}"/>`).join("");
      case `${NS.D} current-user-privilege-set`:
        return (this.#is.readOnlyRights ? ["read"] : ["read", "write"])
          .map((name) => `<D:privilege><D:${name}/></D:privilege>`)
          .join("");
      case `${NS.CS} getctag`:
        return this.#is.noCtag ? null : `"c${calendar.revision}"`;
      case `${NS.D} sync-token`:
        return this.#is.noSyncCollection ? null : this.#tokenOf(calendar, calendar.revision);
      case `${NS.D} supported-report-set`:
        return this.#supportedReports();
      default:
        return null;
    }
  }

  #supportedReports(): string {
    const reports = ["C:calendar-multiget", "C:calendar-query"];
    if (!this.#is.noSyncCollection) reports.push("D:sync-collection");
    return reports
      .map((name) => `<D:supported-report><D:report><${name}/></D:report></D:supported-report>`)
      .join("");
  }

  #resourceProperty(resource: StoredResource, key: string): string | null {
    switch (key) {
      case `${NS.D} getetag`: {
        const etag = this.etagOf(resource);
        return etag === null ? null : escapeXml(etag);
      }
      case `${NS.D} getcontenttype`:
        return escapeXml(resource.contentType);
      case `${NS.D} getcontentlength`:
        return String(resource.bytes.length);
      case `${NS.C} calendar-data`: {
        const text = resource.bytes.toString("utf8");
        return escapeXml(this.#is.multigetDiffers ? refold(text) : text);
      }
      default:
        return null;
    }
  }

  #proppatch(target: Target, request: DavRequest): DavAnswer {
    if (target.kind !== "calendar") return { status: target.kind === "home" ? 403 : 404 };
    if (this.#is.forbidWrites) return { status: 403 };
    const update = readRequestXml(request.body.toString("utf8"));
    const properties = childrenOf(update, "set").flatMap(
      (set) => child(set, "prop")?.children ?? [],
    );
    const refused = properties.filter((property) => !setFact(target.calendar.facts, property));
    const href = this.#calendarHref(target.calendar);
    const values = properties.map((property) => ({
      property,
      value: refused.includes(property) ? null : "",
    }));
    return { status: 207, headers: XML, body: multistatus([propstatResponse(href, values)]) };
  }

  // REPORT --------------------------------------------------------------------------------------------------

  #report(target: Target, request: DavRequest): DavAnswer {
    if (target.kind !== "calendar") return { status: target.kind === "unknown" ? 404 : 403 };
    const report = readRequestXml(request.body.toString("utf8"));
    switch (report.local) {
      case "sync-collection":
        return this.#syncCollection(target.calendar, report);
      case "calendar-multiget":
        return this.#multiget(target.calendar, report);
      case "calendar-query":
        return this.#query(target.calendar, report);
      default:
        return { status: 403, headers: XML, body: errorBody("<D:supported-report/>") };
    }
  }

  #syncCollection(calendar: StoredCalendar, report: RequestElement): DavAnswer {
    if (this.#is.noSyncCollection) {
      return { status: 403, headers: XML, body: errorBody("<D:supported-report/>") };
    }
    const token = child(report, "sync-token")?.text.trim() ?? "";
    const since = token === "" ? 0 : this.#revisionOf(calendar, token);
    if (since === undefined) return this.#tokenRefused();
    const asked = propertiesIn(report);
    // Without a token only what is there counts (RFC 6578 §3.4).
    const changes = this.#is.listsNothing
      ? []
      : calendar.changesAfter(since).filter(({ removed }) => token !== "" || !removed);
    const page = changes.slice(0, this.#is.pageSize ?? changes.length);
    const cut = page.length < changes.length;
    const responses = page.map(({ name, removed }) => {
      const href = this.#resourceHref(calendar, name);
      if (removed) return statusResponse(href, 404);
      const resource: Target = { kind: "resource", calendar, name };
      return propstatResponse(
        href,
        asked.map((property) => ({ property, value: this.#property(resource, property) })),
      );
    });
    if (cut) {
      const reason = "<D:error><D:number-of-matches-within-limits/></D:error>";
      responses.push(statusResponse(this.#calendarHref(calendar), 507, reason));
    }
    const reached = cut ? (page.at(-1)?.revision ?? since) : calendar.revision;
    const newToken = cut && this.#is.pageWithoutToken ? null : this.#tokenOf(calendar, reached);
    return { status: 207, headers: XML, body: multistatus(responses, newToken) };
  }

  /** `undefined` for a token that is not, or no longer, this calendar's. */
  #revisionOf(calendar: StoredCalendar, token: string): number | undefined {
    const [, incarnation, revision] = /^urn:keeper-test:(\d+):(\d+)$/.exec(token) ?? [];
    if (Number(incarnation) !== calendar.incarnation) return undefined;
    const since = Number(revision);
    return since < calendar.oldestToken || since > calendar.revision ? undefined : since;
  }

  #tokenRefused(): DavAnswer {
    const { expiredToken } = this.#is;
    if (expiredToken === "400-plain") return { status: 400, headers: PLAIN, body: "Bad token" };
    return { status: expiredToken, headers: XML, body: errorBody("<D:valid-sync-token/>") };
  }

  #multiget(calendar: StoredCalendar, report: RequestElement): DavAnswer {
    const asked = propertiesIn(report);
    const { multigetOmits, multigetNotFound } = this.#is;
    const responses: string[] = [];
    for (const { text } of childrenOf(report, "href")) {
      const pathname = new URL(text.trim(), "http://localhost").pathname;
      const name = decodeURIComponent(pathname.split("/").at(-1) ?? "");
      if (multigetOmits.includes(name)) continue;
      // RFC 4791 §7.9: every href asked for is answered, with its own spelling or the server's.
      const href = this.#resourceHref(calendar, name);
      const resource = calendar.resources.get(name);
      if (!resource || multigetNotFound.includes(name)) {
        responses.push(statusResponse(href, 404));
        continue;
      }
      responses.push(
        propstatResponse(
          href,
          asked.map((property) => ({
            property,
            value: this.#property({ kind: "resource", calendar, name }, property),
          })),
        ),
      );
    }
    return { status: 207, headers: XML, body: multistatus(responses) };
  }

  /** Filters by component name and by the UID's text only; the rest of a filter is taken as met. */
  #query(calendar: StoredCalendar, report: RequestElement): DavAnswer {
    const asked = propertiesIn(report);
    const component = child(child(child(report, "filter"), "comp-filter"), "comp-filter");
    const uid = component
      ? childrenOf(component, "prop-filter")
          .filter((filter) => filter.attributes.get("name") === "UID")
          .map((filter) => child(filter, "text-match")?.text)[0]
      : undefined;
    const wanted = component?.attributes.get("name");
    const responses = [...calendar.resources]
      .filter(([, { bytes }]) => {
        const text = bytes.toString("utf8");
        if (wanted !== undefined && !text.includes(`BEGIN:${wanted}`)) return false;
        return uid === undefined || (uidOf(text) ?? "").includes(uid);
      })
      .map(([name]) =>
        propstatResponse(
          this.#resourceHref(calendar, name),
          asked.map((property) => ({
            property,
            value: this.#property({ kind: "resource", calendar, name }, property),
          })),
        ),
      );
    return { status: 207, headers: XML, body: multistatus(responses) };
  }

  // Single resources ----------------------------------------------------------------------------------------

  #get(target: Target): DavAnswer {
    if (target.kind !== "resource") {
      return target.kind === "unknown" || target.kind === "no-calendar"
        ? { status: 404 }
        : { status: 405 };
    }
    const resource = target.calendar.resources.get(target.name);
    if (!resource) return { status: 404 };
    const etag = this.etagOf(resource);
    return {
      status: 200,
      headers: {
        "Content-Type": resource.contentType,
        ...(etag === null ? {} : { ETag: etag }),
      },
      body: resource.bytes,
    };
  }

  #put(target: Target, request: DavRequest): DavAnswer {
    if (target.kind !== "resource") return { status: target.kind === "unknown" ? 409 : 405 };
    if (this.#is.forbidWrites) return needPrivileges();
    const { calendar, name } = target;
    const existing = calendar.resources.get(name);
    if (!this.#preconditionHolds(request, existing)) return { status: 412 };
    const text = request.body.toString("utf8");
    if (!/^\uFEFF?BEGIN:VCALENDAR/i.test(text)) {
      return { status: 403, headers: XML, body: errorBody("<C:valid-calendar-data/>") };
    }
    const uid = uidOf(text);
    const holder = uid === undefined ? undefined : calendar.holderOf(uid, name);
    if (holder !== undefined && this.#is.duplicateUid !== "accepted") {
      return this.#uidRefused(calendar, holder);
    }
    const bytes = this.#is.rewritesBodies ? Buffer.from(rewrite(text), "utf8") : request.body;
    const stored = calendar.write(name, bytes);
    const etag = this.#is.putWithoutETag ? null : this.etagOf(stored);
    return { status: existing ? 204 : 201, headers: etag === null ? {} : { ETag: etag } };
  }

  #uidRefused(calendar: StoredCalendar, holder: string): DavAnswer {
    const status = this.#is.duplicateUid;
    switch (status) {
      case 400:
        return {
          status,
          headers: XML,
          body: `<?xml version="1.0" encoding="utf-8"?>\n<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>Sabre\\DAV\\Exception\\BadRequest</s:exception><s:message>Calendar object with uid already exists in this calendar collection.</s:message></d:error>`,
        };
      case 412:
        return { status };
      case 409:
        return { status, headers: XML, body: errorBody("<C:no-uid-conflict/>") };
      default: {
        const href = `<D:href>${escapeXml(this.#resourceHref(calendar, holder))}</D:href>`;
        const body = errorBody(`<C:no-uid-conflict>${href}</C:no-uid-conflict>`);
        return { status: 403, headers: XML, body };
      }
    }
  }

  #delete(target: Target, request: DavRequest): DavAnswer {
    if (target.kind === "calendar") {
      if (this.#is.forbidWrites) return needPrivileges();
      this.calendars.delete(target.calendar.name);
      return { status: 204 };
    }
    if (target.kind !== "resource") return { status: 404 };
    if (this.#is.forbidWrites) return needPrivileges();
    const existing = target.calendar.resources.get(target.name);
    if (!existing) return { status: 404 };
    if (!this.#preconditionHolds(request, existing)) return { status: 412 };
    target.calendar.remove(target.name);
    return { status: 204 };
  }

  /** RFC 9110 §13.1: If-Match compares strongly, If-None-Match weakly. */
  #preconditionHolds({ headers }: DavRequest, existing: StoredResource | undefined): boolean {
    const ifMatch = headers["if-match"];
    const ifNoneMatch = headers["if-none-match"];
    const strong = existing && this.#is.weakETags !== "always" ? `"r${existing.revision}"` : null;
    if (typeof ifMatch === "string") {
      if (!existing) return false;
      if (ifMatch.trim() !== "*" && (strong === null || !listed(ifMatch, strong))) return false;
    }
    if (typeof ifNoneMatch === "string" && existing) {
      if (ifNoneMatch.trim() === "*") return false;
      if (listed(ifNoneMatch.replaceAll("W/", ""), `"r${existing.revision}"`)) return false;
    }
    return true;
  }

  #makeCollection(target: Target, request: DavRequest): DavAnswer {
    if (target.kind === "calendar") return { status: 405 };
    if (target.kind !== "no-calendar") return { status: 409 };
    if (this.#is.forbidWrites) return needPrivileges();
    const { facts } = this.makeCalendar(target.name);
    if (request.body.length > 0) {
      const body = readRequestXml(request.body.toString("utf8"));
      for (const property of child(child(body, "set"), "prop")?.children ?? []) {
        setFact(facts, property);
      }
    }
    return { status: 201 };
  }
}

function needPrivileges(): DavAnswer {
  return { status: 403, headers: XML, body: errorBody("<D:need-privileges/>") };
}

function listed(header: string, tag: string): boolean {
  return header
    .split(",")
    .map((one) => one.trim())
    .includes(tag);
}

function resourceType(target: Target): string {
  switch (target.kind) {
    case "principal":
      return "<D:collection/><D:principal/>";
    case "calendar":
      return "<D:collection/><C:calendar/>";
    case "resource":
      return "";
    default:
      return "<D:collection/>";
  }
}

function askedProperties(body: Buffer): Property[] {
  if (body.length === 0) {
    return ["resourcetype", "displayname", "getetag", "getcontenttype"].map((local) => ({
      namespace: NS.D,
      local,
    }));
  }
  return propertiesIn(readRequestXml(body.toString("utf8")));
}

function propertiesIn(element: RequestElement): Property[] {
  return (child(element, "prop")?.children ?? []).map(({ namespace, local }) => ({
    namespace,
    local,
  }));
}

/** @returns false for a property that cannot be set */
function setFact(facts: CalendarFacts, property: RequestElement): boolean {
  switch (property.local) {
    case "displayname":
      facts.displayName = property.text;
      return true;
    case "calendar-color":
      facts.color = property.text;
      return true;
    case "calendar-description":
      facts.description = property.text;
      return true;
    case "supported-calendar-component-set":
      facts.components = childrenOf(property, "comp").map(
        (component) => component.attributes.get("name") ?? "",
      );
      return true;
    default:
      return property.local === "resourcetype";
  }
}

/** What re-serialising servers do: another product id, and one more property. */
function rewrite(text: string): string {
  return text
    .replace(/^PRODID:.*$/m, "PRODID:-//Rewriting Test Server//EN\r")
    .replace(/^END:(VEVENT|VTODO)/m, "X-REWRITTEN:TRUE\r\nEND:$1");
}

/** The same object folded at another column. */
function refold(text: string): string {
  return text
    .replace(/\r?\n[ \t]/g, "")
    .replace(/^.{41,}$/gm, (line) => line.replace(/.{40}(?=.)/gu, "$&\r\n "));
}
