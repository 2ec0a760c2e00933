/** What the accounts need of the server side; implemented over caldav/ in main.ts. */
import type { DiscoveredCalendar, OtherHost } from "../../shared/commands.ts";
import type { HostChoices } from "../caldav/agreed-hosts.ts";

export type Login =
  | { readonly username: string; readonly password: string }
  /** A bearer token (RFC 6750). */
  | { readonly username: string; readonly token: string };

/** What a server says about a user (RFC 6764 §6, RFC 5397, RFC 4791 §6.2.1). URLs are absolute. */
export interface DiscoveredAccount {
  /** "" for a server that shows a collection but no principal. */
  readonly principal: string;
  readonly homes: readonly string[];
  /** Of people who let the user act for them (calendar-proxy). */
  readonly delegatedHomes: readonly string[];
  /** Inboxes and outboxes that look like calendars. */
  readonly mailboxes: readonly string[];
  readonly calendars: readonly DiscoveredCalendar[];
  /** The steps taken, for a person who looks for the fault; holds no secret. */
  readonly log: readonly string[];
  /** True when passwords and events travel unencrypted over a network. */
  readonly insecure: boolean;
  /** Led to, and not agreed to: not asked. */
  readonly otherHosts: readonly OtherHost[];
}

export interface Discovery {
  /**
   * @param location an e-mail address, a host, or an http, https, caldav or caldavs URL
   * @throws AppError "bad-location", "not-caldav", "unauthorized", "insecure-location",
   *   "host-not-agreed" (details `host`, `url`), network codes
   */
  discover(
    location: string,
    login: Login,
    signal: AbortSignal,
    hosts?: HostChoices,
  ): Promise<DiscoveredAccount>;
}
