/**
 * Hrefs (RFC 4918 §8.3): the same resource may be spelled in several ways, so they are resolved, decoded and
 * compared here and nowhere else as strings. What the server wrote is what is sent back. Pure.
 */
import { brandAs, type Href, type ResourceName } from "../../shared/brands.ts";
import { AppError } from "../../shared/errors.ts";

/**
 * The absolute URL of an href found in an answer from `base`. Only the path is taken from an href of another
 * origin: servers behind a proxy name themselves by inner names, and credentials belong to one origin.
 * @throws AppError "protocol" for what is no address at all
 */
export function resolveHref(href: string, base: string): URL {
  const trimmed = href.trim();
  const origin = new URL(base);
  // "urn:uuid:1.ics" is a file name here, not a URL: only a scheme with "//" makes one (RFC 4918 §8.3 wants "/…").
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed);
  const isPath = trimmed.startsWith("/") && !trimmed.startsWith("//");
  const rooted = isUrl || isPath ? trimmed : `./${trimmed.replace(/^\/+/, "")}`;
  return withPathOf(origin, parseHref(rooted, base));
}

/**
 * Like {@link resolveHref}, where another origin is meant (a home set may lie on another host).
 * @throws AppError "protocol" for what is no address at all
 */
export function resolveForeignHref(href: string, base: string): URL {
  const resolved = parseHref(href.trim(), base);
  resolved.username = "";
  resolved.password = "";
  return resolved;
}

/**
 * The path and query of one URL on another's origin. Set, not parsed anew: a path that starts with "//" would
 * name a host.
 */
export function withPathOf(origin: URL, { pathname, search }: URL): URL {
  const url = new URL(origin.origin);
  url.pathname = pathname;
  url.search = search;
  return url;
}

function parseHref(href: string, base: string): URL {
  try {
    return new URL(href.replaceAll("#", "%23"), base);
  } catch (cause) {
    throw new AppError("protocol", "The server named an address that cannot be used.", {
      hint: "What you have is kept. Ask whoever runs the server about it.",
      retry: "later",
      cause,
    });
  }
}

/**
 * Percent-decoding that never fails: sequences that are not UTF-8 stay as they are, so that two different
 * hrefs do not become one name.
 */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
      try {
        return decodeURIComponent(run);
      } catch {
        return run.toUpperCase();
      }
    });
  }
}

/** The percent-decoded last segment of an href's path; "" for the root. */
export function resourceName(href: string): ResourceName {
  const path = href.trim().replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, "");
  const segments = path.replace(/\/+$/, "").split("/");
  return brandAs<ResourceName>(decodeSegment(segments.at(-1) ?? ""));
}

/** The URL of a member that has no href yet. Every reserved character is escaped: UIDs may hold "/" and "%". */
export function memberUrl(collectionUrl: string, name: ResourceName): string {
  return new URL(encodeSegment(name), withTrailingSlash(collectionUrl)).href;
}

/**
 * `encodeURIComponent`, and lone surrogates kept from throwing. "." and ".." can be no segment, however they are
 * escaped (a URL parser takes "%2E" for a dot): they are escaped twice, so that they name a member, not a folder.
 */
export function encodeSegment(name: string): string {
  if (name === "." || name === "..") return name.replaceAll(".", "%252E");
  return encodeURIComponent(name.replace(/\p{Surrogate}/gu, "\uFFFD"));
}

/** The absolute path of a URL as an href. */
export function hrefOf(url: string): Href {
  const { pathname, search } = new URL(url);
  return brandAs<Href>(pathname + search);
}

/** RFC 4918 §5.2 allows a collection's URL with and without the slash; members are resolved against it. */
export function withTrailingSlash(url: string): string {
  const parsed = new URL(url);
  if (!parsed.pathname.endsWith("/")) parsed.pathname += "/";
  return parsed.href;
}

/** One spelling for all spellings of a collection's URL: escaped alike, with its trailing slash. */
export function canonicalCollectionUrl(url: string): string {
  return canonicalUrl(withTrailingSlash(url));
}

/** One spelling for all spellings of a URL. For comparing and as a key, never for sending. */
export function canonicalUrl(url: string): string {
  const parsed = new URL(url);
  const path = parsed.pathname
    .split("/")
    .map((segment) => encodeSegment(decodeSegment(segment)))
    .join("/");
  return parsed.origin + path + parsed.search;
}
