/** Comparisons as a Markdown table, and how each work's cost grows with the calendar. Pure. */
import { type Comparison, type Figure, growth, type Sample } from "./samples.ts";

export function tableOf(comparisons: readonly Comparison[]): string {
  const lines = [
    "| work | items | CalDAV Keeper | peer | peer ÷ ours |",
    "| --- | ---: | ---: | ---: | ---: |",
  ];
  for (const { work, items, unit, keeper, peer, ratio } of comparisons) {
    const theirs = peer === null ? "–" : `${figure(peer, unit)} (${peer.name})`;
    const quotient = ratio === null ? "–" : times(ratio);
    lines.push(
      `| ${work} | ${items.toLocaleString("en")} | ${figure(keeper, unit)} | ${theirs} | ${quotient} |`,
    );
  }
  return `${lines.join("\n")}\n`;
}

/** `null` where there is only one size. */
export function growthTableOf(comparisons: readonly Comparison[]): string | null {
  const rows = new Map<string, string>();
  for (const comparison of comparisons) {
    const exponent = exponentOf(comparisons, comparison);
    const name = `${comparison.work}, ${comparison.unit}`;
    if (exponent !== null) rows.set(name, `| ${name} | ${exponent.toFixed(2)} |`);
  }
  if (rows.size === 0) return null;
  return ["| work | cost ~ items^e, e = |", "| --- | ---: |", ...rows.values(), ""].join("\n");
}

/** How our cost of a work grows over all its sizes. */
export function exponentOf(
  comparisons: readonly Comparison[],
  { work, unit }: Pick<Comparison, "work" | "unit">,
): number | null {
  const same = comparisons.filter((each) => each.work === work && each.unit === unit);
  const bySize = new Map(same.map(({ items, keeper }) => [items, keeper.median]));
  return growth([...bySize].map(([items, cost]) => ({ items, cost })));
}

/** One size, each work with what grows. */
export function readmeTable(
  comparisons: readonly Comparison[],
  exponent: (comparison: Comparison) => number | null,
): string {
  const lines = [
    "| work | CalDAV Keeper | e | beside | peer ÷ ours |",
    "| --- | ---: | ---: | ---: | ---: |",
  ];
  let before = "";
  for (const comparison of comparisons) {
    const { work, unit, keeper, peer, ratio } = comparison;
    // A second peer of the same work needs no second line of ours.
    const isNew = before !== `${work}\n${unit}`;
    before = `${work}\n${unit}`;
    const grows = exponent(comparison);
    const own = isNew
      ? `${figure(keeper, unit)} | ${grows === null ? "–" : grows.toFixed(2)}`
      : " | ";
    const theirs = peer === null ? "–" : `${figure(peer, unit)} (${peer.name})`;
    lines.push(
      `| ${isNew ? work : ""} | ${own} | ${theirs} | ${ratio === null ? "–" : times(ratio)} |`,
    );
  }
  return `${lines.join("\n")}\n`;
}

/** Two figures, and no powers of ten. */
function times(ratio: number): string {
  return ratio >= 10 ? String(Math.round(ratio)) : ratio.toPrecision(2);
}

function figure({ median, least, most, runs }: Figure, unit: Sample["unit"]): string {
  const middle = amount(median, unit);
  const [low, high] = [amount(least, unit), amount(most, unit)];
  return runs === 1 || low === high ? middle : `${middle} (${low} … ${high})`;
}

function amount(value: number, unit: Sample["unit"]): string {
  if (unit === "ms")
    return value < 1_000 ? `${Math.round(value)} ms` : `${(value / 1_000).toPrecision(3)} s`;
  if (unit === "bytes") {
    if (value < 10_000) return `${Math.round(value)} B`;
    return value < 10_000_000
      ? `${Math.round(value / 1_000)} kB`
      : `${(value / 1_000_000).toFixed(1)} MB`;
  }
  if (unit === "MB") return `${value.toFixed(1)} MB`;
  const whole = Math.round(value);
  return `${whole} ${whole === 1 ? unit.slice(0, -1) : unit}`;
}
