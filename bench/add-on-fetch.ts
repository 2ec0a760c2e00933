/**
 * The bodies of a calendar fetched by the add-on's own process, with nothing done to the answers, which are not even decoded:
 * what a first sync cannot be faster than where it runs. `plain-fetch.ts` does the same in Node.
 */
import { calendarMultiget } from "../src/background/caldav/reports.ts";
import { writeXml } from "../src/background/webdav/xml.ts";
import { brandAs, type Href } from "../src/shared/brands.ts";
import { startCaldavTestServer } from "../test/support/caldav-test-server/server.ts";
import { type LaunchOptions, launchThunderbird } from "../test/support/thunderbird.ts";
import { BATCH, IN_FLIGHT, listMembers } from "./plain-fetch.ts";
import { type Sample, SESSION_TIMEOUT_MS } from "./samples.ts";
import { fillCalendar } from "./server-calendar.ts";

export const ADD_ON_FETCH = "the bodies fetched in the add-on’s process, no work done";

export async function runAddOnFetch(launch: LaunchOptions, items: number): Promise<Sample[]> {
  const server = await startCaldavTestServer();
  const url = await fillCalendar(server, items);
  const thunderbird = await launchThunderbird({ ...launch, sessionTimeoutMs: SESSION_TIMEOUT_MS });
  try {
    const { authorization, hrefs, listing } = await listMembers(server, url, items);
    const reports: string[] = [];
    for (let at = 0; at < hrefs.length; at += BATCH) {
      const batch = hrefs.slice(at, at + BATCH).map((href) => brandAs<Href>(href));
      reports.push(writeXml(calendarMultiget(batch)));
    }
    const { ms, bytes } = await thunderbird.background<{ ms: number; bytes: number }>(
      fetchAll,
      { url, authorization, listing },
      reports,
      IN_FLIGHT,
    );
    if (bytes < items) throw new Error("no body was fetched");
    return [{ work: "first sync", who: ADD_ON_FETCH, items, unit: "ms", value: ms }];
  } finally {
    await thunderbird.quit();
    await server.stop();
  }
}

/** Runs in the background page. */
async function fetchAll(
  { url, authorization, listing }: { url: string; authorization: string; listing: string },
  reports: string[],
  inFlight: number,
): Promise<{ ms: number; bytes: number }> {
  const ask = async (method: string, depth: string, body: string) => {
    const headers = { authorization, depth, "content-type": "application/xml; charset=utf-8" };
    const response = await fetch(url, {
      method,
      headers,
      body,
      credentials: "omit",
      cache: "no-store",
    });
    if (response.status !== 207) throw new Error(`${method}: ${response.status}`);
    return (await response.arrayBuffer()).byteLength;
  };
  const began = performance.now();
  await ask("PROPFIND", "1", listing);
  let bytes = 0;
  const worker = async () => {
    for (let report = reports.shift(); report !== undefined; report = reports.shift()) {
      const length = await ask("REPORT", "1", report);
      bytes += length;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return { ms: performance.now() - began, bytes };
}
