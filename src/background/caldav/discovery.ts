/**
 * From a location to calendars (RFC 6764 §6): well-known → principal (RFC 5397) → calendar home sets
 * (RFC 4791 §6.2.1) → collections. A URL of one collection works too. Keeps a log that a person can read.
 * DNS records (RFC 6764 §3) are out of an add-on's reach; known base paths stand in for them.
 */
import type { DiscoveredCalendar, OtherHost } from "../../shared/commands.ts";
import { AppError, type ErrorCode, isAppError } from "../../shared/errors.ts";
import { movedTo } from "../transport/redirects.ts";
import { withRetry } from "../transport/retry.ts";
import { isInsecureUrl } from "../transport/scheme-guard.ts";
import type { Transport } from "../transport/transport.ts";
import { DavClient } from "../webdav/dav-client.ts";
import {
  canonicalCollectionUrl,
  resolveForeignHref,
  withPathOf,
  withTrailingSlash,
} from "../webdav/href.ts";
import type { DavResponse, Multistatus } from "../webdav/multistatus.ts";
import { caldav, dav } from "../webdav/names.ts";
import { childrenNamed, firstChildNamed, textOf, type XmlParser } from "../webdav/xml.ts";
import { readCalendars } from "./collections.ts";
import { KNOWN_PATHS, type Location, mayFollow, parseLocation } from "./location.ts";
import {
  type CalendarDescription,
  COLLECTION_PROPERTIES,
  describeCalendar,
  isCalendar,
} from "./properties.ts";
import { shownCalendar } from "./shown-calendar.ts";

export interface DiscoveryOptions {
  readonly location: string;
  /** The user's word on hosts beside the one of `location`, as `URL.host` writes them. */
  readonly hosts?: { readonly agreed: readonly string[]; readonly declined: readonly string[] };
  /**
   * A transport with the account's credentials for one origin, that follows redirects within it. Asked only for the origin the person named and
   * for those their server may send them on to ({@link mayFollow}).
   */
  readonly transportFor: (origin: string) => Transport;
  readonly parseXml?: XmlParser;
  readonly signal: AbortSignal;
}

export interface Discovery {
  /** Absolute URLs. `principal` is "" for a server that shows a collection but no principal. */
  readonly principal: string;
  readonly homeUrls: readonly string[];
  /** Of people who let the user act for them. */
  readonly delegatedHomes: readonly string[];
  /** Led to, and not agreed to: nothing was sent there. */
  readonly otherHosts: readonly OtherHost[];
  readonly calendars: readonly DiscoveredCalendar[];
  readonly log: readonly string[];
  /** True when passwords and events travel unencrypted over a network. */
  readonly insecure: boolean;
}

const PRINCIPAL_PROPERTIES = [
  dav("current-user-principal"),
  dav("principal-URL"),
  caldav("calendar-home-set"),
  ...COLLECTION_PROPERTIES,
];
/** Redirects and references to other hosts, in all. */
const MOVES_ALLOWED = 5;
/** Failures that say more than "nothing found there", the most telling first. */
const TELLING: readonly ErrorCode[] = [
  "unauthorized",
  "insecure-location",
  "server-busy",
  "timeout",
  "offline",
  "network",
];

/** What the errors of the layers below say of the user's changes makes no sense before there is an account. */
const HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  unauthorized:
    "Nothing was changed. Check both. iCloud, Fastmail, Yahoo and accounts with two-factor login want an app-specific password.",
  "server-busy": "Nothing was changed. Try again in a few minutes.",
  timeout: "Nothing was changed. Check the address, or try again later.",
  offline: "Nothing was changed. Try again when Thunderbird is online.",
  network:
    "Nothing was changed. Check the address and the network; a certificate the computer does not trust looks the same.",
};

/**
 * @throws AppError of the most telling attempt (unauthorized before network before not-caldav), with
 *   `details.log`; "not-caldav" when everything answered and nothing was CalDAV
 */
export async function discover(options: DiscoveryOptions): Promise<Discovery> {
  const location = parseLocation(options.location);
  const search = new Search(options);
  for (const origin of location.origins) {
    const found = await search.from(origin, location);
    if (found) return found;
  }
  throw search.failure();
}

