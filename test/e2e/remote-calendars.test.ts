/**
 * Calendars made, changed and deleted on a real server from the real Thunderbird, new ones there offered, and an
 * account found by the records of its domain.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWorld, type World } from "../support/keeper-world.ts";
import { sampleEvent } from "../support/sample-objects.ts";

const EVENT = [
  "BEGIN:VEVENT",
  "UID:planted",
  "DTSTAMP:20260101T000000Z",
  "DTSTART:20260302T100000Z",
  "DURATION:PT1H",
  "SUMMARY:Planted",
  "END:VEVENT",
  "",
].join("\r\n");

let world: World;

beforeAll(async () => {
  world = await startWorld({
    calendars: { work: [{ name: "a.ics", text: sampleEvent("a") }] },
  });
  await world.run("sync.run", {});
});

afterAll(() => world.stop());

const account = async () => {
  const [only] = await world.run("accounts.list", {});
  if (!only) throw new Error("no account");
  return only;
};
const login = () => ({ username: world.server.username, password: world.server.password });
const onServer = async (name: string) => {
  const { calendars } = await world.run("accounts.discover", {
    ...login(),
    location: world.server.url,
  });
  return calendars.find(({ displayName }) => displayName === name);
};
const inThunderbird = () =>
  world.thunderbird.background<{ id: string; name: string; color: string }[]>(
    `return messenger.calendar.calendars.query({});`,
  );

test("a calendar is made on the server and is there in Thunderbird at once", async () => {
  const made = await world.run("calendars.createRemote", {
    accountId: world.accountId,
    name: "Garten & Haus",
    color: "#336699",
    description: "was wächst",
  });
  expect(await onServer("Garten & Haus")).toMatchObject({
    url: made.url,
    color: "#336699",
    description: "was wächst",
    components: expect.arrayContaining(["VEVENT", "VTODO"]),
  });
  expect(await inThunderbird()).toContainEqual(
    expect.objectContaining({ id: made.id, name: "Garten & Haus", color: "#336699" }),
  );
  await world.user.add(made.id, EVENT);
  await world.thunderbird.waitFor(
    async () => (await world.server.list(made.url)).length === 1,
    "the event to reach the new calendar",
  );
});

test("one for tasks only is offered for tasks only in Thunderbird", async () => {
  const made = await world.run("calendars.createRemote", {
    accountId: world.accountId,
    name: "Einkauf",
    components: ["VTODO"],
  });
  const kinds = await world.thunderbird.chrome<unknown[]>(
    `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
     const calendar = cal.manager.getCalendarById(arguments[0]);
     return ["events", "tasks"].map((kind) => calendar.getProperty("capabilities." + kind + ".supported"));`,
    made.id,
  );
  expect(kinds).toEqual([false, true]);
});

test("its name, colour and description are changed on the server and in Thunderbird", async () => {
  const calendar = (await account()).calendars.find(({ name }) => name === "Garten & Haus");
  const calendarId = calendar?.id ?? "";
  const wanted = { name: "Garten", color: "#AA5500", description: "" };
  expect(await world.run("calendars.updateRemote", { calendarId, ...wanted })).toEqual(wanted);
  expect(await onServer("Garten")).toMatchObject({ color: "#AA5500", description: "" });
  const shown = (await inThunderbird()).find(({ id }) => id === calendarId);
  expect(shown?.name).toBe("Garten");
  expect(shown?.color.toUpperCase()).toBe("#AA5500");
});

test("a calendar made elsewhere is offered after a poll, and not again once dismissed", async () => {
  const url = await world.server.createCalendar("holidays", { displayName: "Holidays" });
  await world.server.createCalendar("noise", { displayName: "Noise" });
  await world.run("sync.run", {});
  const { offered } = await account();
  expect(offered.map(({ displayName }) => displayName).sort()).toEqual(["Holidays", "Noise"]);

  const noise = offered.flatMap((one) => (one.displayName === "Noise" ? [one.url] : []));
  const { accountId } = world;
  expect(await world.run("calendars.dismiss", { accountId, urls: noise })).toEqual({
    dismissed: 1,
  });
  await world.run("calendars.subscribe", { accountId, urls: [url] });
  await world.run("sync.run", {});
  const after = await account();
  expect(after.offered).toEqual([]);
  expect(after.calendars.map(({ name }) => name)).toContain("Holidays");
});

test("a calendar is deleted on the server only with the second word, and what it held can be brought back", async () => {
  const work = new Map(Object.entries(world.calendars)).get("work");
  const { id: calendarId = "", url = "" } = work ?? {};
  // Here already there, and not yet here.
  await world.server.put(`${url}late.ics`, sampleEvent("late"));
  expect(await world.reply("calendars.deleteRemote", { calendarId })).toMatchObject({
    ok: false,
    error: { code: "not-confirmed" },
  });
  expect(await world.server.list(url)).toEqual(["a.ics", "late.ics"]);

  const { snapshotId } = await world.run("calendars.deleteRemote", { calendarId, confirm: true });
  expect(await onServer("work")).toBe(undefined);
  expect((await inThunderbird()).some(({ id }) => id === calendarId)).toBe(false);
  expect((await account()).calendars.some(({ id }) => id === calendarId)).toBe(false);

  const browsed = await world.run("snapshots.browse", { snapshotId: snapshotId ?? "" });
  const path = browsed.calendars.find(({ displayName }) => displayName === "work")?.path ?? "";
  const { items } = await world.run("snapshots.browse", {
    snapshotId: snapshotId ?? "",
    calendar: path,
  });
  expect(items.map(({ uid }) => uid).sort()).toEqual(["a", "late"]);
});

/** The records of these names, in place of what the computer's resolver says. */
async function fakeRecords(records: Record<string, { host: string; port: number }>): Promise<void> {
  await world.thunderbird.chrome(
    `const [records] = arguments;
     const { DNS } = ChromeUtils.importESModule("resource:///modules/DNS.sys.mjs");
     DNS.srv = async (name) => records[name] ? [{ prio: 0, weight: 0, ...records[name] }] : [];
     DNS.txt = async () => [];`,
    records,
  );
}

test("an account is found by its domain's records; a host that is not the domain's is asked about first", async () => {
  const { port } = new URL(world.server.url);
  await fakeRecords({
    "_caldav._tcp.calendar.test.": { host: "localhost", port: Number(port) },
    "_caldav._tcp.calendar.localhost.": { host: "dav.calendar.localhost", port: Number(port) },
  });
  const own = await world.run("accounts.discover", {
    ...login(),
    location: "ada@calendar.localhost",
  });
  expect(own.calendars.map(({ displayName }) => displayName)).toContain("Holidays");
  expect(own.log.join("\n")).toContain("DNS _caldav._tcp.calendar.localhost");

  const location = "http://calendar.test";
  const question = await world.reply("accounts.discover", { ...login(), location });
  expect(question).toMatchObject({
    ok: false,
    error: { code: "host-not-agreed", details: { host: `localhost:${port}` } },
  });
  const agreed = await world.run("accounts.discover", {
    ...login(),
    location,
    agreedHosts: [`localhost:${port}`],
  });
  expect(agreed.calendars.map(({ displayName }) => displayName)).toContain("Holidays");
});
