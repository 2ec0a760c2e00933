/**
 * A server that moves its calendars to other addresses, in the real Thunderbird: within what the user has agreed to
 * it is followed, to another host only with the user's word, and another calendar at an old address is left alone.
 */
import { createServer, request, type Server } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CaldavTestServer } from "../support/caldav-test-server/server.ts";
import { startCaldavTestServer } from "../support/caldav-test-server/server.ts";
import { startWorld, type World } from "../support/keeper-world.ts";
import { OptionsUser } from "../support/options-user.ts";

const event = (uid: string): string =>
  [
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20260101T000000Z",
    "DTSTART:20260302T100000Z",
    "DURATION:PT1H",
    `SUMMARY:${uid}`,
    "END:VEVENT",
    "",
  ].join("\r\n");

/**
 * The server under other paths: what it calls /dav/ it lets clients see as `prefix`, and what is asked for elsewhere is
 * sent on.
 */
class Front {
  readonly http: Server;
  prefix = "/dav/";
  /** Where requests to other paths are sent. */
  target = "";
  status = 301;
  readonly requests: { path: string; signed: boolean; bytes: number }[] = [];

  constructor(behind: CaldavTestServer) {
    const { port } = new URL(behind.url);
    this.http = createServer((asked, response) => {
      const { url: path = "/", method, headers } = asked;
      const record = { path, signed: headers.authorization !== undefined, bytes: 0 };
      this.requests.push(record);
      const chunks: Buffer[] = [];
      asked.on("data", (chunk: Buffer) => chunks.push(chunk));
      asked.once("end", () => {
        const body = Buffer.concat(chunks);
        record.bytes = body.length;
        if (!path.startsWith(this.prefix)) {
          const location = `${this.target}${this.prefix}${path.replace(/^\/[^/]+\//, "")}`;
          response.writeHead(this.status, { Location: location }).end();
          return;
        }
        const inner = Buffer.from(body.toString().replaceAll(this.prefix, "/dav/"));
        const handedOn = request(
          {
            host: "127.0.0.1",
            port,
            path: path.replace(this.prefix, "/dav/"),
            method,
            headers: { ...headers, "content-length": inner.length },
          },
          (answer) => {
            const parts: Buffer[] = [];
            answer.on("data", (chunk: Buffer) => parts.push(chunk));
            answer.once("end", () => {
              const { "content-length": _, "transfer-encoding": __, ...kept } = answer.headers;
              const text = Buffer.concat(parts).toString().replaceAll("/dav/", this.prefix);
              response.writeHead(answer.statusCode ?? 502, kept).end(text);
            });
          },
        );
        handedOn.once("error", () => response.destroy());
        handedOn.end(inner);
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.http.listen(0, "127.0.0.1", resolve));
    const address = this.http.address();
    if (address === null || typeof address === "string") throw new Error("no port was given");
    return `http://127.0.0.1:${address.port}`;
  }
}

let behind: CaldavTestServer;
let front: Front;
let origin: string;
let newFront: Front;
let newOrigin: string;
let world: World;

beforeAll(async () => {
  behind = await startCaldavTestServer();
  front = new Front(behind);
  origin = await front.listen();
  newFront = new Front(behind);
  // By another name: another host, as far as anybody can tell.
  newOrigin = (await newFront.listen()).replace("127.0.0.1", "localhost");
  world = await startWorld({
    calendars: { work: [] },
    server: () =>
      Promise.resolve({
        url: `${origin}/dav/`,
        principalUrl: behind.principalUrl,
        homeUrl: behind.homeUrl,
        username: behind.username,
        password: behind.password,
        createCalendar: async (name, properties) =>
          (await behind.createCalendar(name, properties)).replace(behind.url, `${origin}/`),
        put: (path, text) => behind.put(path.replace(`${origin}/`, behind.url), text),
        get: (path) => behind.get(path),
        list: (collection) => behind.list(collection),
        delete: (path) => behind.delete(path),
        stop: () => behind.stop(),
      }),
  });
  await world.run("sync.run", {});
});

afterAll(async () => {
  await world.stop();
  for (const { http } of [front, newFront]) {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  }
});

const id = () => new Map(Object.entries(world.calendars)).get("work")?.id ?? "";
const account = async () => {
  const [only] = await world.run("accounts.list", {});
  if (!only) throw new Error("no account");
  return only;
};
const reachesServer = (name: string, count: number) =>
  world.thunderbird.waitFor(async () => {
    await world.run("sync.run", {});
    return (await behind.list(`${behind.homeUrl}work/`)).length === count;
  }, `${name} to reach the server`);

/** As the server has them. */
const texts = async () => {
  const names = await behind.list(`${behind.homeUrl}work/`);
  const all = await Promise.all(names.map((name) => behind.get(`${behind.homeUrl}work/${name}`)));
  return all.map((text) => text ?? "");
};

test("sent on for now, the calendar is used where it is, and its address is kept", async () => {
  const before = (await account()).calendars[0]?.url;
  front.prefix = "/temporary/";
  front.status = 307;
  await world.user.add(id(), event("one"));
  await reachesServer("the event", 1);
  expect((await account()).calendars.map(({ url, error }) => [url, error])).toEqual([
    [before, null],
  ]);
  expect((await account()).offered).toEqual([]);
});

test("sent on for good, its new address is stored, and older items are changed there", async () => {
  front.prefix = "/new/";
  front.status = 301;
  await world.run("sync.run", {});
  const { calendars, offered } = await account();
  expect(calendars.map(({ url, error }) => [url, error])).toEqual([
    [`${origin}/new/calendars/${behind.username}/work/`, null],
  ]);
  expect(offered).toEqual([]);

  front.requests.length = 0;
  await world.user.change(id(), "one", { SUMMARY: "One, later" });
  await world.user.add(id(), event("two"));
  await reachesServer("another event", 2);
  await world.thunderbird.waitFor(
    async () => (await texts()).some((text) => text.includes("SUMMARY:One\\, later")),
    "the older event's new title to reach the server",
  );
  expect(front.requests.filter(({ path }) => !path.startsWith("/new/"))).toEqual([]);
});

test("moved to another home set without a word, it is found there through the principal, and back again", async () => {
  const { username } = behind;
  const address = async () => (await account()).calendars.map(({ url, error }) => [url, error]);
  behind.misbehave({ homeArea: "elsewhere" });
  const name = (await behind.list(`${behind.homeUrl}work/`))[0] ?? "";
  const text = (await behind.get(`${behind.homeUrl}work/${name}`)) ?? "";
  await behind.put(
    `${behind.homeUrl}work/${name}`,
    text.replace(/SUMMARY:.*/, "SUMMARY:Meanwhile"),
  );
  await world.run("sync.run", {});
  expect(await address()).toEqual([[`${origin}/new/elsewhere/${username}/work/`, null]]);
  const titles = (await world.user.items(id())).map(({ title }) => title);
  expect(titles).toHaveLength(2);
  expect(titles).toContain("Meanwhile");

  behind.misbehave({ homeArea: "calendars" });
  await world.run("sync.run", {});
  expect(await address()).toEqual([[`${origin}/new/calendars/${username}/work/`, null]]);
  expect(await world.user.items(id())).toHaveLength(2);
  expect((await account()).offered).toEqual([]);
});

test("another host gets nothing until the user has agreed to it; then it is followed", async () => {
  front.target = newOrigin;
  front.prefix = "/new-host/";
  newFront.prefix = "/new-host/";
  await world.user.add(id(), event("three"));
  await world.run("sync.run", {});
  const [stopped] = (await account()).calendars;
  expect(stopped?.error).toMatchObject({ code: "moved" });
  expect(stopped?.pendingChanges).toBe(1);
  const movedTo = String(stopped?.error?.details.movedTo);
  expect(new URL(movedTo).origin).toBe(newOrigin);
  expect(newFront.requests.filter(({ signed, bytes }) => signed || bytes > 0)).toEqual([]);

  const { host } = new URL(movedTo);
  const user = await OptionsUser.open(world.thunderbird);
  await user.see("wants your data sent on to");
  await user.press(`Go on at ${host}`);
  await reachesServer("the event that waited", 3);
  await world.thunderbird.waitFor(async () => {
    const { calendars } = await account();
    return calendars[0]?.url === `${newOrigin}/new-host/calendars/${behind.username}/work/`;
  }, "the new address");
  await user.see("Up to date");
  expect(await user.alerts()).toEqual([]);
  await user.close();
  expect((await account()).calendars[0]).toMatchObject({ error: null, pendingChanges: 0 });
});
