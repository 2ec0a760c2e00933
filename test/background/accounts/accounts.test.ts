import { beforeEach, expect, test } from "vitest";
import { Accounts } from "../../../src/background/accounts/accounts.ts";
import type { DiscoveredAccount, Login } from "../../../src/background/accounts/ports.ts";
import { accountsShape } from "../../../src/background/settings/account-settings.ts";
import { goneCalendarsShape } from "../../../src/background/settings/gone-calendars.ts";
import { StoredValue } from "../../../src/background/settings/stored-value.ts";
import { syncStatusShape } from "../../../src/background/settings/sync-status.ts";
import { AppError } from "../../../src/shared/errors.ts";
import { discoveredCalendar } from "../../support/account-samples.ts";
import { FakeCalendars } from "../../support/fake-calendars.ts";
import { MemoryArea } from "../../support/memory-area.ts";
import { passwordLogins } from "../../support/password-logins.ts";

const WORK = "https://dav.example.org/ada/work/";
const HOME = "https://dav.example.org/ada/home/";
const LOGIN = { location: "example.org", username: "ada", password: "engine" };
const { signal } = new AbortController();

let area: MemoryArea;
let thunderbird: FakeCalendars;
let vault: Map<string, string>;
/** What Thunderbird forgets when it ends. */
let session: Map<string, string>;
let locked: boolean;
let onServer: DiscoveredAccount;
let discover: (location: string, login: Login) => Promise<DiscoveredAccount>;
let synced: string[];
let snapshotBefore: (calendarIds: readonly string[]) => Promise<string>;
let syncStatus: StoredValue<ReturnType<typeof syncStatusShape.initial>>;

function start(): Accounts {
  let ids = 0;
  syncStatus = new StoredValue(area, syncStatusShape);
  const passwords = passwordLogins({
    getPassword: async (origin, username) => {
      if (locked) return { locked: true };
      const password = vault.get(`${origin} ${username}`);
      return password === undefined ? { missing: true } : { password };
    },
    setPassword: async (origin, username, password) => {
      if (locked) return { locked: true };
      vault.set(`${origin} ${username}`, password);
      return { ok: true };
    },
    removePassword: async (origin, username) => {
      vault.delete(`${origin} ${username}`);
    },
    rememberKey: async (name, key) => void session.set(name, key),
    recallKey: async (name) => session.get(name) ?? null,
  });
  return new Accounts({
    stored: new StoredValue(area, accountsShape),
    gone: new StoredValue(area, goneCalendarsShape),
    syncStatus,
    ...passwords,
    discovery: { discover: (location, login) => discover(location, login) },
    calendars: thunderbird.calendars,
    provider: thunderbird.provider,
    calendarType: "ext-keeper",
    running: () => new Set(),
    requestSync: (calendarIds) => synced.push(...calendarIds),
    onChanged: () => {},
    onSignedIn: () => {},
    snapshotBefore: (calendarIds) => snapshotBefore(calendarIds),
    newId: () => `account${++ids}`,
  });
}

const collection = discoveredCalendar;

beforeEach(() => {
  area = new MemoryArea();
  thunderbird = new FakeCalendars();
  vault = new Map();
  session = new Map();
  locked = false;
  synced = [];
  snapshotBefore = () => Promise.reject(new AppError("store-missing", "None."));
  onServer = {
    principal: "https://dav.example.org/ada/",
    homes: ["https://dav.example.org/ada/"],
    calendars: [collection(WORK, "Work"), collection(HOME, "Home")],
    log: [],
    insecure: false,
    delegatedHomes: [],
    mailboxes: [],
    otherHosts: [],
  };
  discover = async () => onServer;
});

test("adding subscribes the chosen calendars, keeps the password in the vault only, and asks for a sync", async () => {
  const accounts = start();
  const added = await accounts.add({ ...LOGIN, calendars: [WORK] }, signal);
  expect(added.calendars).toEqual([{ id: "cal1", url: WORK }]);
  expect([...thunderbird.list.values()]).toMatchObject([
    { type: "ext-keeper", name: "Work", color: "#112233", url: `${WORK}#caldav-keeper` },
  ]);
  expect(vault).toEqual(new Map([["https://dav.example.org ada", "engine"]]));
  expect(JSON.stringify(area.values)).not.toContain("engine");
  expect(synced).toEqual(["cal1"]);
  expect(await start().list()).toMatchObject([
    {
      username: "ada",
      principal: "https://dav.example.org/ada/",
      insecure: false,
      calendars: [{ id: "cal1", url: WORK, name: "Work", lastGoodSync: null }],
    },
  ]);
});

