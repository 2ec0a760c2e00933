/**
 * From a location to calendars (RFC 6764 §6): DNS records → well-known → principal (RFC 5397) → calendar home sets
 * (RFC 4791 §6.2.1) → collections; with those of people who let the user act for them (calendar-proxy). A URL of
 * anything on this way works too. Keeps a log that a person can read.
 */
import type { DiscoveredCalendar, OtherHost } from "../../shared/commands.ts";
import { AppError, type ErrorCode } from "../../shared/errors.ts";
import { isInsecureUrl } from "../transport/scheme-guard.ts";
import type { Transport } from "../transport/transport.ts";
import { passwordAdvice } from "../webdav/password-advice.ts";
import type { XmlParser } from "../webdav/xml.ts";
import { AgreedHosts, type HostChoices } from "./agreed-hosts.ts";
import { CalendarPlaces } from "./calendar-places.ts";
import { DiscoveryRequests } from "./discovery-requests.ts";
import { KNOWN_PATHS, type Location, parseLocation } from "./location.ts";
import { type Service, type ServiceRecords, servicesOf } from "./service-records.ts";

export interface DiscoveryOptions {
  readonly location: string;
  /** The user's word on hosts beside the one of `location`. */
  readonly hosts?: HostChoices;
  /**
   * A transport with the account's credentials for one origin, that follows redirects within it. Asked only for
   * places that {@link AgreedHosts} lets pass.
   */
  readonly transportFor: (origin: string) => Transport;
  /** DNS records of a service's name, `_caldavs._tcp.example.org`. Absent: none are looked up. */
  readonly lookUpService?: (name: string) => Promise<ServiceRecords>;
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
  /** Inboxes and outboxes that look like calendars, never to be offered. */
  readonly mailboxes: readonly string[];
  readonly log: readonly string[];
  /** True when passwords and events travel unencrypted over a network. */
  readonly insecure: boolean;
}

/** Failures that say more than "nothing found there", the most telling first. */
const TELLING: readonly ErrorCode[] = [
  "unauthorized",
  "insecure-location",
  "server-busy",
  "timeout",
  "offline",
  "tls",
  "network",
];

/** What the errors of the layers below say of the user's changes makes no sense before there is an account. */
const HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  "server-busy": "Nothing was changed. Try again in a few minutes.",
  timeout: "Nothing was changed. Check the address, or try again later.",
  offline: "Nothing was changed. Try again when Thunderbird is online.",
  network:
    "Nothing was changed. Check the address and the network; a certificate the computer does not trust looks the same.",
};

/** One place to begin at, and the paths to try there. */
interface Start {
  readonly origin: string;
  readonly path: string;
}

/**
 * @throws AppError "host-not-agreed" (details `host`, `url`) where the way leads to a host that the user has to agree
 *   to first; else of the most telling attempt (unauthorized before network before not-caldav), with `details.log`;
 *   "not-caldav" when everything answered and nothing was CalDAV
 */
export async function discover(options: DiscoveryOptions): Promise<Discovery> {
  return new Search(options).run();
}

