import { beforeEach, expect, test } from "vitest";
import { AccountScheduling } from "../../../src/background/accounts/account-scheduling.ts";
import type { PrincipalScheduling } from "../../../src/background/caldav/scheduling.ts";
import { accountsShape } from "../../../src/background/settings/account-settings.ts";
import {
  calendarChoicesShape,
  schedulingShape,
} from "../../../src/background/settings/calendar-choices.ts";
import { StoredValue } from "../../../src/background/settings/stored-value.ts";
import { AppError } from "../../../src/shared/errors.ts";
import { storedAccount, storedCalendarSample } from "../../support/account-samples.ts";
import { MemoryArea } from "../../support/memory-area.ts";

const DAY = 24 * 60 * 60_000;
const { signal } = new AbortController();
const account = storedAccount({
  calendars: [
    storedCalendarSample("work", "https://dav.example.org/ada/work/"),
    storedCalendarSample("team", "https://dav.example.org/ada/team/"),
  ],
});
const seen = new Map([
  ["work", { shared: false, minimumRefreshMinutes: 0 }],
  ["team", { shared: true, minimumRefreshMinutes: 60 }],
]);

let scheduling: AccountScheduling;
let says: () => PrincipalScheduling;
let looks: number;
let now: number;
let updates: number;
let shown: Map<string, { capabilities: Record<string, unknown>; refreshInterval?: number }>;

beforeEach(async () => {
  const area = new MemoryArea();
  const accounts = new StoredValue(area, accountsShape);
  await accounts.update(() => [account]);
  now = 1000 * DAY;
  looks = 0;
  updates = 0;
  says = () => ({ autoSchedule: true, addresses: ["ada@example.org"], outbox: "https://o/" });
  shown = new Map(account.calendars.map(({ id }) => [id, { capabilities: {} }]));
  scheduling = new AccountScheduling({
    accounts,
    stored: new StoredValue(area, schedulingShape),
    choices: new StoredValue(area, calendarChoicesShape),
    calendars: {
      get: async (id) => ({ id, ...shown.get(id) }) as never,
      update: async (id, changes) => {
        updates++;
        const old = shown.get(id);
        const capabilities = { ...old?.capabilities, ...changes.capabilities };
        shown.set(id, { ...old, ...changes, capabilities } as never);
        return { id } as never;
      },
    },
    serverOf: () => ({
      look: async () => {
        looks++;
        return says();
      },
      freeBusy: async (_, { attendee, originator, start }) => {
        if (attendee !== "bob@example.org") throw new AppError("http", "Nobody knows.");
        expect(originator).toBe("ada@example.org");
        return [{ start, end: start + 1, type: "busy" }];
      },
    }),
    onChanged: () => {},
    now: () => now,
  });
});

const capabilityOf = (id: string, name: string) => shown.get(id)?.capabilities[name];

test("what the server does and who shares a calendar become the calendars' capabilities, once", async () => {
  await scheduling.follow(account, seen, signal);
  expect(shown.get("work")?.capabilities).toMatchObject({
    scheduling: "server",
    scheduleAgent: "server",
    addresses: ["ada@example.org"],
    alarms: { acknowledgements: "own" },
    minimumRefreshInterval: 0,
  });
  expect(capabilityOf("team", "alarms")).toEqual({ acknowledgements: "local" });
  expect(capabilityOf("team", "minimumRefreshInterval")).toBe(60);
  expect(updates).toBe(2);
  await scheduling.follow(account, seen, signal);
  expect({ updates, looks }).toEqual({ updates: 2, looks: 1 });
});

test("the server is asked again after a day, and forgets what it can no longer do", async () => {
  await scheduling.follow(account, seen, signal);
  says = () => ({ autoSchedule: false, addresses: [], outbox: null });
  now += DAY - 1;
  await scheduling.follow(account, seen, signal);
  expect(capabilityOf("work", "scheduling")).toBe("server");
  now += 1;
  await scheduling.follow(account, seen, signal);
  expect(capabilityOf("work", "scheduling")).toBe("client");
  expect(capabilityOf("work", "addresses")).toEqual([]);
});

test("no answer is no knowledge: asked again at once; a refusal is one until tomorrow", async () => {
  says = () => {
    throw new AppError("network", "No answer.");
  };
  await scheduling.follow(account, seen, signal);
  await scheduling.follow(account, seen, signal);
  expect(looks).toBe(2);
  expect(capabilityOf("work", "scheduling")).toBe("client");
  says = () => {
    throw new AppError("forbidden", "Not for you.");
  };
  await scheduling.follow(account, seen, signal);
  await scheduling.follow(account, seen, signal);
  expect(looks).toBe(3);
});

test("the user's word counts over what the server can do", async () => {
  await scheduling.follow(account, seen, signal);
  const [settings] = await scheduling.configure({
    calendarId: "work",
    invitations: "mail",
    alarms: "local",
    refreshMinutes: 10,
  });
  expect(settings).toEqual({
    calendarId: "work",
    invitations: "mail",
    invitationsBy: "mail",
    alarms: "local",
    shared: false,
    refreshMinutes: 10,
    minimumRefreshMinutes: 0,
  });
  expect(capabilityOf("work", "scheduleAgent")).toBe("client");
  expect(capabilityOf("team", "scheduleAgent")).toBe("server");
  const all = await scheduling.configure({ accountId: account.id, invitations: "none" });
  expect(all.map(({ invitationsBy }) => invitationsBy)).toEqual(["nobody", "nobody"]);
  expect(capabilityOf("team", "scheduling")).toBe("none");
  const again = await scheduling.configure({ calendarId: "team", alarms: "server" });
  expect(again).toMatchObject([{ invitations: "none", alarms: "server" }]);
  expect(capabilityOf("team", "alarms")).toEqual({ acknowledgements: "all" });
});

test("a calendar or an account that is not there is said to be so", async () => {
  await expect(scheduling.configure({ calendarId: "gone" })).rejects.toMatchObject({
    code: "calendar-unknown",
  });
  await expect(scheduling.configure({ accountId: "gone" })).rejects.toMatchObject({
    code: "account-unknown",
  });
});

test("servers are asked when people are free; one that cannot say is passed over", async () => {
  expect(await scheduling.freeBusy("bob@example.org", 5, 10, signal)).toEqual([]);
  await scheduling.follow(account, seen, signal);
  expect(await scheduling.freeBusy("bob@example.org", 5, 10, signal)).toEqual([
    { start: 5, end: 6, type: "busy" },
  ]);
  expect(await scheduling.freeBusy("eve@example.org", 5, 10, signal)).toEqual([]);
});

test("a choice goes with its calendar", async () => {
  await scheduling.configure({ calendarId: "work", alarms: "server" });
  await scheduling.forget("work");
  expect(await scheduling.configure({ calendarId: "work" })).toMatchObject([{ alarms: "auto" }]);
});
