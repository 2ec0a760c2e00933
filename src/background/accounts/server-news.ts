/**
 * What an account's server says of its calendars at each poll, by one request a home set, and what becomes of it:
 * names, colours and rights are followed, and so are addresses that have changed for good; new calendars are offered;
 * a calendar in whose place another one lies is stopped.
 */
import { isAppError } from "../../shared/errors.ts";
import type { HomeListing } from "../caldav/collections.ts";
import type { CalendarDescription } from "../caldav/properties.ts";
import { shownCalendar } from "../caldav/shown-calendar.ts";
import type { StoredAccount, StoredCalendar } from "../settings/account-settings.ts";
import type { CalendarFacts } from "../settings/calendar-choices.ts";
import { canonicalCollectionUrl } from "../webdav/href.ts";
import type { AccountServers } from "./account-servers.ts";
import type { Accounts } from "./accounts.ts";
import type { MovedHomes } from "./moved-homes.ts";
import { identityOf, isAnother, locate, type Redirect } from "./moves.ts";
import { withListed } from "./offers.ts";
import { URL_MARK } from "./subscriber.ts";
import { whoseNow } from "./whose.ts";

export interface ServerNewsDependencies {
  readonly accounts: Pick<Accounts, "get" | "follow" | "change">;
  readonly servers: Pick<AccountServers, "listings" | "describe">;
  readonly movedHomes: Pick<MovedHomes, "find">;
  readonly calendars: Pick<typeof messenger.calendar.calendars, "update">;
  /** Where a URL's redirects end, and whether they are for good; see `messenger.platform.traceRedirects`. */
  readonly traceRedirects: (
    url: string,
  ) => Promise<{ readonly url: string; readonly permanent: boolean }>;
  /** What concerns the ways of a calendar. @param seen by Thunderbird's calendar id */
  readonly onSeen: (
    account: StoredAccount,
    seen: ReadonlyMap<string, CalendarFacts>,
    signal: AbortSignal,
  ) => Promise<void>;
  /** Calendars that were not there before, by name. */
  readonly onOffered: (accountId: string, names: readonly string[]) => void;
  /** What is known of its collection's changes is an earlier collection's: everything is to be listed. */
  readonly onRelocated: (calendarId: string) => Promise<void>;
  /** The record of a calendar says something else of where it is, or whether it may be synchronized. */
  readonly onRerouted: (calendarId: string) => void;
}

export class ServerNews {
  readonly #deps: ServerNewsDependencies;

  constructor(dependencies: ServerNewsDependencies) {
    this.#deps = dependencies;
  }

