/** The time zones of a text that is being edited: which TZID a name has there, and the definitions it comes to need. */
import { type CalendarTree, parseTree, properties } from "../component-tree.ts";
import { lineValue } from "../content-line.ts";
import { addMissingZones, usedZones, zoneDefinitions } from "../zone-definitions.ts";
import { refused } from "./checks.ts";

/** What is known of time zones outside the text. */
export interface ZonePort {
  /** The name callers see for a TZID. */
  name(tzid: string): string;
  /** The VTIMEZONE of a zone; `null` for an unknown one. */
  definition(name: string): string | null;
}

/** How times are written: a TZID, in UTC, or `null` for floating. */
export type Zone = { readonly tzid: string } | "UTC" | null;

export class TextZones {
  readonly #tree: CalendarTree;
  readonly #port: ZonePort;
  readonly #usedBefore: ReadonlySet<string>;
  readonly #needed = new Set<string>();

  constructor(tree: CalendarTree, port: ZonePort) {
    this.#tree = tree;
    this.#port = port;
    this.#usedBefore = usedZones(tree);
  }

  readonly name = (tzid: string): string => this.#port.name(tzid);

  /**
   * The zone as this text calls it.
   * @param member how an error calls it
   * @throws AppError "bad-argument" for a zone that neither the text nor anybody else knows
   */
  find(name: string, member: string): Zone {
    if (/^(?:utc|z|etc\/utc)$/i.test(name)) return "UTC";
    const known = new Set([...zoneDefinitions(this.#tree).keys(), ...this.#usedBefore]);
    if (known.has(name)) return { tzid: name };
    const alias = [...known].find((tzid) => this.#port.name(tzid) === name);
    if (alias !== undefined) return { tzid: alias };
    const definition = this.#port.definition(name);
    if (definition === null) throw refused(member, `"${name}" is not a known time zone.`);
    this.#needed.add(definition);
    return { tzid: definedName(definition) ?? name };
  }

  /** Adds the definitions that the text has come to need. */
  complete(lineEnd: string): void {
    const source = parseTree(`BEGIN:VCALENDAR\r\n${[...this.#needed].join("")}END:VCALENDAR\r\n`);
    addMissingZones(this.#tree, source, this.#usedBefore, lineEnd);
  }
}

function definedName(definition: string): string | undefined {
  const [name] = zoneDefinitions(parseTree(definition)).keys();
  if (name !== undefined) return name;
  const [zone] = parseTree(definition).nodes.flatMap((node) =>
    "children" in node ? properties(node).filter((line) => line.name === "TZID") : [],
  );
  return zone && lineValue(zone);
}
