/**
 * What of an item lies in the range that a view asks for: itself, or its instances. Those of plain series are computed
 * here, all others by Thunderbird's engine; both once a range.
 */
import { type CachedRow, rememberedExpansion } from "./item-cache.ts";
import { type ItemFilter, inRange, rangeName } from "./item-filter.ts";
import { isLightSeries, lightInstances } from "./light/light-items.ts";

/** An occurrence query without an end gets this much future. */
const OPEN_END_DAYS = 366;
/** More than one view can show; a series beyond it is cut off rather than freezing Thunderbird. */
const MOST_OCCURRENCES = 2_000;

export function instancesOf(
  item: calIItemBase,
  cached: CachedRow<calIItemBase>,
  filter: ItemFilter,
): readonly calIItemBase[] {
  // A series is asked for as a whole: its master stands for instances of any time.
  if (!filter.occurrences && isLightSeries(item)) return [item];
  const { start, end } = filter;
  if (start !== null && end !== null && isLightSeries(item)) {
    const bounds = { start, end };
    return rememberedExpansion(
      cached,
      keyOf(item, filter.range),
      () => lightInstances(item, bounds, MOST_OCCURRENCES) ?? instancesByEngine(item, bounds),
    );
  }
  if (item.recurrenceInfo === null) return inRange(item, filter) ? [item] : [];
  if (!filter.occurrences) return [item];
  const bounds = boundedRange(item, filter);
  if (bounds === null) return [item];
  const range = rangeName(bounds.start, bounds.end);
  return rememberedExpansion(cached, keyOf(item, range), () => instancesByEngine(item, bounds));
}

interface Bounds {
  readonly start: calIDateTime;
  readonly end: calIDateTime;
}

function instancesByEngine(item: calIItemBase, { start, end }: Bounds): readonly calIItemBase[] {
  return item.recurrenceInfo?.getOccurrences(start, end, MOST_OCCURRENCES) ?? [];
}

/** Names an expansion. */
function keyOf(item: calIItemBase, range: string): string {
  return `${item.id}\n${range}`;
}

/** Thunderbird's expansion throws without both bounds; `null` for an undated series. */
function boundedRange(item: calIItemBase, filter: ItemFilter): Bounds | null {
  const start = filter.start ?? item.recurrenceStartDate;
  if (start === null) return null;
  if (filter.end !== null) return { start, end: filter.end };
  const end = start.clone();
  end.isDate = false;
  end.nativeTime =
    Math.max(start.nativeTime, Date.now() * 1000) + OPEN_END_DAYS * 86_400 * 1_000_000;
  return { start, end };
}
