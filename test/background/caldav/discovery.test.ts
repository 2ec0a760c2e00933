import { createServer, type Server } from "node:http";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Discovery, discover } from "../../../src/background/caldav/discovery.ts";
import { AppError } from "../../../src/shared/errors.ts";
import {
  type CaldavTestServer,
  startCaldavTestServer,
} from "../../support/caldav-test-server/server.ts";
import { parseXmlDocument } from "../../support/dom-parser.ts";
import { transportTo } from "../../support/remote-calendar.ts";
import { freePort } from "../../support/server-process.ts";

let server: CaldavTestServer;
let url: string;
let front: Server | undefined;

beforeAll(async () => {
  server = await startCaldavTestServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  server.behave();
  url = await server.createCalendar("work", {
    displayName: "Arbeit",
    color: "#336699",
    description: "für die Firma",
    components: ["VEVENT"],
  });
  await server.createCalendar("home");
  server.forgetRequests();
});
afterEach(async () => {
  const running = front;
  front = undefined;
  if (running) await new Promise((resolve) => running.close(resolve));
});

/** The origins that credentials were asked for are noted. */
function find(location: string, password?: string, asked: string[] = []): Promise<Discovery> {
  const login = { username: server.username, password: password ?? server.password };
  return discover({
    location,
    transportFor: (origin) => {
      asked.push(origin);
      return transportTo(login, origin, { answerTimeoutMs: 2_000 });
    },
    parseXml: parseXmlDocument,
    signal: AbortSignal.timeout(30_000),
  });
}

async function failureOf(finding: Promise<unknown>): Promise<AppError> {
  const error = await finding.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw new Error(`no AppError: ${String(error)}`);
  return error;
}

async function redirecting(location: string): Promise<string> {
  const listening = createServer((_, response) => {
    response.writeHead(301, { Location: location });
    response.end();
  });
  front = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const address = listening.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}/`;
}

const found = (discovery: Discovery) => discovery.calendars.map(({ displayName }) => displayName);

describe("calendars are found from", () => {
  test.each([
    ["the host alone", () => new URL(server.url).host],
    ["its URL", () => server.url],
    ["a caldav URL", () => server.url.replace("http:", "caldav:")],
    ["the principal's URL", () => server.principalUrl],
    ["the home set's URL", () => server.homeUrl],
    ["a path that does not exist", () => `${server.url}old/path/`],
  ])("%s", async (_, location) => {
    const discovery = await find(location());
    expect(found(discovery)).toEqual(["Arbeit", "home"]);
    expect(discovery.principal).toBe(server.principalUrl);
    expect(discovery.homeUrls).toEqual([server.homeUrl]);
    expect(discovery.insecure).toBe(false);
  });

  test("one calendar's URL, which comes first", async () => {
    const home = `${server.homeUrl}home/`;
    expect(found(await find(home))).toEqual(["home", "Arbeit"]);
  });
});

test("a calendar is described as its server does", async () => {
  const { calendars } = await find(server.url);
  expect(calendars[0]).toEqual({
    url,
    displayName: "Arbeit",
    color: "#336699",
    components: ["VEVENT"],
    readOnly: false,
    rights: { add: true, change: true, remove: true },
    description: "für die Firma",
    relation: "own",
    owner: null,
    timeZone: null,
  });
});

test("a calendar's name is one line that reads as it is written", async () => {
  const displayName = ` Work\n\u202Elive\u202C \u0085 \u2067x\u2069${"y".repeat(10_000)} `;
  await server.createCalendar("work", { displayName });
  const [calendar] = (await find(server.url)).calendars;
  expect(calendar?.displayName).toMatch(/^Work live xy{189}$/);
});

test("a server that refuses every question about a colour (Google) is found, and its calendars told", async () => {
  server.misbehave({ refusesColor: true });
  expect((await find(server.url)).calendars).toMatchObject([
    { displayName: "Arbeit", color: null, components: ["VEVENT"] },
    { displayName: "home" },
  ]);
});

test("a server whose root fails when it is asked for a sync token (DAViCal) is found", async () => {
  server.misbehave({ rootFailsOnToken: true });
  expect((await find(server.url)).calendars).toHaveLength(2);
});

test("a shared calendar for reading only is shown as such", async () => {
  server.misbehave({ readOnlyRights: true });
  expect((await find(server.url)).calendars.every(({ readOnly }) => readOnly)).toBe(true);
});

test("inner names of a server behind a proxy are not asked: their paths are the server's own", async () => {
  server.misbehave({ foreignHrefs: true });
  const asked: string[] = [];
  const discovery = await find(server.url, undefined, asked);
  expect(asked).toEqual([new URL(server.url).origin]);
  expect(found(discovery)).toEqual(["Arbeit", "home"]);
  expect(discovery.log.join("\n")).toContain("backend.invalid:8080");
});

test("the log tells a person what was tried, without the password", async () => {
  const { log } = await find(server.url);
  expect(log.join("\n")).toContain("/.well-known/caldav");
  expect(log.at(-1)).toBe("Found 2 calendars.");
  expect(log.join("\n")).not.toContain(server.password);
});

describe("what goes wrong is told apart", () => {
  test("a wrong password is tried once, not at every path", async () => {
    const error = await failureOf(find(server.url, "wrong"));
    expect(error).toMatchObject({ code: "unauthorized", retry: "after-user" });
    const refused = server.requests.filter(({ status, signed }) => status === 401 && signed);
    expect(refused).toHaveLength(1);
  });

  test("nobody listens there", async () => {
    const error = await failureOf(find(`http://127.0.0.1:${await freePort()}/`));
    expect(error.code).toBe("network");
    expect(error.details).toHaveProperty("log");
  });

  test.each([
    ["a wrong password", { kind: "status", status: 401 }],
    ["a busy server", { kind: "too-many-requests" }],
    ["a lost connection", { kind: "request-lost" }],
  ] as const)("%s, without a word about changes that nobody made yet", async (_, fault) => {
    server.fail(fault);
    const { hint } = await failureOf(find(server.url));
    expect(hint).toMatch(/^Nothing was changed/);
    expect(hint).not.toMatch(/kept/);
  });

  test("a web server without calendars", async () => {
    server.fail({ kind: "html" });
    const error = await failureOf(find(server.url));
    expect(error.code).toBe("not-caldav");
    expect((error.details as { log: string[] }).log.length).toBeGreaterThan(5);
  });

  test("a server that knows nothing of WebDAV", async () => {
    server.fail({ kind: "status", status: 405 });
    expect((await failureOf(find(server.url))).code).toBe("not-caldav");
  });

  test("a server that never answers", async () => {
    server.fail({ kind: "hang" });
    expect((await failureOf(find(server.url))).code).toBe("timeout");
  });
});

test("a redirect to another port of the same host is followed, with credentials asked anew", async () => {
  const asked: string[] = [];
  const start = await redirecting(`${server.url}dav/`);
  expect(found(await find(start, undefined, asked))).toEqual(["Arbeit", "home"]);
  expect(asked).toEqual([new URL(start).origin, new URL(server.url).origin]);
});

test("a redirect to a foreign host gets no credentials, and the person is told its name", async () => {
  const asked: string[] = [];
  const port = new URL(server.url).port;
  const start = await redirecting(`http://localhost:${port}/dav/`);
  const error = await failureOf(find(start, undefined, asked));
  expect(asked).toEqual([new URL(start).origin]);
  expect(error.message).toContain(`localhost:${port}`);
  expect(error.hint).toContain("Nothing was sent");
});
