/**
 * The server side of the accounts: a subscribed calendar's collection with the account's credentials, and what
 * an account's home sets say of all its calendars (one request a home set).
 */

import { AppError, isAppError } from "../../shared/errors.ts";
import { CalendarCollection } from "../caldav/calendar-collection.ts";
import { CalendarHome, type NewCalendar } from "../caldav/collections.ts";
import type { CalendarDescription } from "../caldav/properties.ts";
import type { StoredAccount, StoredCalendar } from "../settings/account-settings.ts";
import { followRedirects } from "../transport/redirects.ts";
import { isAgreed } from "../transport/scheme-guard.ts";
import type { Transport } from "../transport/transport.ts";
import { canonicalCollectionUrl } from "../webdav/href.ts";
import { AccountTransport } from "./account-transport.ts";
import type { Credentials } from "./credentials.ts";

export class AccountServers {
  readonly #transport: Transport;
  readonly #credentials: Credentials;

  constructor(transport: Transport, credentials: Credentials) {
    this.#transport = transport;
    this.#credentials = credentials;
  }

  collection(account: StoredAccount, calendar: StoredCalendar): CalendarCollection {
    const { url } = calendar;
    return new CalendarCollection({ url, transport: this.#transportFor(account) });
  }

  /**
   * By Thunderbird's calendar id; calendars outside the home sets are left out.
   * @throws AppError of the request
   */
  async statuses(
    account: StoredAccount,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, CalendarDescription>> {
    const ids = new Map(account.calendars.map(({ id, url }) => [canonicalCollectionUrl(url), id]));
    const statuses = new Map<string, CalendarDescription>();
    for (const url of account.homes) {
      const home = new CalendarHome({ url, transport: this.#transportFor(account) });
      for (const [found, description] of await home.statuses(signal)) {
        const id = ids.get(found);
        if (id !== undefined) statuses.set(id, description);
      }
    }
    return statuses;
  }

  /**
   * Makes a calendar in the account's (first) home set. One that is there already under this name is taken for it.
   * @returns its canonical URL
   * @throws AppError "unsupported" for an account without a home set, and those of the request
   */
  async createCalendar(
    account: StoredAccount,
    calendar: NewCalendar,
    signal: AbortSignal,
  ): Promise<string> {
    const [url] = account.homes;
    if (url === undefined) throw noHome();
    const home = new CalendarHome({ url, transport: this.#transportFor(account) });
    try {
      return canonicalCollectionUrl(await home.createCalendar(calendar, signal));
    } catch (error) {
      const there = canonicalCollectionUrl(new URL(`${calendar.name}/`, home.url).href);
      if (isAppError(error) && (await home.statuses(signal)).has(there)) return there;
      throw error;
    }
  }

  #transportFor(account: StoredAccount): Transport {
    const origins = originsOf(account);
    return followRedirects(
      new AccountTransport(this.#transport, this.#credentials, account, origins),
      { bare: this.#transport, mayFollow: (_, to) => isAgreed(origins, to) },
    );
  }
}

/** Where the account was found, which the user has seen and agreed to. */
function originsOf({ origin, homes, calendars }: StoredAccount): ReadonlySet<string> {
  return new Set([
    origin,
    ...[...homes, ...calendars.map(({ url }) => url)].map((url) => new URL(url).origin),
  ]);
}

function noHome(): AppError {
  return new AppError("unsupported", "This account's server names no place for new calendars.", {
    hint: "Nothing was made. Make the calendar on the server's web page, add it to the account, and use that one.",
    retry: "after-user",
  });
}
