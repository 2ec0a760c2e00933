/**
 * What screen readers are told beside where the focus is. A live region that appears together with its text is mostly not
 * read, so what is marked with {@link SAID} is repeated in one that was there before.
 */

/** Attribute of what is to be said, politely, when it appears. */
export const SAID = "data-said";

/** The same words again so soon are the same message, told twice. */
const SAME_MS = 1000;
/** After so long what was said is not there any more for somebody who reads the page from its beginning. */
const KEPT_MS = 10_000;

/** A region that is there before anything is said in it. */
export function liveRegion(): HTMLElement {
  const region = document.createElement("div");
  region.className = "visually-hidden";
  region.setAttribute("role", "status");
  region.setAttribute("aria-live", "polite");
  region.setAttribute("data-announcements", "");
  return region;
}

/** @param now milliseconds */
export function announcer(document: Document, now: () => number): (text: string) => void {
  let last = { text: "", time: Number.NEGATIVE_INFINITY };
  return (text) => {
    // Outside a modal dialog nothing is there for a screen reader.
    const region =
      document.querySelector("dialog[open] [data-announcements]") ??
      document.querySelector("body > [data-announcements], main > [data-announcements]");
    if (!region) throw new Error("The page has no live region");
    const time = now();
    if (text === last.text && time - last.time < SAME_MS) return;
    // What was said just before is still being read: it is not taken away from it.
    const kept = time - last.time < SAME_MS ? [...region.children].slice(-2) : [];
    const said = document.createElement("p");
    said.textContent = text;
    for (const child of [...region.children]) if (!kept.includes(child)) child.remove();
    region.append(said);
    setTimeout(() => said.remove(), KEPT_MS);
    last = { text, time };
  };
}

/** From now on, everything marked that appears is announced. */
export function sayWhatAppears(document: Document, announce: (text: string) => void): void {
  const MutationObserver = document.defaultView?.MutationObserver;
  if (!MutationObserver) return;
  new MutationObserver((records) => {
    for (const node of records.flatMap(({ addedNodes }) => [...addedNodes])) {
      if (!(node instanceof Element) || !node.isConnected) continue;
      const marked = node.closest(`[${SAID}]`) ? [node] : [...node.querySelectorAll(`[${SAID}]`)];
      for (const each of marked) {
        const text = wordsOf(each);
        if (text !== "") announce(text);
      }
    }
  }).observe(document.body, { childList: true, subtree: true });
}

/** Paragraph by paragraph; without what can be pressed. */
function wordsOf(node: Element): string {
  const copy = node.cloneNode(true) as Element;
  for (const control of copy.querySelectorAll("button, details, [hidden]")) control.remove();
  const parts = copy.childElementCount === 0 ? [copy] : [...copy.children];
  return parts
    .map(({ textContent }) => (textContent ?? "").trim())
    .filter(Boolean)
    .join(" ");
}
