/** One collection on the server, shown by two calendars: a move between them must not be a deletion. */
import { expect, test } from "vitest";
import { CalendarSync } from "../../../src/background/sync/engine.ts";
import { calendarTexts } from "../../../src/background/sync/texts.ts";
import { StoreWorld } from "../../experiments/calendar/store/store-world.ts";
import { eventText, propertyOf, withValue } from "../../support/event-text.ts";
import { MemoryCollection } from "../../support/memory-collection.ts";
import { StoredCalendar } from "../../support/stored-calendar.ts";

function engineOf(remote: MemoryCollection, local: StoredCalendar): CalendarSync {
  return new CalendarSync({
    remote,
    local,
    texts: calendarTexts,
    now: () => local.world.now,
    random: () => 0,
    beforeMassRemoval: async () => true,
  });
}

async function setUp(target?: MemoryCollection) {
  const world = await new StoreWorld().open();
  const remote = new MemoryCollection();
  remote.write("a.ics", eventText("a", { SUMMARY: "Lunch" }));
  const [first, second] = [new StoredCalendar(world), new StoredCalendar(world, "calendar-2")];
  const engines = [engineOf(remote, first), engineOf(target ?? remote, second)] as const;
  const sync = async (engine: CalendarSync) => {
    const { signal } = new AbortController();
    const { failure } = await engine.run({ status: null, impatient: true, signal });
    expect(failure).toBeUndefined();
  };
  await sync(engines[0]);
  const syncBoth = async () => {
    for (const engine of [engines[1], engines[0], engines[1], engines[0]]) await sync(engine);
  };
  return { remote, first, second, syncBoth };
}

test("a move leaves the event on the server, and in both calendars", async () => {
  const { remote, first, second, syncBoth } = await setUp();
  await second.create("a", (await first.visible()).get("a.ics") ?? "");
  await first.remove("a.ics");
  await syncBoth();
  expect([...remote.texts().keys()]).toEqual(["a.ics"]);
  expect(await first.visible()).toEqual(remote.texts());
  expect(await second.visible()).toEqual(remote.texts());
});

test("a move with a change leaves the changed event on the server", async () => {
  const { remote, first, second, syncBoth } = await setUp();
  const text = (await first.visible()).get("a.ics") ?? "";
  await second.create("a", withValue(text, "SUMMARY", "Dinner"));
  await first.remove("a.ics");
  await syncBoth();
  expect([...remote.texts().values()].map((one) => propertyOf(one, "SUMMARY"))).toEqual(["Dinner"]);
});

test("a move between two collections is one, even if the other has the event already", async () => {
  const target = new MemoryCollection();
  target.write("b.ics", eventText("a", { SUMMARY: "Dinner" }));
  const { remote, first, second, syncBoth } = await setUp(target);
  await second.create("a", (await first.visible()).get("a.ics") ?? "");
  await first.remove("a.ics");
  await syncBoth();
  expect(remote.texts().size).toBe(0);
  expect(target.texts().size).toBe(1);
  expect(await second.visible()).toEqual(target.texts());
});