class Search {
  readonly #options: DiscoveryOptions;
  readonly #hosts: AgreedHosts;
  readonly #log: string[] = [];
  readonly #requests: DiscoveryRequests;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
    this.#hosts = new AgreedHosts(options.hosts);
    this.#requests = new DiscoveryRequests({ ...options, hosts: this.#hosts, log: this.#log });
  }

  async run(): Promise<Discovery> {
    const location = parseLocation(this.#options.location);
    for (const start of await this.#startsByRecords(location)) {
      const found = await this.#from(start);
      if (found) return found;
      if (this.#isOver) throw this.#failure();
    }
    for (const origin of location.origins) {
      this.#hosts.trust(origin);
      const found = await this.#from({ origin, path: location.path });
      if (found) return found;
      if (this.#isOver) break;
    }
    throw this.#failure();
  }

  /** A refused password is not tried at other places, and a question comes before them. */
  get #isOver(): boolean {
    return this.#requests.failures.some(
      (one) => one.code === "unauthorized" || (one.code === "host-not-agreed" && this.#isOpen(one)),
    );
  }

  /** RFC 6764 §6: with encryption first; without it only where the user meant that. */
  async #startsByRecords({ domain, mayBePlain }: Location): Promise<Start[]> {
    const { lookUpService } = this.#options;
    if (domain === null || lookUpService === undefined) return [];
    const kinds = [["https", `_caldavs._tcp.${domain}`] as const];
    if (mayBePlain) kinds.push(["http", `_caldav._tcp.${domain}`] as never);
    const starts: Start[] = [];
    for (const [scheme, name] of kinds) {
      const records = await lookUpService(name).catch(() => ({ srv: [], txt: [] }));
      this.#options.signal.throwIfAborted();
      const services = servicesOf(domain, scheme, records);
      if (services.length === 0) this.#log.push(`DNS ${name}: no calendar server named`);
      for (const service of services) {
        const { origin, path } = service;
        this.#log.push(`DNS ${name}: ${origin}${path === "/" ? "" : `, path ${path}`}`);
        if (this.#admits(service, domain)) starts.push({ origin, path });
      }
    }
    return starts;
  }

  /** @throws AppError "host-not-agreed": before anything was sent anywhere */
  #admits({ origin, isOwn }: Service, domain: string): boolean {
    if (isOwn || this.#hosts.hasAgreed(origin)) {
      this.#hosts.trust(origin);
      return true;
    }
    if (!this.#hosts.isRefused(origin)) {
      throw this.#withLog(this.#hosts.question(`${origin}/`, domain));
    }
    this.#log.push("  not asked: not agreed to");
    return false;
  }

  /** `undefined`: nothing there; the reasons are in the log. */
  async #from({ origin, path }: Start): Promise<Discovery | undefined> {
    const given = new URL(path, origin).href;
    const wellKnown = new URL("/.well-known/caldav", origin).href;
    const root = new URL("/", origin).href;
    const candidates = path === "/" ? [wellKnown, root] : [given, wellKnown, root];
    for (const known of KNOWN_PATHS) candidates.push(new URL(known, origin).href);
    for (const candidate of candidates) {
      const found = await this.#at(candidate, candidate === given && path !== "/");
      if (found) return found;
      if (this.#requests.isHopeless) return undefined;
    }
    return undefined;
  }

  async #at(url: string, isGiven: boolean): Promise<Discovery | undefined> {
    const places = new CalendarPlaces(this.#requests, this.#log);
    const answer = await places.lookAt(url, isGiven);
    if (!answer) return undefined;
    const { principal, homes, delegatedHomes, calendars, mailboxes } = answer;
    this.#log.push(`Found ${calendars.length} calendar${calendars.length === 1 ? "" : "s"}.`);
    return {
      principal,
      homeUrls: homes,
      delegatedHomes,
      calendars,
      mailboxes,
      otherHosts: this.#hosts.others,
      log: this.#log,
      insecure: [answer.answered, ...homes].some(isInsecureUrl),
    };
  }

  /** Of a host that only the way there named, the layer below knows more. */
  #passwordHint({ hint }: AppError): string {
    const advice = passwordAdvice(this.#options.location);
    return `Nothing was changed. ${advice ?? hint.replace(/ Your changes are kept\.$/, "")}`;
  }

  #failure(): AppError {
    const { failures } = this.#requests;
    const telling =
      failures.find((one) => one.code === "host-not-agreed" && this.#isOpen(one)) ??
      TELLING.flatMap((code) => failures.filter((one) => one.code === code))[0] ??
      failures.find(({ code }) => code === "moved" || code === "host-not-agreed");
    if (telling) {
      const { code, message, retry, details } = telling;
      const hint = code === "unauthorized" ? this.#passwordHint(telling) : HINTS[code];
      return this.#withLog(
        new AppError(code, message, {
          hint: hint ?? telling.hint,
          retry,
          details,
          cause: telling,
        }),
      );
    }
    return this.#withLog(
      new AppError("not-caldav", "No calendar server was found at this address.", {
        hint: "Check the address, or ask your provider for its CalDAV address. The log shows what was tried.",
        retry: "after-user",
        cause: failures[0],
      }),
    );
  }

  #isOpen({ details: { url } }: AppError): boolean {
    return typeof url === "string" && !this.#hosts.isRefused(url);
  }

  #withLog(error: AppError): AppError {
    const { code, message, hint, retry, details, cause } = error;
    return new AppError(code, message, {
      hint,
      retry,
      details: { ...details, log: this.#log },
      cause,
    });
  }
}
