/** A calendar of Thunderbird's own CalDAV, made as its dialog for new calendars would. */
import { AppError } from "../../shared/errors.ts";
import { savePassword } from "./vault.ts";

export interface BuiltInCalendar {
  readonly url: string;
  readonly name: string;
  readonly color?: string | null;
  readonly readOnly: boolean;
  readonly username: string;
  /** With the server's realm: where Thunderbird's CalDAV looks for it. */
  readonly password?: string | null;
  readonly realm?: string | null;
}

/** @throws AppError "credentials-locked" */
export async function makeBuiltInCalendar(wanted: BuiltInCalendar): Promise<string> {
  const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
  const uri = Services.io.newURI(wanted.url);
  if (wanted.password != null && wanted.realm != null) {
    if (!Services.logins.isLoggedIn) {
      throw new AppError("credentials-locked", "Thunderbird's saved passwords are locked.", {
        hint: "Nothing was changed. Enter your primary password in Thunderbird, then try again.",
        retry: "after-user",
      });
    }
    const { prePath } = uri as nsIURI & { readonly prePath: string };
    await savePassword(prePath, wanted.realm, wanted.username, wanted.password);
  }
  const calendar = cal.manager.createCalendar("caldav", uri);
  if (calendar === null)
    throw new AppError("unsupported", "Thunderbird made no calendar.", {
      hint: "Nothing was changed: CalDAV Keeper still has it. Restart Thunderbird, then try again.",
      retry: "after-user",
    });
  calendar.name = wanted.name;
  calendar.setProperty("username", wanted.username);
  calendar.setProperty("cache.enabled", true);
  if (wanted.color != null) calendar.setProperty("color", wanted.color);
  if (wanted.readOnly) calendar.setProperty("readOnly", true);
  cal.manager.registerCalendar(calendar);
  // Not before: windows take a calendar into their task lists only while nobody has said whether it is shown.
  calendar.setProperty("calendar-main-in-composite", true);
  return calendar.id;
}
