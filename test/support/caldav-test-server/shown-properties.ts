/**
 * What the test server shows of its calendars: hrefs in the spelling it is told to use, tags, tokens, and the
 * properties of every kind of resource as XML.
 */
import type { StoredCalendar, StoredResource } from "./calendar-store.ts";
import type { Misbehaviours } from "./misbehaviour.ts";
import { escapeXml, NS, type Property } from "./multistatus-writer.ts";
import { OUTBOX } from "./outbox.ts";

export type Target =
  | { readonly kind: "root" | "principal" | "home" | "unknown" }
  | { readonly kind: "calendar"; readonly calendar: StoredCalendar }
  | { readonly kind: "no-calendar"; readonly name: string }
  | { readonly kind: "resource"; readonly calendar: StoredCalendar; readonly name: string };

export class ShownProperties {
  readonly #username: string;
  readonly #misbehaviours: () => Misbehaviours;
  #answers = 0;

  constructor(username: string, misbehaviours: () => Misbehaviours) {
    this.#username = username;
    this.#misbehaviours = misbehaviours;
  }

  get #is(): Misbehaviours {
    return this.#misbehaviours();
  }

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
    if (this.#is.otherPrefix) segments.unshift("caldav.php");
    return `${host}/${segments.map((segment) => this.#encode(segment)).join("/")}`;
  }

  principalHref(): string {
    return `${this.#href("dav", "principals", this.#username)}/`;
  }

  homeHref(): string {
    return `${this.#href("dav", this.#is.homeArea, this.#username)}/`;
  }

  calendarHref(calendar: StoredCalendar): string {
    return `${this.#href("dav", this.#is.homeArea, this.#username, calendar.name)}/`;
  }

  resourceHref(calendar: StoredCalendar, name: string): string {
    return this.#href("dav", this.#is.homeArea, this.#username, calendar.name, name);
  }

  /** As it is told to clients. */
  etagOf(resource: StoredResource): string | null {
    if (this.#is.noETags) return null;
    const strong = this.strongTagOf(resource);
    const isWeak = this.#is.weakETags === "proxy" || this.#is.weakETags === "always";
    return isWeak ? `W/${strong}` : strong;
  }

  strongTagOf({ revision }: StoredResource): string {
    return this.#is.etagShape === "url"
      ? `http://www.open-xchange.com/etags/101-${revision}`
      : `"r${revision}"`;
  }

  /** `null` from a server that has none. */
  scheduleTagOf({ revision }: StoredResource): string | null {
    switch (this.#is.scheduleTags) {
      case "no":
        return null;
      case "stable":
        return `"s${revision}"`;
      case "unstable":
        return `"s${revision}-${++this.#answers}"`;
    }
  }

  tokenOf(calendar: StoredCalendar, revision: number): string {
    return `urn:keeper-test:${calendar.incarnation}:${revision}`;
  }

  /** Inner XML; `null` for a property the target does not have. */
  valueOf(target: Target, { namespace, local }: Property): string | null {
    const key = `${namespace} ${local}`;
    switch (key) {
      case `${NS.D} current-user-principal`:
        return `<D:href>${this.principalHref()}</D:href>`;
      case `${NS.D} resourcetype`:
        return resourceType(target);
    }
    if (target.kind === "principal") return this.#principalProperty(key);
    if (target.kind === "calendar") return this.#calendarProperty(target.calendar, key);
    if (target.kind === "resource") {
      const resource = target.calendar.resources.get(target.name);
      return resource ? this.#resourceProperty(target.name, resource, key) : null;
    }
    return null;
  }

  #principalProperty(key: string): string | null {
    switch (key) {
      case `${NS.C} calendar-home-set`:
        return `<D:href>${this.#is.homeOrigin ?? ""}${this.homeHref()}</D:href>`;
      case `${NS.D} displayname`:
        return escapeXml(this.#username);
      case `${NS.C} calendar-user-address-set`:
        return `<D:href>mailto:${escapeXml(this.#username)}@example.org</D:href>`;
      case `${NS.C} schedule-outbox-URL`:
        return this.#is.schedules ? `<D:href>${this.homeHref()}${OUTBOX}/</D:href>` : null;
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
      case `${NS.A} refreshrate`:
        return this.#is.refreshRate;
      case `${NS.D} current-user-privilege-set`:
        return (this.#is.readOnlyRights ? ["read"] : ["read", "write"])
          .map((name) => `<D:privilege><D:${name}/></D:privilege>`)
          .join("");
      case `${NS.CS} getctag`:
        return this.#is.noCtag ? null : `"c${calendar.revision}"`;
      case `${NS.D} sync-token`:
        return this.#is.noSyncCollection ? null : this.tokenOf(calendar, calendar.revision);
      case `${NS.D} supported-report-set`:
        return this.#supportedReports();
      default:
        return null;
    }
  }

  #contentTypeOf(resource: StoredResource): string | null {
    const { contentType } = this.#is;
    if (contentType === "none") return null;
    return escapeXml(contentType === "as stored" ? resource.contentType : contentType);
  }

  #supportedReports(): string {
    const reports = ["C:calendar-multiget", "C:calendar-query"];
    if (!this.#is.noSyncCollection) reports.push("D:sync-collection");
    return reports
      .map((name) => `<D:supported-report><D:report><${name}/></D:report></D:supported-report>`)
      .join("");
  }

  #resourceProperty(name: string, resource: StoredResource, key: string): string | null {
    switch (key) {
      case `${NS.D} getetag`: {
        const etag = this.#is.etagNotFound.includes(name) ? null : this.etagOf(resource);
        return etag === null ? null : escapeXml(etag);
      }
      case `${NS.C} schedule-tag`: {
        const tag = this.scheduleTagOf(resource);
        return tag === null ? null : escapeXml(tag);
      }
      case `${NS.D} getcontenttype`:
        return this.#contentTypeOf(resource);
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

/** The same object folded at another column. */
function refold(text: string): string {
  return text
    .replace(/\r?\n[ \t]/g, "")
    .replace(/^.{41,}$/gm, (line) => line.replace(/.{40}(?=.)/gu, "$&\r\n "));
}
