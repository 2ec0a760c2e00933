/** The same calendar fetched into files by vdirsyncer: what a first sync costs without a calendar program. */
import { startCaldavTestServer } from "../test/support/caldav-test-server/server.ts";
import { Vdirsyncer } from "../test/support/vdirsyncer.ts";
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
    const { username, password } = server;
    const client = await Vdirsyncer.on({ folder, url, username, password, program });
    const began = performance.now();
    await client.sync();
    const value = performance.now() - began;
    const got = (await client.texts()).size;
    if (got < items) throw new Error(`vdirsyncer fetched ${got} of ${items} items`);
    return [{ work: "first sync", who: "vdirsyncer, into files", items, unit: "ms", value }];
  } finally {
    await server.stop();
  }
}
