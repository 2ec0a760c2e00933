import { beforeEach, expect, test, vi } from "vitest";
import { CalendarSyncs } from "../../../src/background/commands/calendar-syncs.ts";
import type { StoredCalendar } from "../../../src/background/settings/account-settings.ts";
import { stopMemory } from "../../../src/background/settings/stop-memory.ts";
import { StoredValue } from "../../../src/background/settings/stored-value.ts";
import { syncStatusShape } from "../../../src/background/settings/sync-status.ts";
import { parseSyncState } from "../../../src/background/sync/sync-state.ts";
import { calendarTexts } from "../../../src/background/sync/texts.ts";
import { AppError } from "../../../src/shared/errors.ts";
import type { PendingChange } from "../../../src/shared/item-store.ts";
import { storedAccount, storedCalendarSample } from "../../support/account-samples.ts";
import { eventText } from "../../support/event-text.ts";
import { MemoryArea } from "../../support/memory-area.ts";
import { type Fate, MemoryCollection } from "../../support/memory-collection.ts";

const account = storedAccount({
  calendars: [storedCalendarSample("c1", "https://dav.example.org/ada/home/")],
});
const calendar = account.calendars[0] as StoredCalendar;

const work = () => ({ signal: new AbortController().signal, onProgress: () => {} });

let server: MemoryCollection;
let status: StoredValue<ReturnType<typeof syncStatusShape.initial>>;
let shown: (string | null)[];
let alarms: number[];
let made: number;
/** What the account's record says otherwise, and what happens when its server is asked. */
let record: Partial<StoredCalendar>;
let told: () => Promise<void>;
let opened: string[];
let asked: string[];
let held: string[];
/** Events that were deleted here; of twice as many. */
let deleted: number;
let session: MemoryArea;
let time: number;
let itemsChanged: number;
let onStored: () => void;
/** What the item store holds of the calendar. */
let state: unknown;
let rows: string;
let syncs: CalendarSyncs;

beforeEach(() => {
  server = new MemoryCollection();
  status = new StoredValue(new MemoryArea(), syncStatusShape);
  shown = [];
  alarms = [];
  made = 0;
  record = {};
  told = async () => {};
  opened = [];
  asked = [];
  itemsChanged = 0;
  onStored = () => {};
  held = [];
  deleted = 0;
  state = null;
  rows = "[]";
  session = new MemoryArea();
  time = 1000;
  syncs = start();
});

function start(): CalendarSyncs {
  return new CalendarSyncs({
    accounts: () => ({
      find: async (id) => {
        if (id !== calendar.id) throw new AppError("calendar-unknown", "No.");
        return { account, calendar: { ...calendar, ...record } };
      },
      calendarIds: async () => [calendar.id],
    }),
    readStatuses: async (_, signal) => {
      await told();
      return new Map([[calendar.id, await server.status(signal)]]);
    },
    servers: {
      collection: (_, { url }) => {
        made++;
        opened.push(url);
        return server;
      },
    },
    calendars: { get: async (id) => ({ id, cacheId: `${id}#cache` }) as never },
    // An empty calendar: what the engine does with rows is tested with the engine.
    itemStore: {
      getState: async () => state,
      listResources: async () => rows,
      getResources: async () => "[]",
      getPending: async () =>
        JSON.stringify(Array.from({ length: deleted }, (_, index) => deletion(`${index}.ics`))),
      settle: async () => "{}",
      stage: async () => [],
      listSuperseded: async () => "[]",
      countDeletions: async () => ({ pending: deleted, confirmed: 0, onServer: 2 * deleted }),
      batch: async (_, operations, options) => {
        if (options?.state !== undefined) state = options.state;
        const added = JSON.parse(operations).length;
        if (added > 0) onStored();
        return JSON.stringify({ added, updated: 0, removed: 0, unchanged: 0, pending: [] });
      },
    },
    texts: calendarTexts,
    status,
    showStatus: async (_, message) => {
      shown.push(message);
    },
    retryAt: (_, time) => alarms.push(time),
    snapshotBefore: async () => true,
    tellSignIn: ({ id }) => asked.push(id),
    tellHeld: (id) => held.push(id),
    stops: stopMemory(session),
    onChanged: () => {},
    onItemsChanged: () => {
      itemsChanged++;
    },
    now: () => time,
    random: () => 0,
  });
}