test("a second calendar of the same user joins the account; one subscribed already is not doubled", async () => {
  const accounts = start();
  const first = await accounts.add({ ...LOGIN, calendars: [WORK] }, signal);
  const second = await accounts.add({ ...LOGIN, calendars: [WORK, HOME] }, signal);
  expect(second.accountId).toBe(first.accountId);
  expect(thunderbird.list.size).toBe(2);
  const [account, ...others] = await accounts.list();
  expect(others).toEqual([]);
  expect(account?.calendars.map(({ url }) => url)).toEqual([WORK, HOME]);
});

test.each([
  ["in the same words", WORK],
  ["spelt otherwise", WORK.replace("/work/", "/%77ork")],
])("a collection that another account has subscribed, %s, is refused by name", async (_, url) => {
  const accounts = start();
  await accounts.add({ ...LOGIN, calendars: [WORK] }, signal);
  onServer = { ...onServer, calendars: [collection(url, "Shared work")] };
  const adding = accounts.add({ ...LOGIN, username: "bob", calendars: [url] }, signal);
  await expect(adding).rejects.toMatchObject({
    code: "calendar-exists",
    message: expect.stringMatching(/Shared work.*ada/),
  });
  expect(thunderbird.list.size).toBe(1);
  expect([...vault.keys()]).toEqual(["https://dav.example.org ada"]);
});

test("two attempts at once do not subscribe anything twice", async () => {
  const accounts = start();
  await Promise.all([
    accounts.add({ ...LOGIN, calendars: [WORK] }, signal),
    accounts.add({ ...LOGIN, calendars: [WORK, HOME] }, signal),
  ]);
  expect(thunderbird.list.size).toBe(2);
  expect(await accounts.list()).toHaveLength(1);
});

test("a calendar left by an attempt that was cut short is taken up instead of doubled", async () => {
  await thunderbird.calendars.create({
    type: "ext-keeper",
    name: "Work",
    url: `${WORK}#caldav-keeper`,
  });
  const { calendars } = await start().add({ ...LOGIN, calendars: [WORK] }, signal);
  expect(calendars).toEqual([{ id: "cal1", url: WORK }]);
  expect(thunderbird.list.size).toBe(1);
});

test("a chosen calendar that the server no longer lists: nothing is subscribed", async () => {
  const accounts = start();
  const gone = "https://dav.example.org/ada/gone/";
  await expect(accounts.add({ ...LOGIN, calendars: [WORK, gone] }, signal)).rejects.toMatchObject({
    code: "not-found",
  });
  expect(thunderbird.list.size).toBe(0);
  expect(await accounts.list()).toEqual([]);
});

test("a wrong password is not saved", async () => {
  discover = async () => {
    throw new AppError("unauthorized", "Wrong user name or password.");
  };
  await expect(start().add({ ...LOGIN, calendars: [WORK] }, signal)).rejects.toMatchObject({
    code: "unauthorized",
  });
  expect(vault.size).toBe(0);
});

test("a password that is not to be saved lasts until Thunderbird ends, also for calendars added later", async () => {
  const accounts = start();
  await accounts.add({ ...LOGIN, savePassword: false, calendars: [WORK] }, signal);
  expect([...vault.values()]).toEqual([]);
  expect(JSON.stringify(area.values)).not.toContain("engine");
  const { password: _, ...known } = LOGIN;
  await accounts.add({ ...known, calendars: [HOME] }, signal);
  expect(await accounts.list()).toMatchObject([{ calendars: [{ url: WORK }, { url: HOME }] }]);
  session.clear();
  const again = accounts.discover(known, signal);
  await expect(again).rejects.toMatchObject({ code: "credentials-missing" });
  await accounts.add({ ...LOGIN, calendars: [WORK] }, signal);
  expect([...vault.values()]).toEqual([]);
});

test("with the tick off a password that was saved is saved no more; with it on it is again", async () => {
  const accounts = start();
  await accounts.add({ ...LOGIN, calendars: [WORK] }, signal);
  await accounts.add({ ...LOGIN, savePassword: false, calendars: [WORK] }, signal);
  expect([...vault.values()]).toEqual([]);
  await accounts.add({ ...LOGIN, savePassword: true, calendars: [WORK] }, signal);
  expect([...vault.values()]).toEqual(["engine"]);
  expect([...session.values()].join("")).toBe("");
});

test("the password kept for the session goes with its account", async () => {
  const accounts = start();
  const { accountId } = await accounts.add(
    { ...LOGIN, savePassword: false, calendars: [WORK] },
    signal,
  );
  await accounts.remove({ accountId });
  expect([...session.values()].join("")).toBe("");
});

test("locked passwords are told apart from missing ones, and nothing is half added", async () => {
  const accounts = start();
  locked = true;
  await expect(accounts.add({ ...LOGIN, calendars: [WORK] }, signal)).rejects.toMatchObject({
    code: "credentials-locked",
  });
  expect(thunderbird.list.size).toBe(0);
  locked = false;
  const { location, username } = LOGIN;
  await expect(accounts.discover({ location, username }, signal)).rejects.toMatchObject({
    code: "credentials-missing",
  });
});

