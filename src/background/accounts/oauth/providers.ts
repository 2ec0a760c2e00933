/** Providers by name: where their calendars are, and the truth about those where no such sign-in leads to any. Pure. */
import { AppError } from "../../../shared/errors.ts";

export interface KnownProvider {
  /** By which Thunderbird knows the provider's sign-in. */
  readonly host: string;
  /** Where discovery begins, whatever the person typed. */
  readonly location: (username: string) => string;
}

/** The name for whatever Thunderbird (or another add-on, by `oauth_provider`) knows of the location's host. */
export const BY_HOST = "thunderbird";

const atRoot = (host: string): KnownProvider => ({ host, location: () => `https://${host}/` });

const KNOWN: ReadonlyMap<string, KnownProvider> = new Map([
  [
    "google",
    {
      host: "apidata.googleusercontent.com",
      // Google shows no principal at the root (CalDAV API v2, "Connecting to the server").
      location: (username) =>
        `https://apidata.googleusercontent.com/caldav/v2/${encodeURIComponent(username)}/user`,
    },
  ],
  ["fastmail", atRoot("caldav.fastmail.com")],
  ["yahoo", atRoot("caldav.calendar.yahoo.com")],
  ["aol", atRoot("caldav.aol.com")],
]);

const IMPOSSIBLE: ReadonlyMap<string, readonly [message: string, hint: string]> = new Map([
  [
    "microsoft",
    [
      "Microsoft offers no CalDAV, with any kind of sign-in.",
      "Outlook.com and Microsoft 365 calendars can be reached through the free program DavMail: install it, and add the address it shows.",
    ],
  ],
  [
    "apple",
    [
      "Apple lets no program sign in to iCloud calendars in this way.",
      "Make an app-specific password at account.apple.com, and add icloud.com with your Apple account and that password.",
    ],
  ],
]);

/** @throws AppError "unsupported" for those that cannot be had so */
export function knownProvider(name: string): KnownProvider | undefined {
  const key = name.toLowerCase();
  const impossible = IMPOSSIBLE.get(key);
  if (impossible === undefined) return KNOWN.get(key);
  const [message, hint] = impossible;
  throw new AppError("unsupported", message, { hint, details: { provider: key } });
}
