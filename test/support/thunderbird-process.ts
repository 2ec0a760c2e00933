/**
 * Thunderbird as a child process with its Marionette port open: started, its output collected, ended by its own
 * process id. It stays in our process group, so that whoever ends the whole run ends it too.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

export interface Screen {
  readonly headless: boolean;
  /** X display; default: the environment's. */
  readonly display: string | undefined;
}

const PORT_DEADLINE_MS = 60_000;

/** Ended with the test process, unless that is killed without a chance to. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export class ThunderbirdProcess {
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #portFile: string;
  #output = "";

  private constructor(child: ChildProcess, portFile: string) {
    this.#child = child;
    this.#portFile = portFile;
    running.add(child);
    const collect = (chunk: Buffer) => {
      this.#output += chunk.toString("utf8");
    };
    child.stdout?.on("data", collect);
    child.stderr?.on("data", collect);
    this.ended = new Promise((resolve) => {
      const end = () => {
        running.delete(child);
        resolve();
      };
      child.once("error", end);
      child.once("exit", end);
    });
  }

  static async start(binary: string, profile: string, screen: Screen): Promise<ThunderbirdProcess> {
    const portFile = path.join(profile, "MarionetteActivePort");
    await rm(portFile, { force: true });
    const environment: NodeJS.ProcessEnv = {
      ...process.env,
      MOZ_MARIONETTE: "1",
      MOZ_CRASHREPORTER_DISABLE: "1",
      LANG: "C.UTF-8",
      TZ: "Europe/Berlin",
    };
    if (screen.headless) {
      environment.MOZ_HEADLESS = "1";
      environment.MOZ_HEADLESS_WIDTH = "1280";
      environment.MOZ_HEADLESS_HEIGHT = "860";
    }
    if (screen.display) environment.DISPLAY = screen.display;
    const child = spawn(
      binary,
      ["--no-remote", "--remote-allow-system-access", "--marionette", "--profile", profile],
      { env: environment, stdio: ["ignore", "pipe", "pipe"] },
    );
    return new ThunderbirdProcess(child, portFile);
  }

  /** @throws Error when the process has not been started */
  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error("Thunderbird could not be started");
    return pid;
  }

  /** The port Thunderbird chose. @throws Error with its output when it ends before, or takes too long */
  async marionettePort(): Promise<number> {
    const child = this.#child;
    const end = Date.now() + PORT_DEADLINE_MS;
    for (;;) {
      const port = Number(await readFile(this.#portFile, "utf8").catch(() => ""));
      if (port > 0) return port;
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`Thunderbird ended at once:\n${this.#output}`);
      if (Date.now() > end) throw new Error(`Thunderbird opened no port:\n${this.#output}`);
      await delay(50);
    }
  }

  /** The whole lines written since the last call. */
  takeLines(): string[] {
    const lines = this.#output.split("\n");
    this.#output = lines.pop() ?? "";
    return lines;
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Waits for the end, and kills what has not ended in time. */
  async endWithin(ms: number): Promise<void> {
    const patience = setTimeout(() => this.kill(), ms);
    await this.ended;
    clearTimeout(patience);
  }
}
