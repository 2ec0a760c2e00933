import { beforeEach, describe, expect, test } from "vitest";
import { Accounts } from "../../../src/background/accounts/accounts.ts";
import { ServerNews } from "../../../src/background/accounts/server-news.ts";
import type { CalendarDescription } from "../../../src/background/caldav/properties.ts";
import { accountsShape } from "../../../src/background/settings/account-settings.ts";
import type { CalendarFacts } from "../../../src/background/settings/calendar-choices.ts";
import { goneCalendarsShape } from "../../../src/background/settings/gone-calendars.ts";
import { StoredValue } from "../../../src/background/settings/stored-value.ts";
import { syncStatusShape } from "../../../src/background/settings/sync-status.ts";
import { canonicalCollectionUrl } from "../../../src/background/webdav/href.ts";
import { ALL_RIGHTS, discoveredCalendar } from "../../support/account-samples.ts";
import { FakeCalendars } from "../../support/fake-calendars.ts";
import { MemoryArea } from "../../support/memory-area.ts";
import { passwordLogins } from "../../support/password-logins.ts";

const HOME = "https://dav.example.org/ada/";
const { signal } = new AbortController();

let thunderbird: FakeCalendars;
let onServer: CalendarDescription[];
let accounts: Accounts;
let news: ServerNews;
let offered: string[][];
let seen: Record<string, CalendarFacts>;
let accountId: string;
/** Where the home set's requests are answered, and whether they are sent on for good. */
let answered: string;
let permanent: boolean;
/** Where the redirects end for somebody who has not signed in; `null`: where they end for the account. */
let tracedTo: string | null;
let outside: CalendarDescription | null;
let rerouted: string[];

function described(name: string, changes: Partial<CalendarDescription> = {}): CalendarDescription {
  return {
    url: `${HOME}${name}/`,
    syncToken: null,
    ctag: "1",
    displayName: name,
    color: "#112233",
    readOnly: false,
    rights: ALL_RIGHTS,
    components: ["VEVENT", "VTODO"],
    description: "",
    timeZone: null,
    isShared: false,
    isSharedOut: false,
    minimumRefreshMinutes: 0,
    owner: null,
    ownerName: null,
    resourceId: null,
    ...changes,
  };
}

beforeEach(async () => {
  const area = new MemoryArea();
  thunderbird = new FakeCalendars();
  offered = [];
  rerouted = [];
  answered = HOME;
  permanent = false;
  tracedTo = null;
  outside = null;
  onServer = [described("work"), described("unwanted")];
  accounts = new Accounts({
    stored: new StoredValue(area, accountsShape),
    gone: new StoredValue(area, goneCalendarsShape),
    syncStatus: new StoredValue(area, syncStatusShape),
    ...passwordLogins({
      getPassword: async () => ({ password: "engine" }),
      setPassword: async () => ({ ok: true }),
      removePassword: async () => {},
    }),
    discovery: {
      discover: async () => ({
        principal: HOME,
        homes: [HOME],
        delegatedHomes: [],
        mailboxes: [],
        otherHosts: [],
        calendars: onServer.map(({ url, displayName }) =>
          discoveredCalendar(url, displayName ?? ""),
        ),
        log: [],
        insecure: false,
      }),
    },
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
    servers: {
      listings: async () => [
        {
          asked: HOME,
          answered,
          calendars: new Map(onServer.map((one) => [canonicalCollectionUrl(one.url), one])),
        },
      ],
      describe: async () => outside,
    },
    movedHomes: { find: async () => ({ homes: [], calendars: new Map() }) },
    onRelocated: async () => {},
    calendars: { update: (id, changes) => thunderbird.calendars.update(id, changes) },
    traceRedirects: async (url) => ({
      url: tracedTo ?? (url === HOME ? answered : (outside?.url ?? url)),
      permanent,
    }),
    onRerouted: (id) => rerouted.push(id),
    onSeen: async (_, facts) => {
      seen = Object.fromEntries(facts);
    },
    onOffered: (_, names) => offered.push([...names]),
  });
  const login = { location: "dav.example.org", username: "ada", password: "engine" };
  ({ accountId } = await accounts.add({ ...login, calendars: [`${HOME}work/`] }, signal));
});

const offers = async () =>
  (await accounts.list())[0]?.offered.map(({ displayName }) => displayName);

test("the user's own calendar does not count as shared, and its poll interval is told", async () => {
  onServer[0] = described("work", { owner: HOME, minimumRefreshMinutes: 15 });
  await news.read(accountId, signal);
  expect(seen).toEqual({ cal1: { shared: false, minimumRefreshMinutes: 15 } });
});

