import { beforeEach, describe, expect, test } from "vitest";
import {
  RemoteCalendars,
  type RemoteCalendarsDependencies,
} from "../../../src/background/commands/remote-calendars.ts";
import type {
  StoredAccount,
  StoredCalendar,
} from "../../../src/background/settings/account-settings.ts";
import type { AuditFinding } from "../../../src/background/sync/audit.ts";
import { brandAs, type ResourceName } from "../../../src/shared/brands.ts";
import { AppError } from "../../../src/shared/errors.ts";
import {
  ALL_RIGHTS,
  discoveredCalendar,
  storedAccount,
  storedCalendarSample,
} from "../../support/account-samples.ts";

const URL = "https://dav.example.org/ada/work/";
const work = { signal: new AbortController().signal, onProgress: () => {} };

let account: StoredAccount;
let onServer: { displayName: string; color: string; description: string } | null;
/** Where it says that it lies; `null`: where it was asked. */
let movedTo: string | null;
let identity: { resourceId: string | null; owner: string | null };
let duringSync: () => void;
let refused: ("displayName" | "color" | "description")[];
let findings: AuditFinding[];
let snapshot: () => Promise<string>;
let done: string[];
let shown: { name: string; color: string };
let remote: RemoteCalendars;

beforeEach(() => {
  account = storedAccount({ calendars: [storedCalendarSample("c1", URL)] });
  onServer = { displayName: "c1", color: "#112233", description: "" };
  movedTo = null;
  identity = { resourceId: null, owner: null };
  duringSync = () => {};
  refused = [];
  findings = [];
  done = [];
  shown = { name: "c1", color: "#112233" };
  snapshot = async () => "s1";
  const engine = { audit: async () => ({ checked: 1, findings }) };
  const dependencies: RemoteCalendarsDependencies = {
    accounts: {
      find: async (id) => {
        const calendar = account.calendars.find((one) => one.id === id);
        if (!calendar) throw new AppError("calendar-unknown", "No.");
        return { account, calendar };
      },
      get: async () => account,
      subscribe: async (_, chosen) => {
        done.push(`subscribe ${chosen.map(({ displayName }) => displayName).join()}`);
        return chosen.map(({ url }) => ({ id: "new", url }));
      },
      discover: async () => ({
        principal: "",
        calendars: [discoveredCalendar("https://dav.example.org/ada/found/", "Found")],
        log: [],
        insecure: false,
        otherHosts: [],
        advice: null,
      }),
      dismiss: async () => 0,
      follow: async () => {},
      change: async (_, change) => {
        account = { ...account, ...change(account) };
      },
      pendingOf: async () => 2,
    },
    servers: {
      createCalendar: () => Promise.reject(new Error("not here")),
      updateCalendar: async (_, __, changes) => {
        if (onServer === null) throw new AppError("not-found", "Gone.");
        const taken = Object.entries(changes).filter(([key]) => !refused.includes(key as "color"));
        onServer = { ...onServer, ...Object.fromEntries(taken) };
        return refused;
      },
      describe: async (_, url) =>
        onServer && {
          ...onServer,
          url: movedTo ?? url,
          syncToken: null,
          ctag: null,
          readOnly: false,
          rights: ALL_RIGHTS,
          components: ["VEVENT"],
          timeZone: null,
          isShared: false,
          isSharedOut: false,
          minimumRefreshMinutes: 0,
          ownerName: null,
          ...identity,
        },
      deleteCalendar: async (_, url) => {
        done.push(url === URL ? "delete" : `delete ${url}`);
      },
    },
    calendars: {
      get: async () => ({ name: "My work" }) as never,
      update: async (_, changes) => {
        shown = { ...shown, ...(changes as typeof shown) };
        return {} as never;
      },
      remove: async (id) => {
        done.push(`remove ${id}`);
      },
    },
    scheduler: () => ({
      requestSync: async () => {
        done.push("sync");
        duringSync();
        return {} as never;
      },
      exclusively: (_, run) => run(engine as never, work),
    }),
    snapshotBefore: () => {
      done.push("snapshot");
      return snapshot();
    },
    newId: () => "12345678-9",
  };
  remote = new RemoteCalendars(dependencies);
});

