/**
 * The engine over the real item store: random edits, deletions, undos and edits taken back on one side, other
 * clients on the other, answers lost, the add-on or the whole of Thunderbird killed in between. Afterwards both
 * sides are equal, and what the user wanted last is there, unless another client changed the same event.
 */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { resolveConflict } from "../../../src/background/commands/conflict-decisions.ts";
import { CalendarSync } from "../../../src/background/sync/engine.ts";
import { calendarTexts } from "../../../src/background/sync/texts.ts";
import { StoreWorld } from "../../experiments/calendar/store/store-world.ts";
import { eventText, propertyOf, withValue } from "../../support/event-text.ts";
import { runs } from "../../support/fixed-seed.ts";
import {
  type Fate,
  MemoryCollection,
  type Misbehaviours,
} from "../../support/memory-collection.ts";
import { StoredCalendar } from "../../support/stored-calendar.ts";
import { decisionsOver } from "../../support/stored-decisions.ts";

const uid = fc.constantFrom("a", "b");
const fates = fc.array(
  fc.constantFrom<Fate>("answered", "answered", "answered", "not-sent", "answer-lost"),
  { maxLength: 8 },
);
const step = fc.oneof(
  fc.record({ kind: fc.constant("create-here" as const), uid }),
  fc.record({ kind: fc.constant("edit-here" as const), uid }),
  fc.record({ kind: fc.constant("take-back" as const), uid }),
  fc.record({ kind: fc.constant("delete-here" as const), uid }),
  fc.record({ kind: fc.constant("undo-delete" as const), uid }),
  fc.record({ kind: fc.constant("create-there" as const), uid }),
  fc.record({ kind: fc.constant("edit-there" as const), uid }),
  fc.record({ kind: fc.constant("delete-there" as const), uid }),
  fc.record({ kind: fc.constant("sync" as const), fates }),
  fc.record({ kind: fc.constant("push" as const), uid, fates }),
  fc.record({ kind: fc.constant("restart" as const) }),
  fc.record({ kind: fc.constant("crash" as const) }),
  fc.record({ kind: fc.constant("clear" as const) }),
  fc.record({
    kind: fc.constant("decide" as const),
    keep: fc.constantFrom("mine" as const, "theirs" as const, "both" as const),
    fates,
  }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const servers: readonly Misbehaviours[] = [
  {},
  { neverProven: true },
  { noSyncCollection: true },
  {
    rewrite: (text) =>
      text.includes("X-S:") ? text : text.replace("END:VEVENT", "X-S:1\r\nEND:VEVENT"),
  },
];

class Scenario {
  readonly remote: MemoryCollection;
  readonly local: StoredCalendar;
  readonly world: StoreWorld;
  engine: CalendarSync;
  now = 1_000_000_000_000;
  /** SUMMARY the user wants last by UID; `null`: deleted. Absent once another client has had a hand in it. */
  readonly wanted = new Map<string, string | null>();
  /** Changed by another client since the last sync that went through. */
  readonly contested = new Set<string>();
  readonly deleted = new Map<string, string>();

  constructor(world: StoreWorld, misbehaviours: Misbehaviours) {
    this.world = world;
    this.remote = new MemoryCollection(misbehaviours);
    this.local = new StoredCalendar(world);
    this.engine = this.makeEngine();
  }

  makeEngine(): CalendarSync {
    return new CalendarSync({
      remote: this.remote,
      local: this.local,
      texts: calendarTexts,
      now: () => this.now,
      random: () => 0,
      wait: async () => {},
      beforeMassRemoval: async () => true,
    });
  }

  async shown(wantedUid: string): Promise<[string, string] | undefined> {
    return [...(await this.local.visible())].find(
      ([, text]) => propertyOf(text, "UID") === wantedUid,
    );
  }

  there(wantedUid: string): [string, string] | undefined {
    return [...this.remote.texts()].find(([, text]) => propertyOf(text, "UID") === wantedUid);
  }

  async take(move: Step, value: string): Promise<void> {
    const shown = "uid" in move ? await this.shown(move.uid) : undefined;
    const there = "uid" in move ? this.there(move.uid) : undefined;
    this.remote.intercept = () => "answered";
    switch (move.kind) {
      case "create-here":
        if (shown || there || this.deleted.has(move.uid)) return;
        await this.local.create(move.uid, eventText(move.uid, { SUMMARY: value }));
        this.want(move.uid, value);
        return;
      case "edit-here":
        if (!shown) return;
        await this.local.edit(shown[0], (text) => withValue(text, "SUMMARY", value));
        this.want(move.uid, value);
        return;
      case "take-back": {
        if (!shown) return;
        const [change] = await this.local.getPending([shown[0]]);
        const base = change?.baseText ?? null;
        if (base === null) return;
        const before = propertyOf(base, "SUMMARY") ?? "";
        await this.local.edit(shown[0], (text) => withValue(text, "SUMMARY", before));
        this.want(move.uid, before);
        return;
      }
      case "delete-here":
        if (!shown) return;
        await this.local.remove(shown[0]);
        this.deleted.set(move.uid, shown[1]);
        this.want(move.uid, null);
        return;
      case "undo-delete": {
        const text = this.deleted.get(move.uid);
        if (shown || text === undefined) return;
        await this.local.create(move.uid, text);
        this.want(move.uid, propertyOf(text, "SUMMARY") ?? "");
        return;
      }
      case "create-there":
        if (there || shown) return;
        this.remote.write(`${move.uid}-there.ics`, eventText(move.uid, { SUMMARY: value }));
        this.foreign(move.uid);
        return;
      case "edit-there":
        if (!there) return;
        this.remote.write(there[0], withValue(there[1], "SUMMARY", value));
        this.foreign(move.uid);
        return;
      case "delete-there":
        if (!there) return;
        this.remote.delete(there[0]);
        this.foreign(move.uid);
        return;
      case "push": {
        if (!shown) return;
        this.fate(move.fates);
        await this.engine.push(shown[0], false, new AbortController().signal).catch(() => {});
        return;
      }
      case "sync":
        this.fate(move.fates);
        await this.sync();
        if (move.fates.every((fate) => fate === "answered")) this.contested.clear();
        return;
      case "restart":
        this.engine = this.makeEngine();
        return;
      case "crash":
        await this.world.open();
        this.engine = this.makeEngine();
        return;
      case "decide": {
        const [conflict] = await this.world.conflicts();
        if (conflict === undefined) return;
        if (conflict.uid !== null) this.foreign(conflict.uid);
        this.fate(move.fates);
        await this.decide(conflict.id, move.keep).catch(() => {});
        return;
      }
      case "clear":
        await this.world.store.clear(this.local.calendarId);
    }
  }

  decide(id: number, keep: "mine" | "theirs" | "both") {
    const { calendarId } = this.local;
    return resolveConflict(decisionsOver(this.world, this.engine), { calendarId, id, keep });
  }

  /** Then nothing waits any more, and both sides are equal. */
  async decideAll(keep: "mine" | "theirs" | "both"): Promise<void> {
    for (const { id } of await this.world.conflicts()) await this.decide(id, keep);
    for (let quiet = 0; quiet < 2; quiet++) await this.sync(true);
    const [conflicts, pending] = [await this.world.conflicts(), await this.local.getPending()];
    if (conflicts.length + pending.length > 0) {
      throw new Error(`undecided: ${JSON.stringify(conflicts)} ${JSON.stringify(pending)}`);
    }
    const shown = await this.local.visible();
    const there = this.remote.texts();
    if (!isDeepStrictEqual(new Map(shown), new Map(there)))
      throw new Error(`differ: ${JSON.stringify([...shown])} ${JSON.stringify([...there])}`);
  }

  want(uid: string, summary: string | null): void {
    if (!this.contested.has(uid)) this.wanted.set(uid, summary);
  }

  foreign(uid: string): void {
    this.wanted.delete(uid);
    this.contested.add(uid);
  }

  fate(given: readonly Fate[]): void {
    let next = 0;
    this.remote.intercept = () => given[next++] ?? "answered";
  }

  sync(impatient = false) {
    const { signal } = new AbortController();
    return this.engine.run({ status: null, impatient, signal });
  }
}

test("nothing the user did is lost or undone", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...servers),
      fc.array(step, { minLength: 1, maxLength: 14 }),
      fc.constantFrom("mine" as const, "theirs" as const, "both" as const),
      async (misbehaviours, steps, keep) => {
        const scenario = new Scenario(await new StoreWorld().open(), misbehaviours);
        for (const [index, move] of steps.entries()) await scenario.take(move, `v${index}`);

        scenario.remote.intercept = () => "answered";
        scenario.now += 24 * 60 * 60_000;
        for (let quiet = 0; quiet < 3; quiet++) {
          const { failure } = await scenario.sync(true);
          if (failure !== undefined) throw failure;
        }
        const conflicts = await scenario.world.conflicts();
        const undecided = new Set(
          conflicts.filter(({ conflict }) => conflict === "deleted-there").map(({ name }) => name),
        );
        const pending = (await scenario.local.getPending())
          .map(({ name }) => name)
          .filter((name) => !undecided.has(name));
        if (pending.length > 0) throw new Error(`still pending: ${pending.join(" ")}`);
        const shown = await scenario.local.visible();
        for (const { name } of await scenario.local.getPending()) shown.delete(name);
        const there = scenario.remote.texts();
        if (!isDeepStrictEqual(new Map(shown), new Map(there)))
          throw new Error(`differ: ${JSON.stringify([...shown])} ${JSON.stringify([...there])}`);
        for (const [wantedUid, summary] of scenario.wanted) {
          const found = scenario.there(wantedUid);
          const is = found === undefined ? null : (propertyOf(found[1], "SUMMARY") ?? "");
          // A server that rewrites what it is sent may look like another client: then the user is asked.
          const isAsked = conflicts.some((conflict) => conflict.uid === wantedUid);
          if (is !== summary && !(isAsked && misbehaviours.rewrite))
            throw new Error(`${wantedUid}: ${is} instead of ${summary}`);
        }
        await scenario.decideAll(keep);
        await scenario.world.store.close();
      },
    ),
    { numRuns: runs(150) },
  );
});