test.each([
  ["somebody else's", { owner: "/principals/bob/" }],
  ["one seen by others", { owner: HOME, isSharedOut: true }],
  ["one the server calls shared", { isShared: true }],
])("%s counts as shared", async (_, changes) => {
  onServer[0] = described("work", changes);
  await news.read(accountId, signal);
  expect(seen).toEqual({ cal1: { shared: true, minimumRefreshMinutes: 0 } });
});

const whose = async () => {
  const [calendar] = (await accounts.list())[0]?.calendars ?? [];
  return { relation: calendar?.relation, owner: calendar?.owner };
};

test("a calendar that is shared after it was subscribed says whose it is, and follows the owner's name", async () => {
  const bobs = { isShared: true, owner: "/principals/bob/" };
  onServer[0] = described("work", { ...bobs, ownerName: "Bob" });
  await news.read(accountId, signal);
  expect(await whose()).toEqual({ relation: "shared", owner: "Bob" });
  onServer[0] = described("work", { ...bobs, ownerName: "Robert" });
  await news.read(accountId, signal);
  expect(await whose()).toEqual({ relation: "shared", owner: "Robert" });
});

test("a server that stops saying whose a calendar is makes it nobody else's", async () => {
  onServer[0] = described("work", { owner: "/principals/bob/", ownerName: "Bob" });
  await news.read(accountId, signal);
  onServer[0] = described("work");
  await news.read(accountId, signal);
  expect(await whose()).toEqual({ relation: "shared", owner: "Bob" });
  expect(seen).toMatchObject({ cal1: { shared: true } });
});

test("a calendar of somebody the user acts for stays one, until it is the user's own", async () => {
  await accounts.change(accountId, ({ calendars }) => ({
    calendars: calendars.map((one) => ({ ...one, relation: "delegated", owner: "Boss" })),
  }));
  onServer[0] = described("work", { owner: "/principals/boss/", resourceId: "urn:uuid:1" });
  await news.read(accountId, signal);
  expect(await whose()).toEqual({ relation: "delegated", owner: "Boss" });
  onServer[0] = described("work", { owner: HOME, resourceId: "urn:uuid:1" });
  await news.read(accountId, signal);
  expect(await whose()).toEqual({ relation: "own", owner: null });
});

test("what was not chosen when the account was added is not offered later", async () => {
  await news.read(accountId, signal);
  expect(await offers()).toEqual([]);
  expect(offered).toEqual([]);
});

test("a calendar that came later is offered, told of once, and subscribed", async () => {
  onServer.push(described("holidays"));
  await news.read(accountId, signal);
  await news.read(accountId, signal);
  expect(await offers()).toEqual(["holidays"]);
  expect(offered).toEqual([["holidays"]]);
  await accounts.subscribe(accountId, [discoveredCalendar(`${HOME}holidays/`, "holidays")]);
  await news.read(accountId, signal);
  expect(await offers()).toEqual([]);
  expect([...thunderbird.list.values()].map(({ name }) => name)).toEqual(["work", "holidays"]);
});

test("a dismissed one stays dismissed; one that is removed in Thunderbird's list is not offered anew", async () => {
  onServer.push(described("holidays"));
  await news.read(accountId, signal);
  expect(await accounts.dismiss(accountId, [`${HOME}holidays/`])).toBe(1);
  await accounts.calendarRemoved("cal1");
  await news.read(accountId, signal);
  expect(await offers()).toEqual([]);
  expect(offered).toHaveLength(1);
});

test("one that vanishes from the server again is offered no more", async () => {
  onServer.push(described("holidays"));
  await news.read(accountId, signal);
  onServer.pop();
  await news.read(accountId, signal);
  expect(await offers()).toEqual([]);
});

test("names, colours and rights are followed in Thunderbird and in the account's list", async () => {
  const rights = { add: false, change: true, remove: false };
  onServer[0] = described("work", {
    displayName: "Work 2",
    color: "#AABBCC",
    rights,
    description: "what we do",
    timeZone: "Europe/Berlin",
    components: ["VEVENT"],
  });
  await news.read(accountId, signal);
  expect(thunderbird.list.get("cal1")).toMatchObject({
    name: "Work 2",
    color: "#AABBCC",
    capabilities: { events: true, tasks: false },
  });
  expect((await accounts.list())[0]?.calendars[0]).toMatchObject({
    rights,
    description: "what we do",
    timeZone: "Europe/Berlin",
    components: ["VEVENT"],
  });
});

