/** What people wrote, as nodes: text stays text, and links open outside the add-on. */
import type { Child } from "../element.ts";
import { element } from "../element.ts";
import { linkParts, safeLink } from "./links.ts";

/** Opens an http, https or mailto address outside. */
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
  const follow = (event: Event): void => {
    event.preventDefault();
    open(href);
  };
  // The middle button too: nothing of an event may open within Thunderbird.
  return element("a", { href, rel: "noopener noreferrer", onclick: follow, onauxclick: follow }, text);
}
