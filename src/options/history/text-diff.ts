/** Which words of two texts differ (longest common subsequence). Pure. */

export interface DiffPart {
  readonly text: string;
  readonly differs: boolean;
}

export interface TextDiff {
  readonly before: readonly DiffPart[];
  readonly after: readonly DiffPart[];
}

/** Longer texts are marked as a whole: comparing them word by word takes too long to be worth it. */
const MOST_WORDS = 600;

/** The parts of each side joined are its text again. */
export function textDiff(before: string, after: string): TextDiff {
  if (before === after) return { before: same(before), after: same(after) };
  const [old, recent] = [before, after].map((text) => text.split(/(\s+)/)) as [string[], string[]];
  if (old.length > MOST_WORDS || recent.length > MOST_WORDS)
    return {
      before: [{ text: before, differs: true }],
      after: [{ text: after, differs: true }],
    };
  const lengths = commonLengths(old, recent);
  const length = (i: number, j: number) => lengths[i]?.[j] ?? 0;
  const sides: { before: DiffPart[]; after: DiffPart[] } = { before: [], after: [] };
  let [i, j] = [0, 0];
  while (i < old.length || j < recent.length) {
    if (i < old.length && j < recent.length && old[i] === recent[j]) {
      push(sides.before, old[i++] as string, false);
      push(sides.after, recent[j++] as string, false);
    } else if (j >= recent.length || (i < old.length && length(i + 1, j) >= length(i, j + 1)))
      push(sides.before, old[i++] as string, true);
    else push(sides.after, recent[j++] as string, true);
  }
  return sides;
}

function same(text: string): DiffPart[] {
  return text === "" ? [] : [{ text, differs: false }];
}

/** `[i][j]`: how many words the rests from i and j have in common, in order. */
function commonLengths(old: readonly string[], recent: readonly string[]): Uint16Array[] {
  const table = Array.from({ length: old.length + 1 }, () => new Uint16Array(recent.length + 1));
  for (let i = old.length - 1; i >= 0; i--) {
    const [row, next] = [table[i], table[i + 1]] as [Uint16Array, Uint16Array];
    for (let j = recent.length - 1; j >= 0; j--)
      row[j] =
        old[i] === recent[j]
          ? (next[j + 1] as number) + 1
          : Math.max(next[j] as number, row[j + 1] as number);
  }
  return table;
}

function push(parts: DiffPart[], text: string, differs: boolean): void {
  if (text === "") return;
  const last = parts.at(-1);
  if (last?.differs === differs) parts[parts.length - 1] = { text: last.text + text, differs };
  else parts.push({ text, differs });
}
