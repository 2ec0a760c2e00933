/**
 * One section at a time, named by the address (`#backups`), so that back, forward and reload keep the place; after it may
 * stand what to look at there (`#accounts/account-ID`, by its id).
 */

/** After so long a section that is still reading shows what it has, and that it is reading. */
const PATIENCE_MS = 400;

/** None of them rejects. */
export interface Showing {
  /** Something can be seen, be it from the last time. */
  readonly shown: Promise<void>;
  /** All there is was asked for anew, and is shown. */
  readonly read: Promise<void>;
}

/**
 * A section comes into view with what it shows, not as a heading over nothing.
 * @param onShow told the section's name whenever it comes into view
 */
export function showSectionsByAddress(
  document: Document,
  window: Window,
  onShow: (section: string) => Showing,
): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>("nav a[data-section]")];
  const names = links.map((link) => link.getAttribute("data-section") ?? "");

  const update = (moveFocus: boolean): void => {
    const [asked = "", place] = window.location.hash.slice(1).split("/");
    const current = names.includes(asked) ? asked : names[0];
    for (const link of links) {
      if (link.getAttribute("data-section") === current) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    for (const name of names) {
      const section = document.getElementById(`${name}-section`);
      if (section) section.hidden = name !== current;
    }
    if (current !== undefined) {
      const { shown, read } = onShow(current);
      const ready = Promise.race([shown, read]);
      arrive(document.getElementById(`${current}-section`), ready);
      if (place) void follow(place, ready, read);
    }
    if (moveFocus) document.getElementById(`${current}-heading`)?.focus();
  };

  /** What was shown last may lack the place, or have it where it will not stay. */
  const follow = async (place: string, ready: Promise<void>, read: Promise<void>) => {
    const { hash } = window.location;
    await ready;
    const from = document.activeElement;
    const went = goTo(document.getElementById(place));
    await read;
    const at = document.activeElement;
    // Whoever has gone elsewhere meanwhile stays there.
    const stayed = at === (went ?? from) || at === document.body;
    if (stayed && window.location.hash === hash) goTo(document.getElementById(place));
  };

  window.addEventListener("hashchange", () => update(true));
  update(false);
}

/** It may be gone, or have nothing to show. @returns where it went */
function goTo(node: HTMLElement | null): HTMLElement | null {
  if (!node || node.hidden) return null;
  if (!node.hasAttribute("tabindex")) node.tabIndex = -1;
  node.focus({ preventScroll: true });
  node.scrollIntoView({ block: "start" });
  return node;
}

function arrive(section: HTMLElement | null, ready: Promise<void>): void {
  if (!section || section.hasAttribute("data-arrived")) return;
  const reveal = (): void => {
    section.classList.remove("arriving");
    section.setAttribute("data-arrived", "");
  };
  section.classList.add("arriving");
  const patience = setTimeout(reveal, PATIENCE_MS);
  const ended = (): void => {
    clearTimeout(patience);
    reveal();
  };
  ready.then(ended, ended);
}
