/** Time zones as Thunderbird has them, for reading and writing an item's members. */

import type { ZonePort } from "../../../shared/ical/simple/text-zones.ts";
import { knownZone } from "../../../shared/timezones/known-zone.ts";
import { calendarUtils } from "../gecko-modules.ts";
import type { ZoneKnowledge } from "../parseable-text.ts";
import { createZoneKnowledge } from "../thunderbird-zones.ts";

let knowledge: ZoneKnowledge | undefined;

/** One for all: each name and each definition is looked at once. */
export function zoneKnowledge(): ZoneKnowledge {
  knowledge ??= createZoneKnowledge();
  return knowledge;
}

const names = new Map<string, string>();

/** The IANA name that a TZID stands for; unknown ones as they are. */
export function zoneName(tzid: string): string {
  let name = names.get(tzid);
  if (name === undefined) {
    name = knownZone(tzid, zoneKnowledge()) ?? tzid;
    // Crafted files may bring a new one each.
    if (names.size >= 1_000) names.clear();
    names.set(tzid, name);
  }
  return name;
}

export const thunderbirdZones: ZonePort = {
  name: zoneName,
  definition(name) {
    const known = knownZone(name, zoneKnowledge());
    const zone = known === null ? null : calendarUtils().timezoneService.getTimezone(known);
    return zone?.icalComponent?.serializeToICS() ?? null;
  },
};
