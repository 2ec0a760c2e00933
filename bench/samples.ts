/** What a bench brings home, and how it is summed up. Pure. */

/** One number of one run. */
export interface Sample {
  /** What was done, e.g. `first sync`. */
  readonly work: string;
  /** Whose: `keeper`, or the peer's name. */
  readonly who: string;
  /** Items in the calendar. */
  readonly items: number;
  readonly unit: "ms" | "requests" | "bytes" | "files" | "MB";
  readonly value: number;
}

export const KEEPER = "keeper";

/** Thunderbird gives no session before it is idle, which it is not while it reads thousands of items after a start. */
export const SESSION_TIMEOUT_MS = 300_000;

export interface Figure {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly runs: number;
}

/** @throws Error without values */
export function figureOf(values: readonly number[]): Figure {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  const lower = sorted[sorted.length % 2 === 0 ? middle - 1 : middle];
  const [least] = sorted;
  if (upper === undefined || lower === undefined || least === undefined)
    throw new Error("No values");
  return {
    median: (upper + lower) / 2,
    least,
    most: sorted[sorted.length - 1] ?? upper,
    runs: sorted.length,
  };
}

/**
 * The exponent `e` of `cost ~ items^e`, by least squares of the logarithms: 0 is flat, 1 linear. `null` for fewer
 * than two sizes.
 */
export function growth(points: readonly { items: number; cost: number }[]): number | null {
  const logs = points
    .filter(({ items, cost }) => items > 0 && cost > 0)
    .map(({ items, cost }) => [Math.log(items), Math.log(cost)] as const);
  if (new Set(logs.map(([x]) => x)).size < 2) return null;
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const meanX = mean(logs.map(([x]) => x));
  const meanY = mean(logs.map(([, y]) => y));
  const above = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const below = logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return above / below;
}

/** One line of the table: a work at a size, ours beside one peer. */
export interface Comparison {
  readonly work: string;
  readonly unit: Sample["unit"];
  readonly items: number;
  readonly keeper: Figure;
  readonly peer: (Figure & { readonly name: string }) | null;
  /** The peer's median over ours: above 1 we are better. `null` without a peer, or where ours is 0. */
  readonly ratio: number | null;
}

/** In the order in which the works first came. */
export function compare(samples: readonly Sample[]): Comparison[] {
  const groups = groupBy(samples, ({ work, unit, items }) => `${work}\n${unit}\n${items}`);
  return [...groups.values()].flatMap((group): Comparison[] => {
    const byWho = groupBy(group, ({ who }) => who);
    const [first] = group;
    const own = byWho.get(KEEPER);
    if (first === undefined || own === undefined) return [];
    const keeper = figureOf(own.map(({ value }) => value));
    const { work, unit, items } = first;
    const peers = [...byWho].filter(([who]) => who !== KEEPER);
    if (peers.length === 0) return [{ work, unit, items, keeper, peer: null, ratio: null }];
    return peers.map(([name, theirs]) => {
      const peer = { name, ...figureOf(theirs.map(({ value }) => value)) };
      const ratio = keeper.median === 0 ? null : peer.median / keeper.median;
      return { work, unit, items, keeper, peer, ratio };
    });
  });
}

function groupBy<T>(list: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of list) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
