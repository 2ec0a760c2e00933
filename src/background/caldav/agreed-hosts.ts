/**
 * Which places a search may go on to with a user's name and password. Those the user named, those that such a place
 * may vouch for ({@link mayFollow}), and those the user has agreed to; every other one is a question. Pure but for
 * remembering what was asked.
 */
import type { OtherHost } from "../../shared/commands.ts";
import { AppError } from "../../shared/errors.ts";
import { originsOfHost } from "../transport/scheme-guard.ts";
import { mayFollow } from "./location.ts";

export interface HostChoices {
  /** As `URL.host` writes them. */
  readonly agreed: readonly string[];
  readonly declined: readonly string[];
}

export class AgreedHosts {
  readonly #agreed: ReadonlySet<string>;
  readonly #declined: ReadonlySet<string>;
  readonly #trusted = new Set<string>();
  readonly #others = new Map<string, OtherHost>();

  constructor({ agreed, declined }: HostChoices = { agreed: [], declined: [] }) {
    this.#agreed = new Set(agreed.flatMap(originsOfHost));
    this.#declined = new Set(declined);
  }

  /** The user named this place, or its records are the domain's own. */
  trust(origin: string): void {
    this.#trusted.add(origin);
  }

  /** Not by records of DNS, which nobody has signed: see `Service.isOwn`. */
  mayAsk(url: string): boolean {
    const { origin } = new URL(url);
    if (this.#trusted.has(origin) || this.hasAgreed(url)) return true;
    return [...this.#trusted].some((from) => mayFollow(from, url));
  }

  hasAgreed(url: string): boolean {
    return this.#agreed.has(new URL(url).origin);
  }

  /** True where asking the user (again) is useless: the answer was no, or there is no encryption there. */
  isRefused(url: string): boolean {
    const { host, protocol } = new URL(url);
    return this.#declined.has(host) || !originsOfHost(host).some((one) => one.startsWith(protocol));
  }

  /** Places that were not asked, for the user to decide about. */
  get others(): readonly OtherHost[] {
    return [...this.#others.values()];
  }

  /** @returns what a search ends with that finds nothing elsewhere */
  question(url: string, from: string): AppError {
    const { host } = new URL(url);
    if (!this.isRefused(url)) this.#others.set(host, { host, url });
    return new AppError("host-not-agreed", `${from} sends you on to another server: ${host}.`, {
      hint: `Nothing was sent to ${host}: neither your password nor your events. If you know it as your calendars' server, agree to it.`,
      retry: "after-user",
      details: { host, url, from },
    });
  }
}
