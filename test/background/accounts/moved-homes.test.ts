/** A server that moves its calendars to another home set without saying so where they were, over HTTP. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AccountServers } from "../../../src/background/accounts/account-servers.ts";
import { Accounts } from "../../../src/background/accounts/accounts.ts";
import { MovedHomes } from "../../../src/background/accounts/moved-homes.ts";
import { serverDiscovery } from "../../../src/background/accounts/server-discovery.ts";
import { ServerNews } from "../../../src/background/accounts/server-news.ts";
import { accountsShape } from "../../../src/background/settings/account-settings.ts";
import { goneCalendarsShape } from "../../../src/background/settings/gone-calendars.ts";
import { StoredValue } from "../../../src/background/settings/stored-value.ts";
import { syncStatusShape } from "../../../src/background/settings/sync-status.ts";
import { FetchTransport } from "../../../src/background/transport/fetch-transport.ts";
import {
  type CaldavTestServer,
  startCaldavTestServer,
} from "../../support/caldav-test-server/server.ts";
import { parseXmlDocument } from "../../support/dom-parser.ts";
import { eventText } from "../../support/event-text.ts";
import { FakeCalendars } from "../../support/fake-calendars.ts";
import { MemoryArea } from "../../support/memory-area.ts";
import { MemoryVault } from "../../support/memory-vault.ts";
import { passwordLogins } from "../../support/password-logins.ts";

// Discovery reads XML with the platform's parser, which Node has none of.
Object.assign(globalThis, {
  DOMParser: class {
    parseFromString(text: string): Document {
      return parseXmlDocument(text);
    }
  },
});

const { signal } = new AbortController();

let server: CaldavTestServer;
let accounts: Accounts;
let servers: AccountServers;
let news: ServerNews;
let thunderbird: FakeCalendars;
let accountId: string;
/** What the last synchronization brought, by calendar. */
let known: Map<string, string[]>;
/** Calendars that are to be listed anew, with the address they had then. */
let listedAnew: (string | undefined)[];

const NAMES = ["a.ics", "b.ics", "c.ics"];
const home = (area: string) => server.homeUrl.replace("/calendars/", `/${area}/`);
const put = (calendar: string, name: string) =>
  server.put(`${server.homeUrl}${calendar}/${name}`, eventText(`${calendar}-${name}`, {}));
const stored = () => accounts.get(accountId);
const addresses = async () => (await stored()).calendars.map(({ url }) => url);

beforeEach(async () => {
  server = await startCaldavTestServer();
  for (const calendar of ["work", "home"]) {
    await server.createCalendar(calendar);
    for (const name of NAMES) await put(calendar, name);
  }
  thunderbird = new FakeCalendars();
  listedAnew = [];
  const area = new MemoryArea();
  const vault = new MemoryVault();
  const { credentials, logins, oauth } = passwordLogins({
    getPassword: (origin, username) => vault.getPassword(origin, username),
    setPassword: (origin, username, password) => vault.setPassword(origin, username, password),
    removePassword: async () => {},
  });
  const transport = new FetchTransport();
  const discovery = serverDiscovery(transport);
  servers = new AccountServers(transport, logins);
  const accountsStored = new StoredValue(area, accountsShape);
  accounts = new Accounts({
    stored: accountsStored,
    gone: new StoredValue(area, goneCalendarsShape),
    syncStatus: new StoredValue(area, syncStatusShape),
    credentials,
    logins,
    oauth,
    discovery,
    calendars: thunderbird.calendars,
    provider: thunderbird.provider,
    calendarType: "ext-keeper",
    running: () => new Set(),
    requestSync: () => {},
    onChanged: () => {},
    onSignedIn: () => {},
    newId: () => "a1",
  });
  news = new ServerNews({
    accounts,
    servers,
    movedHomes: new MovedHomes({
      stored: accountsStored,
      logins,
      discovery,
      servers,
      memberNames: async (calendarId) => known.get(calendarId) ?? [],
    }),
    calendars: thunderbird.calendars,
    traceRedirects: async (url) => ({ url, permanent: false }),
    onSeen: async () => {},
    onOffered: () => {},
    onRerouted: () => {},
    onRelocated: async (id) => void listedAnew.push(thunderbird.list.get(id)?.url),
  });
  const { username, password } = server;
  const calendars = ["work", "home"].map((name) => `${server.homeUrl}${name}/`);
  const login = { location: server.url, username, password };
  ({ accountId } = await accounts.add({ ...login, calendars }, signal));
  known = new Map([
    ["cal1", NAMES],
    ["cal2", NAMES],
  ]);
});
afterEach(() => server.stop());

