/** A calendar on a server under test, and the collection that the add-on would use for it. */
import { CalendarCollection } from "../../src/background/caldav/calendar-collection.ts";
import type { FetchedBody, RemoteBody, RemoteMember } from "../../src/background/sync/ports.ts";
import { withAuthentication } from "../../src/background/transport/authentication.ts";
import {
  FetchTransport,
  type FetchTransportOptions,
} from "../../src/background/transport/fetch-transport.ts";
import { followRedirects } from "../../src/background/transport/redirects.ts";
import type { RetryOptions } from "../../src/background/transport/retry.ts";
import { isAgreed } from "../../src/background/transport/scheme-guard.ts";
import type { Transport } from "../../src/background/transport/transport.ts";
import { brandAs, type ResourceName } from "../../src/shared/brands.ts";
import type { DavServer } from "./dav-server.ts";
import { parseXmlDocument } from "./dom-parser.ts";

export const asName = (name: string): ResourceName => brandAs<ResourceName>(name);

/** Repeats as the product does, without making a test wait. */
export const IMPATIENT: RetryOptions = { wait: () => Promise.resolve(), random: () => 0 };

export function transportTo(
  server: Pick<DavServer, "username" | "password">,
  origin: string,
  options: FetchTransportOptions = {},
): Transport {
  const { username, password } = server;
  const bare = new FetchTransport(options);
  const origins = new Set([origin]);
  return followRedirects(withAuthentication(bare, { origins, username, password }), {
    bare,
    mayFollow: (_, to) => isAgreed(origins, to),
  });
}

export function openCollection(
  server: DavServer,
  url: string,
  options: FetchTransportOptions = {},
): CalendarCollection {
  return new CalendarCollection({
    url,
    transport: transportTo(server, new URL(url).origin, options),
    parseXml: parseXmlDocument,
    retry: IMPATIENT,
  });
}

/** Everything `fetchBodies` hands over, by name. */
export async function fetchAll(
  collection: CalendarCollection,
  members: readonly RemoteMember[],
  signal: AbortSignal,
): Promise<Map<string, FetchedBody>> {
  const fetched = new Map<string, FetchedBody>();
  await collection.fetchBodies(
    members,
    (batch) => {
      for (const one of batch) fetched.set(nameOf(one), one);
      return Promise.resolve();
    },
    signal,
  );
  return fetched;
}

export function bodyOf(fetched: FetchedBody | undefined): RemoteBody {
  if (fetched?.kind !== "body") throw new Error(`no body: ${JSON.stringify(fetched)}`);
  return fetched.body;
}

function nameOf(fetched: FetchedBody): string {
  return fetched.kind === "body" ? fetched.body.name : fetched.name;
}
