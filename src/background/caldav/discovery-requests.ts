/**
 * The questions of a search: PROPFINDs to places that may be asked, moves to other places followed where those may be,
 * everything logged, failures kept.
 */
import { type AppError, isAppError } from "../../shared/errors.ts";
import { withRetry } from "../transport/retry.ts";
import type { Transport } from "../transport/transport.ts";
import { DavClient } from "../webdav/dav-client.ts";
import { withPathOf } from "../webdav/href.ts";
import type { Multistatus } from "../webdav/multistatus.ts";
import type { XmlParser } from "../webdav/xml.ts";
import type { AgreedHosts } from "./agreed-hosts.ts";
import { ask, type PropertyQuestion } from "./property-question.ts";

export interface DiscoveryRequestsOptions {
  readonly transportFor: (origin: string) => Transport;
  readonly hosts: AgreedHosts;
  readonly parseXml?: XmlParser;
  readonly log: string[];
  readonly signal: AbortSignal;
}

/** Redirects and references to other hosts, in all. */
const MOVES_ALLOWED = 10;
/** After these the same host would answer alike at every path; servers lock accounts after wrong passwords. */
const HOPELESS = ["unauthorized", "network", "tls", "offline", "timeout", "server-busy"];

export class DiscoveryRequests {
  readonly #options: DiscoveryRequestsOptions;
  readonly #clients = new Map<string, DavClient>();
  readonly failures: AppError[] = [];
  #moves = 0;
  #isHopeless = false;

  constructor(options: DiscoveryRequestsOptions) {
    this.#options = options;
  }

  /** True when the last question failed in a way that others there would too, or is the user's to answer. */
  get isHopeless(): boolean {
    return this.#isHopeless;
  }

  /** Whether the user's name and password may go there. */
  mayAsk(url: string): boolean {
    return this.#options.hosts.mayAsk(url);
  }

  /**
   * @param from what led to `url`
   * @returns `undefined` after a failure
   * @throws AppError "aborted"
   */
  async ask(
    url: string,
    depth: "0" | "1",
    question: PropertyQuestion,
    from = url,
  ): Promise<Multistatus | undefined> {
    const { hosts, log, signal } = this.#options;
    this.#isHopeless = false;
    if (!hosts.mayAsk(url)) return this.#askOwn(url, depth, question, from);
    try {
      const answer = await ask(this.#clientFor(url), url, depth, question, signal);
      const by = answer.url === url ? "" : ` by ${shown(answer.url)}`;
      log.push(`PROPFIND ${shown(url)}: answered${by}`);
      return answer;
    } catch (error) {
      if (!isAppError(error) || error.code === "aborted") throw error;
      const { movedTo: target, status } = error.details;
      if (error.code === "moved" && typeof target === "string" && this.#moves++ < MOVES_ALLOWED) {
        log.push(`PROPFIND ${shown(url)}: sent on to ${shown(target)}`);
        return hosts.mayAsk(target)
          ? this.ask(target, depth, question, url)
          : this.#refuse(target, url);
      }
      const words = typeof status === "number" ? `status ${status}, ` : "";
      log.push(`PROPFIND ${shown(url)}: ${words}${error.message}`);
      this.#fail(error, HOPELESS.includes(error.code));
      return undefined;
    }
  }

  /** Servers behind a proxy name themselves by inner names: then the path is right, and the host is not. */
  async #askOwn(
    url: string,
    depth: "0" | "1",
    question: PropertyQuestion,
    from: string,
  ): Promise<Multistatus | undefined> {
    const own = withPathOf(new URL(from), new URL(url)).href;
    if (this.#options.hosts.isRefused(url) && own !== from && own !== url) {
      this.#options.log.push(`${shown(url)}: not asked; its path is tried at ${new URL(own).host}`);
      return this.ask(own, depth, question, from);
    }
    return this.#refuse(url, from);
  }

  #refuse(url: string, from: string): undefined {
    const { hosts, log } = this.#options;
    log.push(`${shown(url)}: not asked, the user has to agree to ${new URL(url).host} first`);
    this.#fail(hosts.question(url, new URL(from).host), !hosts.isRefused(url));
    return undefined;
  }

  #fail(error: AppError, isHopeless: boolean): void {
    this.failures.push(error);
    this.#isHopeless = isHopeless;
  }

  #clientFor(url: string): DavClient {
    const { origin } = new URL(url);
    const known = this.#clients.get(origin);
    if (known) return known;
    const client = new DavClient({
      transport: withRetry(this.#options.transportFor(origin), { maxRepeats: 1 }),
      parseXml: this.#options.parseXml,
    });
    this.#clients.set(origin, client);
    // It is vouched for by one that is trusted, and vouches for others in turn (iCloud's partitions).
    this.#options.hosts.trust(origin);
    return client;
  }
}

/** A URL as the log may hold it: what a query carries may be secret. */
function shown(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return origin + pathname + (search === "" ? "" : "?…");
}
