/** The same calendar fetched into files by vdirsyncer: what a first sync costs without a calendar program. */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { run } from "../scripts/child-process.ts";
import { startCaldavTestServer } from "../test/support/caldav-test-server/server.ts";
import type { Sample } from "./samples.ts";
import { fillCalendar } from "./server-calendar.ts";

/** @param folder an empty one */
export async function runVdirsyncer(
  program: string,
  folder: string,
  items: number,
): Promise<Sample[]> {
  // It sends credentials as Latin-1.
  const server = await startCaldavTestServer({ password: "bench" });
  try {
    const url = await fillCalendar(server, items);
    const files = path.join(folder, "files");
    await mkdir(files);
    const config = path.join(folder, "config");
    const { username, password } = server;
    await writeFile(config, configuration({ folder, files, url, username, password }));
    const must = async (command: string) => {
      const args = ["--config", config, command];
      const { code, output } = await run(program, args, { cwd: folder });
      if (code !== 0) throw new Error(`vdirsyncer ${command}: ${output.slice(-500)}`);
    };
    await must("discover");
    const began = performance.now();
    await must("sync");
    const value = performance.now() - began;
    const got = (await readdir(files)).length;
    if (got < items) throw new Error(`vdirsyncer fetched ${got} of ${items} items`);
    return [{ work: "first sync", who: "vdirsyncer, into files", items, unit: "ms", value }];
  } finally {
    await server.stop();
  }
}

interface Pair {
  readonly folder: string;
  readonly files: string;
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

function configuration({ folder, files, url, username, password }: Pair): string {
  const quoted = (value: string) => JSON.stringify(value);
  return `[general]
status_path = ${quoted(path.join(folder, "status"))}

[pair bench]
a = "server"
b = "files"
collections = null

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
