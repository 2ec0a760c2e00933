/**
 * Lets all items with the same foreign VTIMEZONE share one zone object. Thunderbird makes a new one for each parsed
 * text and expands its rules at the first conversion, which costs more than all the rest of an item.
 *
 * Leans on a private field of Thunderbird's parser (the zones that a parsed root knows); where it is missing every
 * text keeps its own zones, as Thunderbird does it.
 */

/** A zone as the parser has it; opaque here. */
type ParsedZone = object;

interface ParsedRoot {
  readonly _timezoneCache?: {
    has(tzid: string): boolean;
    set(tzid: string, zone: ParsedZone): void;
  } | null;
  getTimeZoneByID?(tzid: string): ParsedZone | null;
}

/** Distinct definitions remembered; crafted files may bring a new one each. */
const MOST_ZONES = 200;
const TIMEZONE_BLOCK = /^BEGIN:VTIMEZONE[ \t]*\r?\n[\s\S]*?^END:VTIMEZONE[ \t]*(?:\r?\n|$)/gim;
const TIMEZONE_ID = /^TZID[^:\r\n]*:(.*?)[ \t]*\r?$/im;

const zones = new Map<string, ParsedZone>();

/**
 * Parses a text, its zones shared with the texts before it that define them alike.
 * @throws what the parser throws
 */
export function parseWithSharedZones(
  text: string,
  parse: (text: string) => calIIcalComponent,
): calIIcalComponent {
  if (!/^BEGIN:VTIMEZONE/im.test(text)) return parse(text);
  const definitions = (text.match(TIMEZONE_BLOCK) ?? []).map((block) => ({
    block,
    tzid: TIMEZONE_ID.exec(block)?.[1] ?? "",
  }));
  const root = parse(text);
  const parsed = innerOf(root);
  const known = parsed?._timezoneCache;
  if (parsed?.getTimeZoneByID === undefined || known == null) return root;
  for (const { block, tzid } of definitions) {
    const shared = zones.get(block);
    if (shared !== undefined) {
      known.set(tzid, shared);
      continue;
    }
    const own = parsed.getTimeZoneByID(tzid);
    if (own === null) continue;
    if (zones.size >= MOST_ZONES) zones.clear();
    zones.set(block, own);
  }
  return root;
}

function innerOf(root: calIIcalComponent): ParsedRoot | undefined {
  const { wrappedJSObject } = root as { wrappedJSObject?: { innerObject?: ParsedRoot } };
  return wrappedJSObject?.innerObject;
}
