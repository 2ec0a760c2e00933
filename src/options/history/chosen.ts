/** What was chosen to be restored or saved: a selection for each snapshot that something is taken from. Pure. */
import type { RestoreSelection } from "../../shared/commands.ts";

export type Chosen = readonly {
  readonly snapshotId: string;
  readonly selection: RestoreSelection;
}[];

/** Each item from its own snapshot. */
export function chosenItems(
  items: Iterable<{ readonly snapshotId: string; readonly path: string }>,
): Chosen {
  const paths = new Map<string, string[]>();
  for (const { snapshotId, path } of items)
    paths.set(snapshotId, [...(paths.get(snapshotId) ?? []), path]);
  return [...paths].map(([snapshotId, each]) => ({ snapshotId, selection: { items: each } }));
}

const LONGEST_NAME = 60;

/** A file name without an ending: nothing in it that a system forbids. */
export function fileName(title: string, otherwise: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be in a name
  const plain = title.replace(/[\u0000-\u001f\u007f\\/:*?"<>|]+/g, " ").replace(/\s+/g, " ");
  const short = [...plain.trim()]
    .slice(0, LONGEST_NAME)
    .join("")
    .replace(/[. ]+$/, "");
  return short.replace(/^[. ]+/, "") || otherwise;
}

/** A path in a directory as that system writes them. */
export function pathIn(directory: string, name: string): string {
  const separator = directory.includes("\\") && !directory.includes("/") ? "\\" : "/";
  return directory.endsWith(separator) ? `${directory}${name}` : `${directory}${separator}${name}`;
}
