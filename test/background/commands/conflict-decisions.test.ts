import { beforeEach, describe, expect, test } from "vitest";
import { resolveConflict } from "../../../src/background/commands/conflict-decisions.ts";
import { CalendarSync } from "../../../src/background/sync/engine.ts";
import { calendarTexts } from "../../../src/background/sync/texts.ts";
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
  remote.write(NAME, eventText("a", { SUMMARY: "Lunch", LOCATION: "Here", DESCRIPTION: "-" }));
  await sync();
});

async function sync(): Promise<void> {
  const { failure } = await engine.run({ status: null, impatient: true, signal });
  expect(failure).toBeUndefined();
}

async function decide(keep: "mine" | "theirs" | "both") {
  const [conflict] = await world.conflicts();
  if (conflict === undefined) throw new Error("there is no conflict");
  const { calendarId } = world;
  return resolveConflict(decisionsOver(world, engine), { calendarId, id: conflict.id, keep });
}

const there = () => remote.texts().get(NAME);

/** Both change the title; I also the place, they the description. */
async function bothChange(): Promise<void> {
  await local.edit(NAME, (text) =>
    withValue(withValue(text, "SUMMARY", "Mine"), "LOCATION", "My place"),
  );
  const text = there() ?? "";
  remote.write(NAME, withValue(withValue(text, "SUMMARY", "Theirs"), "DESCRIPTION", "theirs"));
  await sync();
  expect(await world.conflicts()).toHaveLength(1);
}

describe("both changed the title", () => {
  test.each([
    ["mine", "Mine"],
    ["theirs", "Theirs"],
  ] as const)("keep %s: the title is that one, on both sides", async (keep, title) => {
    await bothChange();
    await decide(keep);
    expect(propertyOf(there(), "SUMMARY")).toBe(title);
    // What did not clash stays, whoever changed it.
    expect(propertyOf(there(), "LOCATION")).toBe("My place");
    expect(propertyOf(there(), "DESCRIPTION")).toBe("theirs");
    await sync();
    expect(await local.visible()).toEqual(remote.texts());
    expect(await world.conflicts()).toEqual([]);
  });

  test("keep both: theirs stays, mine becomes an event of its own", async () => {
    await bothChange();
    expect(await decide("both")).toEqual({ changed: 2, sent: 2 });
    const titles = [...remote.texts().values()].map((text) => propertyOf(text, "SUMMARY"));
    expect(new Set(titles)).toEqual(new Set(["Mine", "Theirs"]));
    const uids = new Set([...remote.texts().values()].map((text) => propertyOf(text, "UID")));
    expect(uids.size).toBe(2);
    expect(await local.visible()).toEqual(remote.texts());
  });

  test("what was edited since the conflict stays", async () => {
    await bothChange();
    await local.edit(NAME, (text) => withValue(text, "DESCRIPTION", "later"));
    await decide("theirs");
    expect(propertyOf(there(), "SUMMARY")).toBe("Theirs");
    expect(propertyOf(there(), "DESCRIPTION")).toBe("later");
  });

  test("a decision made offline is on disk and sent by the next synchronization", async () => {
    await bothChange();
    const [conflict] = await world.conflicts();
    await resolveConflict(decisionsOver(world), {
      calendarId: world.calendarId,
      id: conflict?.id ?? 0,
      keep: "theirs",
    });
    await world.open();
    await sync();
    expect(propertyOf(there(), "SUMMARY")).toBe("Theirs");
  });

  test("neither text is lost by the decision", async () => {
    await bothChange();
    await decide("theirs");
    const kept = (await world.superseded()).map(({ text }) => propertyOf(text, "SUMMARY"));
    expect(kept).toEqual(expect.arrayContaining(["Mine", "Theirs"]));
  });

  test("the row being edited at that moment makes the decision start again from the edit", async () => {
    await bothChange();
    const decisions = decisionsOver(world, engine);
    let edited = false;
    const [conflict] = await world.conflicts();
    await resolveConflict(
      {
        ...decisions,
        provider: {
          ...decisions.provider,
          resolveConflict: async (...args) => {
            if (!edited) {
              edited = true;
              await local.edit(NAME, (text) => withValue(text, "DESCRIPTION", "just now"));
            }
            return decisions.provider.resolveConflict(...args);
          },
        },
      },
      { calendarId: world.calendarId, id: conflict?.id ?? 0, keep: "theirs" },
    );
    await sync();
    expect(propertyOf(there(), "SUMMARY")).toBe("Theirs");
    expect(propertyOf(there(), "DESCRIPTION")).toBe("just now");
  });
});

describe("deleted on the server, edited here", () => {
  beforeEach(async () => {
    await local.edit(NAME, (text) => withValue(text, "SUMMARY", "Mine"));
    remote.delete(NAME);
    await sync();
    expect(await world.conflicts()).toMatchObject([{ conflict: "deleted-there" }]);
  });

  test.each(["mine", "both"] as const)("keep %s: it is on the server again", async (keep) => {
    await decide(keep);
    expect(propertyOf(there(), "SUMMARY")).toBe("Mine");
    expect(await local.visible()).toEqual(remote.texts());
  });

  test("keep theirs: it goes here, too", async () => {
    await decide("theirs");
    expect(remote.texts().size).toBe(0);
    expect(await world.rows()).toEqual([]);
    expect((await world.superseded()).map(({ text }) => propertyOf(text, "SUMMARY"))).toContain(
      "Mine",
    );
  });
});

describe("deleted here, changed on the server", () => {
  beforeEach(async () => {
    await local.remove(NAME);
    remote.write(NAME, withValue(there() ?? "", "SUMMARY", "Theirs"));
    await sync();
    expect(await world.conflicts()).toMatchObject([{ conflict: "deleted-here" }]);
  });

  test("keep mine: it goes there, too", async () => {
    await decide("mine");
    expect(remote.texts().size).toBe(0);
    expect(await world.rows()).toEqual([]);
  });

  test.each(["theirs", "both"] as const)("keep %s: it stays", async (keep) => {
    expect(await decide(keep)).toEqual({ changed: 0, sent: 0 });
    expect(await local.visible()).toEqual(remote.texts());
    expect(await world.conflicts()).toEqual([]);
  });
});

test("a conflict that was decided already cannot be decided again", async () => {
  const deciding = resolveConflict(decisionsOver(world, engine), {
    calendarId: world.calendarId,
    id: 99,
    keep: "mine",
  });
  await expect(deciding).rejects.toMatchObject({ code: "item-unknown" });
});
