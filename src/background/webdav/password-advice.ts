/**
 * Which password a provider wants from a program, by host: many refuse the one of their web page, and say no more than
 * "401". As the providers' help pages describe it. Pure.
 */

interface Advice {
  /** The whole host name or its end, after a dot. */
  readonly hosts: readonly string[];
  readonly text: string;
}

const ADVICE: readonly Advice[] = [
  {
    hosts: ["icloud.com", "me.com", "mac.com"],
    text: "Apple wants an app-specific password: make one at account.apple.com, under Sign-In and Security. The user name is the e-mail address of your Apple account.",
  },
  {
    hosts: ["fastmail.com", "fastmail.fm", "messagingengine.com"],
    text: "Fastmail wants an app password: make one in its settings, under Privacy & Security, with access to calendars. Or sign in with Fastmail, without a password here.",
  },
  {
    hosts: ["yahoo.com", "yahoo.de", "yahoo.co.uk", "yahoo.fr", "ymail.com", "rocketmail.com"],
    text: "Yahoo wants an app password: make one in your Yahoo account, under Security. Or sign in with Yahoo, without a password here.",
  },
  {
    hosts: ["aol.com"],
    text: "AOL wants an app password: make one in your AOL account, under Security. Or sign in with AOL, without a password here.",
  },
  {
    hosts: ["google.com", "gmail.com", "googlemail.com", "googleusercontent.com"],
    text: "Google takes no passwords for calendars, not even app passwords: choose to sign in with Google.",
  },
  {
    hosts: ["mailbox.org"],
    text: "With two-factor login mailbox.org wants an application password: make one in its settings, under Security.",
  },
  {
    hosts: ["gmx.net", "gmx.de", "gmx.at", "gmx.ch", "web.de"],
    text: "With two-factor login GMX and WEB.DE want an application-specific password: make one in the account's settings, under Security.",
  },
  {
    hosts: ["zoho.com", "zoho.eu", "zoho.in"],
    text: "With two-factor login Zoho wants an application-specific password: make one at accounts.zoho.com, under Security.",
  },
  {
    hosts: ["yandex.ru", "yandex.com"],
    text: "Yandex wants an app password: make one at id.yandex.com, under Security, for calendars.",
  },
];

/** Nextcloud and ownCloud run anywhere and are known by their path. */
const NEXTCLOUD_PATH = /\/remote\.php\/(?:dav|caldav)(?:\/|$)/;
const NEXTCLOUD =
  "With two-factor login Nextcloud wants an app password: make one in its settings, under Security, Devices & sessions.";

/** Where nothing is known of the provider. */
export const GENERAL_ADVICE =
  "Check both. With two-factor login many providers want a password made for this program alone (an app password); you find it in the account's security settings.";

/**
 * @param place a URL, a host or an e-mail address
 * @returns what is known of its provider; `null`: nothing
 */
export function passwordAdvice(place: string): string | null {
  const text = place.trim();
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  const address = isUrl
    ? text.replace(/^[a-z0-9+.-]+:/i, "https:")
    : `https://${text.slice(text.lastIndexOf("@") + 1)}`;
  if (!URL.canParse(address)) return null;
  const { hostname, pathname } = new URL(address);
  const known = ADVICE.find(({ hosts }) =>
    hosts.some((host) => hostname === host || hostname.endsWith(`.${host}`)),
  );
  return known?.text ?? (NEXTCLOUD_PATH.test(pathname) ? NEXTCLOUD : null);
}
