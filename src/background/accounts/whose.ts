/** Whose a subscribed calendar is, as far as its server says at a poll. Pure. */
import type { DiscoveredCalendar } from "../../shared/commands.ts";
import type { CalendarDescription } from "../caldav/properties.ts";
import { shownCalendar } from "../caldav/shown-calendar.ts";

export type Whose = Pick<DiscoveredCalendar, "relation" | "owner">;

/**
 * What a server leaves out is no news. A poll does not ask who lets the user act for them: a calendar that was found
 * in such a place stays one until it is the user's own.
 * @param principal the user's; "" where the server names none
 */
export function whoseNow(known: Whose, description: CalendarDescription, principal: string): Whose {
  const { relation, owner } = shownCalendar(description, { principal, delegator: null });
  const isSaid = description.isShared || (description.owner !== null && principal !== "");
  const isStillDelegated = known.relation === "delegated" && relation !== "own";
  if (!isSaid || isStillDelegated) return { relation: known.relation, owner: known.owner };
  return { relation, owner: relation === "shared" ? (owner ?? known.owner) : null };
}
