/**
 * The real vdirsyncer (https://vdirsyncer.pimutils.org): a CalDAV client that keeps one calendar as files in a
 * folder. An independent second client, whose user edits the files.
 */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { run } from "../../scripts/child-process.ts";

export const VDIRSYNCER_HOW_TO_GET =
  "On Debian or Ubuntu: apt-get install vdirsyncer. Elsewhere: pip install vdirsyncer.";

export interface Synchronized {
  /** An empty folder of its own. */
  readonly folder: string;
  /** Of the collection. */
  readonly url: string;
  readonly username: string;
  /** It sends credentials as Latin-1. */
  readonly password: string;
  readonly program?: string;
}

export class Vdirsyncer {
  readonly #pair: Synchronized;
  readonly #config: string;
  readonly #files: string;

  private constructor(pair: Synchronized) {
    this.#pair = pair;
    this.#config = path.join(pair.folder, "config");
    this.#files = path.join(pair.folder, "files");
  }

  /** Set up, and nothing fetched yet. */
  static async on(pair: Synchronized): Promise<Vdirsyncer> {
    const client = new Vdirsyncer(pair);
    await mkdir(client.#files);
    await writeFile(client.#config, configuration(pair, client.#files));
    await client.#must("discover");
    return client;
  }

  /** Where both sides changed an item the server's version stays. @throws Error with what it wrote */
  sync(): Promise<void> {
    return this.#must("sync");
  }

  /** Texts by file name, with the line ends of RFC 5545: it writes its files with others. */
  async texts(): Promise<Map<string, string>> {
    const names = (await readdir(this.#files)).filter((name) => name.endsWith(".ics"));
    const texts = names.map(async (name) => {
      const text = await readFile(path.join(this.#files, name), "utf8");
      return [name, text.replace(/\r?\n/g, "\r\n")] as const;
    });
    return new Map(await Promise.all(texts));
  }

  write(name: string, text: string): Promise<void> {
    return writeFile(path.join(this.#files, name), text);
  }

  remove(name: string): Promise<void> {
    return rm(path.join(this.#files, name));
  }

  async #must(command: string): Promise<void> {
    const { folder, program = "vdirsyncer" } = this.#pair;
    const { code, output } = await run(program, ["--config", this.#config, command], {
      cwd: folder,
    });
    if (code !== 0) throw new Error(`vdirsyncer ${command}: ${output.slice(-1_000)}`);
  }
}

function configuration({ folder, url, username, password }: Synchronized, files: string): string {
  const quoted = (value: string) => JSON.stringify(value);
  return `[general]
status_path = ${quoted(path.join(folder, "status"))}

[pair keeper]
a = "server"
b = "files"
collections = null
conflict_resolution = "a wins"

[storage server]
type = "caldav"
url = ${quoted(url)}
username = ${quoted(username)}
password = ${quoted(password)}

[storage files]
type = "filesystem"
path = ${quoted(files)}
fileext = ".ics"
`;
}
