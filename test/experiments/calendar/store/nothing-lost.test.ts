/**
 * The promise of the item store, for any sequence of what syncs, users and answers do: a text that was visible or
 * on the server is current or kept, and a pending change goes only by an answer to it or by the user.
 */
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import type { PendingChange, Settlement } from "../../../../src/shared/item-store.ts";
import { event, put, StoreWorld, sides, stored } from "./store-world.ts";

const UIDS = ["a", "b"] as const;

type Step =
  | { readonly kind: "put"; readonly uid: string }
  | { readonly kind: "remove"; readonly uid: string }
  | { readonly kind: "create"; readonly uid: string; readonly again: boolean }
  | { readonly kind: "edit"; readonly uid: string }
  | { readonly kind: "delete"; readonly uid: string }
  | { readonly kind: "send"; readonly uid: string }
  /** To the oldest change on its way; `uid`: that row's change is sent first. */
  | {
      readonly kind: "answer";
      readonly uid: string | null;
      readonly settlement: Settlement["kind"];
      readonly rewritten: boolean;
    }
  | { readonly kind: "clear" }
  | { readonly kind: "crash" };

const uid = fc.constantFrom(...UIDS);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("put" as const), uid }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("remove" as const), uid }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("create" as const), uid, again: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("edit" as const), uid }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("delete" as const), uid }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("send" as const), uid }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("answer" as const),
      uid: fc.option(uid),
      settlement: fc.constantFrom("stored", "removed", "merged", "refused", "yield"),
      rewritten: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "clear" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "crash" as const }) },
);

class Run {
  readonly world: StoreWorld;
  /** Every text that was ever visible or on the server. */
  readonly ever = new Set<string>();
  /** Changes on their way. */
  readonly sent: PendingChange[] = [];
  #texts = 0;

  constructor(world: StoreWorld) {
    this.world = world;
  }

  #text(ofUid: string): string {
    return event(ofUid, `version ${++this.#texts}`);
  }

  /** @returns names of the rows whose pending change may go by this step */
  async take(next: Step): Promise<readonly string[]> {
    const { world } = this;
    switch (next.kind) {
      case "put":
        await world.batch([put(`${next.uid}.ics`, this.#text(next.uid), `${this.#texts}`)]);
        return [];
      case "remove":
        await world.batch([{ kind: "remove", name: `${next.uid}.ics`, reason: "gone" }]);
        return [];
      case "create": {
        const deleted = (await world.bodies(`${next.uid}.ics`))[0]?.serverText;
        const text = next.again && deleted != null ? deleted : this.#text(next.uid);
        await world.create(next.uid, text).catch((error: { code: string }) => {
          expect(error.code).toBe("uid-exists");
        });
        return [`${next.uid}.ics`];
      }
      case "edit":
        await world
          .edit(`${next.uid}.ics`, this.#text(next.uid))
          .catch((error: { code: string }) => {
            expect(error.code).toBe("item-unknown");
          });
        return [];
      case "delete":
        await world.remove(`${next.uid}.ics`);
        return [];
      case "send":
        await this.#send(next.uid);
        return [];
      case "answer": {
        if (next.uid !== null) await this.#send(next.uid);
        const change = this.sent.shift();
        if (change === undefined) return [];
        const settlement = this.#answer(change, next);
        const [now] = await world.pending(world.calendarId, [change.name]);
        await world.store.settle(world.calendarId, change.name, change.revision, settlement);
        return now?.revision === change.revision ? [change.name] : [];
      }
      case "clear":
        await world.store.clear(world.calendarId);
        return [];
      case "crash":
        await world.open();
        return [];
    }
  }

  async #send(ofUid: string): Promise<void> {
    const [change] = await this.world.pending(this.world.calendarId, [`${ofUid}.ics`]);
    if (change !== undefined) this.sent.push(change);
  }

  #answer(change: PendingChange, next: Extract<Step, { kind: "answer" }>): Settlement {
    const ofUid = change.uid ?? "a";
    switch (next.settlement) {
      case "stored":
        return stored(next.rewritten ? this.#text(ofUid) : (change.userText ?? this.#text(ofUid)));
      case "merged":
        return { kind: "merged", ...sides(this.#text(ofUid)) };
      case "refused":
        return { kind: "refused", error: { code: "forbidden" } };
      case "removed":
      case "yield":
        return { kind: next.settlement };
    }
  }

  async look(): Promise<Set<string>> {
    const { world } = this;
    const current = new Set<string>();
    for (const body of await world.bodies(...UIDS.map((each) => `${each}.ics`))) {
      if (body.serverText !== null) current.add(body.serverText);
      if (body.userText !== null) current.add(body.userText);
    }
    for (const text of current) this.ever.add(text);
    return current;
  }
}

const steps = fc.array(step, { minLength: 10, maxLength: 40 });

test.prop([steps], { numRuns: 60 })(
  "any sequence of syncs, edits, answers and crashes loses no text and no change",
  async (taken) => {
    const run = new Run(await new StoreWorld().open());
    for (const next of taken) {
      const before = await run.world.pending();
      const mayGo = await run.take(next);
      const current = await run.look();
      const kept = new Set((await run.world.superseded()).map(({ text }) => text));
      for (const text of run.ever) expect(current.has(text) || kept.has(text), text).toBe(true);

      const after = new Set((await run.world.pending()).map(({ name }) => name));
      for (const { name } of before) expect(after.has(name) || mayGo.includes(name)).toBe(true);

      const unsent = (await run.world.pending())
        .map(({ userText }) => userText)
        .filter((text) => text !== null);
      const files = run.world.unsentFiles().map((path) => run.world.disk.textOf(path));
      expect(new Set(files)).toEqual(new Set(unsent));
    }
  },
  60_000,
);

test.prop([steps], { numRuns: 30 })(
  "every version that was shown can be had again by its revision",
  async (taken) => {
    const run = new Run(await new StoreWorld().open());
    const shown = new Map<number, string>();
    let highest = 0;
    for (const next of taken) {
      await run.take(next);
      const query = {
        calendarId: run.world.calendarId,
        components: 15,
        start: null,
        end: null,
        includeCompleted: true,
      };
      for await (const slice of run.world.store.queryTexts(query)) {
        for (const { revision, text } of slice) {
          if (shown.has(revision)) expect(shown.get(revision)).toBe(text);
          shown.set(revision, text);
          highest = Math.max(highest, revision);
        }
      }
      for (const [revision, text] of shown) {
        expect(await run.world.store.bodyAtRevision(run.world.calendarId, revision)).toBe(text);
      }
    }
    expect(highest).toBeGreaterThanOrEqual(shown.size);
  },
  60_000,
);