describe("deleting on the server", () => {
  test("asks for a second word, and does nothing without it", async () => {
    const deleting = remote.delete({ calendarId: "c1" }, work);
    await expect(deleting).rejects.toMatchObject({
      code: "not-confirmed",
      message: expect.stringContaining("My work"),
      details: { pending: 2 },
    });
    expect(done).toEqual([]);
  });

  test("brings everything here and into a snapshot first", async () => {
    expect(await remote.delete({ calendarId: "c1", confirm: true }, work)).toEqual({
      snapshotId: "s1",
      superseded: 2,
    });
    expect(done).toEqual(["sync", "snapshot", "delete", "remove c1"]);
  });

  test.each(["missing-here", "differs", "unknown"] as const)(
    "does not happen while the server holds something that is %s, unless without a snapshot",
    async (kind) => {
      findings = [{ name: brandAs<ResourceName>("a.ics"), kind }];
      await expect(remote.delete({ calendarId: "c1", confirm: true }, work)).rejects.toMatchObject({
        code: "backup-incomplete",
        details: { items: 1 },
      });
      expect(done).not.toContain("delete");
      const without = { calendarId: "c1", confirm: true, withoutSnapshot: true };
      expect(await remote.delete(without, work)).toMatchObject({ snapshotId: null });
      expect(done).toContain("delete");
    },
  );

  test("is not stopped by what is gone there already", async () => {
    findings = [{ name: brandAs<ResourceName>("a.ics"), kind: "missing-there" }];
    await remote.delete({ calendarId: "c1", confirm: true }, work);
    expect(done).toContain("delete");
  });

  const storedAs = (url: string, changes: Partial<StoredCalendar>) => {
    account = storedAccount({ calendars: [storedCalendarSample("c1", url, changes)] });
  };

  test("happens at the address that the calendar has by then", async () => {
    const now = "https://dav.example.org/ada/moved/";
    duringSync = () => storedAs(now, {});
    await remote.delete({ calendarId: "c1", confirm: true }, work);
    expect(done).toEqual(["sync", "snapshot", `delete ${now}`, "remove c1"]);
  });

  const known = { resourceId: "urn:uuid:1", owner: "ada" };
  test.each<[string, string, () => void]>([
    ["is gone", "not-found", () => (onServer = null)],
    ["lies elsewhere", "not-found", () => (movedTo = "https://dav.example.org/ada/other/")],
    [
      "is another one by its id",
      "calendar-replaced",
      () => (identity = { ...known, resourceId: "urn:uuid:2" }),
    ],
    [
      "is somebody else's",
      "calendar-replaced",
      () => (identity = { resourceId: null, owner: "/principals/eve/" }),
    ],
    [
      "was found to be another one",
      "calendar-replaced",
      () => storedAs(URL, { identity: known, replacedBy: { ...known, resourceId: "urn:uuid:2" } }),
    ],
  ])("does not happen where the calendar %s: %s", async (_, code, change) => {
    storedAs(URL, { identity: known });
    change();
    for (const withoutSnapshot of [false, true]) {
      const deleting = remote.delete({ calendarId: "c1", confirm: true, withoutSnapshot }, work);
      await expect(deleting).rejects.toMatchObject({ code });
    }
    expect(done).toEqual(["sync", "snapshot"]);
  });

  test("does not happen without a snapshot of all that is here", async () => {
    snapshot = () => Promise.reject(new AppError("place-full", "Full."));
    await expect(remote.delete({ calendarId: "c1", confirm: true }, work)).rejects.toMatchObject({
      code: "place-full",
    });
    expect(done).toEqual(["sync", "snapshot"]);
  });
});

describe("changing on the server", () => {
  test("is shown in Thunderbird, and counts as the server's from then on", async () => {
    const changes = { name: "Office", color: "#AABBCC", description: "new" };
    expect(await remote.update({ calendarId: "c1", ...changes }, work)).toEqual(changes);
    expect(shown).toEqual({ name: "Office", color: "#AABBCC" });
    expect(account.calendars[0]).toMatchObject({
      seen: { name: "Office", color: "#AABBCC" },
      given: { name: "Office", color: "#AABBCC" },
    });
  });

  test("says what was refused; the rest is made, and nothing is shown that the server does not say", async () => {
    refused = ["color"];
    const changing = remote.update({ calendarId: "c1", name: "Office", color: "#AABBCC" }, work);
    await expect(changing).rejects.toMatchObject({
      code: "forbidden",
      details: { refused: ["color"] },
    });
    expect(shown).toEqual({ name: "Office", color: "#112233" });
  });
});

describe("subscribing", () => {
  test("takes offered calendars without looking for them again, others by a search", async () => {
    const offered = { ...discoveredCalendar("https://dav.example.org/ada/new/", "New") };
    account = { ...account, offered: [{ ...offered, components: ["VEVENT"] }] };
    await remote.subscribe({ accountId: "a1", urls: [offered.url] }, work);
    await remote.subscribe({ accountId: "a1", urls: ["https://dav.example.org/ada/found/"] }, work);
    expect(done).toEqual(["subscribe New", "subscribe Found"]);
  });

  test("takes nothing that the server does not list", async () => {
    const urls = ["https://dav.example.org/ada/found/", "https://dav.example.org/ada/gone/"];
    await expect(remote.subscribe({ accountId: "a1", urls }, work)).rejects.toMatchObject({
      code: "not-found",
    });
    expect(done).toEqual([]);
  });
});

test("taking over a collection that replaced another one goes on with everything listed anew", async () => {
  const replacedBy = { resourceId: "urn:uuid:2", owner: null };
  account = storedAccount({ calendars: [storedCalendarSample("c1", URL, { replacedBy })] });
  await remote.takeOver({ calendarId: "c1" }, work);
  expect(account.calendars[0]).toMatchObject({ identity: replacedBy, replacedBy: null });
  expect(done).toEqual(["sync"]);
});
