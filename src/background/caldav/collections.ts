/**
 * Calendar home sets (RFC 4791 §6.2.1): one PROPFIND tells the state of every calendar in one of them. Also makes,
 * renames and deletes calendars. Leaves out: which calendars the user subscribed to.
 */
import { isAppError } from "../../shared/errors.ts";
import { type RetryOptions, withRetry } from "../transport/retry.ts";
import type { Transport } from "../transport/transport.ts";
import { DavClient } from "../webdav/dav-client.ts";
import {
  canonicalCollectionUrl,
  encodeSegment,
  resolveHref,
  withTrailingSlash,
} from "../webdav/href.ts";
import type { DavResponse, Multistatus } from "../webdav/multistatus.ts";
import { apple, caldav, dav, type QName } from "../webdav/names.ts";
import { node, type XmlNode, type XmlParser } from "../webdav/xml.ts";
import { type CalendarDescription, describeCalendar, isCalendar } from "./properties.ts";
import { ask, COLLECTIONS } from "./property-question.ts";

export interface CalendarHomeOptions {
  readonly url: string;
  /** With the account's credentials for the origin of `url`. */
  readonly transport: Transport;
  readonly parseXml?: XmlParser;
  readonly retry?: RetryOptions;
}

export interface NewCalendar {
  /** Last segment of its URL; must be free. */
  readonly name: string;
  readonly displayName: string;
  readonly color?: string;
  readonly description?: string;
  /** Default: VEVENT and VTODO. */
  readonly components?: readonly string[];
}

export interface CalendarChanges {
  readonly displayName?: string;
  readonly color?: string;
  readonly description?: string;
}

export interface HomeListing {
  readonly asked: string;
  /** Another URL where a redirect led on. */
  readonly answered: string;
  readonly calendars: ReadonlyMap<string, CalendarDescription>;
}

export class CalendarHome {
  readonly url: string;
  readonly #client: DavClient;

  constructor(options: CalendarHomeOptions) {
    this.url = withTrailingSlash(options.url);
    this.#client = new DavClient({
      transport: withRetry(options.transport, options.retry),
      parseXml: options.parseXml,
    });
  }

  /** Keys are {@link canonicalCollectionUrl}s; `url` in the values is as the server writes it. */
  async statuses(signal: AbortSignal): Promise<ReadonlyMap<string, CalendarDescription>> {
    return (await this.listing(signal)).calendars;
  }

  async listing(signal: AbortSignal): Promise<HomeListing> {
    const answer = await ask(this.#client, this.url, "1", COLLECTIONS, signal);
    return {
      asked: this.url,
      answered: withTrailingSlash(answer.url),
      calendars: readCalendars(answer),
    };
  }

  /** What a collection says of itself; `null` where there is no calendar. */
  async describe(url: string, signal: AbortSignal): Promise<CalendarDescription | null> {
    const answer = await ask(this.#client, url, "0", COLLECTIONS, signal);
    const [own] = answer.responses;
    return own && isCalendar(own) ? describeCalendar(own, withTrailingSlash(answer.url)) : null;
  }

  /**
   * RFC 4791 §5.3.1, or extended MKCOL (RFC 5689) where the server knows no MKCALENDAR.
   * @returns the new collection's URL
   */
  async createCalendar(calendar: NewCalendar, signal: AbortSignal): Promise<string> {
    const url = new URL(`${encodeSegment(calendar.name)}/`, this.url).href;
    const properties = newCalendarProperties(calendar);
    try {
      const set = node(dav("set"), [node(dav("prop"), properties)]);
      await this.#client.makeCollection(
        "MKCALENDAR",
        url,
        node(caldav("mkcalendar"), [set]),
        signal,
      );
    } catch (error) {
      const { status } = isAppError(error) ? error.details : {};
      // 405 is also the answer for a name that is taken (RFC 4918 §9.3.1): MKCOL then says so too.
      if (status !== 405 && status !== 501) throw error;
      const type = node(dav("resourcetype"), [node(dav("collection")), node(caldav("calendar"))]);
      const set = node(dav("set"), [node(dav("prop"), [type, ...properties])]);
      await this.#client.makeCollection("MKCOL", url, node(dav("mkcol"), [set]), signal);
    }
    return url;
  }

  /**
   * One request, and another one for what was left undone because of something else (424, RFC 4918 §9.2.1).
   * @returns which changes the server refused; the others are made
   * @throws AppError of the request
   */
  async updateCalendar(
    url: string,
    changes: CalendarChanges,
    signal: AbortSignal,
  ): Promise<readonly (keyof CalendarChanges)[]> {
    let left = changedProperties(changes);
    const refused: (keyof CalendarChanges)[] = [];
    while (left.length > 0) {
      const set = node(dav("set"), [
        node(
          dav("prop"),
          left.map(({ property }) => property),
        ),
      ]);
      const body = node(dav("propertyupdate"), [set]);
      const answer = await this.#client.proppatch(withTrailingSlash(url), body, signal);
      const outcome = left.map((change) => ({
        change,
        status: statusOf(answer, change.property.name),
      }));
      const bad = outcome.filter(({ status }) => status !== FAILED_DEPENDENCY && !isDone(status));
      refused.push(...bad.map(({ change }) => change.key));
      const undone = outcome.filter(({ status }) => status === FAILED_DEPENDENCY);
      // Without one that is to blame for it, another try would end the same way.
      if (bad.length === 0) return [...refused, ...undone.map(({ change }) => change.key)];
      left = undone.map(({ change }) => change);
    }
    return refused;
  }

  /** Deletes the collection with everything in it. The caller has taken a snapshot first. */
  async deleteCalendar(url: string, signal: AbortSignal): Promise<void> {
    const answer = await this.#client.delete(withTrailingSlash(url), {}, signal);
    const gone = answer.status === 404 || answer.status === 410;
    if (answer.status === 207 || !(gone || (answer.status >= 200 && answer.status < 300))) {
      throw answer.error();
    }
  }
}

