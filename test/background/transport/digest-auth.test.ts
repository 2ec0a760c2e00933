import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { withAuthentication } from "../../../src/background/transport/authentication.ts";
import { parseChallenges } from "../../../src/background/transport/challenges.ts";
import {
  chooseDigest,
  digestAuthorization,
} from "../../../src/background/transport/digest-auth.ts";
import { FetchTransport } from "../../../src/background/transport/fetch-transport.ts";
import type {
  HttpRequest,
  HttpResponse,
  Transport,
} from "../../../src/background/transport/transport.ts";

const RFC_7616 = {
  method: "GET",
  uri: "/dir/index.html",
  username: "Mufasa",
  password: "Circle of Life",
  count: 1,
  cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
};
const nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
const opaque = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS";
const realm = "http-auth@example.org";

describe("RFC 7616 §3.9.1", () => {
  test.each([
    ["SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"],
    ["MD5", "8ca523f5e9506fed4657c9700eebdbec"],
  ])("%s", (algorithm, response) => {
    const header = `Digest realm="${realm}", qop="auth, auth-int", algorithm=${algorithm}, nonce="${nonce}", opaque="${opaque}"`;
    const challenge = chooseDigest(parseChallenges(header));
    if (challenge === null) throw new Error("no challenge");
    const authorization = digestAuthorization(challenge, RFC_7616);
    expect(authorization).toContain(`response="${response}"`);
    expect(authorization).toContain(`opaque="${opaque}"`);
    expect(authorization).toContain("nc=00000001");
  });
});

describe("of several challenges", () => {
  const both = `Basic realm="a, b", charset="UTF-8", Digest realm="r", nonce="1", qop="auth", Digest realm="r", nonce="2", qop="auth", algorithm=SHA-256`;

  test("the strongest is chosen", () => {
    expect(chooseDigest(parseChallenges(both))).toMatchObject({ nonce: "2" });
    expect(parseChallenges(both).map(({ scheme }) => scheme)).toEqual([
      "basic",
      "digest",
      "digest",
    ]);
    expect(parseChallenges(both)[0]?.parameters.get("realm")).toBe("a, b");
  });

  test.each([
    ["only auth-int", 'Digest realm="r", nonce="1", qop="auth-int"'],
    ["an unknown algorithm", 'Digest realm="r", nonce="1", algorithm=SHA-3'],
    ["no nonce", 'Digest realm="r", qop="auth"'],
    ["another scheme", "Negotiate, X-MobileMe-AuthToken realm=x, Bearer abc=="],
    ["nothing", ""],
    ["rubbish", 'Digest ="", ,,,"nonce'],
  ])("%s cannot be answered", (_, header) => {
    expect(chooseDigest(parseChallenges(header))).toBeNull();
  });
});

interface DigestOptions {
  readonly algorithm?: string;
  readonly qop?: string;
  readonly uses?: number;
  readonly basic?: boolean;
}

/** Checks Digest by node's own hashes; every nonce is good for `uses` requests. */
class DigestServer {
  readonly seen: string[] = [];
  password = "geheim";
  #nonces = 0;
  #uses = 0;
  readonly #options: DigestOptions;

  constructor(options: DigestOptions = {}) {
    this.#options = options;
  }

