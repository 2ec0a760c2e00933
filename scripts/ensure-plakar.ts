/**
 * Finds or builds the plakar command, version 1.1.4, for the interop tests. Installs nothing outside the
 * repository's .cache folder (and Go's own module cache). See scripts/plakar/README.md.
 */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const VERSION = "v1.1.4";
const MODULE = "github.com/PlakarKorp/plakar";
const BUILD_MS = 15 * 60 * 1000;

const run = promisify(execFile);
const repository = path.join(import.meta.dirname, "..");
const cachedDirectory = path.join(repository, ".cache", "bin");
const cached = path.join(cachedDirectory, process.platform === "win32" ? "plakar.exe" : "plakar");

export type Plakar =
  | { readonly path: string }
  | { readonly missing: string; readonly howTo: string };

/** Never throws: what is missing is said in words. The first build takes minutes. */
export async function ensurePlakar(): Promise<Plakar> {
  for (const candidate of ["plakar", cached])
    if (await isWanted(candidate)) return { path: candidate };
  const failures: string[] = [];
  for (const build of [goInstall, goBuild]) {
    try {
      await build();
      if (await isWanted(cached)) return { path: cached };
      failures.push(`${build.name}: the result is not plakar ${VERSION}`);
    } catch (error) {
      failures.push(`${build.name}: ${firstLines(error)}`);
    }
  }
  return {
    missing: `plakar ${VERSION} is not installed and could not be built (${failures.join("; ")})`,
    howTo: `Install Go 1.25 or later and run "npx tsx scripts/ensure-plakar.ts", or put plakar ${VERSION} on PATH.`,
  };
}

/** Asked in a home of its own: plakar writes there. */
async function isWanted(command: string): Promise<boolean> {
  const home = await mkdtemp(path.join(tmpdir(), "keeper-plakar-"));
  try {
    const { stdout } = await run(command, ["version"], {
      env: { PATH: process.env.PATH, HOME: home },
      timeout: 20_000,
    });
    return stdout.includes(`plakar/${VERSION}`);
  } catch {
    return false;
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function goInstall(): Promise<void> {
  await mkdir(cachedDirectory, { recursive: true });
  await run("go", ["install", `${MODULE}@${VERSION}`], {
    env: { ...process.env, GOBIN: cachedDirectory },
    timeout: BUILD_MS,
  });
}

async function goBuild(): Promise<void> {
  await mkdir(cachedDirectory, { recursive: true });
  await run("go", ["build", "-mod=readonly", "-o", cached, MODULE], {
    cwd: path.join(import.meta.dirname, "plakar"),
    timeout: BUILD_MS,
  });
}

function firstLines(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr || message).trim().split("\n").slice(0, 2).join(" ");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const result = await ensurePlakar();
  if ("path" in result) console.log(result.path);
  else {
    console.error(`${result.missing}\n${result.howTo}`);
    process.exitCode = 1;
  }
}