/** The calendars in a home set's answer, by canonical URL. */
export function readCalendars(multistatus: Multistatus): Map<string, CalendarDescription> {
  const calendars = new Map<string, CalendarDescription>();
  for (const response of multistatus.responses) {
    if (!isCalendar(response)) continue;
    const url = collectionUrl(response, multistatus);
    if (url === undefined) continue;
    calendars.set(canonicalCollectionUrl(url), describeCalendar(response, url));
  }
  return calendars;
}

/** `undefined` for an href that is none: the other calendars are still there. */
function collectionUrl({ href }: DavResponse, { url }: Multistatus): string | undefined {
  try {
    return withTrailingSlash(resolveHref(href, url).href);
  } catch {
    return undefined;
  }
}

const FAILED_DEPENDENCY = 424;

const isDone = (status: number): boolean => status >= 200 && status < 300;

/** The worst that is said of a property; 200 where nothing is. */
function statusOf(multistatus: Multistatus, name: QName): number {
  const statuses = multistatus.responses.map(
    (response) => response.propertyStatus(name) ?? response.status ?? 200,
  );
  return Math.max(200, ...statuses);
}

function newCalendarProperties(calendar: NewCalendar): XmlNode[] {
  return [
    ...changedProperties(calendar).map(({ property }) => property),
    node(
      caldav("supported-calendar-component-set"),
      (calendar.components ?? ["VEVENT", "VTODO"]).map((name) =>
        node(caldav("comp"), [], { name }),
      ),
    ),
  ];
}

interface ChangedProperty {
  readonly key: keyof CalendarChanges;
  readonly property: XmlNode;
}

function changedProperties({
  displayName,
  color,
  description,
}: CalendarChanges): readonly ChangedProperty[] {
  const changes: ChangedProperty[] = [];
  const change = (key: keyof CalendarChanges, name: QName, value: string | undefined): void => {
    if (value !== undefined)
      changes.push({ key, property: node(name, value === "" ? [] : [value]) });
  };
  change("displayName", dav("displayname"), displayName);
  change("color", apple("calendar-color"), color);
  change("description", caldav("calendar-description"), description);
  return changes;
}
