/** Notes in the page's performance timeline when it first showed something: what the bench measures. */

const noted = new Set<string>();

type Shown = "accounts" | "backups" | "history";

/** Something can be seen, be it from the last time. Later calls change nothing. */
export function markShown(what: Shown): void {
  markOnce(`${what} shown`);
}

/** All that was asked for is shown as it is now. Later calls change nothing. */
export function markFresh(what: Shown): void {
  markOnce(`${what} fresh`);
}

function markOnce(name: string): void {
  if (noted.has(name)) return;
  noted.add(name);
  performance.mark(name);
}
