/**
 * `npx tsx scripts/assembly.ts`: compiles src/background/kloset/lz4.as and writes the result where the add-on has it. Needed only
 * after a change there; fetches the compiler, which is too large to be a dependency for that.
 */
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { root, run } from "./child-process.ts";

const COMPILER = "assemblyscript@0.28.20";
/** The hash table takes the first 64 KiB. */
const OPTIONS = ["-O3", "--noAssert", "--runtime", "stub", "--memoryBase", "65536"];
const LINE = 92;

const folder = await mkdtemp(path.join(tmpdir(), "keeper-assembly-"));
try {
  await copyFile(path.join(root, "src/background/kloset/lz4.as"), path.join(folder, "lz4.ts"));
  const args = ["--yes", "-p", COMPILER, "asc", "lz4.ts", ...OPTIONS, "--outFile", "lz4.wasm"];
  const { code, output } = await run("npx", args, { cwd: folder });
  if (code !== 0) throw new Error(output);
  const text = (await readFile(path.join(folder, "lz4.wasm"))).toString("base64");
  const lines = text.match(new RegExp(`.{1,${LINE}}`, "g")) ?? [];
  await writeFile(
    path.join(root, "src/background/kloset/lz4-assembly.ts"),
    `/** lz4.as as WebAssembly, base64. Written by scripts/assembly.ts. */
export const LZ4_ASSEMBLY = \`
${lines.join("\n")}
\`;
`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
