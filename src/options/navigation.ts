/**
 * One section at a time, named by the address (`#backups`), so that back, forward and reload keep the place; after it may
 * stand what to look at there (`#accounts/account-ID`, by its id).
 */

/** After so long a section that is still reading shows what it has, and that it is reading. */
const PATIENCE_MS = 400;

/**
 * A section comes into view with what it shows, not as a heading over nothing.
 * @param onShow told the section's name whenever it comes into view; resolves when it has something to show
 */
export function showSectionsByAddress(
  document: Document,
  window: Window,
  onShow: (section: string) => Promise<void> | undefined,
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
      const shown = onShow(current);
      arrive(document.getElementById(`${current}-section`), shown);
      if (place) void Promise.resolve(shown).then(() => goTo(document.getElementById(place)));
    }
    if (moveFocus) document.getElementById(`${current}-heading`)?.focus();
  };

  window.addEventListener("hashchange", () => update(true));
  update(false);
}

/** It may be gone, or have nothing to show. */
function goTo(node: HTMLElement | null): void {
  if (!node || node.hidden) return;
  if (!node.hasAttribute("tabindex")) node.tabIndex = -1;
  node.focus({ preventScroll: true });
  node.scrollIntoView({ block: "start" });
}

function arrive(section: HTMLElement | null, ready: Promise<void> | undefined): void {
  if (!section || !ready || section.hasAttribute("data-arrived")) return;
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
