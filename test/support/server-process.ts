/**
 * A server program as a child process: a free loopback port, a temporary folder, awaited until it answers,
 * stopped by its own process id. Knows no CalDAV; radicale.ts and xandikos.ts do.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** True when `program` can be started from PATH. */
export function available(program: string): boolean {
  return (
    spawnSync(program, ["--version"], { stdio: "ignore", timeout: 20_000 }).error === undefined
  );
}

/** A port of 127.0.0.1 that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return address.port;
}

export interface ServerProgram {
  readonly program: string;
  /** How to get the program: ends the message when it is missing. */
  readonly howToGet: string;
  /** Called once the port and the folder are known. */
  readonly arguments: (place: { port: number; folder: string }) => Promise<string[]> | string[];
  /** Kept when given, made and removed again when not. */
  readonly folder?: string | undefined;
  readonly port?: number | undefined;
  /** Added to the environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** For a server that refuses to be root. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** In a process group of its own, which is ended with it: for a server of several processes. */
  readonly hasChildren?: boolean;
}

export interface RunningProgram {
  /** `http://127.0.0.1:port/` */
  readonly url: string;
  readonly folder: string;
  readonly pid: number;
  /** What the program has written so far, for messages of failing tests. */
  output(): string;
  stop(): Promise<void>;
}

const STARTUP_LIMIT_MS = 30_000;
const OUTPUT_KEPT = 20_000;

/** @throws Error when the program is missing (with how to get it), ends at once, or does not answer in time. */
export async function startProgram(definition: ServerProgram): Promise<RunningProgram> {
  if (!available(definition.program)) {
    throw new Error(`${definition.program} is not installed. ${definition.howToGet}`);
  }
  const folder =
    definition.folder ??
    (await mkdtemp(path.join(tmpdir(), `${path.basename(definition.program)}-`)));
  const port = definition.port ?? (await freePort());
  const child = spawn(definition.program, await definition.arguments({ port, folder }), {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...definition.environment },
    ...definition.user,
    detached: definition.hasChildren ?? false,
  });
  const kill = () => {
    if (definition.hasChildren && child.pid !== undefined) killGroup(child.pid);
    else child.kill("SIGKILL");
  };
  process.once("exit", kill);
  let output = "";
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString("utf8")).slice(-OUTPUT_KEPT);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });

  const stop = async () => {
    process.removeListener("exit", kill);
    await end(child, ended, kill);
    // What it started and did not end.
    if (definition.hasChildren) kill();
    if (definition.folder === undefined) await rm(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}/`;
  try {
    await answered(url, child);
  } catch (error) {
    await stop();
    throw new Error(`${definition.program} did not start: ${String(error)}\n${output}`);
  }
  return { url, folder, pid: child.pid ?? -1, output: () => output, stop };
}

async function answered(url: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + STARTUP_LIMIT_MS;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error("it ended at once");
    try {
      const response = await fetch(url, { method: "OPTIONS", signal: AbortSignal.timeout(5_000) });
      await response.arrayBuffer();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(50);
    }
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // All of it is gone already.
  }
}

async function end(child: ChildProcess, ended: Promise<void>, kill: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const late = new AbortController();
  await Promise.race([ended, delay(3_000, undefined, { signal: late.signal }).catch(() => {})]);
  late.abort();
  if (child.exitCode === null && child.signalCode === null) {
    kill();
    await ended;
  }
}
