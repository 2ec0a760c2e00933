/**
 * Where a user's calendars lie, beginning at one URL: the user's principal, its calendar home sets, those of people
 * who let the user act for them, and the collections in all of them. Inboxes and outboxes (RFC 6638 §2) are no
 * calendars, however they look.
 */
import type { DiscoveredCalendar } from "../../shared/commands.ts";
import {
  canonicalCollectionUrl,
  resolveForeignHref,
  resourceName,
  withPathOf,
  withTrailingSlash,
} from "../webdav/href.ts";
import type { DavResponse, Multistatus } from "../webdav/multistatus.ts";
import { caldav, calendarServer, dav, type QName } from "../webdav/names.ts";
import { childrenNamed, firstChildNamed, textOf } from "../webdav/xml.ts";
import { readCalendars } from "./collections.ts";
import type { DiscoveryRequests } from "./discovery-requests.ts";
import { describeCalendar, isCalendar, isCollection } from "./properties.ts";
import { COLLECTIONS, type PropertyQuestion } from "./property-question.ts";
import { type Finding, shownCalendar } from "./shown-calendar.ts";

export interface FoundPlaces {
  /** "" where the server names none. */
  readonly principal: string;
  readonly homes: readonly string[];
  readonly delegatedHomes: readonly string[];
  readonly calendars: readonly DiscoveredCalendar[];
  /** Inboxes and outboxes. */
  readonly mailboxes: readonly string[];
  /** What answered first. */
  readonly answered: string;
}

const HOME_SET = [
  caldav("calendar-home-set"),
  caldav("schedule-inbox-URL"),
  caldav("schedule-outbox-URL"),
];
const PRINCIPAL: PropertyQuestion = {
  all: [
    dav("current-user-principal"),
    dav("principal-URL"),
    ...HOME_SET,
    calendarServer("calendar-proxy-read-for"),
    calendarServer("calendar-proxy-write-for"),
    ...COLLECTIONS.all,
  ],
  needed: [
    dav("current-user-principal"),
    dav("principal-URL"),
    caldav("calendar-home-set"),
    ...COLLECTIONS.needed,
  ],
  least: [
    dav("current-user-principal"),
    dav("principal-URL"),
    caldav("calendar-home-set"),
    dav("resourcetype"),
  ],
};
const DELEGATOR: PropertyQuestion = {
  all: [dav("displayname"), ...HOME_SET],
  needed: [caldav("calendar-home-set")],
};
/** Each costs two requests. */
const MOST_DELEGATORS = 25;

export class CalendarPlaces {
  readonly #requests: DiscoveryRequests;
  readonly #log: string[];
  readonly #calendars = new Map<string, DiscoveredCalendar>();
  readonly #mailboxes = new Set<string>();

  constructor(requests: DiscoveryRequests, log: string[]) {
    this.#requests = requests;
    this.#log = log;
  }

