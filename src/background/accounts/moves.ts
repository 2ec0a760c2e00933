/**
 * Which of the collections a server shows now is a calendar that was subscribed earlier: at its address, at the one
 * its home set has moved to, or, wherever it lies, by its resource-id (RFC 5842 §3.1). And whether what lies at an
 * address still is the same calendar. Pure.
 */
import type { HomeListing } from "../caldav/collections.ts";
import type { CalendarDescription } from "../caldav/properties.ts";
import type { StoredAccount, StoredCalendar } from "../settings/account-settings.ts";
import { canonicalCollectionUrl, resourceName } from "../webdav/href.ts";

type Identity = NonNullable<StoredCalendar["identity"]>;

/** Where a calendar was found. */
export interface Whereabouts {
  readonly description: CalendarDescription;
  /** The home set whose requests are sent on, where that is why it has another address; else `null`. */
  readonly byHome: Redirect | null;
}

/** A request that was answered from somewhere else. */
export interface Redirect {
  readonly asked: string;
  readonly answered: string;
}

/** By Thunderbird's id; calendars that no home set shows are left out. */
export function locate(
  { calendars }: StoredAccount,
  listings: readonly HomeListing[],
): Map<string, Whereabouts> {
  const listed = new Map(listings.flatMap((listing) => [...listing.calendars]));
  const found = new Map<string, Whereabouts>();
  const taken = new Set<string>();
  const note = (id: string, key: string, byHome: Redirect | null): boolean => {
    const description = listed.get(key);
    if (description === undefined || found.has(id) || taken.has(key)) return false;
    found.set(id, { description, byHome });
    taken.add(key);
    return true;
  };
  for (const { id, url } of calendars) note(id, canonicalCollectionUrl(url), null);
  for (const { id, url } of calendars) {
    for (const { asked, answered } of listings) {
      const moved = rebased(url, asked, answered);
      if (moved !== null && note(id, moved, { asked, answered })) break;
    }
  }
  for (const { id, identity } of calendars) {
    const resourceId = identity?.resourceId ?? null;
    if (resourceId === null || found.has(id)) continue;
    const match = [...listed].find(([, one]) => one.resourceId === resourceId);
    if (match) note(id, match[0], null);
  }
  return found;
}

/** Canonical; `null` where the home has not moved or the URL is not below it. */
function rebased(url: string, from: string, to: string): string | null {
  const [own, before, after] = [url, from, to].map(canonicalCollectionUrl) as [
    string,
    string,
    string,
  ];
  if (before === after || !own.startsWith(before)) return null;
  return after + own.slice(before.length);
}

export function identityOf({ resourceId, owner }: CalendarDescription): Identity {
  // By name: the path of a principal changes when a server is set up anew, and is no other person then.
  return { resourceId, owner: owner === null ? null : resourceName(owner) || null };
}

/** True when another collection lies where a calendar was. What a server does not say is no difference. */
export function isAnother(known: Identity | null, now: Identity): boolean {
  if (known === null) return false;
  if (known.resourceId !== null && now.resourceId !== null) {
    return known.resourceId !== now.resourceId;
  }
  return known.owner !== null && now.owner !== null && known.owner !== now.owner;
}

/**
 * Proof that a collection of the same name elsewhere is the calendar that was known: most members of each are in the
 * other. Nothing proves an empty one.
 */
export function isSameByMembers(known: readonly string[], there: readonly string[]): boolean {
  const names = new Set(there);
  const common = known.filter((name) => names.has(name)).length;
  return common * 2 > known.length && common * 2 > names.size;
}

/** False where a request to this address was sent on to another one. */
export function liesAt(url: string, found: CalendarDescription): boolean {
  return canonicalCollectionUrl(url) === canonicalCollectionUrl(found.url);
}
