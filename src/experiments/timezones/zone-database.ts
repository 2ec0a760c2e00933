/**
 * Thunderbird's time zone database. It answers in every process; Thunderbird's time zone service does so only in the
 * parent, where the calendar has started it.
 */
import { AppError } from "../../shared/errors.ts";
import { NO_OFFSET, type Zone } from "../../shared/timezones/conversion.ts";
import { knownZone } from "../../shared/timezones/known-zone.ts";
import { zoneRules } from "../../shared/timezones/zone-rules.ts";

interface calITimezoneDatabase {
  getCanonicalTimezoneIds(): string[];
  /** A VTIMEZONE; `""` for an unknown zone. Knows aliases, in 153 also the names of Windows. */
  getTimezoneDefinition(tzid: string): string;
}

/** `Z` stands for UTC in jCal and ISO 8601; the database has no such zone. */
const UTC_NAMES = new Set(["UTC", "Z", "Etc/UTC"]);

let service: calITimezoneDatabase | undefined;

function database(): calITimezoneDatabase {
  service ??= Cc["@mozilla.org/calendar/timezone-database;1"]?.getService(
    Ci.calITimezoneDatabase,
  ) as calITimezoneDatabase;
  return service;
}

export function timezoneIds(): string[] {
  return database().getCanonicalTimezoneIds();
}

/** The name that Thunderbird's database has for a zone, also for names of Windows and with a vendor's prefix. */
function databaseName(tzid: string): string {
  const known = knownZone(tzid === "Z" ? "UTC" : tzid, {
    knows: (name) => name !== "" && database().getTimezoneDefinition(name) !== "",
  });
  if (known !== null) return known;
  throw new AppError("bad-argument", `Thunderbird knows no time zone "${tzid.slice(0, 80)}".`);
}

/** The VTIMEZONE as Thunderbird has it. @throws AppError "bad-argument" naming a zone without a definition */
export function zoneDefinition(tzid: string): string {
  return database().getTimezoneDefinition(databaseName(tzid));
}

/** By every name they were asked for: the database writes out a definition for each question. */
const zones = new Map<string, Zone>();
/** There are some hundred zones; other names can be made up without end. */
const MOST_NAMES = 1000;

/** @throws AppError "bad-argument" naming an unknown zone */
export function findZone(tzid: string): Zone {
  if (UTC_NAMES.has(tzid)) return { tzid: "UTC", kind: "utc", rules: NO_OFFSET };
  if (tzid === "floating") return { tzid, kind: "floating", rules: NO_OFFSET };
  let zone = zones.get(tzid);
  if (!zone) {
    const name = databaseName(tzid);
    const rules = zoneRules(database().getTimezoneDefinition(name));
    if (!rules)
      throw new AppError("unsupported", `Thunderbird's definition of "${name}" cannot be read.`);
    zone = { tzid: name, kind: "named", rules };
    if (zones.size >= MOST_NAMES) zones.clear();
    zones.set(tzid, zone);
  }
  return zone;
}

/** The user's zone as Thunderbird's settings say it: the system's, or the one that was chosen. */
export function currentZone(): string {
  const { prefs } = Services;
  const chosen = prefs.getStringPref("calendar.timezone.local", "");
  const bySystem = prefs.getBoolPref("calendar.timezone.useSystemTimezone", true);
  if (!bySystem && chosen !== "" && chosen !== "floating") return chosen;
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
