/** Bodies are fetched while others are being stored: what happens meanwhile counts for those that wait. */
import { expect, test, vi } from "vitest";
import { AppError } from "../../../src/shared/errors.ts";
import { event, makeSyncedWorld, makeWorld, numbered, type SyncWorld } from "./sync-world.ts";

const never = new AbortController().signal;

/** The first part is being stored until `release`; resolves when three batches were fetched, two of which wait. */
async function whileStoring(world: SyncWorld) {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let first = true;
  world.local.intercept = async (call) => {
    if (call !== "batch" || !first) return;
    first = false;
    await held;
  };
  return {
    release,
    untilOthersWait: () =>
      vi.waitFor(() => {
        expect(world.remote.count("fetchBodies")).toBeGreaterThanOrEqual(3);
        expect(world.local.calls.filter((call) => call === "batch")).toHaveLength(1);
      }),
  };
}

async function changedOnServer(): Promise<SyncWorld> {
  const world = await makeSyncedWorld(numbered(150));
  for (const name of numbered(150)) world.editOnServer(`${name}.ics`, "LOCATION", "theirs");
  return world;
}

test.each([
  ["kept here until the run sends it", false],
  ["sent before the body's turn comes", true],
])("an edit made after its body was fetched, %s: neither side is lost", async (_name, isPushed) => {
  const world = await changedOnServer();
  const storing = await whileStoring(world);
  const syncing = world.sync();
  await storing.untilOthersWait();
  world.editLocally("event-120.ics", "SUMMARY", "mine");
  if (isPushed) await world.engine.push("event-120.ics", false, never);
  storing.release();
  expect((await syncing).failure).toBeUndefined();
  await world.sync();
  expect(world.serverHas("event-120.ics", "SUMMARY")).toBe("mine");
  expect(world.serverHas("event-120.ics", "LOCATION")).toBe("theirs");
  expect(world.local.visible()).toEqual(world.remote.texts());
  expect(world.local.pendingNames()).toEqual([]);
});

test("a version older than the one that was written meanwhile is not taken over", async () => {
  const world = await changedOnServer();
  const storing = await whileStoring(world);
  const syncing = world.sync();
  await storing.untilOthersWait();
  world.editLocally("event-120.ics", "SUMMARY", "mine");
  await world.engine.push("event-120.ics", false, never);
  const seen: (string | undefined)[] = [];
  world.local.intercept = () => {
    seen.push(world.shows("event-120.ics", "SUMMARY"));
  };
  storing.release();
  await syncing;
  expect(new Set(seen)).toEqual(new Set(["mine"]));
});

test("a cancelled sync stores nothing of what waited", async () => {
  const world = makeWorld();
  for (const name of numbered(300)) world.remote.write(`${name}.ics`, event(name));
  const storing = await whileStoring(world);
  const controller = new AbortController();
  const syncing = world.sync({ signal: controller.signal });
  await storing.untilOthersWait();
  controller.abort(new AppError("aborted", "Enough."));
  storing.release();
  expect((await syncing).report.error?.code).toBe("aborted");
  const stored = world.local.visible().size;
  expect(stored).toBe(50);
  await new Promise((resolve) => setImmediate(resolve));
  expect(world.local.visible().size).toBe(stored);
  expect(world.local.state()).toBeNull();
  expect((await world.sync()).report).toMatchObject({ added: 250 });
  expect(world.local.visible()).toEqual(world.remote.texts());
});

test("a store that fails ends the fetch and is reported; nothing is stored after it", async () => {
  const world = makeWorld();
  for (const name of numbered(1_000)) world.remote.write(`${name}.ics`, event(name));
  let stores = 0;
  world.local.intercept = (call) => {
    if (call === "batch" && ++stores > 1 && stores < 4)
      throw new AppError("item-store", "No room.");
  };
  const { report } = await world.sync();
  expect(report.error?.code).toBe("item-store");
  // The one that tells the views of the first part is the last.
  expect(stores).toBe(3);
  expect(world.remote.count("fetchBodies")).toBeLessThan(10);
  expect(world.local.state()).toBeNull();
  await world.sync();
  expect(world.local.visible()).toEqual(world.remote.texts());
});

test("what had arrived is stored when the connection breaks while others are being stored", async () => {
  const world = makeWorld();
  for (const name of numbered(300)) world.remote.write(`${name}.ics`, event(name));
  const storing = await whileStoring(world);
  let batches = 0;
  world.remote.intercept = (call) =>
    call === "fetchBodies" && ++batches === 4 ? "not-sent" : "answered";
  const syncing = world.sync();
  await vi.waitFor(() => expect(batches).toBe(4));
  storing.release();
  expect((await syncing).report).toMatchObject({ added: 150, error: { code: "network" } });
  expect(world.local.visible().size).toBe(150);
});

test("no more is fetched ahead than a few batches", async () => {
  const world = makeWorld();
  for (const name of numbered(1_000)) world.remote.write(`${name}.ics`, event(name));
  const storing = await whileStoring(world);
  const syncing = world.sync();
  await vi.waitFor(() => expect(world.remote.count("fetchBodies")).toBe(4));
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(world.remote.count("fetchBodies")).toBe(4);
  storing.release();
  expect((await syncing).report).toMatchObject({ added: 1_000 });
});
