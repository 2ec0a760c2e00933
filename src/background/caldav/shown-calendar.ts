/** A collection's description → what a person is shown of it. Pure. */
import type { DiscoveredCalendar } from "../../shared/commands.ts";
import { canonicalCollectionUrl, resolveForeignHref, resourceName } from "../webdav/href.ts";
import type { CalendarDescription } from "./properties.ts";

/** In whose place a collection was found. */
export interface Finding {
  /** The user's principal; "" where the server names none. */
  readonly principal: string;
  /** By name or address: who lets the user act for them; `null` in the user's own place. */
  readonly delegator: string | null;
}

export function shownCalendar(
  calendar: CalendarDescription,
  { principal, delegator }: Finding,
): DiscoveredCalendar {
  const { url, displayName, color, components, readOnly, rights, description, timeZone } = calendar;
  const other = otherOwner(calendar, principal);
  const isShared = calendar.isShared || other !== null;
  return {
    url,
    displayName: displayName ?? (resourceName(url) || url),
    color,
    components,
    readOnly,
    rights,
    description,
    relation: delegator !== null ? "delegated" : isShared ? "shared" : "own",
    owner: delegator ?? (isShared ? (calendar.ownerName ?? other) : null),
    timeZone,
  };
}

/** The name in the address of an owner who is not the user; else `null`. */
function otherOwner({ owner, url }: CalendarDescription, principal: string): string | null {
  if (owner === null || principal === "") return null;
  try {
    const theirs = resolveForeignHref(owner, url);
    const isUsers =
      new URL(canonicalCollectionUrl(theirs.href)).pathname ===
      new URL(canonicalCollectionUrl(principal)).pathname;
    return isUsers ? null : resourceName(theirs.pathname) || null;
  } catch {
    return null;
  }
}
