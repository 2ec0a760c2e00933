import { createServer, type RequestListener, type Server } from "node:http";
import { afterEach, describe, expect, test, vi } from "vitest";
import { withAuthentication } from "../../../src/background/transport/authentication.ts";
import { FetchTransport } from "../../../src/background/transport/fetch-transport.ts";
import { TrafficCounter } from "../../../src/background/transport/traffic.ts";
import { freePort } from "../../support/server-process.ts";

const servers: Server[] = [];

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

test("method, headers and body arrive; status, headers and bytes come back", async () => {
  const origin = await serve((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      response.writeHead(207, { ETag: '"1"' });
      response.end(`${request.method} ${request.headers.depth} ${body}`);
    });
  });
  const response = await new FetchTransport().send({
    method: "PROPFIND",
    url: `${origin}/a%40b/`,
    headers: { Depth: "1" },
    body: "<ä/>",
  });
  expect(response).toMatchObject({ status: 207, url: `${origin}/a%40b/`, redirected: false });
  expect(response.headers.get("etag")).toBe('"1"');
  expect(text(response.bytes)).toBe("PROPFIND 1 <ä/>");
});

test("a character cut by packets of one byte each stays whole", async () => {
  const body = Buffer.from("日本語 Grüße 🎉", "utf8");
  const origin = await serve((_, response) => {
    response.writeHead(200, { "Content-Length": body.length });
    let sent = 0;
    const next = () => {
      if (sent === body.length) response.end();
      else response.write(body.subarray(sent, ++sent), () => setImmediate(next));
    };
    next();
  });
  const response = await new FetchTransport().send({ method: "GET", url: origin });
  expect(text(response.bytes)).toBe("日本語 Grüße 🎉");
});

describe("what is no answer has its own code", () => {
  test("nobody listens: network", async () => {
    const url = `http://127.0.0.1:${await freePort()}/`;
    await expect(new FetchTransport().send({ method: "GET", url })).rejects.toMatchObject({
      code: "network",
      retry: "later",
    });
  });

  test("no headers in time: timeout", async () => {
    const url = await serve(() => {});
    const transport = new FetchTransport({ answerTimeoutMs: 50 });
    await expect(transport.send({ method: "GET", url })).rejects.toMatchObject({ code: "timeout" });
  });

  test("a body that stops coming: timeout", async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { "Content-Length": 10 });
      response.write("12345");
    });
    const transport = new FetchTransport({ stallTimeoutMs: 50 });
    await expect(transport.send({ method: "GET", url })).rejects.toMatchObject({ code: "timeout" });
  });

  test("a body that trickles for ever: timeout of the whole", async () => {
    const url = await serve((_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write("."), 5);
      response.once("close", () => clearInterval(timer));
    });
    const transport = new FetchTransport({ stallTimeoutMs: 5_000, totalTimeoutMs: 100 });
    await expect(transport.send({ method: "GET", url })).rejects.toMatchObject({ code: "timeout" });
  });

  test("more bytes than allowed: too-large", async () => {
    const url = await serve((_, response) => response.end("x".repeat(2_000)));
    const transport = new FetchTransport({ maxBytes: 1_000 });
    await expect(transport.send({ method: "GET", url })).rejects.toMatchObject({
      code: "too-large",
    });
  });

  test("stopped by the caller: aborted", async () => {
    const controller = new AbortController();
    const url = await serve(() => controller.abort());
    await expect(
      new FetchTransport().send({ method: "GET", url, signal: controller.signal }),
    ).rejects.toMatchObject({ code: "aborted" });
  });

  test("an address that is no URL of the web: bad-location", async () => {
    const sending = new FetchTransport().send({ method: "GET", url: "ftp://h.example/" });
    await expect(sending).rejects.toMatchObject({ code: "bad-location" });
  });

  test("an answer over http to a question over https: insecure-location", async () => {
    const answer = new Response("x");
    Object.defineProperty(answer, "url", { value: "http://h.example/" });
    const transport = new FetchTransport({ fetch: () => Promise.resolve(answer) });
    await expect(
      transport.send({ method: "GET", url: "https://h.example/" }),
    ).rejects.toMatchObject({ code: "insecure-location" });
  });
});

describe("credentials", () => {
  const login = { username: "änna", password: "pä:ss wörd" };

  test("go with the first request, in UTF-8", async () => {
    let seen: string | undefined;
    const origin = await serve((request, response) => {
      seen = request.headers.authorization;
      response.end();
    });
    await withAuthentication(new FetchTransport(), { origins: new Set([origin]), ...login }).send({
      method: "GET",
      url: `${origin}/x`,
    });
    const decoded = Buffer.from(seen?.replace("Basic ", "") ?? "", "base64").toString("utf8");
    expect(decoded).toBe("änna:pä:ss wörd");
  });

  test("never reach another origin, neither directly nor by a redirect", async () => {
    const seen: (string | undefined)[] = [];
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.end();
    });
    const origin = await serve((_, response) => {
      response.writeHead(302, { Location: `${other}/y` });
      response.end();
    });
    const origins = new Set([origin]);
    const transport = withAuthentication(new FetchTransport(), { origins, ...login });
    await transport.send({ method: "GET", url: `${other}/x` });
    await expect(
      transport.send({ method: "PROPFIND", url: `${origin}/x`, body: "<propfind/>" }),
    ).rejects.toMatchObject({ code: "moved", retry: "after-user" });
    expect(seen).toEqual([undefined]);
  });

  test("with a colon in the user name are refused, not cut", () => {
    const credentials = { origins: new Set(["https://h.example"]), username: "a:b", password: "c" };
    expect(() => withAuthentication(new FetchTransport(), credentials)).toThrow(
      expect.objectContaining({ code: "bad-argument" }),
    );
  });
});

test("traffic counts requests, failed ones too, and bytes, since the last look", async () => {
  const url = await serve((_, response) => response.end("12345"));
  const counter = new TrafficCounter(new FetchTransport());
  await counter.send({ method: "GET", url });
  await counter
    .send({ method: "GET", url: `http://127.0.0.1:${await freePort()}/` })
    .catch(() => {});
  expect(counter.take()).toEqual({ requests: 2, bytes: 5 });
  expect(counter.take()).toEqual({ requests: 0, bytes: 0 });
});

test("while Thunderbird is offline nothing is sent, not even to a server on this computer", async () => {
  let requests = 0;
  const url = await serve((_, response) => {
    requests++;
    response.end();
  });
  vi.stubGlobal("navigator", { onLine: false });
  try {
    await expect(new FetchTransport().send({ method: "PUT", url })).rejects.toMatchObject({
      code: "offline",
      retry: "later",
    });
  } finally {
    vi.unstubAllGlobals();
  }
  expect(requests).toBe(0);
});
