/** `npm run bench:readme`: puts the newest result, bench/results/latest.json, into README's table. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { root } from "../scripts/child-process.ts";
import { benchResultsOf, writeIntoReadme } from "./readme.ts";

const file = path.join(root, "bench/results/latest.json");
await writeIntoReadme(benchResultsOf(await readFile(file, "utf8")));
