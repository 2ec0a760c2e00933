/** Names of time zones that other programs write, as names that are known here. */
import { windowsTimezones } from "./windows-timezones.ts";

/**
 * The IANA name a TZID stands for, or `null` if none is known: the name itself, a Windows name, or the part
 * after a vendor's prefix as in `/freeassociation.sourceforge.net/Europe/Berlin`.
 */
export function knownZone(tzid: string, zones: { knows(tzid: string): boolean }): string | null {
  const windows = windowsTimezones.get(tzid);
  if (windows !== undefined && zones.knows(windows)) return windows;
  if (!tzid.startsWith("/")) return zones.knows(tzid) ? tzid : null;
  const parts = tzid.split("/");
  for (let first = 2; first < parts.length; first++) {
    const candidate = parts.slice(first).join("/");
    if (zones.knows(candidate)) return candidate;
  }
  return null;
}
