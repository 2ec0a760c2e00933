/** What the actions of a soak test have in common. */
import type { SoakWorld } from "./soak-world.ts";

export interface Action {
  readonly name: string;
  /** Share among all. */
  readonly weight: number;
  run(soak: SoakWorld): Promise<void>;
}

/** At once: enough for the guard to ask, or to take a snapshot first. */
export const MANY = 45;

export function pick<T>({ draw }: SoakWorld, list: readonly T[]): T {
  const found = list[draw(list.length)];
  if (found === undefined) throw new Error("nothing to pick from");
  return found;
}
