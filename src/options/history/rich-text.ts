/** What people wrote, as nodes: text stays text, and links open outside the add-on. */
import type { Child } from "../element.ts";
import { element } from "../element.ts";
import { linkParts, safeLink } from "./links.ts";

/** Opens an http or https address outside. */
export type OpenLink = (href: string) => void;

export function linkedText(text: string, open: OpenLink): Child[] {
  return linkParts(text).map((part) =>
    part.href === undefined ? part.text : link(part.text, part.href, open),
  );
}

/** A whole value that should be a link; other schemes are shown as text. */
export function linkOrText(text: string, open: OpenLink): Child {
  const href = safeLink(text);
  return href === null ? text : link(text, href, open);
}

function link(text: string, href: string, open: OpenLink): HTMLAnchorElement {
  // Thunderbird itself writes mail: its own handling of such a link is the right one.
  const isMail = href.startsWith("mailto:");
  const follow = (event: Event): void => {
    if (isMail && event.type === "click") return;
    event.preventDefault();
    if (!isMail) open(href);
  };
  // The middle button too: nothing of an event may open within Thunderbird.
  return element(
    "a",
    { href, rel: "noopener noreferrer", onclick: follow, onauxclick: follow },
    text,
  );
}
