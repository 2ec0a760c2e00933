/**
 * Random edits on both sides, with requests that fail and answers that are lost between any two of them, and the
 * add-on killed at any time. Then a quiet sync: both sides are equal, every local edit is on the server, or in
 * the conflict list, or merged; and one more sync does nothing.
 */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { test } from "vitest";
import { eventText, propertyOf } from "../../support/event-text.ts";
import { runs } from "../../support/fixed-seed.ts";
import type { Fate, Misbehaviours } from "../../support/memory-collection.ts";
import { makeWorld, type SyncWorld } from "./sync-world.ts";

const NAMES = ["a", "b", "c", "d"] as const;
const PROPERTIES = ["SUMMARY", "LOCATION"] as const;

const name = fc.constantFrom(...NAMES);
const property = fc.constantFrom(...PROPERTIES);
const fates = fc.array(
  fc.constantFrom<Fate>("answered", "answered", "answered", "not-sent", "answer-lost"),
  { maxLength: 12 },
);

const step = fc.oneof(
  fc.record({ kind: fc.constant("create-here"), name }),
  fc.record({ kind: fc.constant("edit-here"), name, property }),
  fc.record({ kind: fc.constant("delete-here"), name }),
  fc.record({ kind: fc.constant("create-there"), name }),
  fc.record({ kind: fc.constant("edit-there"), name, property }),
  fc.record({ kind: fc.constant("delete-there"), name }),
  fc.record({ kind: fc.constant("sync"), fates }),
  fc.record({ kind: fc.constant("push"), name, fates }),
  fc.record({ kind: fc.constant("restart") }),
  fc.record({ kind: fc.constant("expire-tokens") }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const servers: readonly Misbehaviours[] = [
  {},
  { neverProven: true },
  { noSyncCollection: true },
  { noSyncCollection: true, noCtag: true },
  { pageSize: 2 },
  {
    rewrite: (text) =>
      text.includes("X-S:") ? text : text.replace("END:VEVENT", "X-S:1\r\nEND:VEVENT"),
  },
];

const fileOf = (eventName: string): string => `${eventName}.ics`;

/** Edits the user made, each with a value of its own, until they are overwritten or deleted by the user. */
class Intentions {
  readonly #values = new Map<string, string>();

  set(file: string, key: string, value: string): void {
    this.#values.set(`${file} ${key}`, value);
  }

  forget(file: string): void {
    for (const key of this.#values.keys()) if (key.startsWith(`${file} `)) this.#values.delete(key);
  }

  entries(): { file: string; property: string; value: string }[] {
    return [...this.#values].map(([key, value]) => {
      const [file = "", wanted = ""] = key.split(" ");
      return { file, property: wanted, value };
    });
  }
}

function withFates(world: SyncWorld, given: readonly Fate[]): void {
  let next = 0;
  world.remote.intercept = () => given[next++] ?? "answered";
}

async function take(world: SyncWorld, wanted: Intentions, move: Step, value: string) {
  const shown = world.local.visible();
  const file = "name" in move ? fileOf(move.name) : "";
  switch (move.kind) {
    case "create-here":
      // Names are made up at the edit: one that either side knows is never taken again.
      if (shown.has(file) || world.remote.texts().has(file) || world.local.knows(file)) return;
      world.local.createLocally(file, eventText(file, { SUMMARY: value }));
      wanted.set(file, "SUMMARY", value);
      return;
    case "edit-here":
      if (!shown.has(file) || !("property" in move)) return;
      world.editLocally(file, move.property, value);
      wanted.set(file, move.property, value);
      return;
    case "delete-here":
      if (!shown.has(file)) return;
      world.local.deleteLocally(file);
      wanted.forget(file);
      return;
    case "create-there":
      if (world.remote.texts().has(file) || world.local.knows(file)) return;
      world.remote.write(file, eventText(file, { SUMMARY: value }));
      return;
    case "edit-there":
      if (!world.remote.texts().has(file) || !("property" in move)) return;
      // Seen by the other client, so what it overwrites is not lost unseen.
      forgetSettled(world, wanted, file, move.property);
      world.editOnServer(file, move.property, value);
      return;
    case "delete-there":
      if (world.serverHas(file, "SUMMARY") === undefined) return;
      forgetArrived(world, wanted, file);
      world.remote.delete(file);
      return;
    case "expire-tokens":
      world.remote.expireTokens();
      return;
    case "restart":
      world.restart();
      return;
    case "push": {
      if (!("fates" in move)) return;
      withFates(world, move.fates);
      await world.engine.push(file, false, new AbortController().signal).catch(() => {});
      return;
    }
    case "sync":
      if (!("fates" in move)) return;
      withFates(world, move.fates);
      await world.sync();
  }
}

function forgetSettled(world: SyncWorld, wanted: Intentions, file: string, key: string): void {
  for (const wish of wanted.entries())
    if (
      wish.file === file &&
      wish.property === key &&
      world.serverHas(file, wish.property) === wish.value
    )
      wanted.set(file, key, "");
}

function forgetArrived(world: SyncWorld, wanted: Intentions, file: string): void {
  for (const wish of wanted.entries())
    if (wish.file === file && world.serverHas(file, wish.property) === wish.value)
      wanted.set(file, wish.property, "");
}

function lostWishes(world: SyncWorld, wanted: Intentions): string[] {
  return wanted
    .entries()
    .filter(({ file, property: key, value }) => {
      if (value === "" || world.serverHas(file, key) === value) return false;
      return !world.local.conflicts.some(
        (conflict) =>
          conflict.name === file &&
          conflict.mine !== null &&
          propertyOf(conflict.mine, key) === value,
      );
    })
    .map(({ file, property: key, value }) => `${file} ${key}=${value}`);
}

test("both sides converge, and no edit vanishes without a conflict", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...servers),
      fc.array(step, { minLength: 1, maxLength: 25 }),
      async (misbehaviours, steps) => {
        const world = makeWorld(misbehaviours);
        const wanted = new Intentions();
        for (const [index, move] of steps.entries()) await take(world, wanted, move, `v${index}`);

        world.remote.intercept = () => "answered";
        world.now += 24 * 60 * 60_000;
        // The first may end in edits merged and sent; a second brings the server's account of them.
        for (let quiet = 0; quiet < 2; quiet++) {
          const { failure } = await world.sync({ impatient: true });
          if (failure !== undefined) throw failure;
        }

        const undecided = new Set(
          world.local.conflicts
            .filter((conflict) => conflict.conflict === "deleted-there")
            .map((conflict) => conflict.name),
        );
        const pending = world.local.pendingNames().filter((file) => !undecided.has(file));
        if (pending.length > 0) throw new Error(`still pending: ${pending.join(" ")}`);
        const shown = world.local.visible();
        for (const file of world.local.pendingNames()) shown.delete(file);
        const there = world.remote.texts();
        if (!isDeepStrictEqual(shown, there))
          throw new Error(`differ: ${JSON.stringify([...shown])} ${JSON.stringify([...there])}`);
        const lost = lostWishes(world, wanted);
        if (lost.length > 0) throw new Error(`lost: ${lost.join(", ")}`);

        const { signal } = new AbortController();
        const status = await world.remote.status(signal);
        world.remote.calls.length = 0;
        world.local.calls.length = 0;
        await world.engine.run({ status, impatient: false, signal });
        if (world.remote.count("put", "remove") > 0) throw new Error("a quiet sync writes");
        const silent = misbehaviours.noCtag ? ["list"] : [];
        if (JSON.stringify(world.remote.calls) !== JSON.stringify(silent))
          throw new Error(`a quiet sync asks: ${world.remote.calls.join(" ")}`);
        if (world.local.calls.some((call) => call === "batch" || call === "settle"))
          throw new Error("a quiet sync changes the item store");
      },
    ),
    { numRuns: runs(1500) },
  );
});
