/** Comparisons as a Markdown table, and how each work's cost grows with the calendar. Pure. */
import { type Comparison, type Figure, growth, type Sample } from "./samples.ts";

export function tableOf(comparisons: readonly Comparison[]): string {
  const lines = [
    "| work | items | CalDAV Keeper | peer | peer ÷ ours |",
    "| --- | ---: | ---: | ---: | ---: |",
  ];
  for (const { work, items, unit, keeper, peer, ratio } of comparisons) {
    const theirs = peer === null ? "–" : `${figure(peer, unit)} (${peer.name})`;
    const times = ratio === null ? "–" : ratio.toPrecision(2);
    lines.push(
      `| ${work} | ${items.toLocaleString("en")} | ${figure(keeper, unit)} | ${theirs} | ${times} |`,
    );
  }
  return `${lines.join("\n")}\n`;
}

/** `null` where there is only one size. */
export function growthTableOf(comparisons: readonly Comparison[]): string | null {
  const works = new Map<string, { items: number; cost: number }[]>();
  for (const { work, unit, items, keeper } of comparisons) {
    const points = works.get(`${work}, ${unit}`) ?? [];
    if (!points.some((point) => point.items === items)) points.push({ items, cost: keeper.median });
    works.set(`${work}, ${unit}`, points);
  }
  const rows = [...works].flatMap(([work, points]) => {
    const exponent = growth(points);
    return exponent === null ? [] : [`| ${work} | ${exponent.toFixed(2)} |`];
  });
  if (rows.length === 0) return null;
  return ["| work | cost ~ items^e, e = |", "| --- | ---: |", ...rows, ""].join("\n");
}

function figure({ median, least, most, runs }: Figure, unit: Sample["unit"]): string {
  const middle = amount(median, unit);
  return runs === 1 ? middle : `${middle} (${amount(least, unit)} … ${amount(most, unit)})`;
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
  return unit === "MB" ? `${value.toFixed(1)} MB` : String(Math.round(value));
}
