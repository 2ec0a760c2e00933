/** Runs the real plakar in a home of its own, so that nothing of the user's is touched or reused. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe } from "vitest";
import { ensurePlakar } from "../../scripts/ensure-plakar.ts";

export interface PlakarResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

const found = await ensurePlakar();

/**
 * A suite that needs plakar: skipped with the reason in its name where plakar cannot be had, unless
 * KEEPER_REQUIRE_ALL=1 makes that a failure.
 */
export function describePlakar(name: string, suite: () => void): void {
  if ("path" in found) describe(name, suite);
  else if (process.env.KEEPER_REQUIRE_ALL === "1")
    throw new Error(`${found.missing} ${found.howTo}`);
  else describe.skip(`${name} [skipped: ${found.missing} ${found.howTo}]`, suite);
}

export class PlakarHome {
  readonly directory: string;
  /** Added to the environment of what is run, e.g. plakar's own settings. */
  environment: Readonly<Record<string, string>> = {};
  /** Given to every command, for stores that need one. */
  passphrase: string | undefined;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async make(passphrase?: string): Promise<PlakarHome> {
    const home = new PlakarHome(await mkdtemp(path.join(tmpdir(), "keeper-plakar-")));
    home.passphrase = passphrase;
    await mkdir(home.path("home"));
    await mkdir(home.path("tmp"));
    // Otherwise the first command of each home asks the release feed.
    await home.run("-disable-security-check");
    return home;
  }

  path(...parts: string[]): string {
    return path.join(this.directory, ...parts);
  }

  /** A fresh directory that does not exist yet. */
  async run(...args: string[]): Promise<PlakarResult> {
    if (!("path" in found)) throw new Error(found.missing);
    const { path: command } = found;
    return new Promise((resolve) => {
      execFile(
        command,
        args,
        {
          env: {
            PATH: process.env.PATH,
            HOME: this.path("home"),
            TMPDIR: this.path("tmp"),
            ...this.environment,
            ...(this.passphrase !== undefined && { PLAKAR_PASSPHRASE: this.passphrase }),
          },
          encoding: "buffer",
          maxBuffer: 256 * 1024 * 1024,
          timeout: 100_000,
        },
        (error, stdout, stderr) => {
          const code = error ? (typeof error.code === "number" ? error.code : -1) : 0;
          resolve({ code, stdout, stderr: stderr.toString() });
        },
      );
    });
  }

  /** Output of a command that must succeed without a complaint. */
  async ok(...args: string[]): Promise<Buffer> {
    const { code, stdout, stderr } = await this.run(...args);
    if (code !== 0)
      throw new Error(`plakar ${args.join(" ")} ended with ${code}:\n${stderr}\n${stdout}`);
    return stdout;
  }

  /** Ends the helper processes that plakar started in this home, and removes it. */
  async remove(): Promise<void> {
    for (const pid of await processesIn(this.directory)) {
      try {
        process.kill(pid, "SIGTERM");
      } catch {
        // It ended by itself.
      }
    }
    await rm(this.directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

/** Processes whose HOME lies in the directory: only plakar's own helper gets that. */
async function processesIn(directory: string): Promise<number[]> {
  if (process.platform !== "linux") return [];
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  return pids.filter((pid) => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
      return environment.includes(`HOME=${path.join(directory, "home")}`);
    } catch {
      return false;
    }
  });
}
