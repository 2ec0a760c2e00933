/** One section at a time, named by the address (`#backups`), so that back, forward and reload keep the place. */

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
    const asked = window.location.hash.slice(1);
    const current = names.includes(asked) ? asked : names[0];
    for (const link of links) {
      if (link.getAttribute("data-section") === current) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    for (const name of names) {
      const section = document.getElementById(`${name}-section`);
      if (section) section.hidden = name !== current;
    }
    if (current !== undefined)
      arrive(document.getElementById(`${current}-section`), onShow(current));
    if (moveFocus) document.getElementById(`${current}-heading`)?.focus();
  };

  window.addEventListener("hashchange", () => update(true));
  update(false);
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
