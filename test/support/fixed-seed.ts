/**
 * Properties draw the same examples in every run, so that a red run is one that the next run repeats. New examples
 * are for `npm run test:slow`: `KEEPER_SEED=random` draws others each time, a number repeats a draw.
 */
import fc from "fast-check";

const { KEEPER_SEED: seed = "20261121" } = process.env;

if (seed !== "random") fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
