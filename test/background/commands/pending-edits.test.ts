import { beforeEach, expect, test } from "vitest";
import {
  discardPending,
  listPending,
  type PendingDependencies,
  retryPending,
} from "../../../src/background/commands/pending-edits.ts";
import { AppError } from "../../../src/shared/errors.ts";
import { makeSyncedWorld, type SyncWorld } from "../sync/sync-world.ts";

const work = { signal: new AbortController().signal, onProgress: () => {} };
const calendarId = "calendar-1";

let world: SyncWorld;
let deps: PendingDependencies;

beforeEach(async () => {
  world = await makeSyncedWorld(["lunch", "dinner"]);
  deps = {
    calendarIds: async () => [calendarId],
    calendars: {
      get: async (id) => (id === calendarId ? ({ id, cacheId: `${id}#cache` } as never) : null),
    },
    provider: { getPending: async () => JSON.stringify(await world.local.getPending()) },
    scheduler: () => ({
      exclusively: async (_, run) => run(world.engine, work),
      requestSync: async () => (await world.sync({ impatient: true })).report,
    }),
  };
});

async function refuseEdit(): Promise<void> {
  world.remote.intercept = (call) => {
    if (call.startsWith("put")) throw new AppError("forbidden", "dav does not allow this.");
    return "answered";
  };
  world.editLocally("lunch.ics", "SUMMARY", "Late lunch");
  await world.sync();
}

test("what waits is shown with what the server said of it", async () => {
  world.editLocally("dinner.ics", "SUMMARY", "Early dinner");
  expect(await listPending(deps, {})).toMatchObject([
    { calendarId, name: "dinner.ics", summary: "Early dinner", change: "update", error: null },
  ]);
  await refuseEdit();
  expect(await listPending(deps, { calendarId })).toMatchObject([
    { summary: "Early dinner", attempts: 1, error: { code: "forbidden" } },
    { summary: "Late lunch", attempts: 1, error: { message: "dav does not allow this." } },
  ]);
  await expect(listPending(deps, { calendarId: "other" })).rejects.toMatchObject({
    code: "calendar-unknown",
  });
});

test("a refused edit is sent by the user's word, before its time", async () => {
  await refuseEdit();
  expect(await retryPending(deps, { calendarId }, work)).toMatchObject({
    sent: 0,
    left: [{ name: "lunch.ics" }],
  });
  world.remote.intercept = () => "answered";
  expect(await retryPending(deps, { calendarId, name: "lunch.ics" }, work)).toEqual({
    sent: 1,
    left: [],
  });
  expect(world.serverHas("lunch.ics", "SUMMARY")).toBe("Late lunch");
});

test("an edit that is given up leaves the server's version here, and its text in keeping", async () => {
  await refuseEdit();
  expect(await discardPending(deps, { calendarId, name: "lunch.ics" })).toEqual({
    discarded: true,
  });
  expect(world.shows("lunch.ics", "SUMMARY")).toBe("lunch");
  expect(await listPending(deps, {})).toEqual([]);
  expect(world.local.superseded.some(({ text }) => text.includes("Late lunch"))).toBe(true);
  expect(await discardPending(deps, { calendarId, name: "lunch.ics" })).toEqual({
    discarded: false,
  });
});

test("a deletion that is given up brings the event back; a new event goes", async () => {
  world.local.deleteLocally("dinner.ics");
  world.local.createLocally("new.ics", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n");
  await discardPending(deps, { calendarId, name: "dinner.ics" });
  await discardPending(deps, { calendarId, name: "new.ics" });
  expect(world.shows("dinner.ics", "SUMMARY")).toBe("dinner");
  expect(new Set(world.local.visible().keys())).toEqual(new Set(["lunch.ics", "dinner.ics"]));
  await world.sync();
  expect(world.serverHas("dinner.ics", "SUMMARY")).toBe("dinner");
});
