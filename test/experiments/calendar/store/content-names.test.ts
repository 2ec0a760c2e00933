/** The names that the item store gives to what calendars hold: a backup relies on them without reading a row. */
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { NAMED_COLUMNS } from "../../../../src/experiments/calendar/store/content-names.ts";
import type { ItemStore } from "../../../../src/experiments/calendar/store/item-store.ts";
import { MIGRATIONS } from "../../../../src/experiments/calendar/store/migrations.ts";
import { SqliteItemReads } from "../../../../src/experiments/calendar/store/sqlite-item-reads.ts";
import { SqliteItemStore } from "../../../../src/experiments/calendar/store/sqlite-item-store.ts";
import { CALENDAR, DATABASE, event, put, StoreWorld, sides, stored } from "./store-world.ts";

const OTHER = "calendar-2";
const both = { conflict: "both-changed", base: null, properties: [] } as const;

let world: StoreWorld;
beforeEach(async () => {
  world = await new StoreWorld().open();
  await world.batch([put("a.ics", event("a", "A")), put("b.ics", event("b", "B"))]);
  await world.batch([put("o.ics", event("o", "O"))], {}, OTHER);
  await world.edit("b.ics", event("b", "B of the user"));
});

/** What a backup writes of a calendar's rows. */
async function contents(in_: StoreWorld, calendarId = CALENDAR): Promise<string> {
  const rows = JSON.parse(await in_.store.getResources(calendarId, {})) as Record<
    string,
    unknown
  >[];
  const kept = rows.map(({ uid: _, metadata: __, revision: ___, ...row }) => row);
  const conflicts = JSON.parse(await in_.store.listConflicts(calendarId)) as {
    id: number;
    name: string;
    mine: string;
    theirs: string;
  }[];
  const sidesOf = conflicts.map(({ id, name, mine, theirs }) => ({ id, name, mine, theirs }));
  return JSON.stringify([kept, sidesOf]);
}

const name = (calendarId = CALENDAR) => world.store.contentName(calendarId);

/** Every operation that writes, each as it changes what a backup of the calendar would hold. */
const CHANGES: Partial<Record<keyof ItemStore, readonly (() => Promise<unknown>)[]>> = {
  batch: [
    () => world.batch([put("c.ics", event("c", "C"))]),
    () => world.batch([put("a.ics", event("a", "A2"))]),
    () => world.batch([put("b.ics", event("b", "B of the server"))]),
    () => world.batch([{ kind: "remove", name: "a.ics", reason: "sync" }]),
    () => world.batch([{ kind: "remove", name: "b.ics", reason: "sync" }]),
  ],
  settle: [
    () => world.settle("b.ics", stored(event("b", "B of the user"))),
    () => world.settle("b.ics", { ...stored(event("b", "B of the user")), newName: "b2.ics" }),
    () => world.settle("b.ics", { kind: "yield" }),
    () =>
      world.settle("b.ics", {
        kind: "yield",
        conflict: { ...both, mine: event("b", "mine"), theirs: event("b", "theirs") },
      }),
  ],
  stage: [
    () =>
      world.store.stage(
        CALENDAR,
        [{ kind: "create", name: "s.ics", ...sides(event("s", "S")) }],
        "restore",
      ),
    () => world.store.stage(CALENDAR, [{ kind: "delete", name: "a.ics" }], "restore"),
  ],
  clear: [() => world.store.clear(CALENDAR)],
  removeCalendar: [
    async () => {
      await world.store.removeCalendar(CALENDAR, "unsubscribe");
      await world.batch([]);
    },
  ],
  insertEdit: [() => world.create("n", event("n", "N"))],
  updateEdit: [
    () => world.edit("a.ics", event("a", "A of the user")),
    () => world.edit("b.ics", event("b", "B again")),
  ],
  deleteEdit: [() => world.remove("a.ics"), () => world.remove("b.ics")],
};

