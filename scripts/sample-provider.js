// The sample provider: its files and the shared experiment, put together as its README tells add-on authors to.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { filesBelow, writeXpi } from "./xpi.js";

const source = path.join(
  path.dirname(fileURLToPath(import.meta.url)),
  "../examples/sample-provider",
);

/** @param experiment the folder dist/experiment-calendar */
export async function writeSampleProvider(experiment, xpi) {
  const shared = await filesBelow(experiment);
  const { "README.md": _readme, ...own } = await filesBelow(source);
  const text = new TextDecoder();
  const manifest = {
    ...JSON.parse(text.decode(own["manifest.json"])),
    experiment_apis: JSON.parse(text.decode(shared["experiment_apis.json"])),
  };
  const scripts = Object.entries(shared).filter(([name]) => name.startsWith("experiments/"));
  await writeXpi(xpi, {
    ...own,
    ...Object.fromEntries(scripts),
    LICENSE: shared.LICENSE,
    "manifest.json": new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`),
  });
}
