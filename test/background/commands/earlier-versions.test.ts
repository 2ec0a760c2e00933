import { beforeEach, describe, expect, test } from "vitest";
import {
  restoreSuperseded,
  type WaysBackDependencies,
} from "../../../src/background/commands/earlier-versions.ts";
import { CalendarSync } from "../../../src/background/sync/engine.ts";
import { calendarTexts } from "../../../src/background/sync/texts.ts";
import type { StageOperation, SupersededVersion } from "../../../src/shared/item-store.ts";
import { StoreWorld } from "../../experiments/calendar/store/store-world.ts";
import { eventText, propertyOf, withValue } from "../../support/event-text.ts";
import { MemoryCollection } from "../../support/memory-collection.ts";
import { StoredCalendar } from "../../support/stored-calendar.ts";
import { decisionsOver } from "../../support/stored-decisions.ts";

const NAME = "a.ics";
const { signal } = new AbortController();

let world: StoreWorld;
let local: StoredCalendar;
let remote: MemoryCollection;
let engine: CalendarSync;
let deps: WaysBackDependencies;

beforeEach(async () => {
  world = await new StoreWorld().open();
  local = new StoredCalendar(world);
  remote = new MemoryCollection();
  engine = new CalendarSync({
    remote,
    local,
    texts: calendarTexts,
    now: () => world.now,
    random: () => 0,
    beforeMassRemoval: async () => true,
  });
  const decisions = decisionsOver(world, engine);
  const { calendarId } = world;
  deps = {
    ...decisions,
    provider: {
      ...decisions.provider,
      listSuperseded: (_, options) => world.store.listSuperseded(calendarId, options ?? {}),
      stage: (_, operations, reason) =>
        world.store.stage(calendarId, JSON.parse(operations) as StageOperation[], reason),
    },
  };
  remote.write(NAME, eventText("a", { SUMMARY: "Lunch", LOCATION: "Here" }));
  await sync();
});

async function sync(): Promise<void> {
  const { failure } = await engine.run({ status: null, impatient: true, signal });
  expect(failure).toBeUndefined();
}

const rename = (title: string) => local.edit(NAME, (text) => withValue(text, "SUMMARY", title));

async function replaced(title: string): Promise<SupersededVersion> {
  const versions = JSON.parse(
    await world.store.listSuperseded(world.calendarId, {}),
  ) as SupersededVersion[];
  const found = versions.find(({ text }) => propertyOf(text, "SUMMARY") === title);
  if (found === undefined) throw new Error(`no replaced version is called ${title}`);
  return found;
}

describe("a replaced version", () => {
  const restore = (id: number) => restoreSuperseded(deps, { calendarId: world.calendarId, id });

  test("comes back here and on the server, and what it replaces is kept in turn", async () => {
    remote.write(NAME, eventText("a", { SUMMARY: "Theirs" }));
    await sync();
    expect(await restore((await replaced("Lunch")).id)).toEqual({ changed: 1, sent: 1 });
    expect(propertyOf(remote.texts().get(NAME), "SUMMARY")).toBe("Lunch");
    expect(await local.visible()).toEqual(remote.texts());
    expect((await replaced("Theirs")).uid).toBe("a");
  });

  test("of an item that is gone makes it anew", async () => {
    await local.remove(NAME);
    await sync();
    expect(remote.texts().size).toBe(0);
    await restore((await replaced("Lunch")).id);
    await sync();
    const [text] = [...remote.texts().values()];
    expect(propertyOf(text, "SUMMARY")).toBe("Lunch");
    expect(propertyOf(text, "UID")).toBe("a");
  });

  test("whose name belongs to another item by now leaves that alone", async () => {
    await local.remove(NAME);
    await sync();
    remote.write(NAME, eventText("other", { SUMMARY: "Other" }));
    await sync();
    await restore((await replaced("Lunch")).id);
    await sync();
    const titles = [...remote.texts().values()].map((text) => propertyOf(text, "SUMMARY"));
    expect(new Set(titles)).toEqual(new Set(["Other", "Lunch"]));
  });

  test("that is here already changes nothing; one that is no longer kept is told", async () => {
    await rename("Dinner");
    await sync();
    await rename("Lunch");
    await sync();
    const puts = remote.texts();
    expect(await restore((await replaced("Lunch")).id)).toEqual({ changed: 0, sent: 0 });
    expect(remote.texts()).toEqual(puts);
    await expect(restore(987_654)).rejects.toMatchObject({ code: "item-unknown" });
  });
});
