/**
 * Who tells people about an item: the service by itself, or Thunderbird by mail (RFC 6638 §7.1). And whose invitation
 * an item is: addresses are compared in small letters, with `mailto:` or without.
 */

/** Of RFC 6638 §3.2; anything else (counter-proposals, questions) goes by mail. */
const SERVER_METHODS = new Set(["REQUEST", "REPLY", "CANCEL", "ADD"]);

/** Attendees without an address do exist. */
export function plainAddress(address: string | null): string {
  return (address ?? "")
    .trim()
    .replace(/^mailto:/i, "")
    .toLowerCase();
}

/** @returns true: the service sends the message, or nobody shall */
export function serverNotifies(method: string, item: calIItemBase): boolean {
  if (!SERVER_METHODS.has(method.toUpperCase())) return false;
  const organizer = item.organizer ?? item.parentItem.organizer;
  if (method.toUpperCase() === "REPLY") return agentOf(organizer) !== "CLIENT";
  const host = organizer ? plainAddress(organizer.id) : null;
  const guests = item.getAttendees().filter(({ id }) => plainAddress(id) !== host);
  // One that the service tells makes the message the service's: nobody shall hear of it twice.
  return guests.length === 0 || guests.some((guest) => agentOf(guest) !== "CLIENT");
}

function agentOf(person: calIAttendee | null | undefined): string {
  const agent = person?.getProperty("SCHEDULE-AGENT");
  return typeof agent === "string" ? agent.toUpperCase() : "SERVER";
}

/**
 * Somebody else's event, and one of the addresses is among its guests.
 * @param own asked only of an item with an organizer: views ask about every event
 */
export function isInvitedBy(item: calIItemBase, own: () => ReadonlySet<string>): boolean {
  const organizer = item.organizer ?? item.parentItem.organizer;
  if (!organizer?.id) return false;
  return !own().has(plainAddress(organizer.id)) && invitedAttendee(item, own) !== null;
}

/** @param own asked only of an item with guests */
export function invitedAttendee(
  item: calIItemBase,
  own: () => ReadonlySet<string>,
): calIAttendee | null {
  const guests = item.getAttendees();
  if (guests.length === 0) return null;
  const addresses = own();
  return guests.find(({ id }) => addresses.has(plainAddress(id))) ?? null;
}

/** Those of the service, as whom Thunderbird knows the user, and what Thunderbird noted in the item. */
export function ownAddresses(
  item: calIItemBase,
  addresses: readonly string[],
  organizer: unknown,
): ReadonlySet<string> {
  const noted = [item.getProperty("X-MOZ-INVITED-ATTENDEE"), organizer];
  const known = noted.filter((each) => typeof each === "string").map(plainAddress);
  return new Set([...addresses, ...known]);
}

/**
 * As whom the user invites others.
 * @param identity Thunderbird's: used unless a service that sends by itself does not know it
 */
export function organizerId(
  identity: unknown,
  service: { readonly addresses: readonly string[]; readonly serverSchedules: boolean },
): unknown {
  const [first] = service.addresses;
  if (!service.serverSchedules || first === undefined) return identity;
  const isKnown =
    typeof identity === "string" && service.addresses.includes(plainAddress(identity));
  return isKnown ? identity : `mailto:${first}`;
}
