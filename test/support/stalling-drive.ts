/** A network drive that stalls: a directory mounted by FUSE whose operations hang until they are let go. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Debian's, which finds Debian's modules; another may come first in the path. */
const PYTHON = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
const SCRIPT = path.join(import.meta.dirname, "stalling-drive.py");

/** Why no drive can be mounted here; `null` where it can. */
export function whyNoStallingDrive(): string | null {
  if (process.platform !== "linux") return "FUSE file systems are mounted on Linux only";
  if (process.getuid?.() !== 0) return "mounting a file system needs root";
  if (!existsSync("/dev/fuse")) return "there is no /dev/fuse";
  if (spawnSync(PYTHON, ["-c", "import fusepy"]).status !== 0)
    return "python3-fusepy is missing: apt-get install python3-fusepy";
  return null;
}

export class StallingDrive {
  /** Where it is mounted. */
  readonly directory: string;
  /** The same files past the drive. */
  readonly files: string;
  readonly #control: string;
  readonly #process: ChildProcess;
  #output = "";

  private constructor(files: string, directory: string, control: string, child: ChildProcess) {
    this.files = files;
    this.directory = directory;
    this.#control = control;
    this.#process = child;
    const collect = (chunk: Buffer) => {
      this.#output += chunk.toString();
    };
    child.stdout?.on("data", collect);
    child.stderr?.on("data", collect);
  }

  /** @param folder an empty one. @throws Error with what the file system said when it is not mounted in time */
  static async mount(folder: string): Promise<StallingDrive> {
    const [files, directory, control] = ["files", "drive", "control"].map((name) =>
      path.join(folder, name),
    ) as [string, string, string];
    await mkdir(files);
    await mkdir(directory);
    await writeFile(control, "");
    const child = spawn(PYTHON, [SCRIPT, files, directory, control]);
    const drive = new StallingDrive(files, directory, control, child);
    for (let waited = 0; waited < 20_000; waited += 50) {
      if (await drive.#isMounted()) return drive;
      if (child.exitCode !== null) break;
      await delay(50);
    }
    throw new Error(`The drive was not mounted: ${drive.#output}`);
  }

  async #isMounted(): Promise<boolean> {
    return (await readFile("/proc/mounts", "utf8")).includes(` ${this.directory} fuse`);
  }

  /** From now on these operations hang: all, those that change something, or asking for the room on it. */
  async stall(kinds: "all" | "write" | "statfs"): Promise<void> {
    this.#output = "";
    await writeFile(this.#control, kinds);
  }

  /** Resolves once one hangs. */
  async reached(): Promise<void> {
    while (!this.#output.includes("hangs ")) {
      if (this.#process.exitCode !== null) throw new Error(`The drive has ended: ${this.#output}`);
      await delay(20);
    }
  }

  /** What hung goes on. */
  async letGo(): Promise<void> {
    await writeFile(this.#control, "");
  }

  async unmount(): Promise<void> {
    await this.letGo();
    spawnSync("umount", ["-l", this.directory]);
    this.#process.kill();
  }
}