test("a known account is looked at again with its saved password", async () => {
  const accounts = start();
  await accounts.add({ ...LOGIN, calendars: [WORK] }, signal);
  discover = async (_, login) => {
    expect(login).toEqual({ username: "ada", password: "engine" });
    return onServer;
  };
  const { location, username } = LOGIN;
  const found = await accounts.discover({ location, username }, signal);
  expect(found.calendars).toHaveLength(2);
});

test.each([
  ["http://192.168.1.5:5232", true],
  ["http://127.0.0.1:5232", false],
  ["http://[::1]:5232", false],
  ["http://localhost", false],
  ["https://dav.example.org", false],
])("an account at %s is listed with insecure %s", async (origin, insecure) => {
  const accounts = start();
  onServer = { ...onServer, principal: "", calendars: [collection(`${origin}/work/`, "Work")] };
  await accounts.add({ ...LOGIN, calendars: [`${origin}/work/`] }, signal);
  expect(await accounts.list()).toMatchObject([{ insecure }]);
  expect(vault.has(`${origin} ada`)).toBe(true);
});

test("the list joins what the item store and the last sync know", async () => {
  const accounts = start();
  await accounts.add({ ...LOGIN, calendars: [WORK] }, signal);
  thunderbird.states.set("cal1#cache", { lastGoodSync: 77, unfetched: [{}, {}], unreadable: [{}] });
  thunderbird.pending.set("cal1#cache", [{}]);
  const error = { code: "timeout" as const, message: "Too slow.", hint: "", details: {} };
  await syncStatus.update(() => ({ cal1: { time: 80, error } }));
  const [account] = await accounts.list();
  expect(account?.calendars).toMatchObject([
    { lastGoodSync: 77, quarantined: 3, pendingChanges: 1, error },
  ]);
});

test("a refused password is shown once, at the account", async () => {
  const accounts = start();
  await accounts.add({ ...LOGIN, calendars: [WORK, HOME] }, signal);
  const error = { code: "unauthorized" as const, message: "No.", hint: "", details: {} };
  await syncStatus.update(() => ({ cal1: { time: 1, error }, cal2: { time: 1, error } }));
  const [account] = await accounts.list();
  expect(account?.error).toEqual(error);
  expect(account?.calendars.map((calendar) => calendar.error)).toEqual([null, null]);
});

test("removal is refused while changes wait, and done with the second word", async () => {
  const accounts = start();
  const { accountId } = await accounts.add({ ...LOGIN, calendars: [WORK, HOME] }, signal);
  thunderbird.pending.set("cal2#cache", [{}, {}]);
  await expect(accounts.remove({ accountId })).rejects.toMatchObject({
    code: "pending-changes",
    details: { pending: 2 },
  });
  expect(thunderbird.list.size).toBe(2);
  expect(await accounts.remove({ accountId, discardPending: true })).toEqual({
    superseded: 2,
    snapshotId: null,
  });
  expect(thunderbird.list.size).toBe(0);
  expect(await accounts.list()).toEqual([]);
  expect(vault.size).toBe(0);
});

test("an account waits for a backup under way, so that it goes with a snapshot", async () => {
  const accounts = start();
  const { accountId } = await accounts.add({ ...LOGIN, calendars: [WORK, HOME] }, signal);
  snapshotBefore = () => Promise.reject(new AppError("busy", "A backup is running."));
  await expect(accounts.remove({ accountId })).rejects.toMatchObject({ code: "busy" });
  expect(thunderbird.list.size).toBe(2);
  expect(vault.size).toBe(1);
  snapshotBefore = async (calendarIds) => `of ${calendarIds}`;
  expect(await accounts.remove({ accountId })).toMatchObject({ snapshotId: "of cal1,cal2" });
});

test("one calendar is taken out: refused while changes wait, and not offered again", async () => {
  const accounts = start();
  const { accountId, calendars } = await accounts.add(
    { ...LOGIN, calendars: [WORK, HOME] },
    signal,
  );
  const calendarId = calendars.find(({ url }) => url === HOME)?.id ?? "";
  thunderbird.pending.set(`${calendarId}#cache`, [{}]);
  await expect(accounts.unsubscribe({ calendarId })).rejects.toMatchObject({
    code: "pending-changes",
    details: { pending: 1 },
  });
  expect(thunderbird.list.size).toBe(2);
  snapshotBefore = async (calendarIds) => `of ${calendarIds}`;
  expect(await accounts.unsubscribe({ calendarId, discardPending: true })).toEqual({
    superseded: 1,
    snapshotId: `of ${calendarId}`,
  });
  expect(thunderbird.list.size).toBe(1);
  const [left] = await accounts.list();
  expect(left).toMatchObject({ id: accountId, offered: [] });
  expect(left?.calendars.map(({ url }) => url)).toEqual([WORK]);
  await expect(accounts.unsubscribe({ calendarId })).rejects.toMatchObject({
    code: "calendar-unknown",
  });
});

