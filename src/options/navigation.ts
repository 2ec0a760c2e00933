/** One section at a time, named by the address (`#backups`), so that back, forward and reload keep the place. */

/** @param onShow told the section's name whenever it comes into view */
export function showSectionsByAddress(
  document: Document,
  window: Window,
  onShow: (section: string) => void,
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
    if (current !== undefined) onShow(current);
    if (moveFocus) document.getElementById(`${current}-heading`)?.focus();
  };

  window.addEventListener("hashchange", () => update(true));
  update(false);
}
