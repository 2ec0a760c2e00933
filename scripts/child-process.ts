/** Running programs for the scripts: output shown as it comes or collected, always with a deadline. */
import { spawn } from "node:child_process";
import path from "node:path";

export const root = path.join(import.meta.dirname, "..");

export interface RunOptions {
  /** Shown as it comes; else collected and returned. */
  readonly show?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly deadlineMs?: number;
}

export interface RunResult {
  /** -1 where the program could not be started or had to be ended. */
  readonly code: number;
  readonly output: string;
  readonly stdout: string;
  readonly timedOut: boolean;
}

const running = new Set<number>();

function endGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    if (process.platform === "win32") process.kill(pid, signal);
    else process.kill(-pid, signal);
  } catch {
    // It is gone already.
  }
}

process.once("exit", () => {
  for (const pid of running) endGroup(pid, "SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    for (const pid of running) endGroup(pid, "SIGTERM");
    if (process.listenerCount(signal) === 0) process.exit(130);
  });
}

/** Never rejects: what went wrong is in the result. What the program started is ended with it. */
export function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: process.platform !== "win32",
    });
    let output = "";
    let stdout = "";
    let timedOut = false;
    const { pid } = child;
    if (pid !== undefined) running.add(pid);
    const deadline = setTimeout(
      () => {
        timedOut = true;
        if (pid !== undefined) endGroup(pid, "SIGKILL");
      },
      options.deadlineMs ?? 10 * 60_000,
    );
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
      stdout += chunk.toString("utf8");
      if (options.show) process.stdout.write(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
      if (options.show) process.stderr.write(chunk);
    });
    const finish = (code: number) => {
      clearTimeout(deadline);
      if (pid !== undefined) {
        running.delete(pid);
        endGroup(pid, "SIGKILL");
      }
      resolve({ code: timedOut ? -1 : code, output, stdout, timedOut });
    };
    child.once("error", (error) => {
      output += String(error);
      finish(-1);
    });
    child.once("close", (code) => finish(code ?? -1));
  });
}

/** A program of node_modules/.bin. */
export function packageProgram(name: string): string {
  return path.join(root, "node_modules/.bin", process.platform === "win32" ? `${name}.cmd` : name);
}