function deletion(name: string): PendingChange {
  return {
    ...{
      name,
      uid: name,
      kind: "delete",
      revision: 1,
      userText: null,
      baseText: "",
      serverText: "",
    },
    ...{ metadata: null, changedAt: -10_000, attempts: 0, lastError: null, earlierTexts: [] },
    ...{ waiting: false, moved: false },
  };
}

test("a good run clears the warning", async () => {
  const [report] = await syncs.run(undefined, work());
  expect(report).toMatchObject({ id: "c1" });
  expect(report?.error).toBe(undefined);
  await vi.waitFor(() => expect(shown).toEqual([null]));
});

test("a failure that may pass is remembered and tried again, without a warning in the list", async () => {
  server.intercept = () => "not-sent";
  const [report] = await syncs.run("c1", work());
  expect(report?.error?.code).toBe("network");
  await vi.waitFor(() => expect(alarms).toHaveLength(1));
  expect(alarms[0]).toBeGreaterThan(1000);
  await vi.waitFor(async () => {
    expect((await status.read()).c1).toMatchObject({
      error: { code: "network" },
      failing: { since: 1000, nextTry: alarms[0], isLasting: false },
    });
  });
  expect(shown).toEqual([null]);
});

test("a failure that lasts for hours is a warning; success clears it", async () => {
  server.intercept = () => "not-sent";
  for (let hour = 0; hour <= 6; hour++) {
    await syncs.run("c1", work());
    await vi.waitFor(() => expect(alarms).toHaveLength(hour + 1));
    time += 60 * 60_000;
  }
  await vi.waitFor(async () => expect((await status.read()).c1?.failing?.isLasting).toBe(true));
  expect(shown.at(-1)).toBe((await status.read()).c1?.error?.message);
  expect(shown.slice(0, -1).every((message) => message === null)).toBe(true);
  server.intercept = () => "answered";
  await syncs.run("c1", work());
  await vi.waitFor(async () => expect((await status.read()).c1?.error).toBe(null));
  expect(shown.at(-1)).toBe(null);
});

test("one calendar's failure is its report's error; asked for by name it is thrown", async () => {
  server.intercept = () => "not-sent";
  await expect(syncs.syncNow("c1", [], work().signal)).rejects.toMatchObject({ code: "network" });
});

test("a cancelled run ends as cancelled and is remembered as no trouble", async () => {
  const controller = new AbortController();
  server.intercept = async (): Promise<Fate> => {
    controller.abort(new AppError("aborted", "Cancelled."));
    return "answered";
  };
  const run = syncs.run("c1", { signal: controller.signal, onProgress: () => {} });
  await expect(run).rejects.toMatchObject({ code: "aborted" });
  expect(await status.read()).toEqual({});
});

test("what came in before a run was cancelled counts as a change", async () => {
  for (let n = 0; n < 200; n++) server.write(`${n}.ics`, eventText(`uid-${n}`, {}));
  const controller = new AbortController();
  onStored = () => controller.abort(new AppError("aborted", "Cancelled."));
  const run = syncs.run("c1", { signal: controller.signal, onProgress: () => {} });
  await expect(run).rejects.toMatchObject({ code: "aborted" });
  await vi.waitFor(() => expect(itemsChanged).toBe(1));
});

test("the engine of a calendar is kept while it is subscribed, and made anew afterwards", async () => {
  await syncs.run("c1", work());
  await syncs.run("c1", work());
  expect(made).toBe(1);
  syncs.forget("c1");
  await syncs.run("c1", work());
  expect(made).toBe(2);
});

test("a calendar of no account ends in a report that says so", async () => {
  const [report] = await syncs.run("other", work());
  expect(report?.error?.code).toBe("calendar-unknown");
});

test("a wrong password is a warning at once, told once, and not tried with every poll", async () => {
  let tries = 0;
  server.intercept = () => {
    tries++;
    throw new AppError("unauthorized", "dav.example did not accept the user name and password.");
  };
  await syncs.scheduler.requestSync("c1", "poll");
  const first = tries;
  for (let poll = 0; poll < 3; poll++) await syncs.scheduler.requestSync("c1", "poll");
  // The event page was suspended and starts anew.
  syncs = start();
  const report = await syncs.scheduler.requestSync("c1", "poll");
  expect(report.error?.code).toBe("unauthorized");
  expect(tries).toBe(first);
  await vi.waitFor(() => expect(shown.at(-1)).toContain("did not accept"));
  expect(asked).toEqual(["a1"]);

  server.intercept = () => "answered";
  syncs.scheduler.credentialsChanged("a1");
  expect((await syncs.scheduler.requestSync("c1", "poll")).error).toBe(undefined);
  await vi.waitFor(() => expect(shown.at(-1)).toBe(null));
});

