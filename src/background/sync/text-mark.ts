/** Recognises a text without keeping it. */
import type { MassChange } from "./ports.ts";

/** What a mass change remembers of the versions that it took over. */
export type MarkedNames = Required<Pick<MassChange, "names" | "taken">>;

/** Two sums of the kind of FNV-1a (32 bits each), from different ends: enough to tell the versions of one item apart. */
export function markOf(text: string): string {
  const { length } = text;
  let forward = 0x811c9dc5;
  let backward = length ^ 0x811c9dc5;
  for (let index = 0; index < length; index++) {
    forward = Math.imul(forward ^ text.charCodeAt(index), 0x01000193);
    backward = Math.imul(backward ^ text.charCodeAt(length - 1 - index), 0x01000193);
  }
  return [forward, backward].map((sum) => (sum >>> 0).toString(16).padStart(8, "0")).join("");
}
