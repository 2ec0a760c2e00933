/**
 * Properties draw the same examples in every run, so that a red run is one that the next run repeats. New examples
 * are for `npm run test:slow`: `KEEPER_SEED=random` draws others each time, a number repeats a draw; `KEEPER_RUNS` is
 * how many each property that asks {@link runs} draws at least.
 */
import fc from "fast-check";

const { KEEPER_SEED: seed = "20261121", KEEPER_RUNS: atLeast = "0" } = process.env;

if (seed !== "random") fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });

/** How often to try a property. @param few in an ordinary run */
export const runs = (few: number): number => Math.max(few, Number(atLeast));
