/**
 * Where members of a collection are asked for: at the href the server has named, in its spelling, as long as that is
 * an address in this collection. An item that was moved here from another calendar still carries the href it had
 * there, and must never lead a write back to it. Pure.
 */
import type { Href, ResourceName } from "../../shared/brands.ts";
import { canonicalCollectionUrl, hrefOf, memberUrl, resolveHref } from "../webdav/href.ts";

export class MemberAddresses {
  readonly #collectionUrl: string;
  /** Folders that members were listed in: servers behind a proxy may name their own by another path. */
  readonly #folders: Set<string>;

  constructor(collectionUrl: string) {
    this.#collectionUrl = collectionUrl;
    this.#folders = new Set([canonicalCollectionUrl(collectionUrl)]);
  }

  /** @param members as the server listed them for this collection */
  learn(members: Iterable<{ readonly href: Href }>): void {
    let before = "";
    for (const { href } of members) {
      const folder = href.slice(0, href.replace(/\/+$/, "").lastIndexOf("/") + 1);
      if (folder === before) continue;
      before = folder;
      try {
        this.#folders.add(this.#folderOf(href));
      } catch {
        // No address at all: only this member cannot be had.
      }
    }
  }

  /** @returns the absolute URL, and the href to keep */
  addressOf(member: { readonly name: ResourceName; readonly href: Href | null }): {
    readonly url: string;
    readonly href: Href;
  } {
    const { name, href } = member;
    if (href !== null && this.#folders.has(this.#folderOf(href)))
      return { url: resolveHref(href, this.#collectionUrl).href, href };
    const url = memberUrl(this.#collectionUrl, name);
    return { url, href: hrefOf(url) };
  }

  #folderOf(href: Href): string {
    const url = resolveHref(href, this.#collectionUrl);
    url.search = "";
    url.pathname = url.pathname.replace(/[^/]+\/*$/, "");
    return canonicalCollectionUrl(url.href);
  }
}