/** One run of discovery: its log, its failures, and the clients it has opened. */
class Search {
  readonly #options: DiscoveryOptions;
  readonly #clients = new Map<string, DavClient>();
  readonly #log: string[] = [];
  readonly #failures: AppError[] = [];
  #moves = 0;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
  }

  /** `undefined`: nothing there; the reasons are in the log. */
  async from(origin: string, location: Location): Promise<Discovery | undefined> {
    const start = new URL(location.path, origin).href;
    const wellKnown = new URL("/.well-known/caldav", origin).href;
    const root = new URL("/", origin).href;
    const candidates = location.path === "/" ? [wellKnown, root] : [start, wellKnown, root];
    for (const path of KNOWN_PATHS) candidates.push(new URL(path, origin).href);
    for (const candidate of candidates) {
      const answer = await this.#ask(candidate, "0", PRINCIPAL_PROPERTIES);
      const own = answer?.responses[0];
      if (!answer || !own) {
        if (this.#isHopeless()) return undefined;
        continue;
      }
      const found = await this.#follow(answer, own);
      if (found) return found;
      this.#log.push("  no principal and no calendar home there");
    }
    return undefined;
  }

  failure(): AppError {
    const worst = TELLING.flatMap((code) => this.#failures.filter((one) => one.code === code))[0];
    const telling = worst ?? this.#failures.find(({ code }) => code === "moved");
    const details = { log: this.#log };
    if (telling) {
      return new AppError(telling.code, telling.message, {
        hint: HINTS[telling.code] ?? telling.hint,
        retry: telling.retry,
        details: { ...telling.details, ...details },
        cause: telling,
      });
    }
    return new AppError("not-caldav", "No calendar server was found at this address.", {
      hint: "Check the address, or ask your provider for its CalDAV address. The log shows what was tried.",
      retry: "after-user",
      details,
      cause: this.#failures[0],
    });
  }

  /** A wrong password is not tried again at other paths (servers lock accounts), a dead host neither. */
  #isHopeless(): boolean {
    const last = this.#failures.at(-1);
    return (
      last !== undefined &&
      ["unauthorized", "network", "offline", "timeout", "server-busy"].includes(last.code)
    );
  }

  async #follow(answer: Multistatus, own: DavResponse): Promise<Discovery | undefined> {
    const direct = isCalendar(own)
      ? describeCalendar(own, withTrailingSlash(answer.url))
      : undefined;
    let principal = hrefsIn(own, dav("current-user-principal"), answer.url)[0] ?? "";
    let homes = hrefsIn(own, caldav("calendar-home-set"), answer.url);
    // The address may be the principal's own: then its home set is already there.
    if (principal === "" && homes.length > 0) {
      principal = hrefsIn(own, dav("principal-URL"), answer.url)[0] ?? answer.url;
    }
    if (principal !== "") {
      this.#log.push(`  principal: ${principal}`);
      const described = await this.#ask(principal, "0", PRINCIPAL_PROPERTIES);
      const response = described?.responses[0];
      if (described && response) {
        principal = described.url;
        const theirs = hrefsIn(response, caldav("calendar-home-set"), described.url);
        if (theirs.length > 0) homes = theirs;
      }
    }
    const calendars = new Map<string, CalendarDescription>();
    if (direct) calendars.set(canonicalCollectionUrl(direct.url), direct);
    const readable: string[] = [];
    for (const home of new Set(homes)) {
      this.#log.push(`  calendar home: ${home}`);
      const listing = await this.#ask(home, "1", COLLECTION_PROPERTIES);
      if (!listing) continue;
      readable.push(withTrailingSlash(listing.url));
      for (const [key, calendar] of readCalendars(listing)) {
        if (!calendars.has(key)) calendars.set(key, calendar);
      }
    }
    if (readable.length === 0 && !direct) return undefined;
    this.#log.push(`Found ${calendars.size} calendar${calendars.size === 1 ? "" : "s"}.`);
    return {
      principal,
      homeUrls: readable,
      delegatedHomes: [],
      otherHosts: [],
      calendars: [...calendars.values()].map((calendar) =>
        shownCalendar(calendar, { principal, delegator: null }),
      ),
      log: this.#log,
      insecure: [answer.url, ...readable].some(isInsecureUrl),
    };
  }

  /** One PROPFIND, following moves to hosts that may be trusted; `undefined` after a failure. */
  async #ask(
    url: string,
    depth: "0" | "1",
    properties: Parameters<DavClient["propfind"]>[2],
  ): Promise<Multistatus | undefined> {
    try {
      const answer = await this.#clientFor(url).propfind(
        url,
        depth,
        properties,
        this.#options.signal,
      );
      this.#log.push(`PROPFIND ${url}: answered${answer.url === url ? "" : ` by ${answer.url}`}`);
      return answer;
    } catch (error) {
      if (!isAppError(error)) throw error;
      if (error.code === "aborted") throw error;
      const { movedTo: target, status } = error.details;
      if (typeof target === "string" && this.#mayMove(url, target)) {
        this.#log.push(`PROPFIND ${url}: sent on to ${target}`);
        return this.#ask(target, depth, properties);
      }
      this.#log.push(
        `PROPFIND ${url}: ${typeof status === "number" ? `status ${status}, ` : ""}${error.message}`,
      );
      this.#failures.push(error);
      return undefined;
    }
  }

  #mayMove(from: string, to: string): boolean {
    const { host } = new URL(to);
    const mayGo = this.#options.hosts?.agreed.includes(host) || mayFollow(from, to);
    return mayGo && this.#moves++ < MOVES_ALLOWED;
  }

  /** @throws AppError "moved" with `movedTo` for an origin that the first one may not vouch for */
  #clientFor(url: string): DavClient {
    const { origin } = new URL(url);
    const known = this.#clients.get(origin);
    if (known) return known;
    const trusted = [...this.#clients.keys()];
    const isAgreed = this.#options.hosts?.agreed.includes(new URL(url).host) ?? false;
    if (!isAgreed && trusted.length > 0 && !trusted.some((from) => mayFollow(from, origin))) {
      throw movedTo(trusted[0] as string, url);
    }
    const client = new DavClient({
      transport: withRetry(this.#options.transportFor(origin), { maxRepeats: 1 }),
      parseXml: this.#options.parseXml,
    });
    this.#clients.set(origin, client);
    return client;
  }
}

function hrefsIn(
  response: DavResponse,
  name: Parameters<DavResponse["property"]>[0],
  base: string,
): string[] {
  const property = response.property(name);
  if (!property || firstChildNamed(property, dav("unauthenticated"))) return [];
  const asked = new URL(base);
  return childrenNamed(property, dav("href")).flatMap((href) => {
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
