/**
 * Calendars that came to a server after its account was added: offered until they are subscribed or dismissed, and
 * then never again. Pure.
 */
import type { DiscoveredCalendar } from "../../shared/commands.ts";
import type { StoredAccount } from "../settings/account-settings.ts";
import { canonicalCollectionUrl } from "../webdav/href.ts";

type Offers = Pick<StoredAccount, "offered" | "declined">;

/** @param listed everything the account's home sets hold now */
export function withListed(account: StoredAccount, listed: readonly DiscoveredCalendar[]): Offers {
  const subscribed = keysOf(account.calendars);
  const others = listed.filter(({ url }) => !subscribed.has(canonicalCollectionUrl(url)));
  const { declined } = account;
  if (declined === null) return { offered: [], declined: [...keysOf(others)] };
  const unwanted = new Set(declined);
  const offered = others.filter(({ url }) => !unwanted.has(canonicalCollectionUrl(url)));
  return { offered: offered.map(plain), declined };
}

/** Not to be offered (again), unless subscribed. */
export function declining(account: StoredAccount, unwanted: readonly { url: string }[]): Offers {
  const subscribed = keysOf(account.calendars);
  const declined = new Set([...(account.declined ?? []), ...keysOf(unwanted)]);
  for (const key of subscribed) declined.delete(key);
  return {
    offered: account.offered.filter(({ url }) => {
      const key = canonicalCollectionUrl(url);
      return !declined.has(key) && !subscribed.has(key);
    }),
    declined: account.declined === null && unwanted.length === 0 ? null : [...declined],
  };
}

function keysOf(calendars: readonly { url: string }[]): Set<string> {
  return new Set(calendars.map(({ url }) => canonicalCollectionUrl(url)));
}

function plain(calendar: DiscoveredCalendar): StoredAccount["offered"][number] {
  return { ...calendar, components: [...calendar.components] };
}
