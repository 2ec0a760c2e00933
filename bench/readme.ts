/**
 * The bench's result as README shows it, between two markers, so that no figure is typed by hand.
 */

import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import * as v from "valibot";
import { root } from "../scripts/child-process.ts";
import { compare, type Sample } from "./samples.ts";
import { exponentOf, readmeTable } from "./table.ts";

export interface BenchResults {
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly commit: string;
  readonly machine: {
    readonly cores: number;
    readonly processor: string;
    readonly memory: string;
    readonly platform: string;
    readonly node: string;
  };
  readonly thunderbird: string;
  /** Its JavaScript was compiled, as in Thunderbird's own builds; Debian's interprets it. */
  readonly compiled: boolean;
  /** Programs that are not installed. */
  readonly missing: readonly string[];
  /** Sentences about what was not measured, and why. */
  readonly leftOut: readonly string[];
  readonly samples: readonly Sample[];
}

const BEGIN = "<!-- bench: written by `npm run bench -- --readme` -->";
const END = "<!-- /bench -->";

/** Loose: only what the table is made of is looked at. */
const resultsShape = v.looseObject({
  date: v.string(),
  commit: v.string(),
  machine: v.looseObject({
    cores: v.number(),
    processor: v.string(),
    memory: v.string(),
    platform: v.string(),
    node: v.string(),
  }),
  thunderbird: v.string(),
  compiled: v.boolean(),
  missing: v.array(v.string()),
  leftOut: v.array(v.string()),
  samples: v.array(
    v.looseObject({
      work: v.string(),
      who: v.string(),
      items: v.number(),
      unit: v.string(),
      value: v.number(),
    }),
  ),
});

/** @throws Error that names what an older bench did not write */
export function benchResultsOf(json: string): BenchResults {
  const parsed = v.safeParse(resultsShape, JSON.parse(json));
  if (parsed.success) return parsed.output as BenchResults;
  const lacking = [...new Set(parsed.issues.map((issue) => v.getDotPath(issue)))].join(", ");
  throw new Error(
    `These results are not of this bench: ${lacking} is missing or of another kind. README.md was left as it is; measure anew with npm run bench.`,
  );
}

/** @throws Error where the markers are missing */
export function readmeWith(readme: string, results: BenchResults): string {
  const [from, to] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`README.md lacks "${BEGIN}" … "${END}"`);
  const { machine, samples, leftOut, missing } = results;
  const comparisons = compare(samples);
  const sizes = [...new Set(samples.map(({ items }) => items))].sort((a, b) => a - b);
  const shown = sizes.includes(10_000) ? 10_000 : (sizes.at(-1) ?? 0);
  const grown =
    sizes.length > 1
      ? ` Cost grows with the number of items^e, fitted to ${sizes.map((size) => size.toLocaleString("en")).join(", ")} items: 0 is flat, 1 linear.`
      : "";
  const text = [
    BEGIN,
    `${shown.toLocaleString("en")} items: medians, in brackets the least and the most of several runs.${grown}`,
    "",
    readmeTable(
      comparisons.filter(({ items }) => items === shown),
      (comparison) => exponentOf(comparisons, comparison),
    ),
    `Measured on ${results.date} with Thunderbird ${results.thunderbird}${results.compiled ? ", JavaScript compiled" : ""}, commit ${results.commit}, ${machine.cores} cores (${machine.processor}), ${machine.memory}, ${machine.platform}, Node ${machine.node}.`,
    ...leftOut,
    ...(missing.length > 0 ? [`Not installed, so not compared: ${missing.join(", ")}.`] : []),
    END,
  ].join("\n");
  return readme.slice(0, from) + text + readme.slice(to + END.length);
}

export async function writeIntoReadme(results: BenchResults): Promise<void> {
  const file = path.join(root, "README.md");
  await writeFile(file, readmeWith(await readFile(file, "utf8"), results));
}
