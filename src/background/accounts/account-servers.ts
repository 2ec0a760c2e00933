/**
 * The server side of the accounts: a subscribed calendar's collection with the account's credentials, and what
 * an account's home sets say of all its calendars (one request a home set).
 */
import { CalendarCollection } from "../caldav/calendar-collection.ts";
import { CalendarHome } from "../caldav/collections.ts";
import type { CalendarDescription } from "../caldav/properties.ts";
import type { StoredAccount, StoredCalendar } from "../settings/account-settings.ts";
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
    return new CalendarCollection({ url, transport: this.#transportFor(account, url) });
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
      const home = new CalendarHome({ url, transport: this.#transportFor(account, url) });
      for (const [found, description] of await home.statuses(signal)) {
        const id = ids.get(found);
        if (id !== undefined) statuses.set(id, description);
      }
    }
    return statuses;
  }

  #transportFor(account: StoredAccount, url: string): Transport {
    return new AccountTransport(this.#transport, this.#credentials, account, url);
  }
}