test("undecided conflicts are said like unsent changes before a calendar or its account goes", async () => {
  const accounts = start();
  const { accountId } = await accounts.add({ ...LOGIN, calendars: [WORK] }, signal);
  thunderbird.conflicts.set("cal1#cache", [{}, {}]);
  const refused = { code: "pending-changes", message: /2/, details: { pending: 0, conflicts: 2 } };
  const matching = { ...refused, message: expect.stringMatching(refused.message) };
  await expect(accounts.unsubscribe({ calendarId: "cal1" })).rejects.toMatchObject(matching);
  await expect(accounts.remove({ accountId })).rejects.toMatchObject(matching);
  expect((await accounts.list())[0]?.calendars).toMatchObject([{ conflicts: 2 }]);
  expect(thunderbird.list.size).toBe(1);
});

test("a calendar that nothing is left of goes without a snapshot", async () => {
  const accounts = start();
  await accounts.add({ ...LOGIN, calendars: [WORK] }, signal);
  snapshotBefore = () => Promise.reject(new Error("not asked for"));
  expect(await accounts.unsubscribe({ calendarId: "cal1" })).toEqual({
    superseded: 0,
    snapshotId: null,
  });
});

test("what a calendar was called is known after it is gone, whichever way it went", async () => {
  const accounts = start();
  const { accountId } = await accounts.add({ ...LOGIN, calendars: [WORK, HOME] }, signal);
  await thunderbird.calendars.update("cal1", { name: "My work" });
  await accounts.unsubscribe({ calendarId: "cal1" });
  expect(await accounts.calendarRemoved("cal2"), "by the user in Thunderbird's list").toBe(true);
  await accounts.add({ ...LOGIN, calendars: [WORK] }, signal);
  await accounts.remove({ accountId });
  const names = await new StoredValue(area, goneCalendarsShape).read();
  const account = "ada@dav.example.org";
  expect(names).toEqual([
    { id: "cal3", name: "Work", url: WORK, account },
    { id: "cal2", name: "Home", url: HOME, account },
    { id: "cal1", name: "My work", url: WORK, account },
  ]);
});

test("an unknown account cannot be removed", async () => {
  await expect(start().remove({ accountId: "none" })).rejects.toMatchObject({
    code: "account-unknown",
  });
});

test("a calendar removed in Thunderbird's list leaves the account", async () => {
  const accounts = start();
  await accounts.add({ ...LOGIN, calendars: [WORK, HOME] }, signal);
  await accounts.calendarRemoved("cal1");
  await accounts.calendarRemoved("somebody-elses");
  const [account] = await accounts.list();
  expect(account?.calendars.map(({ url }) => url)).toEqual([HOME]);
});

test("the first sync, asked for while the account is being stored, finds it", async () => {
  const accounts = start();
  const create = thunderbird.calendars.create;
  let found: Promise<unknown> = Promise.resolve();
  thunderbird.calendars.create = async (properties) => {
    const calendar = await create(properties);
    found = accounts.find(calendar.id);
    return calendar;
  };
  await accounts.add({ ...LOGIN, calendars: [WORK] }, signal);
  expect(await found).toMatchObject({ calendar: { url: WORK }, account: { username: "ada" } });
});

test("a host that was agreed to is remembered with the account and used when it is looked at again", async () => {
  const accounts = start();
  const agreedHosts = ["cal.provider.net"];
  const { accountId } = await accounts.add({ ...LOGIN, agreedHosts, calendars: [WORK] }, signal);
  expect(await accounts.agree(accountId, "Other.example.net:443")).toEqual([
    "cal.provider.net",
    "other.example.net",
  ]);
  expect((await start().list())[0]?.agreedHosts).toHaveLength(2);
});

test.each(["", "https://evil.net", "evil.net/path", "user@evil.net", "two words"])(
  "%j is no host to agree to",
  async (host) => {
    const accounts = start();
    const { accountId } = await accounts.add({ ...LOGIN, calendars: [WORK] }, signal);
    await expect(accounts.agree(accountId, host)).rejects.toMatchObject({ code: "bad-argument" });
    expect((await accounts.list())[0]?.agreedHosts).toEqual([]);
  },
);

test("a calendar that takes tasks only is made for tasks only", async () => {
  onServer = {
    ...onServer,
    calendars: [discoveredCalendar(WORK, "Tasks", { components: ["VTODO"] })],
  };
  await start().add({ ...LOGIN, calendars: [WORK] }, signal);
  expect(thunderbird.list.get("cal1")).toMatchObject({
    capabilities: { events: false, tasks: true },
  });
});