test("a calendar that its server has moved is synchronized at its new address by the same run", async () => {
  await syncs.run("c1", work());
  told = async () => {
    record = { url: "https://dav.example.org/moved/home/" };
    syncs.renew("c1");
  };
  const [report] = await syncs.run("c1", work());
  expect(report?.error).toBe(undefined);
  expect(opened.at(-1)).toBe("https://dav.example.org/moved/home/");
});

test("what is known of an earlier collection's changes is forgotten; the rest of the state stays", async () => {
  server.write("a.ics", eventText("a", {}));
  await syncs.run("c1", work());
  const before = parseSyncState(state);
  expect(before).toMatchObject({ token: expect.any(String), initial: false });
  await syncs.forgetListing("c1");
  expect(parseSyncState(state)).toEqual({ ...before, token: null, ctag: null, listedAt: null });
  await syncs.run("c1", work());
  expect(parseSyncState(state)?.token).toBe(before?.token);
});

test("the members that the server has are told apart from what was never sent", async () => {
  rows = JSON.stringify([
    { name: "a.ics", onServer: true },
    { name: "new.ics", onServer: false },
  ]);
  expect(await syncs.memberNames("c1")).toEqual(["a.ics"]);
});

test("a calendar in whose place another one lies is not synchronized, from the very run that saw it", async () => {
  await syncs.run("c1", work());
  told = async () => {
    record = { replacedBy: { resourceId: "urn:uuid:2", owner: null } };
    syncs.renew("c1");
  };
  const [report] = await syncs.run("c1", work());
  expect(report).toMatchObject({ requests: 0, error: { code: "calendar-replaced" } });
  expect((await syncs.run("c1", work()))[0]?.error?.code).toBe("calendar-replaced");
  told = async () => {};
  record = {};
  expect((await syncs.run("c1", work()))[0]?.error).toBe(undefined);
});

test("waits between tries go on growing after the event page was suspended", async () => {
  server.intercept = () => "not-sent";
  const waits: number[] = [];
  for (let life = 0; life < 6; life++) {
    syncs = start();
    await syncs.retry("c1");
    await vi.waitFor(() => expect(alarms).toHaveLength(life + 1));
    waits.push((alarms[life] ?? 0) - time);
    time = alarms[life] ?? 0;
    await vi.waitFor(async () => expect((await status.read()).c1?.failing?.count).toBe(life + 1));
  }
  expect(waits).toEqual(waits.toSorted((a, b) => a - b));
  expect(waits.at(-1)).toBeGreaterThan(10 * (waits[0] ?? 0));
});

test("a calendar that waited for the primary password goes on once it was entered", async () => {
  server.intercept = () => {
    throw new AppError("credentials-locked", "The passwords are locked.");
  };
  await syncs.scheduler.requestSync("c1", "poll");
  await vi.waitFor(async () =>
    expect((await status.read()).c1?.error?.code).toBe("credentials-locked"),
  );
  expect(asked).toEqual([]);
  server.intercept = () => "answered";
  await syncs.unlocked();
  await vi.waitFor(async () => expect((await status.read()).c1?.error).toBe(null));
});

test("that many changes wait is told once, whatever fails meanwhile, and again once others wait", async () => {
  async function ends(code: string | undefined): Promise<void> {
    await syncs.scheduler.requestSync("c1", "manual");
    await vi.waitFor(async () => expect((await status.read()).c1?.error?.code).toBe(code));
  }
  deleted = 20;
  await ends("mass-change");
  expect(held).toEqual(["c1"]);
  for (const code of ["network", "unauthorized", "network"] as const) {
    server.intercept = () => {
      throw new AppError(code, "No.");
    };
    await ends(code);
    server.intercept = () => "answered";
    syncs = start();
    syncs.scheduler.credentialsChanged(account.id);
    await ends("mass-change");
  }
  expect(held).toEqual(["c1"]);
  deleted = 0;
  await ends(undefined);
  deleted = 30;
  await ends("mass-change");
  expect(held).toEqual(["c1", "c1"]);
});
