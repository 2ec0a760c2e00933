/**
 * Thunderbird's font size and density, which pages in tabs do not get by themselves. What it was last time is applied at
 * once, so that nothing jumps; what it is now is asked for whenever the page comes to the front, and when the pointer
 * comes back to it from Thunderbird's menu.
 */
import type { Appearance } from "../shared/commands.ts";
import type { BackgroundClient } from "./background-client.ts";

const KEY = "appearance";

export function followAppearance(document: Document, client: BackgroundClient): void {
  const last = read(document);
  if (last) apply(document, last);
  const ask = (): void => {
    client.call("appearance.read", {}).then(
      (now) => {
        apply(document, now);
        document.defaultView?.localStorage.setItem(KEY, JSON.stringify(now));
      },
      // The page is good without it.
      () => {},
    );
  };
  ask();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") ask();
  });
  document.documentElement.addEventListener("mouseenter", ask);
}

function apply({ documentElement }: Document, { textScale, density }: Appearance): void {
  documentElement.style.fontSize = textScale === 1 ? "" : `${textScale * 100}%`;
  documentElement.setAttribute("data-density", density);
}

/** `null` where nothing usable is remembered. */
function read({ defaultView }: Document): Appearance | null {
  try {
    const kept = JSON.parse(defaultView?.localStorage.getItem(KEY) ?? "null") as unknown;
    const { textScale, density } = (kept ?? {}) as Partial<Appearance>;
    return typeof textScale === "number" && typeof density === "string"
      ? { textScale, density }
      : null;
  } catch {
    return null;
  }
}
