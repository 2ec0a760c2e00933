import { createServer, type IncomingMessage, type Server } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { withAuthentication } from "../../../src/background/transport/authentication.ts";
import { FetchTransport } from "../../../src/background/transport/fetch-transport.ts";
import { followRedirects } from "../../../src/background/transport/redirects.ts";
import { isAgreed } from "../../../src/background/transport/scheme-guard.ts";
import type { Transport } from "../../../src/background/transport/transport.ts";

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** A host that notes what reaches it. */
interface Host {
  readonly origin: string;
  readonly seen: Seen[];
}

type Answer = { readonly status: number; readonly location?: string; readonly body?: string };

const servers: Server[] = [];

async function host(answer: (request: Seen) => Answer): Promise<Host> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const one = await read(request);
    seen.push(one);
    const { status, location, body } = answer(one);
    response.writeHead(status, location === undefined ? {} : { Location: location });
    response.end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { origin: `http://127.0.0.1:${address.port}`, seen };
}

async function read(request: IncomingMessage): Promise<Seen> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  const { method = "", url: path = "", headers } = request;
  return { method, path, authorization: headers.authorization, body };
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** As an account's requests go out, with its password. */
function accountOf(...agreed: Host[]): Transport {
  const bare = new FetchTransport();
  const origins = new Set(agreed.map(({ origin }) => origin));
  const signed = withAuthentication(bare, { origins, username: "ada", password: "secret" });
  return followRedirects(signed, { bare, mayFollow: (_, to) => isAgreed(origins, to) });
}

const EVENT = "BEGIN:VCALENDAR\r\nSUMMARY:private\r\nEND:VCALENDAR\r\n";

describe.each([301, 302, 303, 307, 308])("a redirect with status %i", (status) => {
  test.each([
    ["PUT", EVENT],
    ["REPORT", "<calendar-multiget/>"],
    ["PROPPATCH", "<propertyupdate/>"],
    ["DELETE", undefined],
    ["GET", undefined],
  ])("gives another host neither the body nor the password of a %s", async (method, body) => {
    const other = await host(() => ({ status: 200 }));
    const first = await host(({ path }) => ({ status, location: other.origin + path }));
    const sending = accountOf(first).send({
      method,
      url: `${first.origin}/c/1.ics`,
      ...(body === undefined ? {} : { body }),
    });
    await expect(sending).rejects.toMatchObject({
      code: "moved",
      message: expect.stringContaining(new URL(other.origin).host),
      hint: expect.stringContaining("Nothing was sent"),
      details: { movedTo: `${other.origin}/c/1.ics` },
    });
    expect(other.seen.filter((one) => one.body !== "" || one.authorization)).toEqual([]);
    expect(other.seen.filter((one) => !["GET", "PROPFIND"].includes(one.method))).toEqual([]);
  });

  test("is followed within the host, with body and password", async () => {
    const only = await host(({ path }) =>
      path === "/new/1.ics" ? { status: 204 } : { status, location: "/new/1.ics" },
    );
    const url = `${only.origin}/old/1.ics`;
    const answer = await accountOf(only).send({ method: "PUT", url, body: EVENT });
    expect(answer).toMatchObject({ status: 204, url: `${only.origin}/new/1.ics` });
    expect(answer.redirected).toBe(true);
    expect(only.seen.at(-1)).toMatchObject({ method: "PUT", path: "/new/1.ics", body: EVENT });
    expect(only.seen.at(-1)?.authorization).toMatch(/^Basic /);
  });
});

test("a redirect to another place of the account is followed, with body and password", async () => {
  const other = await host(() => ({ status: 204 }));
  const first = await host(({ path }) => ({ status: 307, location: other.origin + path }));
  const url = `${first.origin}/c/1.ics`;
  await accountOf(first, other).send({ method: "PUT", url, body: EVENT });
  expect(other.seen.at(-1)).toMatchObject({ method: "PUT", body: EVENT });
  expect(other.seen.at(-1)?.authorization).toMatch(/^Basic /);
});

test("a server that wants to know who asks before it sends on still gives nothing away", async () => {
  const other = await host(() => ({ status: 200 }));
  const first = await host(({ path, authorization }) =>
    authorization ? { status: 307, location: other.origin + path } : { status: 401 },
  );
  const url = `${first.origin}/c/1.ics`;
  await expect(accountOf(first).send({ method: "PUT", url, body: EVENT })).rejects.toMatchObject({
    code: "moved",
    details: { movedTo: `${other.origin}/c/1.ics` },
  });
  expect(other.seen.filter((one) => one.body !== "" || one.authorization)).toEqual([]);
});

test("a redirect of the write alone ends without anything sent on", async () => {
  const other = await host(() => ({ status: 200 }));
  const first = await host(({ method }) =>
    method === "PUT" ? { status: 308, location: `${other.origin}/take` } : { status: 404 },
  );
  const url = `${first.origin}/c/1.ics`;
  await expect(accountOf(first).send({ method: "PUT", url, body: EVENT })).rejects.toMatchObject({
    code: "moved",
  });
  expect(other.seen).toEqual([]);
});

test("redirects in a circle come to an end", async () => {
  const only = await host(({ method, path }) => {
    const next = path === "/a" ? "/b" : "/a";
    // Each question finds an end, each write is sent on.
    return method === "PUT" || path === "/a" ? { status: 307, location: next } : { status: 207 };
  });
  const sending = accountOf(only).send({ method: "PUT", url: `${only.origin}/a`, body: EVENT });
  await expect(sending).rejects.toMatchObject({ retry: "after-user" });
});

describe("a place is agreed to", () => {
  const agreed = new Set(["http://dav.example", "https://safe.example:8443"]);
  test.each([
    ["the origin itself", "http://dav.example/x", true],
    ["the same host with encryption", "https://dav.example/x", true],
    ["another port", "http://dav.example:81/x", false],
    ["the same host without encryption", "http://safe.example:8443/", false],
    ["another port of an encrypted one", "https://safe.example/", false],
    ["a host below it", "https://a.dav.example/", false],
    ["a host that ends alike", "https://notdav.example/", false],
  ])("%s: %s", (_, url, expected) => {
    expect(isAgreed(agreed, url)).toBe(expected);
  });
});
