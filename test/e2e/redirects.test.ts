/**
 * A server that sends requests on to another address, in the real Thunderbird, where a redirect that is not followed
 * shows nothing of where it leads: no password and no event reaches a place that the user has not agreed to.
 */
import { createServer, request, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CaldavTestServer } from "../support/caldav-test-server/server.ts";
import { startCaldavTestServer } from "../support/caldav-test-server/server.ts";
import { startWorld, type World } from "../support/keeper-world.ts";

const EVENT = [
  "BEGIN:VEVENT",
  "UID:private",
  "DTSTAMP:20260101T000000Z",
  "DTSTART:20260302T100000Z",
  "DURATION:PT1H",
  "SUMMARY:Private",
  "END:VEVENT",
  "",
].join("\r\n");

/** Stands before a server: hands on, or sends whoever asks on to another origin. */
interface Front {
  readonly url: string;
  /** Where a request to this path is to go from now on; `null`: handed on. */
  leadsTo: ((path: string) => string | null) | null;
  readonly http: Server;
}

async function startFront(behind: CaldavTestServer): Promise<Front> {
  const { port } = new URL(behind.url);
  const http = createServer((asked, response) => {
    const { url: path = "/", method, headers } = asked;
    const location = front.leadsTo?.(path) ?? null;
    if (location !== null) {
      asked.resume().once("end", () => response.writeHead(307, { Location: location }).end());
      return;
    }
    const handedOn = request({ host: "127.0.0.1", port, path, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    handedOn.once("error", () => response.destroy());
    asked.pipe(handedOn);
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const address = http.address();
  if (address === null || typeof address === "string") throw new Error("no port was given");
  const front: Front = { url: `http://127.0.0.1:${address.port}/`, leadsTo: null, http };
  return front;
}

describe("redirects", () => {
  let behind: CaldavTestServer;
  let stranger: CaldavTestServer;
  let front: Front;
  let world: World;

  beforeAll(async () => {
    behind = await startCaldavTestServer();
    stranger = await startCaldavTestServer();
    front = await startFront(behind);
    world = await startWorld({
      calendars: { work: [] },
      server: () =>
        Promise.resolve({
          url: front.url,
          principalUrl: behind.principalUrl,
          homeUrl: behind.homeUrl,
          username: behind.username,
          password: behind.password,
          createCalendar: async (name, properties) =>
            (await behind.createCalendar(name, properties)).replace(behind.url, front.url),
          put: (path, text) => behind.put(path.replace(front.url, behind.url), text),
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
    await stranger.stop();
    front.http.closeAllConnections();
    await new Promise((resolve) => front.http.close(resolve));
  });

  const calendarId = () => new Map(Object.entries(world.calendars)).get("work")?.id ?? "";
  const given = () =>
    stranger.requests.filter(({ signed, bodyBytes }) => signed || bodyBytes > 0).length;

  test("an edit is kept, and nothing of it goes to a stranger", async () => {
    front.leadsTo = (path) => new URL(path, stranger.url).href;
    await world.user.add(calendarId(), EVENT);
    const { calendars } = await world.run("sync.run", {});
    expect(calendars[0]?.error).toMatchObject({ code: "moved" });
    expect(given()).toBe(0);
    expect((await world.user.item(calendarId(), "private"))?.title).toBe("Private");
  });

  test("it goes out when the server is itself again, also by a way within it", async () => {
    // As a server does that renamed a folder: the other address is its own.
    front.leadsTo = (path) => (path.startsWith("/old/") ? path.replace("/old/", "/dav/") : null);
    const url = behind.homeUrl;
    await world.thunderbird.waitFor(async () => {
      await world.run("sync.run", {});
      return (await behind.list(`${url}work/`)).length === 1;
    }, "the event to reach the server");
    expect(given()).toBe(0);
  });

  test("an account is found behind a redirect of its own host, and not at a stranger's", async () => {
    const login = { username: behind.username, password: behind.password };
    front.leadsTo = (path) => (path === "/start" ? new URL("/dav/", front.url).href : null);
    const found = await world.run("accounts.discover", { ...login, location: `${front.url}start` });
    expect(found.calendars.map(({ displayName }) => displayName)).toEqual(["work"]);

    // By another host name: what a host has on its other ports is its own in discovery.
    const elsewhere = stranger.url.replace("127.0.0.1", "localhost");
    front.leadsTo = (path) => new URL(path, elsewhere).href;
    stranger.forgetRequests();
    const refused = await world.reply("accounts.discover", { ...login, location: front.url });
    expect(refused).toMatchObject({ ok: false });
    expect(given()).toBe(0);
  });
});