  /**
   * @param isGiven the user named this very URL: if nothing leads on from it, it may be a home set itself
   * @returns `undefined` when there is nothing to be found
   */
  async lookAt(url: string, isGiven: boolean): Promise<FoundPlaces | undefined> {
    const answer = await this.#requests.ask(url, "0", PRINCIPAL);
    const own = answer?.responses[0];
    if (!answer || !own) return undefined;
    this.#noteMailboxes(own, answer.url);
    let principal = hrefsIn(own, dav("current-user-principal"), answer.url)[0] ?? "";
    let homes = hrefsIn(own, caldav("calendar-home-set"), answer.url);
    let described: { response: DavResponse; url: string } | undefined;
    // The address may be the principal's own: then its home set is already there.
    if (principal === "" && homes.length > 0) {
      const named = hrefsIn(own, dav("principal-URL"), answer.url)[0];
      principal = named !== undefined && this.#requests.mayAsk(named) ? named : answer.url;
      described = { response: own, url: answer.url };
    } else if (principal !== "") {
      this.#log.push(`  principal: ${principal}`);
      const theirs = await this.#requests.ask(principal, "0", PRINCIPAL, answer.url);
      const response = theirs?.responses[0];
      if (theirs && response) {
        described = { response, url: theirs.url };
        principal = theirs.url;
        const named = hrefsIn(response, caldav("calendar-home-set"), theirs.url);
        if (named.length > 0) homes = named;
        this.#noteMailboxes(response, theirs.url);
      } else if (!this.#requests.mayAsk(principal)) {
        // It is kept with the account, whose password goes there from then on: not to where nobody has agreed to.
        principal = "";
      }
    }
    const finding: Finding = { principal, delegator: null };
    const isDirect = isCalendar(own);
    if (isDirect) this.#add(own, answer.url, finding);
    const readable = await this.#list(homes, described?.url ?? answer.url, finding);
    const delegatedHomes = described ? await this.#delegated(described, principal) : [];
    if (readable.length === 0 && !isDirect && isGiven && isCollection(own)) {
      readable.push(...(await this.#list([answer.url], answer.url, finding, true)));
    }
    if (readable.length === 0 && !isDirect) {
      if (!this.#requests.isHopeless) this.#log.push("  no principal and no calendar home there");
      return undefined;
    }
    for (const key of this.#mailboxes) this.#calendars.delete(key);
    return {
      principal,
      homes: readable,
      delegatedHomes,
      calendars: [...this.#calendars.values()],
      mailboxes: [...this.#mailboxes],
      answered: answer.url,
    };
  }

  /** @param onlyWithCalendars leaves out what holds none: any folder could be meant @returns the homes that answered */
  async #list(
    homes: readonly string[],
    from: string,
    finding: Finding,
    onlyWithCalendars = false,
  ): Promise<string[]> {
    const readable: string[] = [];
    for (const home of new Set(homes)) {
      const listing = await this.#requests.ask(home, "1", COLLECTIONS, from);
      if (!listing) continue;
      const calendars = readCalendars(listing);
      if (onlyWithCalendars && calendars.size === 0) continue;
      this.#log.push(`  calendar home: ${listing.url}, ${calendars.size} found`);
      readable.push(withTrailingSlash(listing.url));
      for (const [key, calendar] of calendars) {
        if (!this.#calendars.has(key)) this.#calendars.set(key, shownCalendar(calendar, finding));
      }
    }
    return readable;
  }

  /** Principals that name the user as a proxy (CalendarServer's caldav-proxy; also SabreDAV, DAViCal, Nextcloud). */
  async #delegated(
    { response, url }: { response: DavResponse; url: string },
    principal: string,
  ): Promise<string[]> {
    const delegators = new Set(
      ["calendar-proxy-write-for", "calendar-proxy-read-for"].flatMap((name) =>
        hrefsIn(response, calendarServer(name), url),
      ),
    );
    const homes: string[] = [];
    for (const delegator of [...delegators].slice(0, MOST_DELEGATORS)) {
      const answer = await this.#requests.ask(delegator, "0", DELEGATOR, url);
      const theirs = answer?.responses[0];
      if (!answer || !theirs) continue;
      const name =
        textOf(theirs.property(dav("displayname"))).trim() || resourceName(answer.url) || "";
      this.#log.push(`  acts for: ${name}`);
      this.#noteMailboxes(theirs, answer.url);
      const named = hrefsIn(theirs, caldav("calendar-home-set"), answer.url);
      homes.push(...(await this.#list(named, answer.url, { principal, delegator: name })));
    }
    return homes;
  }

  #add(response: DavResponse, url: string, finding: Finding): void {
    const calendar = describeCalendar(response, withTrailingSlash(url));
    this.#calendars.set(canonicalCollectionUrl(url), shownCalendar(calendar, finding));
  }

  #noteMailboxes(response: DavResponse, base: string): void {
    for (const name of ["schedule-inbox-URL", "schedule-outbox-URL"]) {
      for (const url of hrefsIn(response, caldav(name), base)) {
        this.#mailboxes.add(canonicalCollectionUrl(url));
      }
    }
  }
}

/** Absolute. Also those within responses, as a server writes them that expands properties (RFC 3253 §3.8). */
function hrefsIn(response: DavResponse, name: QName, base: Multistatus["url"]): string[] {
  const property = response.property(name);
  if (!property || firstChildNamed(property, dav("unauthenticated"))) return [];
  const asked = new URL(base);
  const holders = [property, ...childrenNamed(property, dav("response"))];
  const hrefs = holders.flatMap((holder) => childrenNamed(holder, dav("href")));
  return hrefs.flatMap((href) => {
    const text = textOf(href).trim();
    if (text === "") return [];
    try {
      const url = resolveForeignHref(text, base);
      // Behind a proxy that ends TLS, servers name themselves with http.
      return [url.hostname === asked.hostname ? withPathOf(asked, url).href : url.href];
    } catch {
      return [];
    }
  });
}
