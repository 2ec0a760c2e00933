import { beforeEach, describe, expect, test } from "vitest";
import type { Accounts } from "../../../src/background/accounts/accounts.ts";
import { DialogDetection } from "../../../src/background/accounts/dialog-detection.ts";
import type { DiscoveredCalendar } from "../../../src/shared/commands.ts";
import { AppError } from "../../../src/shared/errors.ts";

const TYPE = "ext-keeper";
const calendar = (name: string, color: string | null, component: string): DiscoveredCalendar => ({
  url: `https://dav.example/${name.toLowerCase()}/`,
  displayName: name,
  color,
  components: [component],
  readOnly: false,
  rights: { add: true, change: true, remove: true },
  description: "",
  relation: "own",
  owner: null,
  timeZone: null,
});
const found = [calendar("Work", "#112233", "VEVENT"), calendar("Journal", null, "VJOURNAL")];

let keys: Map<string, string>;
let added: Parameters<Accounts["add"]>[0][];
let owned: Set<string>;
let insecure: boolean;
let asked: Parameters<Accounts["discover"]>[0][];
let detection: DialogDetection;

beforeEach(() => {
  keys = new Map();
  added = [];
  asked = [];
  owned = new Set();
  insecure = false;
  detection = new DialogDetection({
    calendarType: TYPE,
    memory: {
      rememberKey: async (name, key) => void keys.set(name, key),
      recallKey: async (name) => keys.get(name) ?? null,
    },
    accounts: {
      discover: async (args) => {
        asked.push(args);
        if (args.password === undefined)
          throw new AppError("credentials-missing", "There is no saved password.");
        return { principal: "", calendars: found, log: [], insecure, otherHosts: [], advice: null };
      },
      add: async (args) => {
        added.push(args);
        return { accountId: "a", calendars: [] };
      },
      find: async (id) => {
        if (owned.has(id)) return {} as Awaited<ReturnType<Accounts["find"]>>;
        throw new AppError("calendar-unknown", "This calendar belongs to no account.");
      },
    },
  });
});

const work = { id: "c1", type: TYPE, url: "https://dav.example/work/#caldav-keeper" };

describe("Thunderbird's dialog for new calendars", () => {
  test("asks for a password, then is offered what Thunderbird can show", async () => {
    expect(await detection.detect("me", null, "dav.example", true)).toEqual({
      error: "AUTH_FAILED",
    });
    expect(await detection.detect("me", "secret", "dav.example", true)).toEqual([
      { name: "Work", url: work.url, color: "#112233", readOnly: false },
    ]);
  });

  test("a subscribed calendar joins the account it was found with", async () => {
    await detection.detect("me", "secret", "dav.example", true);
    expect(await detection.adopt(work)).toBe(true);
    expect(added).toEqual([
      {
        location: "dav.example",
        username: "me",
        password: "secret",
        savePassword: true,
        calendars: ["https://dav.example/work/"],
      },
    ]);
  });

  test("a password that the user does not want saved is not", async () => {
    await detection.detect("me", "secret", "dav.example", false);
    await detection.adopt(work);
    expect(added).toMatchObject([{ password: "secret", savePassword: false }]);
  });

  test("calendars of accounts, of other add-ons and of no search are left alone", async () => {
    expect(await detection.adopt(work)).toBe(false);
    await detection.detect("me", "secret", "dav.example", true);
    owned.add("c1");
    expect(await detection.adopt(work)).toBe(false);
    expect(await detection.adopt({ ...work, id: "c2", type: "caldav" })).toBe(false);
    expect(
      await detection.adopt({ ...work, id: "c3", url: "https://dav.example/other/#caldav-keeper" }),
    ).toBe(false);
    expect(added).toEqual([]);
  });

  test("a password never goes over an open connection unasked", async () => {
    expect(await detection.detect("me", "secret", "http://dav.example/", true)).toEqual([]);
    expect(asked).toEqual([]);
  });
});
