/** What the accounts need of the server side; implemented over caldav/ in main.ts. */
import type { DiscoveredCalendar } from "../../shared/commands.ts";

export interface Login {
  readonly username: string;
  readonly password: string;
}

/** What a server says about a user (RFC 6764 §6, RFC 5397, RFC 4791 §6.2.1). URLs are absolute. */
export interface DiscoveredAccount {
  /** "" for a server that shows a collection but no principal. */
  readonly principal: string;
  readonly homes: readonly string[];
  readonly calendars: readonly DiscoveredCalendar[];
  /** The steps taken, for a person who looks for the fault; holds no secret. */
  readonly log: readonly string[];
  /** True when passwords and events travel unencrypted over a network. */
  readonly insecure: boolean;
}

export interface Discovery {
  /**
   * @param location an e-mail address, a host, or an http, https, caldav or caldavs URL
   * @throws AppError "bad-location", "not-caldav", "unauthorized", "insecure-location", network codes
   */
  discover(location: string, login: Login, signal: AbortSignal): Promise<DiscoveredAccount>;
}
