/**
 * Calendars that are gone at their addresses, without a redirect: the user's principal may name another home set by now
 * that holds them. One found there is followed only where it is proven to be the same (`isSameByMembers`).
 */
import { AppError, isAppError } from "../../shared/errors.ts";
import type { HomeListing } from "../caldav/collections.ts";
import type { CalendarDescription } from "../caldav/properties.ts";
import type { StoredAccount, StoredCalendar } from "../settings/account-settings.ts";
import type { StoredValue } from "../settings/stored-value.ts";
import { canonicalCollectionUrl, resourceName } from "../webdav/href.ts";
import type { AccountLogins } from "./account-logins.ts";
import { homesOf, isSameCollection } from "./account-records.ts";
import type { AccountServers } from "./account-servers.ts";
import { identityOf, isAnother, isSameByMembers, locate } from "./moves.ts";
import type { DiscoveredAccount, Discovery } from "./ports.ts";

export interface MovedHomesDependencies {
  readonly stored: Pick<StoredValue<StoredAccount[]>, "read">;
  readonly logins: Pick<AccountLogins, "login">;
  readonly discovery: Discovery;
  readonly servers: Pick<AccountServers, "listings" | "collection">;
  /** Names of the members that the server had at the last synchronization. */
  readonly memberNames: (calendarId: string) => Promise<readonly string[]>;
}

export interface FoundAgain {
  /** The account's home sets as they are now. */
  readonly homes: readonly string[];
  /** By Thunderbird's calendar id; without those of which it is not proven. */
  readonly calendars: ReadonlyMap<string, CalendarDescription>;
}

const NOTHING: FoundAgain = { homes: [], calendars: new Map() };

export class MovedHomes {
  readonly #deps: MovedHomesDependencies;

  constructor(dependencies: MovedHomesDependencies) {
    this.#deps = dependencies;
  }

  /**
   * @param gone calendars that the server says are not at their addresses
   * @throws AppError "moved" (details `movedTo`) where they may be on a host that the user has not agreed to, which was
   *   asked nothing; those of a sign-in, an abort and of a server that does not answer
   */
  async find(
    account: StoredAccount,
    gone: readonly StoredCalendar[],
    signal: AbortSignal,
  ): Promise<FoundAgain> {
    if (account.principal === "") return NOTHING;
    const found = await this.#askPrincipal(account, signal);
    if (found === null) return NOTHING;
    const homes = homesOf(found, found.calendars);
    const known = new Set(account.homes.map(canonicalCollectionUrl));
    const fresh = homes.filter((home) => !known.has(canonicalCollectionUrl(home)));
    if (fresh.length === 0) {
      if (found.otherHosts[0]) throw elsewhere(found.otherHosts[0]);
      return NOTHING;
    }
    const there = { ...account, homes: fresh };
    const listings = await this.#deps.servers.listings(there, signal);
    const calendars = await this.#recognise(there, gone, listings, signal);
    return { homes: calendars.size === 0 ? [] : homes, calendars };
  }

  /** `null` where it shows no calendars. */
  async #askPrincipal(
    account: StoredAccount,
    signal: AbortSignal,
  ): Promise<DiscoveredAccount | null> {
    const { logins, discovery } = this.#deps;
    const login = await logins.login(account);
    const hosts = { agreed: account.agreedHosts, declined: [] };
    try {
      return await discovery.discover(account.principal, login, signal, hosts);
    } catch (error) {
      if (isAppError(error, "not-caldav")) return null;
      if (!isAppError(error, "host-not-agreed")) throw error;
      const { host, url } = error.details as { readonly host: string; readonly url: string };
      throw elsewhere({ host, url });
    }
  }

  async #recognise(
    account: StoredAccount,
    gone: readonly StoredCalendar[],
    listings: readonly HomeListing[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, CalendarDescription>> {
    const taken = (await this.#deps.stored.read()).flatMap(({ calendars }) => calendars);
    const isFree = ({ url }: CalendarDescription): boolean =>
      !taken.some((other) => isSameCollection(other.url, url));
    const located = locate({ ...account, calendars: [...gone] }, listings);
    const shown = listings.flatMap(({ calendars }) => [...calendars.values()]).filter(isFree);
    const found = new Map<string, CalendarDescription>();
    for (const calendar of gone) {
      const byId = located.get(calendar.id)?.description;
      const one =
        byId !== undefined && isFree(byId)
          ? byId
          : await this.#byMembers(account, calendar, shown, signal);
      const isTaken = [...found.values()].some(({ url }) => url === one?.url);
      if (one !== null && !isTaken) found.set(calendar.id, one);
    }
    return found;
  }

  /** The one of the same name that holds the same; `null` also where there are several. */
  async #byMembers(
    account: StoredAccount,
    calendar: StoredCalendar,
    shown: readonly CalendarDescription[],
    signal: AbortSignal,
  ): Promise<CalendarDescription | null> {
    const { servers, memberNames } = this.#deps;
    const name = resourceName(calendar.url);
    const [candidate, second] = shown.filter(
      (one) => resourceName(one.url) === name && !isAnother(calendar.identity, identityOf(one)),
    );
    if (candidate === undefined || second !== undefined) return null;
    const known = await memberNames(calendar.id);
    const collection = servers.collection(account, { ...calendar, url: candidate.url });
    const members = await collection.list(signal);
    const names = members.map((member) => member.name);
    return isSameByMembers(known, names) ? candidate : null;
  }
}

function elsewhere({ host, url }: { readonly host: string; readonly url: string }): AppError {
  return new AppError("moved", `The calendars of this account may be on another server: ${host}.`, {
    hint: `Nothing was sent to ${host}: neither your password nor your events. If you know it as your calendars' server, agree to it.`,
    retry: "after-user",
    details: { host, movedTo: url },
  });
}
