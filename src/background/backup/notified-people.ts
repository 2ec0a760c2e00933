/**
 * Who may get mail because of a write: a server that schedules by itself tells the attendees of an event it
 * sees created, changed or removed (RFC 6638 §3.2). Read from the text, since a preview must name them first.
 */

/** Addresses of the attendees of events with an organizer, lower case, without `mailto:`. */
export function attendeeAddresses(text: string): string[] {
  const lines = text.replace(/\r?\n[ \t]/g, "").split(/\r?\n/);
  if (!lines.some((line) => /^ORGANIZER[;:]/i.test(line))) return [];
  const addresses = new Set<string>();
  for (const line of lines) {
    if (!/^ATTENDEE[;:]/i.test(line)) continue;
    const address = /mailto:([^\s"<>]+@[^\s"<>]+)\s*$/i.exec(line)?.[1];
    if (address) addresses.add(address.toLowerCase());
  }
  return [...addresses];
}

export function notifiedPeople(texts: Iterable<string>): string[] {
  const everyone = new Set<string>();
  for (const text of texts) for (const address of attendeeAddresses(text)) everyone.add(address);
  return [...everyone].sort((a, b) => (a < b ? -1 : 1));
}
