/** Attendees and organizer written: who stays keeps the parameters that have no member. */
import { type Component, property } from "../component-tree.ts";
import { type ContentLine, lineParameter, lineValue } from "../content-line.ts";
import { canonicalLine } from "../property-value.ts";
import { setLine, setLines } from "./nodes.ts";
import type { Attendee, Organizer, SimpleChanges } from "./simple-item.ts";
import { addressUri, linesOf, lineWith, type ParameterChanges, plainAddress } from "./values.ts";

export function writePeople(item: Component, changes: SimpleChanges, lineEnd: string): void {
  const { organizer, attendees } = changes;
  if (organizer !== undefined) {
    const old = property(item, "ORGANIZER");
    const same = old && organizer && isSameAddress(old, organizer) ? old : undefined;
    setLine(
      item,
      "ORGANIZER",
      organizer && lineWith("ORGANIZER", uriOf(organizer, same), person(organizer), lineEnd, same),
    );
  }
  if (attendees === undefined) return;
  const old = linesOf(item, "ATTENDEE");
  const lines = (attendees ?? []).map((attendee) => {
    const same = old.find((line) => isSameAddress(line, attendee));
    const parameters = { ...person(attendee), ...participation(attendee, same) };
    const line = lineWith("ATTENDEE", uriOf(attendee, same), parameters, lineEnd, same);
    return same && canonicalLine(same) === canonicalLine(line) ? same : line;
  });
  setLines(item, "ATTENDEE", lines);
}

function isSameAddress(line: ContentLine, { address }: Organizer): boolean {
  return plainAddress(lineValue(line)).toLowerCase() === address.toLowerCase();
}

/** An address keeps its spelling in the text. */
function uriOf({ address }: Organizer, old: ContentLine | undefined): string {
  return old && plainAddress(lineValue(old)) === address ? lineValue(old) : addressUri(address);
}

function person({ name, sentBy, language, directory }: Organizer): ParameterChanges {
  return {
    CN: name ?? null,
    "SENT-BY": sentBy === undefined ? null : [addressUri(sentBy)],
    LANGUAGE: language ?? null,
    DIR: directory === undefined ? null : [directory],
  };
}

const DEFAULTS = {
  ROLE: "REQ-PARTICIPANT",
  PARTSTAT: "NEEDS-ACTION",
  CUTYPE: "INDIVIDUAL",
  RSVP: "FALSE",
} as const;

/** Defaults are written only where the line says something already. */
function participation(attendee: Attendee, old: ContentLine | undefined): ParameterChanges {
  const keywords: Record<string, string> = {
    CUTYPE: attendee.type.toUpperCase(),
    ROLE: attendee.role.toUpperCase(),
    PARTSTAT: attendee.status.toUpperCase(),
    RSVP: attendee.rsvp ? "TRUE" : "FALSE",
  };
  const written: Record<string, string | null> = {};
  for (const [name, standard] of Object.entries(DEFAULTS)) {
    const value = keywords[name] ?? standard;
    const before = old ? lineParameter(old, name) : null;
    // Its case is kept with it.
    if (before !== null && before.toUpperCase() === value) written[name] = before;
    else written[name] = value === standard && before === null ? null : value;
  }
  return {
    ...written,
    "DELEGATED-TO": uris(attendee.delegatedTo),
    "DELEGATED-FROM": uris(attendee.delegatedFrom),
    MEMBER: uris(attendee.memberOf),
  };
}

function uris(addresses: readonly string[] | undefined): readonly string[] | null {
  return addresses === undefined ? null : addresses.map(addressUri);
}
