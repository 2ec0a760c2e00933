/**
 * The test server's answers: a request on the store, under the standing misbehaviours, to a status with a body.
 * RFC 4918, 4791, 6578, 5397; no HTTP, no authentication, no faults of single requests in here.
 */
import type { CalendarProperties } from "../dav-server.ts";
import { type CalendarFacts, StoredCalendar, type StoredResource } from "./calendar-store.ts";
import type { Misbehaviours } from "./misbehaviour.ts";
import {
  errorBody,
  multistatus,
  NS,
  type Property,
  propstatResponse,
} from "./multistatus-writer.ts";
import { answerOutbox, OUTBOX } from "./outbox.ts";
import { Reports } from "./reports.ts";
import {
  child,
  childrenOf,
  propertiesIn,
  type RequestElement,
  readRequestXml,
} from "./request-xml.ts";
import { needPrivileges, ResourceWrites } from "./resource-writes.ts";
import { ShownProperties, type Target } from "./shown-properties.ts";

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

const XML = { "Content-Type": "application/xml; charset=utf-8" };
const PLAIN = { "Content-Type": "text/plain; charset=utf-8" };

export class DavSemantics {
  readonly username: string;
  readonly calendars = new Map<string, StoredCalendar>();
  readonly #misbehaviours: () => Misbehaviours;
  readonly #shown: ShownProperties;
  readonly #reports: Reports;
  readonly #writes: ResourceWrites;
  #revision = 0;

  constructor(username: string, misbehaviours: () => Misbehaviours) {
    this.username = username;
    this.#misbehaviours = misbehaviours;
    this.#shown = new ShownProperties(username, misbehaviours);
    this.#reports = new Reports(this.#shown, misbehaviours);
    this.#writes = new ResourceWrites(this.calendars, this.#shown, misbehaviours);
  }

  /** As it is told to clients. */
  etagOf(resource: StoredResource): string | null {
    return this.#shown.etagOf(resource);
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
              DAV: `1, 3, access-control, calendar-access, extended-mkcol${this.#is.schedules ? ", calendar-auto-schedule" : ""}`,
              Allow:
                "OPTIONS, GET, HEAD, PUT, DELETE, PROPFIND, PROPPATCH, REPORT, MKCALENDAR, MKCOL",
            },
          };
        case "PROPFIND":
          return this.#propfind(target, request);
        case "PROPPATCH":
          return this.#proppatch(target, request);
        case "REPORT":
          return this.#report(target, request.body);
        case "GET":
        case "HEAD":
          return this.#get(target);
        case "PUT":
          return this.#writes.put(target, request);
        case "DELETE":
          return this.#writes.delete(target, request);
        case "POST":
          return this.#is.schedules && request.segments.at(-1) === OUTBOX
            ? answerOutbox(request.body.toString("utf8"), this.#is.busy)
            : { status: 405 };
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
    if (segments[0] === "caldav.php") return this.#locate(segments.slice(1));
    const [dav, area, user, calendarName, name] = segments;
    if (segments.length === 0 || (dav === "dav" && segments.length === 1)) return { kind: "root" };
    if (dav !== "dav" || user !== this.username) return { kind: "unknown" };
    if (area === "principals" && segments.length === 3) return { kind: "principal" };
    if (area !== this.#is.homeArea || segments.length > 5) return { kind: "unknown" };
    if (calendarName === undefined || calendarName === OUTBOX) return { kind: "home" };
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

  // PROPFIND and PROPPATCH ----------------------------------------------------------------------------------

  #propfind(target: Target, request: DavRequest): DavAnswer {
    const asked = askedProperties(request.body);
    const depth = String(request.headers.depth ?? "infinity");
    if (depth === "infinity")
      return { status: 403, headers: XML, body: errorBody("<D:propfind-finite-depth/>") };
    if (this.#is.refusesColor && asked.some(({ local }) => local === "calendar-color"))
      return { status: 403 };
    const asksToken = asked.some(({ local }) => local === "sync-token");
    if (this.#is.rootFailsOnToken && target.kind === "root" && asksToken) return { status: 500 };
    const deep = depth === "1";
    const responses: string[] = [];
    const add = (href: string, one: Target) =>
      responses.push(
        propstatResponse(
          href,
          null,
          asked.map((property) => ({ property, value: this.#shown.valueOf(one, property) })),
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
        add(this.#shown.principalHref(), target);
        break;
      case "home":
        add(this.#shown.homeHref(), target);
        if (deep) {
          for (const calendar of this.calendars.values()) {
            add(this.#shown.calendarHref(calendar), { kind: "calendar", calendar });
          }
        }
        break;
      case "calendar": {
        const { calendar } = target;
        add(this.#shown.calendarHref(calendar), target);
        if (deep && !this.#is.listsNothing) {
          for (const name of calendar.resources.keys()) {
            if (this.#is.listsLate.includes(name)) continue;
            add(this.#shown.resourceHref(calendar, name), { kind: "resource", calendar, name });
          }
        }
        break;
      }
      case "resource":
        if (!target.calendar.resources.has(target.name)) return { status: 404 };
        add(this.#shown.resourceHref(target.calendar, target.name), target);
    }
    return { status: 207, headers: XML, body: multistatus(responses) };
  }

  #proppatch(target: Target, request: DavRequest): DavAnswer {
    if (target.kind !== "calendar") return { status: target.kind === "home" ? 403 : 404 };
    if (this.#is.forbidWrites) return { status: 403 };
    const update = readRequestXml(request.body.toString("utf8"));
    const properties = childrenOf(update, "set").flatMap(
      (set) => child(set, "prop")?.children ?? [],
    );
    const refused = properties.filter((property) => !setFact(target.calendar.facts, property));
    const href = this.#shown.calendarHref(target.calendar);
    const values = properties.map((property) => ({
      property,
      value: refused.includes(property) ? null : "",
    }));
    return { status: 207, headers: XML, body: multistatus([propstatResponse(href, null, values)]) };
  }

  #report(target: Target, body: Buffer): DavAnswer {
    if (target.kind === "calendar") return this.#reports.answer(target.calendar, body);
    return { status: target.kind === "unknown" ? 404 : 403 };
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
    const etag =
      this.#is.weakETags === "compressed"
        ? `W/${this.#shown.strongTagOf(resource)}`
        : this.#shown.etagOf(resource);
    const scheduleTag = this.#shown.scheduleTagOf(resource);
    return {
      status: 200,
      headers: {
        "Content-Type": resource.contentType,
        ...(etag === null ? {} : { ETag: etag }),
        ...(scheduleTag === null ? {} : { "Schedule-Tag": scheduleTag }),
      },
      body: resource.bytes,
    };
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

function askedProperties(body: Buffer): Property[] {
  if (body.length === 0) {
    return ["resourcetype", "displayname", "getetag", "getcontenttype"].map((local) => ({
      namespace: NS.D,
      local,
    }));
  }
  return propertiesIn(readRequestXml(body.toString("utf8")));
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