  /**
   * By Thunderbird's calendar id; without those that the server does not show.
   * @throws AppError "account-unknown" and of the requests
   */
  async read(
    accountId: string,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, CalendarDescription>> {
    const { accounts, servers } = this.#deps;
    const account = await accounts.get(accountId);
    let refusal: unknown;
    const listings = await servers.listings(account, signal).catch((error: unknown) => {
      if (!isAppError(error, "not-found")) throw error;
      refusal = error;
      return [];
    });
    const located = locate(account, listings);
    const statuses = new Map<string, CalendarDescription>();
    const gone: StoredCalendar[] = [];
    for (const calendar of account.calendars) {
      const where = located.get(calendar.id);
      const description = where?.description ?? (await this.#ask(account, calendar, signal));
      if (description === "gone") gone.push(calendar);
      if (description === null || description === "gone") continue;
      if (await this.#isAnother(account.id, calendar, description)) continue;
      statuses.set(calendar.id, description);
      const alone = { asked: calendar.url, answered: description.url };
      const redirected = where ? where.byHome : alone;
      await this.#followAddress(account, calendar, description, redirected);
      await this.#follow(account, calendar, description);
    }
    for (const [id, found] of await this.#lookAgain(account, gone, statuses.size > 0, signal)) {
      statuses.set(id, found);
    }
    if (refusal !== undefined && statuses.size === 0) throw refusal;
    await this.#followHomes(account, listings);
    if (listings.length === account.homes.length) await this.#offer(account.id, listings);
    await this.#deps.onSeen(account, factsOf(account, statuses), signal).catch(() => {});
    return statuses;
  }

  /** A name that cannot be followed is no reason not to synchronize. */
  #follow(
    account: StoredAccount,
    calendar: StoredCalendar,
    description: CalendarDescription,
  ): Promise<void> {
    const whose = whoseNow(calendar, description, account.principal);
    const now = { ...description, ...whose, name: description.displayName };
    return this.#deps.accounts.follow(calendar.id, now).catch(() => {});
  }

  /**
   * @param others of the account are there: then what keeps from looking again is no matter of all of them
   * @throws AppError as {@link MovedHomes.find}
   */
  async #lookAgain(
    account: StoredAccount,
    gone: readonly StoredCalendar[],
    others: boolean,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, CalendarDescription>> {
    if (gone.length === 0) return new Map();
    const { accounts, movedHomes, onRelocated } = this.#deps;
    const found = await movedHomes.find(account, gone, signal).catch((error: unknown) => {
      if (!isAppError(error) || error.code === "aborted" || !others) throw error;
      return null;
    });
    if (found === null || found.calendars.size === 0) return new Map();
    for (const calendar of gone) {
      const description = found.calendars.get(calendar.id);
      if (description === undefined) continue;
      // Before its address: cut short in between, all of it is only listed once more.
      await onRelocated(calendar.id);
      await this.#readdress(account.id, calendar.id, description.url);
      await this.#follow(account, calendar, description);
    }
    const isGone = gone.length === account.calendars.length;
    await accounts.change(account.id, ({ homes }) => ({
      homes: [...new Set([...(isGone ? [] : homes), ...found.homes])],
    }));
    return found.calendars;
  }

  /** A calendar outside the home sets, or one that has left them. Its own run says why it cannot be asked. */
  async #ask(
    account: StoredAccount,
    { url }: StoredCalendar,
    signal: AbortSignal,
  ): Promise<CalendarDescription | "gone" | null> {
    try {
      return (await this.#deps.servers.describe(account, url, signal)) ?? "gone";
    } catch (error) {
      if (!isAppError(error) || error.code === "aborted") throw error;
      return error.code === "not-found" ? "gone" : null;
    }
  }

  async #isAnother(
    accountId: string,
    { id, identity, replacedBy }: StoredCalendar,
    description: CalendarDescription,
  ): Promise<boolean> {
    const now = identityOf(description);
    if (isAnother(identity, now)) {
      if (JSON.stringify(replacedBy) !== JSON.stringify(now)) {
        await this.#record(accountId, id, { replacedBy: now });
      }
      this.#deps.onRerouted(id);
      return true;
    }
    const known = {
      resourceId: now.resourceId ?? identity?.resourceId ?? null,
      owner: now.owner ?? identity?.owner ?? null,
    };
    if (replacedBy !== null || JSON.stringify(identity) !== JSON.stringify(known)) {
      await this.#record(accountId, id, { identity: known, replacedBy: null });
    }
    return false;
  }

  /** @param redirected what was sent on to where it was found; `null`: it was listed there */
  async #followAddress(
    account: StoredAccount,
    { id, url }: StoredCalendar,
    { url: now }: CalendarDescription,
    redirected: Redirect | null,
  ): Promise<void> {
    if (canonicalCollectionUrl(url) === canonicalCollectionUrl(now)) return;
    if (redirected !== null && !(await this.#isForGood(redirected))) return;
    await this.#readdress(account.id, id, now);
  }

  async #readdress(accountId: string, id: string, url: string): Promise<void> {
    await this.#deps.calendars.update(id, { url: url + URL_MARK });
    await this.#record(accountId, id, { url });
    this.#deps.onRerouted(id);
  }

  async #followHomes(account: StoredAccount, listings: readonly HomeListing[]): Promise<void> {
    const moved = new Map<string, string>();
    for (const { asked, answered } of listings) {
      const isMoved = canonicalCollectionUrl(asked) !== canonicalCollectionUrl(answered);
      if (isMoved && (await this.#isForGood({ asked, answered }))) {
        moved.set(canonicalCollectionUrl(asked), answered);
      }
    }
    if (moved.size === 0) return;
    await this.#deps.accounts.change(account.id, ({ homes }) => ({
      homes: homes.map((home) => moved.get(canonicalCollectionUrl(home)) ?? home),
    }));
  }

  /** It is asked without credentials, and may be sent somewhere else then, such as to a page to log in at. */
  async #isForGood({ asked, answered }: Redirect): Promise<boolean> {
    const traced = await this.#deps.traceRedirects(asked).catch(() => null);
    if (traced === null || !traced.permanent) return false;
    return canonicalCollectionUrl(traced.url) === canonicalCollectionUrl(answered);
  }

  #record(accountId: string, calendarId: string, change: Partial<StoredCalendar>): Promise<void> {
    return this.#deps.accounts.change(accountId, ({ calendars }) => ({
      calendars: calendars.map((one) => (one.id === calendarId ? { ...one, ...change } : one)),
    }));
  }

  async #offer(accountId: string, listings: readonly HomeListing[]): Promise<void> {
    const { accounts, onOffered } = this.#deps;
    const account = await accounts.get(accountId);
    const { principal } = account;
    // What lies at another address for now is the same, and not new.
    const ids = new Set(
      [...locate(account, listings).values()].map(({ description: { url } }) => url),
    );
    const shown = listings
      .flatMap(({ calendars }) => [...calendars.values()])
      .filter(({ url }) => !ids.has(url))
      .map((calendar) => shownCalendar(calendar, { principal, delegator: null }));
    const { offered, declined } = account;
    const next = withListed(account, shown);
    if (JSON.stringify(next) === JSON.stringify({ offered, declined })) return;
    const known = new Set(offered.map(({ url }) => url));
    await accounts.change(accountId, (current) => withListed(current, shown));
    const fresh = next.offered.filter(({ url }) => !known.has(url));
    if (fresh.length === 0) return;
    onOffered(
      accountId,
      fresh.map(({ displayName }) => displayName),
    );
  }
}

function factsOf(
  { principal, calendars }: StoredAccount,
  statuses: ReadonlyMap<string, CalendarDescription>,
): Map<string, CalendarFacts> {
  const facts = new Map<string, CalendarFacts>();
  for (const calendar of calendars) {
    const { id } = calendar;
    const description = statuses.get(id);
    if (description === undefined) continue;
    const { relation } = whoseNow(calendar, description, principal);
    const { isSharedOut, minimumRefreshMinutes } = description;
    facts.set(id, { shared: relation !== "own" || isSharedOut, minimumRefreshMinutes });
  }
  return facts;
}
