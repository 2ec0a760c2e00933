/**
 * Convergence where many things happen at once: selections deleted on either side, a server that goes back in time,
 * requests that fail in between, snapshots that cannot be taken, decisions of the user and their undoing. In the end
 * both sides are equal, no event is gone that nobody deleted, and every edit made here can be found.
 */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { test } from "vitest";
import { CalendarSync } from "../../../src/background/sync/engine.ts";
import { calendarTexts } from "../../../src/background/sync/texts.ts";
import { StoreWorld } from "../../experiments/calendar/store/store-world.ts";
import { eventText, propertyOf, withValue } from "../../support/event-text.ts";
import { runs } from "../../support/fixed-seed.ts";
import { type Fate, MemoryCollection } from "../../support/memory-collection.ts";
import { StoredCalendar } from "../../support/stored-calendar.ts";
import { numbered } from "./sync-world.ts";

const UIDS = numbered(14);
const DAY_MS = 24 * 60 * 60_000;

const some = fc.subarray(UIDS, { minLength: 1 });
const fates = fc.array(
  fc.constantFrom<Fate>("answered", "answered", "answered", "not-sent", "answer-lost"),
  { maxLength: 20 },
);
const kinds = fc.constantFrom("removals" as const, "reversals" as const, "deletions" as const);
const step = fc.oneof(
  fc.record({ kind: fc.constant("edit-here" as const), uids: some }),
  fc.record({ kind: fc.constant("edit-there" as const), uids: some }),
  fc.record({ kind: fc.constant("delete-here" as const), uids: some }),
  fc.record({ kind: fc.constant("delete-there" as const), uids: some }),
  fc.record({ kind: fc.constant("revert-there" as const), uids: some }),
  fc.record({ kind: fc.constant("push" as const), uids: some, fates }),
  fc.record({ kind: fc.constant("sync" as const), fates, snapshots: fc.boolean() }),
  fc.record({ kind: fc.constant("sync" as const), fates, snapshots: fc.boolean() }),
  fc.record({
    kind: fc.constant("decide" as const),
    what: kinds,
    decision: fc.constantFrom("apply" as const, "keep" as const),
  }),
  fc.record({ kind: fc.constant("undo" as const), what: kinds }),
  fc.record({ kind: fc.constant("crash" as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

class Scenario {
  readonly remote = new MemoryCollection();
  readonly local: StoredCalendar;
  readonly world: StoreWorld;
  engine: CalendarSync;
  snapshotSucceeds = true;
  /** Deleted on either side at some time. */
  readonly deleted = new Set<string>();
  /** What the user wrote last, by UID. */
  readonly mine = new Map<string, string>();
  readonly #signal = new AbortController().signal;

  constructor(world: StoreWorld) {
    this.world = world;
    this.local = new StoredCalendar(world);
    this.engine = this.#makeEngine();
    for (const uid of UIDS) this.remote.write(`${uid}.ics`, versionOf(uid, "first", 2));
  }

  #makeEngine(): CalendarSync {
    return new CalendarSync({
      remote: this.remote,
      local: this.local,
      texts: calendarTexts,
      now: () => this.world.now,
      random: () => 0,
      beforeMassRemoval: async () => this.snapshotSucceeds,
      wait: async () => {},
    });
  }

  async take(move: Step, value: string): Promise<void> {
    this.remote.intercept = () => "answered";
    const shown = await this.local.visible();
    switch (move.kind) {
      case "edit-here":
        for (const uid of move.uids) {
          const name = `${uid}.ics`;
          if (!shown.has(name)) continue;
          await this.local.edit(name, (text) => withValue(text, "SUMMARY", value));
          this.mine.set(uid, value);
        }
        return;
      case "edit-there":
        for (const uid of move.uids) {
          const text = this.remote.texts().get(`${uid}.ics`);
          if (text !== undefined)
            this.remote.write(`${uid}.ics`, withValue(text, "LOCATION", value));
        }
        return;
      case "delete-here":
        for (const uid of move.uids) {
          if (!shown.has(`${uid}.ics`)) continue;
          await this.local.remove(`${uid}.ics`);
          this.deleted.add(uid);
        }
        return;
      case "delete-there":
        for (const uid of move.uids) {
          this.remote.delete(`${uid}.ics`);
          this.deleted.add(uid);
        }
        return;
      case "revert-there":
        for (const uid of move.uids)
          if (this.remote.texts().has(`${uid}.ics`))
            this.remote.write(`${uid}.ics`, versionOf(uid, "old", 1));
        return;
      case "push":
        this.#fate(move.fates);
        for (const uid of move.uids)
          await this.engine.push(`${uid}.ics`, false, this.#signal).catch(() => {});
        return;
      case "sync":
        this.#fate(move.fates);
        this.snapshotSucceeds = move.snapshots;
        await this.sync();
        return;
      case "decide":
        await this.decide(move.what, move.decision);
        return;
      case "undo": {
        const state = await this.local.getState();
        const change = state?.massChanges.findLast(({ kind }) => kind === move.what);
        if (change) await this.engine.undo(change.kind, change.at);
        return;
      }
      case "crash":
        await this.world.open();
        this.engine = this.#makeEngine();
    }
  }

  decide(kind: "removals" | "reversals" | "deletions", decision: "apply" | "keep") {
    return this.engine.decide(kind, decision, { withoutSnapshot: true, signal: this.#signal });
  }

  sync() {
    return this.engine.run({ status: null, impatient: true, signal: this.#signal });
  }

  #fate(given: readonly Fate[]): void {
    let next = 0;
    this.remote.intercept = () => given[next++] ?? "answered";
  }

  /** The network and the disk are well again, and the user has decided. */
  async settle(decision: "apply" | "keep"): Promise<void> {
    this.remote.intercept = () => "answered";
    this.snapshotSucceeds = true;
    this.world.now += DAY_MS;
    for (let round = 0; round < 3; round++) {
      const { failure } = await this.sync();
      if (failure !== undefined) throw failure;
      for (const kind of ["removals", "reversals", "deletions"] as const)
        await this.decide(kind, decision);
    }
    await this.sync();
    await this.sync();
  }

  async verdict(): Promise<string[]> {
    const conflicts = await this.world.conflicts();
    const asked = new Set(conflicts.map(({ name }) => name));
    const pending = (await this.local.getPending()).map(({ name }) => name);
    const unsettled = pending.filter((name) => !asked.has(name));
    if (unsettled.length > 0) return [`still pending: ${unsettled.join(" ")}`];
    const shown = await this.local.visible();
    const there = this.remote.texts();
    const settled = new Map([...shown].filter(([name]) => !pending.includes(name)));
    if (!isDeepStrictEqual(settled, new Map(there)))
      return [`differ: ${JSON.stringify([...settled])} ${JSON.stringify([...there])}`];
    const gone = UIDS.filter((uid) => !shown.has(`${uid}.ics`) && !this.deleted.has(uid));
    const kept = [
      ...there.values(),
      ...shown.values(),
      ...conflicts.flatMap(({ mine, theirs }) => [mine ?? "", theirs ?? ""]),
      ...(await this.local.listSuperseded(0)).map(({ text }) => text),
    ];
    const lost = [...this.mine].filter(
      ([uid, value]) =>
        !kept.some(
          (text) => propertyOf(text, "UID") === uid && propertyOf(text, "SUMMARY") === value,
        ),
    );
    return [
      ...gone.map((uid) => `${uid} is gone`),
      ...lost.map(([uid, value]) => `${uid}: ${value} is nowhere`),
    ];
  }
}

/** @param month of 2026 in which it was written */
function versionOf(uid: string, summary: string, month: number): string {
  return eventText(uid, { SUMMARY: summary, "LAST-MODIFIED": `20260${month}01T100000Z` });
}

test("both sides converge through mass changes, and nothing is gone unseen", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 12 }),
      fc.constantFrom("apply" as const, "keep" as const),
      async (steps, decision) => {
        const scenario = new Scenario(await new StoreWorld().open());
        await scenario.sync();
        for (const [index, move] of steps.entries()) await scenario.take(move, `v${index}`);
        await scenario.settle(decision);
        const wrong = await scenario.verdict();
        await scenario.world.store.close();
        if (wrong.length > 0) throw new Error(wrong.join("; "));
      },
    ),
    { numRuns: runs(25) },
  );
});
