/**
 * Prepares a resource's text for Thunderbird's parser: VTIMEZONEs that Thunderbird knows by name are left out,
 * so that all items share its zone objects (expanding a zone costs milliseconds an item), and time zone names
 * of other systems are replaced by the IANA names they stand for. The stored text stays as it is.
 *
 * A zone whose name is known but whose rules differ from Thunderbird's is left in: the file's rules count.
 * Pure: what Thunderbird knows is asked through {@link ZoneKnowledge}.
 */
import { unfold } from "../../shared/ical/content-line.ts";
import { knownZone } from "../../shared/timezones/known-zone.ts";

export interface ZoneKnowledge {
  /** True if Thunderbird has rules for this name. */
  knows(tzid: string): boolean;
  /** True if the VTIMEZONE (its text) gives the offsets that Thunderbird has for the known zone. */
  agrees(vtimezone: string, knownTzid: string): boolean;
}

const TIMEZONE_BLOCK = /^BEGIN:VTIMEZONE[ \t]*\r?\n[\s\S]*?^END:VTIMEZONE[ \t]*(?:\r?\n|$)/gim;
const TIMEZONE_ID = /^TZID[^:\r\n]*:(.*?)[ \t]*\r?$/im;
const ZONED_PROPERTY =
  /^((?:DTSTART|DTEND|DUE|RECURRENCE-ID|RDATE|EXDATE)(?:;(?!TZID=)[^:;\r\n"]*(?:"[^"\r\n]*")?)*);TZID=("[^"\r\n]*"|[^;:\r\n]*)/gim;

/**
 * @param keepForeignZones false for items whose zone definitions must not be expanded: zones without a known
 *   name then become floating time
 */
export function toParseableText(
  text: string,
  zones: ZoneKnowledge,
  keepForeignZones: boolean,
): string {
  let result = unfold(text);
  if (!/TZID/i.test(result)) return result;

  const kept = new Set<string>();
  result = result.replace(TIMEZONE_BLOCK, (block) => {
    const tzid = TIMEZONE_ID.exec(block)?.[1]?.trim();
    if (tzid === undefined) return "";
    const known = knownZone(tzid, zones);
    if (!keepForeignZones || (known !== null && zones.agrees(block, known))) return "";
    kept.add(tzid);
    return block;
  });

  return result.replace(ZONED_PROPERTY, (whole, before: string, quoted: string) => {
    const tzid = quoted.replace(/^"|"$/g, "");
    if (kept.has(tzid)) return whole;
    const known = knownZone(tzid, zones);
    if (known === tzid) return whole;
    // Without any rules the parser would make a zone that every use complains about.
    return known === null ? before : `${before};TZID=${known}`;
  });
}

const ITEM_BLOCK = /^BEGIN:(VEVENT|VTODO)[ \t]*\r?\n[\s\S]*?^END:\1[ \t]*(?:\r?\n|$)/gim;
const RECURRENCE = /^(?:RRULE|RDATE|EXRULE|EXDATE)[;:][^\r\n]*(?:\r?\n|$)/gim;

/**
 * The item as if it did not recur: for rules whose expansion would be too dear. Overrides are left out; if there
 * are only overrides the first stands for all.
 */
export function firstInstanceOnly(text: string): string {
  const unfolded = unfold(text);
  const blocks = unfolded.match(ITEM_BLOCK) ?? [];
  const shown = blocks.find((block) => !/^RECURRENCE-ID[;:]/im.test(block)) ?? blocks[0];
  return unfolded.replace(ITEM_BLOCK, (block) =>
    block === shown ? block.replace(RECURRENCE, "") : "",
  );
}