test("a name that Thunderbird does not take is no reason not to tell the calendars' state", async () => {
  thunderbird.calendars.update = () => Promise.reject(new Error("not taken"));
  onServer[0] = described("work", { displayName: "Work 2" });
  expect((await news.read(accountId, signal)).get("cal1")).toMatchObject({ ctag: "1" });
});

describe("a server that moved", () => {
  const NEW_HOME = "https://dav.example.org/users/ada/";
  const at = (name: string) => described(name, { url: `${NEW_HOME}${name}/`, ctag: "2" });
  const addresses = async () => (await accounts.list())[0]?.calendars.map(({ url }) => url);

  beforeEach(() => {
    answered = NEW_HOME;
    onServer = [at("work"), at("unwanted")];
  });

  test("for good is followed: the new addresses are stored, nothing counts as new", async () => {
    permanent = true;
    expect((await news.read(accountId, signal)).get("cal1")).toMatchObject({ ctag: "2" });
    expect(await addresses()).toEqual([`${NEW_HOME}work/`]);
    expect((await accounts.get(accountId)).homes).toEqual([NEW_HOME]);
    expect(thunderbird.list.get("cal1")?.url).toBe(`${NEW_HOME}work/#caldav-keeper`);
    expect(rerouted).toEqual(["cal1"]);
  });

  test("for good only for those who have not signed in, to a page to log in at, keeps its address", async () => {
    permanent = true;
    tracedTo = "https://dav.example.org/login/";
    await news.read(accountId, signal);
    expect(await addresses()).toEqual([`${HOME}work/`]);
    expect((await accounts.get(accountId)).homes).toEqual([HOME]);
  });

  test("for now is asked where it is, and its old address is kept", async () => {
    expect((await news.read(accountId, signal)).get("cal1")).toMatchObject({ ctag: "2" });
    expect(await addresses()).toEqual([`${HOME}work/`]);
    expect((await accounts.get(accountId)).homes).toEqual([HOME]);
    expect(await offers()).not.toContain("work");
  });
});

test("a calendar renamed on the server is known by its resource-id, and is not offered as new", async () => {
  onServer = [described("work", { resourceId: "urn:uuid:1" })];
  await news.read(accountId, signal);
  onServer = [described("office", { resourceId: "urn:uuid:1" })];
  expect((await news.read(accountId, signal)).get("cal1")?.displayName).toBe("office");
  expect((await accounts.list())[0]?.calendars).toMatchObject([{ url: `${HOME}office/` }]);
  expect(await offers()).toEqual([]);
});

test("a collection that is sent on for good, alone, gets its new address", async () => {
  onServer = [];
  outside = described("work", { url: "https://dav.example.org/elsewhere/work/" });
  await news.read(accountId, signal);
  expect(rerouted).toEqual([]);
  permanent = true;
  await news.read(accountId, signal);
  const [account] = await accounts.list();
  expect(account?.calendars[0]?.url).toBe("https://dav.example.org/elsewhere/work/");
});

describe("another collection at a calendar's address", () => {
  test.each([
    ["by its resource-id", { resourceId: "urn:uuid:1" }, { resourceId: "urn:uuid:2" }],
    ["by its owner", { owner: "/users/ada/" }, { owner: "/users/bob/" }],
  ])(
    "is recognised %s: it is not followed and not told of until it is meant",
    async (_, mine, other) => {
      onServer = [described("work", mine)];
      await news.read(accountId, signal);
      onServer = [described("work", { ...other, displayName: "Not mine" })];
      expect((await news.read(accountId, signal)).has("cal1")).toBe(false);
      expect(thunderbird.list.get("cal1")?.name).toBe("work");
      expect((await accounts.find("cal1")).calendar.replacedBy).not.toBe(null);
      expect(rerouted).toEqual(["cal1"]);

      onServer = [described("work", mine)];
      expect((await news.read(accountId, signal)).has("cal1")).toBe(true);
      expect((await accounts.find("cal1")).calendar.replacedBy).toBe(null);
    },
  );

  test.each([
    ["the owner's principal has another path", { owner: "/users/ada/" }, { owner: "/p/ada" }],
    ["the server says no more whose it is", { owner: "/users/ada/" }, {}],
    [
      "the calendar was handed on",
      { resourceId: "urn:uuid:1", owner: "/users/ada/" },
      { resourceId: "urn:uuid:1", owner: "/users/bob/" },
    ],
  ])("is not suspected where %s", async (_, before, after) => {
    onServer = [described("work", before)];
    await news.read(accountId, signal);
    onServer = [described("work", after)];
    expect((await news.read(accountId, signal)).has("cal1")).toBe(true);
  });
});
