/**
 * Which URLs may be spoken to, and how safely. https always; http without a warning only to this machine;
 * http elsewhere is possible but said to be insecure; from https to http never. Pure.
 */
import { AppError } from "../../shared/errors.ts";

export type SchemeSafety = "secure" | "loopback" | "insecure";

/** Names of this machine that never leave it (RFC 6761 §6.3, RFC 5735 §3, RFC 4291 §2.5.3). */
export function isLoopbackHost(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/^\[|\]$/g, "");
  return (
    host === "localhost" ||
    host.endsWith(".localhost") ||
    host === "::1" ||
    /^127(\.\d{1,3}){3}$/.test(host)
  );
}

/** @throws AppError "bad-location" for anything but http and https */
export function schemeSafety(url: string): SchemeSafety {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch (cause) {
    throw new AppError("bad-location", "This address is not a valid URL.", { cause });
  }
  if (parsed.protocol === "https:") return "secure";
  if (parsed.protocol !== "http:") {
    throw new AppError(
      "bad-location",
      `Addresses starting with "${parsed.protocol}" do not work.`,
      {
        hint: "Enter an address that starts with https://.",
      },
    );
  }
  return isLoopbackHost(parsed.hostname) ? "loopback" : "insecure";
}

/**
 * True for plain http beyond this computer, also as "caldav://http://…". A text that is no URL is not insecure, only
 * useless.
 */
export function isInsecureUrl(text: string): boolean {
  const url = text.trim().replace(/^caldavs?:\/\/(?=https?:\/\/)/i, "");
  return URL.canParse(url) && /^https?:/i.test(url) && schemeSafety(url) === "insecure";
}

/**
 * True for a place that an account's requests may go to, with their bodies and its password: an origin the user has
 * agreed to, or the same host reached with encryption where that was without.
 */
export function isAgreed(origins: ReadonlySet<string>, url: string): boolean {
  const { origin, protocol, hostname } = new URL(url);
  if (origins.has(origin)) return true;
  return (
    protocol === "https:" &&
    [...origins].some((one) => {
      const agreed = new URL(one);
      return agreed.protocol === "http:" && agreed.hostname === hostname;
    })
  );
}

/**
 * A host as `URL.host` writes it.
 * @throws AppError "bad-argument" for anything but `name` and `name:port`
 */
export function readHost(text: string): string {
  const url = URL.canParse(`https://${text}`) ? new URL(`https://${text}`) : null;
  if (url !== null && url.href === `https://${url.host}/`) return url.host;
  throw new AppError("bad-argument", "This is not a host's name.", {
    hint: "Nothing was changed. Enter a name such as caldav.example.org, or one with a port.",
    retry: "after-user",
  });
}

/**
 * The origins that the user's word for a host means: encrypted, and without encryption on this computer only.
 * @param host `name` or `name:port`, as `URL.host` writes it
 */
export function originsOfHost(host: string): string[] {
  const { hostname, origin } = new URL(`https://${host}`);
  return isLoopbackHost(hostname) ? [origin, new URL(`http://${host}`).origin] : [origin];
}

/**
 * Refuses an answer that came over http to a question asked over https. The browser has already dropped the
 * credentials on the way (another origin), but the answer cannot be trusted.
 * @throws AppError "insecure-location"
 */
export function refuseDowngrade(askedUrl: string, answeredUrl: string): void {
  if (new URL(askedUrl).protocol === "https:" && new URL(answeredUrl).protocol === "http:") {
    throw new AppError(
      "insecure-location",
      "The server tried to continue without encryption. CalDAV Keeper stopped.",
      {
        hint: "Your password was not sent unencrypted. Ask the server's administrator to correct its redirects.",
        retry: "after-user",
        details: { host: new URL(answeredUrl).host },
      },
    );
  }
}