  async listen(): Promise<string> {
    const server = createServer((request, response) => {
      this.seen.push(request.headers.authorization ?? "");
      const problem = this.#problem(request);
      response.writeHead(problem === null ? 207 : 401, problem === null ? {} : problem);
      response.end();
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return `http://127.0.0.1:${address.port}`;
  }

  #problem(request: IncomingMessage): Record<string, string | string[]> | null {
    const { algorithm, qop = "auth", uses = 1_000, basic = false } = this.#options;
    const [given] = parseChallenges(request.headers.authorization ?? null);
    const value = (name: string) => given?.parameters.get(name) ?? "";
    const isCurrent = value("nonce") === `nonce${this.#nonces}` && this.#uses < uses;
    if (given?.scheme === "digest" && this.#isRight(value, request)) {
      if (isCurrent && (qop === "" || Number.parseInt(value("nc"), 16) === this.#uses + 1)) {
        this.#uses++;
        return null;
      }
      return this.#challenge(algorithm, qop, basic, true);
    }
    return this.#challenge(algorithm, qop, basic, false);
  }

  #isRight(value: (name: string) => string, request: IncomingMessage): boolean {
    const hash = (text: string) =>
      createHash(/sha/i.test(this.#options.algorithm ?? "") ? "sha256" : "md5")
        .update(text, "utf8")
        .digest("hex");
    const extended = value("username*");
    const user = extended
      ? decodeURIComponent(extended.replace(/^UTF-8''/, ""))
      : value("username");
    let key = hash(`${user}:the realm:${this.password}`);
    if (/-sess$/i.test(this.#options.algorithm ?? "")) {
      key = hash(`${key}:${value("nonce")}:${value("cnonce")}`);
    }
    const what = hash(`${request.method}:${request.url}`);
    const middle =
      this.#options.qop === "" ? "" : `:${value("nc")}:${value("cnonce")}:${value("qop")}`;
    const expected = hash(`${key}:${value("nonce")}${middle}:${what}`);
    return value("response") === expected && value("uri") === request.url;
  }

  #challenge(algorithm: string | undefined, qop: string, basic: boolean, stale: boolean) {
    this.#uses = 0;
    const parts = [
      'Digest realm="the realm"',
      `nonce="nonce${++this.#nonces}"`,
      ...(qop === "" ? [] : [`qop="${qop}"`]),
      ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
      ...(stale ? ["stale=TRUE"] : []),
      "charset=UTF-8",
    ];
    const digest = parts.join(", ");
    return { "WWW-Authenticate": basic ? ['Basic realm="the realm"', digest] : [digest] };
  }
}

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

function signIn(origin: string, username = "änna", password = "geheim"): Transport {
  return withAuthentication(new FetchTransport(), {
    origins: new Set([origin]),
    username,
    password,
  });
}

const put = (origin: string): HttpRequest => ({
  method: "PUT",
  url: `${origin}/c/a%40b.ics?x=1`,
  body: "BEGIN:VCALENDAR",
});

describe("a server that wants Digest is answered", () => {
  test.each([
    ["MD5 without saying so", {}],
    ["MD5", { algorithm: "MD5" }],
    ["MD5-sess", { algorithm: "MD5-sess" }],
    ["SHA-256", { algorithm: "SHA-256" }],
    ["SHA-256-sess", { algorithm: "SHA-256-sess" }],
    ["auth and auth-int", { qop: "auth,auth-int" }],
    ["no quality of protection (RFC 2069)", { qop: "" }],
    ["Basic as well", { basic: true, algorithm: "SHA-256" }],
  ])("%s", async (_, options) => {
    const server = new DigestServer(options);
    const origin = await server.listen();
    const transport = signIn(origin);
    for (let request = 0; request < 3; request++) {
      expect((await transport.send(put(origin))).status).toBe(207);
    }
    // Once told, it is known: the count goes on with the same nonce.
    expect(server.seen).toHaveLength(4);
  });

  test("a nonce that has expired is renewed by the request that meets it", async () => {
    const server = new DigestServer({ uses: 2 });
    const origin = await server.listen();
    const transport = signIn(origin);
    for (let request = 0; request < 7; request++) {
      expect((await transport.send(put(origin))).status).toBe(207);
    }
  });

  test("a wrong password is refused after one try with it", async () => {
    const server = new DigestServer();
    const origin = await server.listen();
    const transport = signIn(origin, "ada", "wrong");
    expect((await transport.send(put(origin))).status).toBe(401);
    expect(server.seen.filter((header) => header.startsWith("Digest"))).toHaveLength(1);
  });

  test("the password is in no header and no error", async () => {
    const server = new DigestServer();
    const origin = await server.listen();
    const transport = signIn(origin);
    await transport.send(put(origin));
    await transport.send(put(origin));
    const digests = server.seen.filter((header) => header.startsWith("Digest"));
    expect(digests.join()).not.toContain("geheim");
  });
});

/** A server beyond this computer, without encryption. */
function farServer(challenge: string | null) {
  const seen: (string | undefined)[] = [];
  const transport: Transport = {
    send: async ({ url, headers }): Promise<HttpResponse> => {
      seen.push(headers?.Authorization?.split(" ")[0]);
      return {
        status: headers?.Authorization ? 207 : 401,
        headers: new Headers(challenge === null ? {} : { "WWW-Authenticate": challenge }),
        url,
        redirected: false,
        bytes: new Uint8Array(0),
      };
    },
  };
  const origins = new Set(["http://far.example"]);
  const signed = withAuthentication(transport, { origins, username: "ada", password: "x" });
  return { seen, send: () => signed.send({ method: "GET", url: "http://far.example/" }) };
}

test.each([
  ["Digest", 'Basic realm="r", Digest realm="r", nonce="1", qop="auth"'],
  ["Basic", 'Basic realm="r"'],
  ["Basic", 'X-MobileMe-AuthToken realm="r", Basic realm="r"'],
  ["Basic", null],
])("without encryption the server is heard first: %s", async (scheme, challenge) => {
  const { seen, send } = farServer(challenge);
  expect((await send()).status).toBe(207);
  await send();
  expect(seen).toEqual([undefined, scheme, scheme]);
});

test("a server that was answered by Digest never gets the password itself", async () => {
  const answers = ['Digest realm="r", nonce="1", qop="auth"', 'Basic realm="r"'];
  const seen: string[] = [];
  const transport: Transport = {
    send: async ({ url, headers }) => {
      seen.push(headers?.Authorization ?? "");
      const challenge = seen.length === 1 ? answers[0] : answers[1];
      return {
        status: 401,
        headers: new Headers({ "WWW-Authenticate": challenge ?? "" }),
        url,
        redirected: false,
        bytes: new Uint8Array(0),
      };
    },
  };
  const origins = new Set(["http://far.example"]);
  const signed = withAuthentication(transport, { origins, username: "ada", password: "x" });
  await signed.send({ method: "GET", url: "http://far.example/" });
  await signed.send({ method: "GET", url: "http://far.example/" });
  expect(seen.filter((header) => header.startsWith("Basic"))).toEqual([]);
});
