/** Notes in the page's performance timeline when it first showed real data: what the bench and the tests measure. */

const noted = new Set<string>();

/** @param what the page or section; later calls change nothing */
export function markShown(what: "accounts" | "backups" | "history"): void {
  if (noted.has(what)) return;
  noted.add(what);
  performance.mark(`${what} shown`);
}