test.each(["edit", "delete"] as const)(
  "%s after an answer was lost and Thunderbird ended: what was sent is no foreign change",
  async (kind) => {
    const scenario = new Scenario(await new StoreWorld().open(), {});
    const name = await scenario.local.create("a", eventText("a", { SUMMARY: "before" }));
    await scenario.sync();
    await scenario.local.edit(name, (text) => withValue(text, "SUMMARY", "sent"));
    scenario.fate(["answer-lost"]);
    await scenario.engine.push(name, false, new AbortController().signal).catch(() => {});
    await scenario.world.open();
    scenario.engine = scenario.makeEngine();
    scenario.fate([]);
    if (kind === "delete") await scenario.local.remove(name);
    else await scenario.local.edit(name, (text) => withValue(text, "SUMMARY", "before"));
    await scenario.sync();
    const there = propertyOf(scenario.remote.texts().get(name), "SUMMARY");
    expect(there).toBe(kind === "delete" ? undefined : "before");
    expect(await scenario.local.visible()).toEqual(scenario.remote.texts());
    expect(await scenario.world.conflicts()).toEqual([]);
  },
);

test.each([
  ["not synchronized yet", false],
  ["synchronized since", true],
])(
  "a name that another event on the server has, %s: both events are kept",
  async (_when, synced) => {
    const scenario = new Scenario(await new StoreWorld().open(), {});
    const name = await scenario.local.create("mine", eventText("mine", { SUMMARY: "mine" }));
    scenario.remote.write(name, eventText("other", { SUMMARY: "theirs" }));
    if (synced) {
      scenario.remote.intercept = (call) => (call === "put" ? "not-sent" : "answered");
      await scenario.sync();
      scenario.remote.intercept = () => "answered";
    }
    scenario.fate(["answer-lost"]);
    await scenario.engine.push(name, true, new AbortController().signal).catch(() => {});
    scenario.fate([]);
    await scenario.sync(true);
    await scenario.sync(true);
    const summaries = [...scenario.remote.texts().values()].map((text) =>
      propertyOf(text, "SUMMARY"),
    );
    expect(summaries).toHaveLength(2);
    expect(new Set(summaries)).toEqual(new Set(["mine", "theirs"]));
    expect(await scenario.local.visible()).toEqual(scenario.remote.texts());
    expect(await scenario.local.getPending()).toEqual([]);
  },
);

test("an edit made while its event gets another name on the server arrives there at once", async () => {
  const scenario = new Scenario(await new StoreWorld().open(), {});
  scenario.remote.write("invitation.ics", eventText("a", { SUMMARY: "theirs" }));
  const name = await scenario.local.create("a", eventText("a", { SUMMARY: "first" }));
  let edited = false;
  scenario.remote.intercept = async (call, member): Promise<Fate> => {
    if (call === "put" && member === "invitation.ics" && !edited) {
      edited = true;
      await scenario.local.edit(name, (text) => withValue(text, "SUMMARY", "second"));
    }
    return "answered";
  };
  const { signal } = new AbortController();
  expect(await scenario.engine.push(name, false, signal)).toEqual({ kind: "done", created: true });
  expect(propertyOf(scenario.there("a")?.[1], "SUMMARY")).toBe("second");
  expect(await scenario.local.visible()).toEqual(scenario.remote.texts());
});
