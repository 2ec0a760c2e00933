/** What would be gone with some snapshots: versions of items that no other one holds. Pure. */
import type { HistoryItem } from "./history-items.ts";

/**
 * @param items over all snapshots
 * @param removed positions of those that would go
 * @returns the items with just those versions, the newest first
 */
export function onlyCopies(
  items: readonly HistoryItem[],
  removed: ReadonlySet<number>,
): HistoryItem[] {
  return items.flatMap((item) => {
    const stays = new Set(
      [...item.holdings, ...item.replaced]
        .filter(({ at }) => at.some((index) => !removed.has(index)))
        .map(({ file }) => file.content),
    );
    const goes = ({ file }: HistoryItem["newest"]) => !stays.has(file.content);
    const holdings = item.holdings.filter(goes);
    const replaced = item.replaced.filter(goes);
    const newest = holdings[0] ?? replaced[0];
    return newest ? [{ ...item, holdings, replaced, newest }] : [];
  });
}
