/**
 * Calendars of an older add-on become those of this one (manifest key `calendar_provider.legacy_type`): they keep
 * their ids, and with them all their settings.
 */
import { calendarUtils } from "./gecko-modules.ts";

/**
 * To be called before the type is registered. Calendars whose provider is there are left alone.
 * @param type the type they get; Thunderbird makes real calendars of them when that is registered
 */
export function adoptLegacyCalendars(legacyType: string, type: string): void {
  if (legacyType === type) return;
  for (const calendar of calendarUtils().manager.getCalendars()) {
    // Thunderbird's dummy in the place of a calendar that nobody provides.
    if (calendar.type !== legacyType || !calendar.getProperty("force-disabled")) continue;
    Services.prefs.setStringPref(`calendar.registry.${calendar.id}.type`, type);
    const dummy = (calendar.wrappedJSObject ?? calendar) as { type: string };
    dummy.type = type;
  }
}
