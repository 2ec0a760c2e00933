/**
 * Keeps the background awake while somebody looks back: what it has read of the backups ends with it, and reading it again
 * takes as long as the first time.
 */

/** Less than what Thunderbird lets a background be idle for. */
const PERIOD_MS = 20_000;
/** Nobody looks that long without touching anything. */
const PATIENCE_MS = 10 * 60_000;
const SIGNS_OF_LIFE = ["pointerdown", "pointermove", "keydown", "wheel"] as const;

/** @param ask any question to the background */
export function stayReady(page: Document, ask: () => Promise<unknown>, now: () => number): void {
  let used = now();
  for (const sign of SIGNS_OF_LIFE)
    page.addEventListener(
      sign,
      () => {
        used = now();
      },
      { passive: true },
    );
  setInterval(() => {
    if (page.visibilityState === "visible" && now() - used < PATIENCE_MS) ask().catch(() => {});
  }, PERIOD_MS);
}