describe("a home set that has moved without a redirect", () => {
  test("is found through the principal, and its calendars are followed and listed anew", async () => {
    server.misbehave({ homeArea: "moved" });
    await server.put(`${server.homeUrl}work/new.ics`, eventText("new", {}));
    const statuses = await news.read(accountId, signal);
    expect(new Set(statuses.keys())).toEqual(new Set(["cal1", "cal2"]));
    expect(await addresses()).toEqual([`${home("moved")}work/`, `${home("moved")}home/`]);
    expect((await stored()).homes).toEqual([home("moved")]);
    expect(thunderbird.list.get("cal1")?.url).toBe(`${home("moved")}work/#caldav-keeper`);
    // While they still had the old addresses.
    expect(listedAnew).toEqual(
      ["work", "home"].map((name) => `${server.homeUrl}${name}/#caldav-keeper`),
    );
    expect((await stored()).offered).toEqual([]);

    server.forgetRequests();
    await news.read(accountId, signal);
    expect(server.requests.map(({ method, path }) => [method, path])).toEqual([
      ["PROPFIND", new URL(home("moved")).pathname],
    ]);
  });

  test.each([
    ["most members are others", ["x.ics", "y.ics", "z.ics", "a.ics"]],
    ["half of the members are others", ["a.ics", "y.ics"]],
    ["nothing was in it", []],
  ])("a calendar of the same name is not followed where %s", async (_, names) => {
    known.set("cal1", names);
    server.misbehave({ homeArea: "moved" });
    const statuses = await news.read(accountId, signal);
    expect([...statuses.keys()]).toEqual(["cal2"]);
    expect(await addresses()).toEqual([`${server.homeUrl}work/`, `${home("moved")}home/`]);
    expect(listedAnew).toHaveLength(1);
    expect(thunderbird.list.get("cal1")?.url).toBe(`${server.homeUrl}work/#caldav-keeper`);
  });

  test("one that is subscribed there already is not taken a second time", async () => {
    await accounts.change(accountId, ({ calendars }) => ({
      calendars: calendars.map((one) =>
        one.id === "cal2" ? { ...one, url: `${home("moved")}work/` } : one,
      ),
    }));
    server.misbehave({ homeArea: "moved" });
    await news.read(accountId, signal);
    expect(await addresses()).toEqual([`${server.homeUrl}work/`, `${home("moved")}work/`]);
  });

  test("a calendar that was only deleted stays what it is: gone", async () => {
    await servers.deleteCalendar(await stored(), `${server.homeUrl}work/`, signal);
    const statuses = await news.read(accountId, signal);
    expect([...statuses.keys()]).toEqual(["cal2"]);
    expect((await stored()).homes).toEqual([server.homeUrl]);
    expect(await addresses()).toEqual([`${server.homeUrl}work/`, `${server.homeUrl}home/`]);
    expect(listedAnew).toEqual([]);
  });

  test("on a host that nobody has agreed to, it is asked for and gets nothing; with the word it is followed", async () => {
    const elsewhere = await startCaldavTestServer();
    try {
      await elsewhere.createCalendar("work");
      for (const name of NAMES)
        await elsewhere.put(`${elsewhere.homeUrl}work/${name}`, eventText(name, {}));
      // By another name: another host.
      const origin = elsewhere.url.replace("127.0.0.1", "localhost").replace(/\/$/, "");
      server.misbehave({ homeArea: "moved", homeOrigin: origin });
      elsewhere.misbehave({ homeArea: "moved" });
      const refused = await news.read(accountId, signal).catch((error: unknown) => error);
      const { host } = new URL(origin);
      expect(refused).toMatchObject({ code: "moved", details: { host } });
      expect(elsewhere.requests).toEqual([]);
      expect(await addresses()).toEqual([`${server.homeUrl}work/`, `${server.homeUrl}home/`]);

      await accounts.agree(accountId, host);
      await news.read(accountId, signal);
      const { pathname } = new URL(home("moved"));
      expect(await addresses()).toEqual([`${origin}${pathname}work/`, `${server.homeUrl}home/`]);
    } finally {
      await elsewhere.stop();
    }
  });
});
