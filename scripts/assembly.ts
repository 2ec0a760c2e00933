/**
 * `npx tsx scripts/assembly.ts`: compiles the AssemblyScript files below src/background and writes the results where the add-on
 * has them. Needed only after a change there; fetches the compiler, which is too large to be a dependency for that.
 */
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { root, run } from "./child-process.ts";

const COMPILER = "assemblyscript@0.28.20";
const OPTIONS = ["-O3", "--noAssert", "--runtime", "stub"];
const LINE = 92;

interface Module {
  /** Without its ending. */
  readonly source: string;
  readonly result: string;
  readonly constant: string;
  readonly options?: readonly string[];
}

const MODULES: readonly Module[] = [
  {
    source: "kloset/lz4",
    result: "kloset/lz4-assembly.ts",
    constant: "LZ4_ASSEMBLY",
    // The hash table takes the first 64 KiB.
    options: ["--memoryBase", "65536"],
  },
  {
    source: "icalendar/scan-lines",
    result: "icalendar/scan-assembly.ts",
    constant: "SCAN_ASSEMBLY",
  },
  {
    source: "webdav/responses",
    result: "webdav/responses-assembly.ts",
    constant: "RESPONSES_ASSEMBLY",
  },
];

const folder = await mkdtemp(path.join(tmpdir(), "keeper-assembly-"));
try {
  for (const module of MODULES) await compile(module);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function compile({ source, result, constant, options = [] }: Module): Promise<void> {
  const below = path.join(root, "src/background");
  const name = path.basename(source);
  await copyFile(path.join(below, `${source}.as`), path.join(folder, `${name}.ts`));
  const outFile = `${name}.wasm`;
  const args = ["--yes", "-p", COMPILER, "asc", `${name}.ts`, ...OPTIONS, ...options];
  const { code, output } = await run("npx", [...args, "--outFile", outFile], { cwd: folder });
  if (code !== 0) throw new Error(output);
  const text = (await readFile(path.join(folder, outFile))).toString("base64");
  const lines = text.match(new RegExp(`.{1,${LINE}}`, "g")) ?? [];
  await writeFile(
    path.join(below, result),
    `/** ${name}.as as WebAssembly, base64. Written by scripts/assembly.ts. */
export const ${constant} = \`
${lines.join("\n")}
\`;
`,
  );
}