/** Those that need a conflict first, and those that change nothing a backup reads of the calendar. */
const ELSEWHERE: readonly (keyof ItemStore)[] = ["resolveConflict"];
const WITHOUT_EFFECT: Partial<Record<keyof ItemStore, () => Promise<unknown>>> = {
  contentName: () => name(),
  takeEvents: () => world.store.takeEvents(),
  listRemoved: () => world.store.listRemoved(),
  isRemoved: () => world.store.isRemoved(CALENDAR),
  dismissSuperseded: async () => {
    const ids = (await world.superseded()).map(({ id }) => id);
    await world.store.dismissSuperseded(CALENDAR, ids);
  },
  resumeSending: () => world.store.resumeSending(),
  markSnapshotted: async () => {
    const ids = (await world.superseded()).map(({ id }) => id);
    await world.store.markSnapshotted(CALENDAR, ids, "a snapshot");
  },
  unmarkSnapshotted: () => world.store.unmarkSnapshotted(null),
  forgetSnapshotted: () => world.store.forgetSnapshotted(["a snapshot"]),
  setAcks: () => world.store.setAcks(CALENDAR, "a.ics", "an acknowledged alarm"),
  changeMetadata: () => world.store.changeMetadata(CALENDAR, "a.ics", { colour: "red" }),
  onChanged: async () => world.store.onChanged(() => {}),
  close: () => world.restart(),
};

test("an unchanged calendar keeps its name, through restarts and changes of another one", async () => {
  const first = await name();
  expect(first).toMatch(/^[0-9a-f]{32}$/);
  await world.batch([put("p.ics", event("p", "P"))], {}, OTHER);
  await world.batch([put("a.ics", event("a", "A"))]);
  await world.restart();
  expect(await name()).toBe(first);
  expect(await name(OTHER)).not.toBe(first);
  expect(await name("unknown")).toBeNull();
});

const changes = Object.entries(CHANGES).flatMap(([method, variants]) =>
  variants.map((change, i) => [`${method}, variant ${i + 1}`, change] as const),
);

test.each(changes)(
  "%s changes what is held and the name, and no other calendar's",
  async (_, change) => {
    const before = [await name(), await contents(world)] as const;
    const other = await name(OTHER);
    await change();
    expect(await contents(world)).not.toBe(before[1]);
    expect(await name()).not.toBe(before[0]);
    expect(await name(OTHER)).toBe(other);
  },
);

test.each(Object.entries(WITHOUT_EFFECT))("%s changes nothing that is held", async (_, work) => {
  const before = await contents(world);
  const named = await name();
  await work();
  expect(await contents(world)).toBe(before);
  expect(await name()).toBe(named);
});

test("a decided conflict changes the name", async () => {
  const conflict = { ...both, mine: event("b", "mine"), theirs: event("b", "theirs") };
  await world.settle("b.ics", { kind: "yield", conflict });
  const before = await name();
  const [found] = await world.conflicts();
  const row = (await world.rows()).find((one) => one.name === "b.ics");
  await world.store.resolveConflict(CALENDAR, found?.id ?? -1, [], {
    name: "b.ics",
    revision: row?.revision ?? null,
  });
  expect(await world.conflicts()).toEqual([]);
  expect(await name()).not.toBe(before);
});

test("no operation of the store is left out here", () => {
  const own = Object.getOwnPropertyNames(SqliteItemStore.prototype);
  const reads = Object.getOwnPropertyNames(SqliteItemReads.prototype);
  const tried = [...Object.keys(CHANGES), ...Object.keys(WITHOUT_EFFECT), ...ELSEWHERE];
  expect(new Set([...tried, "constructor"])).toEqual(
    new Set(own.filter((method) => !reads.includes(method) || method === "constructor")),
  );
});

