/**
 * The server side of the accounts: a subscribed calendar's collection with the account's credentials, and what
 * an account's home sets say of all its calendars (one request a home set).
 */

import { AppError, isAppError } from "../../shared/errors.ts";
import { CalendarCollection } from "../caldav/calendar-collection.ts";
import {
  type CalendarChanges,
  CalendarHome,
  type HomeListing,
  type NewCalendar,
} from "../caldav/collections.ts";
import type { CalendarDescription } from "../caldav/properties.ts";
import { SchedulingServer } from "../caldav/scheduling.ts";
import type { StoredAccount, StoredCalendar } from "../settings/account-settings.ts";
import { followRedirects } from "../transport/redirects.ts";
import { isAgreed, originsOfHost } from "../transport/scheme-guard.ts";
import type { Transport } from "../transport/transport.ts";
import { canonicalCollectionUrl } from "../webdav/href.ts";
import type { AccountLogins } from "./account-logins.ts";
import { AccountTransport } from "./account-transport.ts";

export class AccountServers {
  readonly #transport: Transport;
  readonly #logins: Pick<AccountLogins, "login">;

  constructor(transport: Transport, logins: Pick<AccountLogins, "login">) {
    this.#transport = transport;
    this.#logins = logins;
  }

  collection(account: StoredAccount, calendar: StoredCalendar): CalendarCollection {
    const { url } = calendar;
    return new CalendarCollection({ url, transport: this.#transportFor(account) });
  }

  scheduling(account: StoredAccount): SchedulingServer {
    return new SchedulingServer({ transport: this.#transportFor(account) });
  }

  /**
   * One request a home set. One that refuses is left out while another answers: somebody else's may be withdrawn.
   * @throws AppError of the request
   */
  async listings(account: StoredAccount, signal: AbortSignal): Promise<HomeListing[]> {
    const listings: HomeListing[] = [];
    let refusal: unknown;
    for (const url of account.homes) {
      try {
        listings.push(await this.#home(account, url).listing(signal));
      } catch (error) {
        if (!isAppError(error, "forbidden", "not-found", "http", "protocol", "moved")) throw error;
        refusal ??= error;
      }
    }
    if (listings.length === 0 && refusal !== undefined) throw refusal;
    return listings;
  }

  /** `null` where there is no calendar (any more). @throws AppError of the request */
  async describe(
    account: StoredAccount,
    url: string,
    signal: AbortSignal,
  ): Promise<CalendarDescription | null> {
    return this.#home(account, url).describe(url, signal);
  }

  /**
   * Makes a calendar in the account's (first) home set. One that is there already under this name is taken for it.
   * @throws AppError "unsupported" for an account without a home set, "not-found" when the server does not list what
   *   it made, and those of the request
   */
  async createCalendar(
    account: StoredAccount,
    calendar: NewCalendar,
    signal: AbortSignal,
  ): Promise<CalendarDescription> {
    const [url] = account.homes;
    if (url === undefined) throw noHome();
    const home = this.#home(account, url);
    const made = await home.createCalendar(calendar, signal).catch((error: unknown) => error);
    const key = canonicalCollectionUrl(
      typeof made === "string" ? made : new URL(`${calendar.name}/`, home.url).href,
    );
    if (typeof made !== "string" && !isAppError(made)) throw made;
    const listed = (await home.statuses(signal)).get(key);
    if (listed) return listed;
    throw typeof made === "string" ? notListed() : made;
  }

  /** @returns which changes were refused @throws AppError of the request */
  updateCalendar(
    account: StoredAccount,
    url: string,
    changes: CalendarChanges,
    signal: AbortSignal,
  ): Promise<readonly (keyof CalendarChanges)[]> {
    return this.#home(account, url).updateCalendar(url, changes, signal);
  }

  /** With everything in it. One that is gone already is no error. @throws AppError of the request */
  async deleteCalendar(account: StoredAccount, url: string, signal: AbortSignal): Promise<void> {
    await this.#home(account, url).deleteCalendar(url, signal);
  }

  #home(account: StoredAccount, url: string): CalendarHome {
    return new CalendarHome({ url, transport: this.#transportFor(account) });
  }

  #transportFor(account: StoredAccount): Transport {
    const origins = originsOf(account);
    return followRedirects(new AccountTransport(this.#transport, this.#logins, account, origins), {
      bare: this.#transport,
      mayFollow: (_, to) => isAgreed(origins, to),
    });
  }
}

/** Where the account was found, which the user has seen and agreed to, and what was agreed to since. */
function originsOf({ origin, homes, calendars, agreedHosts }: StoredAccount): ReadonlySet<string> {
  return new Set([
    origin,
    ...[...homes, ...calendars.map(({ url }) => url)].map((url) => new URL(url).origin),
    ...agreedHosts.flatMap(originsOfHost),
  ]);
}

function noHome(): AppError {
  return new AppError("unsupported", "This account's server names no place for new calendars.", {
    hint: "Nothing was made. Make the calendar on the server's web page, add it to the account, and use that one.",
    retry: "after-user",
  });
}

function notListed(): AppError {
  return new AppError("not-found", "The server took the new calendar and does not list it.", {
    hint: "Nothing was put into it. Try again later: some servers need a moment.",
    retry: "later",
  });
}
