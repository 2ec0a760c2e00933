/** `npm run check`: types of the three programs, biome, the build, web-ext lint. `npm test` counts them as tests. */
import { pathToFileURL } from "node:url";
import { packageProgram, run } from "./child-process.ts";
import { unexpectedFindings } from "./lint-findings.ts";

export interface CheckResult {
  readonly name: string;
  /** `null`: passed; else what is wrong. */
  readonly failure: string | null;
}

const PROGRAMS = [
  ["types of the extension pages", "tsconfig.json"],
  ["types of the experiments", "src/experiments/tsconfig.json"],
  ["types of tests and scripts", "test/tsconfig.json"],
] as const;

/** Every check, also after a failed one. Leaves dist/ built. */
export async function runChecks(): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const record = (name: string, failure: string | null) => {
    results.push({ name, failure });
    console.log(failure === null ? `✓ ${name}` : `✗ ${name}\n${failure}`);
  };
  for (const [name, project] of PROGRAMS) {
    record(name, await failureOf(packageProgram("tsc"), ["-p", project]));
  }
  record(
    "formatting and lint (biome)",
    await failureOf(packageProgram("biome"), ["check", "--error-on-warnings", "."]),
  );
  record("build", await failureOf(process.execPath, ["build.mjs"]));
  record("web-ext lint", await lintFailure());
  return results;
}

async function failureOf(program: string, args: string[]): Promise<string | null> {
  const { code, output } = await run(program, args);
  return code === 0 ? null : output.trim() || `${program} ended with ${code}`;
}

async function lintFailure(): Promise<string | null> {
  const { stdout, output } = await run(packageProgram("web-ext"), [
    ...["lint", "--source-dir", "dist/addon", "--output", "json", "--boring"],
    ...["--no-config-discovery"],
  ]);
  try {
    const findings = unexpectedFindings(stdout);
    if (findings.length === 0) return null;
    return findings.map(({ code, message, file }) => `${file}: ${code}: ${message}`).join("\n");
  } catch {
    return output.trim() || "web-ext lint gave no report";
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const failed = (await runChecks()).filter(({ failure }) => failure !== null);
  process.exitCode = failed.length === 0 ? 0 : 1;
}