test("no column of the tables is left out: what is not named here does not enter a backup", async () => {
  await world.store.close();
  const sql = await world.disk.open(DATABASE);
  const columnsOf = async (table: string) =>
    (await sql.execute(`SELECT name FROM pragma_table_info('${table}')`)).map(([column]) => column);
  const besides = {
    // For views, which show what stands in the texts, and for the provider.
    items: `revision uid components starts ends completed summary location status classification categories start_value
      end_value last_modified sequence acks metadata taken_back_at`,
    outbox: "base_body server_columns changed_at attempts last_error waits_for",
    conflicts: "uid kind base properties created_at",
  };
  for (const table of ["items", "outbox", "conflicts"] as const)
    expect(new Set(await columnsOf(table)), table).toEqual(
      new Set([...NAMED_COLUMNS[table], ...besides[table].split(/\s+/)]),
    );
  const tables = await sql.execute("SELECT name FROM sqlite_master WHERE type = 'table'");
  expect(new Set(tables.flat())).toEqual(
    new Set("meta calendars bodies items outbox superseded versions conflicts events".split(" ")),
  );
  await sql.close();
});

describe("another database", () => {
  test("one made anew gives other names to the same texts", async () => {
    const before = await name();
    await world.store.close();
    world.disk.files.delete(DATABASE);
    await world.open();
    await world.batch([put("a.ics", event("a", "A")), put("b.ics", event("b", "B"))]);
    expect(await name()).not.toBe(before);
  });

  test("a copy goes its own way: the same number of changes gives another name", async () => {
    const before = await name();
    await world.store.close();
    const copy = new StoreWorld();
    for (const [path, file] of world.disk.files) copy.disk.files.set(path, file.slice());
    await world.open();
    await copy.open();
    expect(await copy.store.contentName(CALENDAR)).toBe(before);
    await world.batch([put("a.ics", event("a", "A here"))]);
    await copy.batch([put("a.ics", event("a", "A there"))]);
    expect(await copy.store.contentName(CALENDAR)).not.toBe(await name());
    expect(await name()).not.toBe(before);
  });

  test("an older one that is brought back has the name it had with what it had", async () => {
    const before = [await name(), await contents(world)];
    await world.store.close();
    const older = new Map([...world.disk.files].map(([path, file]) => [path, file.slice()]));
    await world.open();
    await world.batch([put("a.ics", event("a", "A2"))]);
    expect(await name()).not.toBe(before[0]);
    await world.store.close();
    world.disk.files.clear();
    for (const [path, file] of older) world.disk.files.set(path, file);
    await world.open();
    expect([await name(), await contents(world)]).toEqual(before);
  });

  test("one of an earlier version is given names when it is brought up to date", async () => {
    const older = new StoreWorld();
    older.migrations = MIGRATIONS.slice(0, 2);
    await older.open();
    await older.batch([put("a.ics", event("a", "A"))]);
    await older.store.close();
    older.migrations = undefined;
    await older.open();
    const before = await older.store.contentName(CALENDAR);
    await older.edit("a.ics", event("a", "A2"));
    expect(await older.store.contentName(CALENDAR)).not.toBe(before);
  });
});

test("whatever is done: equal names, equal contents", async () => {
  const uid = fc.constantFrom("a", "b", "c");
  const text = fc.constantFrom("1", "2");
  const step = fc.oneof(
    fc.tuple(fc.constantFrom("put", "edit", "create"), uid, text),
    fc.tuple(
      fc.constantFrom("remove", "delete", "settle", "refuse", "yield"),
      uid,
      fc.constant(""),
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const tried = await new StoreWorld().open();
      const seen = new Map<string | null, string>();
      for (const [kind, id, words] of steps) {
        const file = `${id}.ics`;
        const body = event(id, words);
        const pending = (await tried.pending(CALENDAR, [file]))[0] !== undefined;
        if (kind === "put") await tried.batch([put(file, body)]);
        else if (kind === "remove")
          await tried.batch([{ kind: "remove", name: file, reason: "sync" }]);
        else if (kind === "edit") await tried.edit(file, body).catch(() => null);
        else if (kind === "create") await tried.create(id, body).catch(() => null);
        else if (kind === "delete") await tried.remove(file);
        else if (!pending) continue;
        else if (kind === "settle") await tried.settle(file, { kind: "removed" }).catch(() => null);
        else await tried.settle(file, { kind: "yield" }).catch(() => null);
        const named = await tried.store.contentName(CALENDAR);
        const held = await contents(tried);
        expect(seen.get(named) ?? held).toBe(held);
        seen.set(named, held);
      }
    }),
    { numRuns: 60 },
  );
});
