/**
 * Convergence where many things happen at once: selections deleted on either side, a server that goes back in time or
 * gives items other names, requests that fail in between, snapshots that cannot be taken, decisions of the user about
 * what he sees or has seen, and their undoing. In the end both sides are equal, no event is gone that nobody deleted,
 * none is there twice, and every edit made here can be found. An undoing never takes back what came later.
 */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { test } from "vitest";
import { CalendarSync } from "../../../src/background/sync/engine.ts";
import type { MassChange, MassChangeKind } from "../../../src/background/sync/ports.ts";
import { calendarTexts } from "../../../src/background/sync/texts.ts";
import { isAppError } from "../../../src/shared/errors.ts";
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
const KINDS = ["removals", "reversals", "deletions"] as const;
const kinds = fc.constantFrom(...KINDS);
const step = fc.oneof(
  fc.record({ kind: fc.constant("edit-here" as const), uids: some }),
  fc.record({ kind: fc.constant("edit-there" as const), uids: some }),
  fc.record({ kind: fc.constant("delete-here" as const), uids: some }),
  fc.record({ kind: fc.constant("delete-there" as const), uids: some }),
  fc.record({ kind: fc.constant("revert-there" as const), uids: some }),
  fc.record({ kind: fc.constant("rename-there" as const), uids: some }),
  fc.record({ kind: fc.constant("push" as const), uids: some, fates }),
  fc.record({ kind: fc.constant("sync" as const), fates, snapshots: fc.boolean() }),
  fc.record({ kind: fc.constant("sync" as const), fates, snapshots: fc.boolean() }),
  fc.record({
    kind: fc.constant("decide" as const),
    what: kinds,
    decision: fc.constantFrom("apply" as const, "keep" as const),
    asSeen: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("look" as const) }),
  fc.record({
    kind: fc.constant("undo" as const),
    which: fc.nat(5),
    /** Edited here while it is under way. */
    edits: fc.subarray(UIDS, { maxLength: 2 }),
  }),
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
  /** When what was written last, by UID and property. */
  readonly #written = new Map<string, Map<string, { value: string; at: number }>>();
  readonly #deletedHereAt = new Map<string, number>();
  /** What the user has seen to be held, by kind. */
  #seen = new Map<MassChangeKind, string>();
  #names = 0;
  readonly #signal = new AbortController().signal;
  readonly #work = { signal: this.#signal, onProgress: () => {} };

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
    switch (move.kind) {
      case "edit-here":
        await this.#editHere(move.uids, value);
        return;
      case "edit-there":
        for (const [name, uid, text] of this.#thereOf(move.uids)) {
          this.remote.write(name, withValue(text, "LOCATION", value));
          this.#note(uid, "LOCATION", value);
        }
        return;
      case "delete-here":
        for (const [name, uid] of itemsOf(await this.local.visible(), move.uids)) {
          await this.local.remove(name);
          this.deleted.add(uid);
          this.#deletedHereAt.set(uid, this.world.now);
        }
        return;
      case "delete-there":
        for (const [name, uid] of this.#thereOf(move.uids)) {
          this.remote.delete(name);
          this.deleted.add(uid);
        }
        return;
      case "revert-there":
        for (const [name, uid] of this.#thereOf(move.uids))
          this.remote.write(name, versionOf(uid, "old", 1));
        return;
      case "rename-there":
        for (const [name, uid, text] of this.#thereOf(move.uids)) {
          this.remote.delete(name);
          this.remote.write(`${uid}-${++this.#names}.ics`, text);
        }
        return;
      case "push":
        this.#fate(move.fates);
        for (const { name } of await this.local.getPending())
          await this.engine.push(name, false, this.#signal).catch(() => {});
        return;
      case "sync":
        this.#fate(move.fates);
        this.snapshotSucceeds = move.snapshots;
        await this.sync();
        return;
      case "decide":
        if (move.asSeen) await this.#decideAsSeen(move.what, move.decision);
        else await this.decide(move.what, move.decision);
        return;
      case "look":
        for (const what of KINDS)
          this.#seen.set(what, (await this.engine.held(what))?.preview ?? "nothing");
        return;
      case "undo": {
        const { massChanges = [] } = (await this.local.getState()) ?? {};
        const change = massChanges[move.which % Math.max(1, massChanges.length)];
        if (change) await this.#undo(change, move.edits, value);
        return;
      }
      case "crash":
        await this.world.open();
        this.engine = this.#makeEngine();
    }
  }

  async decide(kind: MassChangeKind, decision: "apply" | "keep"): Promise<void> {
    const held = await this.engine.held(kind);
    if (held === undefined) return;
    const options = { preview: held.preview, withoutSnapshot: true };
    await this.engine.decide(kind, decision, options, this.#work);
  }

  /** Of what is not as it was seen, nothing is decided. */
  async #decideAsSeen(kind: MassChangeKind, decision: "apply" | "keep"): Promise<void> {
    const preview = this.#seen.get(kind) ?? "nothing";
    const isSame = (await this.engine.held(kind))?.preview === preview;
    const before = await this.#everything();
    const options = { preview, withoutSnapshot: true };
    const refusal = await this.engine.decide(kind, decision, options, this.#work).then(
      () => null,
      (error: unknown) => (isAppError(error) ? error.code : error),
    );
    if (refusal !== (isSame ? null : "preview-outdated"))
      throw new Error(`a decision about ${isSame ? "what" : "other than"} was seen: ${refusal}`);
    if (!isSame && !isDeepStrictEqual(await this.#everything(), before))
      throw new Error("a decision that was refused has changed something");
  }

  async #everything(): Promise<unknown> {
    return [await this.local.visible(), await this.local.getPending(), await this.local.getState()];
  }

  /** @param edits made here while it is under way */
  async #undo(change: MassChange, edits: readonly string[], value: string): Promise<void> {
    const { stage } = this.local;
    this.local.stage = async (...args) => {
      this.local.stage = stage;
      await this.#editHere(edits, value);
      return stage.apply(this.local, args);
    };
    const before = await this.local.visible();
    await this.engine.undo(change.kind, change.at, this.#work);
    this.local.stage = stage;
    const after = await this.local.visible();
    for (const uid of UIDS) {
      const [was] = itemsOf(before, [uid]);
      const is = itemsOf(after, [uid]);
      const isDeleted = (this.#deletedHereAt.get(uid) ?? 0) > change.at;
      if (was === undefined && isDeleted && is.length > 0)
        throw new Error(`${uid} was deleted after what was undone, and is back`);
      if (was === undefined) continue;
      for (const [property, written] of this.#written.get(uid) ?? []) {
        const isLater = written.at > change.at;
        const wasShown = written.value === value || propertyOf(was[2], property) === written.value;
        const isShown = is.some(([, , text]) => propertyOf(text, property) === written.value);
        if (isLater && wasShown && !isShown)
          throw new Error(`the undoing took ${property} ${written.value} of ${uid} back`);
      }
    }
  }

  async #editHere(uids: readonly string[], value: string): Promise<void> {
    for (const [name, uid] of itemsOf(await this.local.visible(), uids)) {
      await this.local.edit(name, (text) => withValue(text, "SUMMARY", value));
      this.mine.set(uid, value);
      this.#note(uid, "SUMMARY", value);
    }
  }

  #note(uid: string, property: string, value: string): void {
    const written = this.#written.get(uid) ?? new Map();
    this.#written.set(uid, written.set(property, { value, at: this.world.now++ }));
  }

  #thereOf(uids: readonly string[]): [name: string, uid: string, text: string][] {
    return itemsOf(this.remote.texts(), uids);
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
      for (const kind of KINDS) await this.decide(kind, decision);
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
    const gone = UIDS.filter((uid) => itemsOf(shown, [uid]).length === 0 && !this.deleted.has(uid));
    const doubled = UIDS.filter((uid) => itemsOf(there, [uid]).length > 1);
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
      ...doubled.map((uid) => `${uid} is there twice`),
      ...lost.map(([uid, value]) => `${uid}: ${value} is nowhere`),
    ];
  }
}

/** Those of the UIDs that are among the texts. */
function itemsOf(
  texts: ReadonlyMap<string, string>,
  uids: readonly string[],
): [name: string, uid: string, text: string][] {
  return [...texts].flatMap(([name, text]) => {
    const uid = propertyOf(text, "UID") ?? "";
    return uids.includes(uid) ? [[name, uid, text] as [string, string, string]] : [];
  });
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
