/**
 * Where the focus goes when what has it is removed, hidden, or cannot be pressed for a while: without this it is nowhere, and
 * a screen reader begins at the top of the page. Whoever removes something may well move the focus itself; this comes after that.
 */

const HEADINGS = "h1, h2, h3, h4";

export function keepFocus(document: Document): void {
  const MutationObserver = document.defaultView?.MutationObserver;
  if (!MutationObserver) return;
  let last: { readonly node: HTMLElement; readonly around: readonly Element[] } | null = null;
  const remember = (): void => {
    const node = document.activeElement;
    if (!(node instanceof HTMLElement) || node === document.body) return;
    if (last?.node !== node) last = { node, around: ancestors(node) };
  };
  document.addEventListener("focusin", remember);
  // Who leaves for another window, or clicks on nothing, is not to be brought back.
  document.addEventListener("focusout", ({ target }) => {
    if (target instanceof Element && isUsable(target)) queueMicrotask(() => forget(target));
  });
  const forget = (target: Element): void => {
    if (last?.node === target && isUsable(target) && document.activeElement === document.body)
      last = null;
  };
  new MutationObserver(() => {
    const lost = last;
    if (lost === null || document.activeElement !== document.body) return;
    if (isUsable(lost.node)) lost.node.focus();
    else if (!isThere(lost.node)) nearby(lost.around)?.focus();
  }).observe(document.body, {
    subtree: true,
    childList: true,
    attributeFilter: ["disabled", "hidden", "open"],
  });
}

function ancestors(node: Element): Element[] {
  const all: Element[] = [];
  for (let at = node.parentElement; at; at = at.parentElement) all.push(at);
  return all;
}

function isThere(node: Element): boolean {
  return node.isConnected && node.closest("[hidden], dialog:not([open])") === null;
}

function isUsable(node: Element): boolean {
  return isThere(node) && !node.matches(":disabled");
}

/** The heading of the smallest part of the page that is left and has one. */
function nearby(around: readonly Element[]): HTMLElement | null {
  for (const part of around) {
    if (!isThere(part)) continue;
    const heading = [...part.querySelectorAll<HTMLElement>(HEADINGS)].find(isThere);
    if (!heading) continue;
    if (!heading.hasAttribute("tabindex")) heading.tabIndex = -1;
    return heading;
  }
  return null;
}
