/**
 * What a person types as the place of their calendars → where to ask, in order (RFC 6764 §6). Pure.
 */
import { AppError } from "../../shared/errors.ts";
import { isLoopbackHost } from "../transport/scheme-guard.ts";

/** Hosts that differ from the domain of the e-mail address, as the providers document them. */
const PROVIDER_HOSTS: Readonly<Record<string, string>> = {
  "icloud.com": "caldav.icloud.com",
  "me.com": "caldav.icloud.com",
  "mac.com": "caldav.icloud.com",
  "fastmail.com": "caldav.fastmail.com",
  "fastmail.fm": "caldav.fastmail.com",
  "mailbox.org": "dav.mailbox.org",
  "posteo.de": "posteo.de:8443",
  "posteo.net": "posteo.de:8443",
  "gmx.net": "caldav.gmx.net",
  "gmx.de": "caldav.gmx.net",
  "web.de": "caldav.web.de",
  "yahoo.com": "caldav.calendar.yahoo.com",
  "aol.com": "caldav.calendar.aol.com",
  "yandex.ru": "caldav.yandex.ru",
  "yandex.com": "caldav.yandex.com",
};

const MICROSOFT =
  /^(?:outlook|hotmail|live|msn)\.[a-z.]+$|^(?:outlook\.)?office(?:365)?\.com$|^onmicrosoft\.com$|\.onmicrosoft\.com$/;

/** Where common servers answer when neither well-known nor the root leads on. */
export const KNOWN_PATHS = [
  "/remote.php/dav/",
  "/dav.php/",
  "/caldav.php/",
  "/dav/",
  "/caldav/",
  "/SOGo/dav/",
  "/davical/caldav.php/",
] as const;

export interface Location {
  /** Origins to try, the best first; `https` unless the person wrote `http` or means this machine. */
  readonly origins: readonly string[];
  /** The path they gave; "/" for none. */
  readonly path: string;
  /** Whose DNS records may say more; `null` where a path, a port or a known provider says enough. */
  readonly domain: string | null;
  /** True where records of servers without encryption count too: "http" was written, or this computer is meant. */
  readonly mayBePlain: boolean;
}

/** @throws AppError "bad-location", "unsupported" (a provider without CalDAV) */
export function parseLocation(input: string): Location {
  const text = input.trim();
  if (text === "") throw badLocation("No address was given.");
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined) return fromUrl(scheme, text);
  const domain = /^[^@:\s/]+@([^@\s/]+)$/.exec(text)?.[1];
  if (domain !== undefined) return fromDomain(domain.toLowerCase());
  if (/\s/.test(text)) throw badLocation("An address cannot hold spaces.");
  return fromUrl("", `caldav://${text}`);
}

function fromDomain(domain: string): Location {
  refuseMicrosoft(domain);
  const host = Object.hasOwn(PROVIDER_HOSTS, domain) ? PROVIDER_HOSTS[domain] : undefined;
  const location = fromUrl("", `caldav://${host ?? domain}`);
  return host === undefined ? location : { ...location, domain: null };
}

function fromUrl(scheme: string, text: string): Location {
  if (!["", "https", "http", "caldavs", "caldav"].includes(scheme)) {
    throw badLocation(`Addresses starting with "${scheme}://" do not work.`);
  }
  // Some tools want "caldav://https://host/…": the inner scheme is what is meant.
  const nested = /^caldavs?:\/\/(https?):\/\//i.exec(text);
  if (nested?.[1]) return fromUrl(nested[1].toLowerCase(), text.replace(/^caldavs?:\/\//i, ""));
  let url: URL;
  try {
    url = new URL(text.replace(/^[a-z]+:/i, scheme === "http" ? "http:" : "https:"));
  } catch {
    throw badLocation("This is not an address.");
  }
  if (url.hostname === "") throw badLocation("This is not an address.");
  // The location is remembered and shown, which a password must never be.
  if (url.password !== "") throw passwordInside();
  refuseMicrosoft(url.hostname);
  const secure = `https://${url.host}`;
  const path = url.pathname + url.search;
  const isLoopback = isLoopbackHost(url.hostname);
  const mayBePlain =
    scheme === "http" || (scheme !== "https" && scheme !== "caldavs" && isLoopback);
  const domain = path === "/" && url.port === "" && isDomain(url.hostname) ? url.hostname : null;
  if (scheme === "http") return { origins: [url.origin], path, domain, mayBePlain };
  // Falling back to http is for this machine only: elsewhere it would send the password for anyone to read.
  return {
    origins: mayBePlain ? [`http://${url.host}`, secure] : [secure],
    path,
    domain,
    mayBePlain,
  };
}

/** A name that can have records of its own: no address, and no name without a dot. */
function isDomain(hostname: string): boolean {
  return hostname.includes(".") && !/^[\d.]+$/.test(hostname) && !hostname.startsWith("[");
}

function refuseMicrosoft(domain: string): void {
  if (!MICROSOFT.test(domain)) return;
  throw new AppError("unsupported", "Microsoft 365 and Outlook.com offer no CalDAV.", {
    hint: "A gateway such as DavMail can stand in between: enter its address instead.",
  });
}

function passwordInside(): AppError {
  return new AppError("bad-location", "This address has a password in it.", {
    hint: "Nothing was kept. Enter the address without it, and user name and password in their own fields.",
    retry: "after-user",
  });
}

function badLocation(message: string): AppError {
  return new AppError("bad-location", message, {
    hint: "Enter an e-mail address, a server's name, or an address starting with https://.",
    retry: "after-user",
  });
}

/**
 * True when a server may send an account's credentials on to another host: the same one, a host below it, or a
 * sibling below the same registered domain (iCloud's partitions). Never from https to http (RFC 6764 §8).
 */
export function mayFollow(from: string, to: string): boolean {
  const source = new URL(from);
  const target = new URL(to);
  if (target.protocol !== "https:" && target.protocol !== source.protocol) return false;
  if (source.hostname === target.hostname) return true;
  if (/^[\d.]+$|:/.test(source.hostname) || /^[\d.]+$|:/.test(target.hostname)) return false;
  if (target.hostname.endsWith(`.${source.hostname}`)) return true;
  const parent = registeredDomain(source.hostname);
  return parent !== null && registeredDomain(target.hostname) === parent;
}

/**
 * The last two labels, or three below "co.uk" and its like. Without the public suffix list this errs towards
 * asking: a short label before a country code counts as part of the suffix.
 */
function registeredDomain(hostname: string): string | null {
  const labels = hostname.split(".");
  const second = labels.at(-2) ?? "";
  const kept = labels.at(-1)?.length === 2 && second.length <= 3 ? 3 : 2;
  return labels.length < kept ? null : labels.slice(-kept).join(".");
}
