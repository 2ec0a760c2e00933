/** The bodies of a calendar fetched with no work done on them, by Node, which compiles its JavaScript. */
import type { CaldavTestServer } from "../test/support/caldav-test-server/server.ts";
import { startCaldavTestServer } from "../test/support/caldav-test-server/server.ts";
import type { Sample } from "./samples.ts";
import { fillCalendar } from "./server-calendar.ts";

/** As many hrefs a multiget, and as many multigets in flight, as the product at its most. */
export const BATCH = 150;
export const IN_FLIGHT = 4;

export const PLAIN_FETCH = "the bodies fetched, no work done";

export interface Listed {
  readonly authorization: string;
  readonly hrefs: readonly string[];
  /** What was asked for it. */
  readonly listing: string;
}

/** @throws Error when it lists fewer than `items` */
export async function listMembers(
  server: CaldavTestServer,
  url: string,
  items: number,
): Promise<Listed> {
  const authorization = `Basic ${Buffer.from(`${server.username}:${server.password}`).toString("base64")}`;
  const text = await ask(url, authorization, "PROPFIND", "1", LISTING);
  const hrefs = [...text.matchAll(/<(?:\w+:)?href>([^<]+\.ics)<\/(?:\w+:)?href>/g)].map(
    ([, href]) => href ?? "",
  );
  if (hrefs.length < items) throw new Error(`${hrefs.length} of ${items} items were listed`);
  return { authorization, hrefs, listing: LISTING };
}

async function ask(
  url: string,
  authorization: string,
  method: string,
  depth: string,
  body: string,
): Promise<string> {
  const headers = { authorization, depth, "content-type": "application/xml; charset=utf-8" };
  const response = await fetch(url, { method, headers, body });
  if (response.status !== 207) throw new Error(`${method}: ${response.status}`);
  return response.text();
}

export async function runPlainFetch(items: number): Promise<Sample[]> {
  const server = await startCaldavTestServer();
  try {
    const url = await fillCalendar(server, items);
    const began = performance.now();
    const { authorization, hrefs } = await listMembers(server, url, items);
    const batches: (readonly string[])[] = [];
    for (let at = 0; at < hrefs.length; at += BATCH) batches.push(hrefs.slice(at, at + BATCH));
    let bytes = 0;
    const worker = async () => {
      for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
        const answer = await ask(url, authorization, "REPORT", "0", multiget(batch));
        bytes += answer.length;
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
    if (bytes === 0) throw new Error("no body was fetched");
    const value = performance.now() - began;
    return [{ work: "first sync", who: PLAIN_FETCH, items, unit: "ms", value }];
  } finally {
    await server.stop();
  }
}

const LISTING = `<?xml version="1.0" encoding="utf-8"?>
<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>`;

const multiget = (hrefs: readonly string[]) => `<?xml version="1.0" encoding="utf-8"?>
<c:calendar-multiget xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><prop><getetag/><c:calendar-data/></prop>
${hrefs.map((href) => `<href>${href}</href>`).join("\n")}</c:calendar-multiget>`;
