/**
 * What an account's server says of its calendars at each poll, by one request a home set, and what becomes of it:
 * names, colours and rights are followed, new calendars are offered.
 */
import type { DiscoveredCalendar } from "../../shared/commands.ts";
import type { CalendarDescription } from "../caldav/properties.ts";
import { shownCalendar } from "../caldav/shown-calendar.ts";
import type { StoredAccount } from "../settings/account-settings.ts";
import type { CalendarFacts } from "../settings/calendar-choices.ts";
import { canonicalCollectionUrl } from "../webdav/href.ts";
import type { AccountServers } from "./account-servers.ts";
import type { Accounts } from "./accounts.ts";
import { withListed } from "./offers.ts";

export interface ServerNewsDependencies {
  readonly accounts: Pick<Accounts, "get" | "follow" | "change">;
  readonly servers: Pick<AccountServers, "listings">;
  /** What concerns the ways of a calendar. @param seen by Thunderbird's calendar id */
  readonly onSeen: (
    account: StoredAccount,
    seen: ReadonlyMap<string, CalendarFacts>,
    signal: AbortSignal,
  ) => Promise<void>;
  /** Calendars that were not there before, by name. */
  readonly onOffered: (accountId: string, names: readonly string[]) => void;
}

export class ServerNews {
  readonly #deps: ServerNewsDependencies;

  constructor(dependencies: ServerNewsDependencies) {
    this.#deps = dependencies;
  }

  /**
   * By Thunderbird's calendar id; calendars outside the home sets are left out.
   * @throws AppError "account-unknown" and of the requests
   */
  async read(
    accountId: string,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, CalendarDescription>> {
    const { accounts, servers } = this.#deps;
    const account = await accounts.get(accountId);
    const listings = await servers.listings(account, signal);
    const listed = new Map(listings.flatMap(({ calendars }) => [...calendars]));
    const statuses = new Map<string, CalendarDescription>();
    for (const { id, url } of account.calendars) {
      const description = listed.get(canonicalCollectionUrl(url));
      if (description !== undefined) statuses.set(id, description);
    }
    for (const [id, description] of statuses) {
      // A name that cannot be followed is no reason not to synchronize.
      await accounts.follow(id, { ...description, name: description.displayName }).catch(() => {});
    }
    await this.#offer(account, [...listed.values()]).catch(() => {});
    await this.#deps.onSeen(account, factsOf(account, statuses), signal).catch(() => {});
    return statuses;
  }

  async #offer(account: StoredAccount, listed: readonly CalendarDescription[]): Promise<void> {
    const { accounts, onOffered } = this.#deps;
    const { principal } = account;
    const shown = listed.map((calendar) => shownCalendar(calendar, { principal, delegator: null }));
    const next = withListed(account, shown);
    if (JSON.stringify(next) === JSON.stringify(pick(account))) return;
    let fresh: readonly DiscoveredCalendar[] = [];
    await accounts.change(account.id, (current) => {
      const offers = withListed(current, shown);
      const known = new Set(current.offered.map(({ url }) => url));
      fresh = offers.offered.filter(({ url }) => !known.has(url));
      return offers;
    });
    if (fresh.length > 0) {
      onOffered(
        account.id,
        fresh.map(({ displayName }) => displayName),
      );
    }
  }
}

function factsOf(
  { principal }: StoredAccount,
  statuses: ReadonlyMap<string, CalendarDescription>,
): Map<string, CalendarFacts> {
  const facts = new Map<string, CalendarFacts>();
  for (const [id, description] of statuses) {
    const { relation } = shownCalendar(description, { principal, delegator: null });
    const { isSharedOut, minimumRefreshMinutes } = description;
    facts.set(id, { shared: relation !== "own" || isSharedOut, minimumRefreshMinutes });
  }
  return facts;
}

const pick = ({ offered, declined }: StoredAccount) => ({ offered, declined });
