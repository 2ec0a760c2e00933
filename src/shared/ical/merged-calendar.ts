/**
 * Many resources as one iCalendar object (RFC 5545 §3.4) that other programs import: every item with its lines as they
 * are, every time zone defined once. What would not be itself any more in there is left out and named.
 */
import { withLineEnds } from "./component-edit.ts";
import {
  type CalendarTree,
  type Component,
  joinNode,
  parseTree,
  property,
} from "./component-tree.ts";
import { foldedLine } from "./content-line.ts";
import { identifiedComponents, resourceUids } from "./identity.ts";
import { canonicalComponent } from "./inner-changes.ts";
import { canonicalZone, wallTimeIn } from "./time-zone.ts";
import { zoneDefinitions } from "./zone-definitions.ts";
import { withZoneNames } from "./zone-names.ts";

const CRLF = "\r\n";

export interface MergedCalendar {
  readonly text: string;
  /** How many of the texts are in there; one that is there twice in the same words counts. */
  readonly merged: number;
  /** Indexes of texts that are not: no readable item, or another version of an item that is there. */
  readonly unreadable: readonly number[];
  readonly repeated: readonly number[];
}

/** @param name shown by programs that import it; "" for none */
export function mergedCalendar(texts: readonly string[], name: string): MergedCalendar {
  const zones = new Zones();
  const items: string[] = [];
  const known = new Map<string, string>();
  const unreadable: number[] = [];
  const repeated: number[] = [];
  for (const [index, text] of texts.entries()) {
    const tree = parseTree(text);
    const uids = resourceUids(text);
    if (!tree.balanced || uids.length === 0) {
      unreadable.push(index);
      continue;
    }
    const there = uids.map((uid) => known.get(uid)).find((other) => other !== undefined);
    if (there !== undefined) {
      if (there !== text) repeated.push(index);
      continue;
    }
    for (const uid of uids) known.set(uid, text);
    for (const { component } of identifiedComponents(zones.take(tree)))
      items.push(joinNode(withLineEnds(component, CRLF)));
  }
  const head = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//CalDAV Keeper//Export//EN",
    ...(name === "" ? [] : [`X-WR-CALNAME:${escaped(name)}`]),
  ].map((line) => foldedLine(line, CRLF).raw);
  const body = [...zones.definitions(), ...items].map(endsLine);
  return {
    text: [...head, ...body, `END:VCALENDAR${CRLF}`].join(""),
    merged: texts.length - unreadable.length - repeated.length,
    unreadable,
    repeated,
  };
}

/** The definitions so far. Two different ones of one name are kept apart, else times would change. */
class Zones {
  readonly #defined = new Map<string, Component>();

  definitions(): string[] {
    return [...this.#defined.values()].map((zone) => joinNode(withLineEnds(zone, CRLF)));
  }

  /** @returns the tree with its times under the names that their zones have here */
  take(tree: CalendarTree): CalendarTree {
    const renamed = new Map<string, string>();
    for (const [tzid, zone] of zoneDefinitions(tree)) {
      const name = this.#nameFor(tzid, zone);
      if (name !== tzid) renamed.set(tzid, name);
      if (!this.#defined.has(name))
        this.#defined.set(name, name === tzid ? zone : retitled(zone, name));
    }
    return withZoneNames(tree, renamed);
  }

  /** A zone that every program knows means the same whoever defined it; others mean what their definition says. */
  #nameFor(tzid: string, zone: Component): string {
    const everywhere = wallTimeIn(canonicalZone(tzid), 0) !== null;
    for (let number = 1; ; number++) {
      const name = number === 1 ? tzid : `${tzid} (${number})`;
      const there = this.#defined.get(name);
      if (
        !there ||
        everywhere ||
        canonicalComponent(retitled(there, tzid)) === canonicalComponent(zone)
      )
        return name;
    }
  }
}

function retitled(zone: Component, tzid: string): Component {
  const title = property(zone, "TZID");
  return {
    ...zone,
    children: zone.children.map((node) =>
      node === title ? foldedLine(`TZID:${tzid}`, CRLF) : node,
    ),
  };
}

function endsLine(text: string): string {
  return text.endsWith("\n") ? text : `${text}${CRLF}`;
}

function escaped(value: string): string {
  return value.replace(/[\\;,]/g, "\\$&").replace(/\r?\n/g, "\\n");
}
