/**
 * The engine and vdirsyncer, an independent client, on one calendar of a real server: random edits on both sides,
 * with requests of ours lost on the way. In the end all three hold the same, and no edit made here is missing.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CalendarSync } from "../../src/background/sync/engine.ts";
import { calendarTexts } from "../../src/background/sync/texts.ts";
import type { DavServer } from "../support/dav-server.ts";
import { eventText, propertyOf, withValue } from "../support/event-text.ts";
import { MemoryCalendar } from "../support/memory-calendar.ts";
import { RADICALE_HOW_TO_GET, startRadicale } from "../support/radicale.ts";
import { openCollection } from "../support/remote-calendar.ts";
import { describeWithProgram } from "../support/required-program.ts";
import { VDIRSYNCER_HOW_TO_GET, Vdirsyncer } from "../support/vdirsyncer.ts";
import { startXandikos, XANDIKOS_HOW_TO_GET } from "../support/xandikos.ts";

const ROUNDS = 6;
const EVENTS = 8;

/** Always the same numbers for the same seed (xorshift). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

class TwoClients {
  readonly local = new MemoryCalendar();
  readonly #server: DavServer;
  readonly #url: string;
  readonly #theirs: Vdirsyncer;
  readonly #random: (below: number) => number;
  /** SUMMARY by UID, as it was edited here last; LOCATION by UID, as it was edited there last. */
  readonly #mine = new Map<string, string>();
  readonly #there = new Map<string, string>();
  readonly #editedThere = new Set<string>();
  #seenThere = new Map<string, string>();
  #engine: CalendarSync;
  /** Of six requests, how many are lost before they are sent, and as many answers. */
  #lost = 0;

  constructor(server: DavServer, url: string, theirs: Vdirsyncer, seed: number) {
    this.#server = server;
    this.#url = url;
    this.#theirs = theirs;
    this.#random = numbers(seed);
    this.#engine = this.#makeEngine();
  }

  #makeEngine(): CalendarSync {
    const unreliable: typeof fetch = async (input, init) => {
      if (this.#fails()) throw new TypeError("never sent");
      const response = await fetch(input, init);
      if (this.#fails()) throw new TypeError("answer lost");
      return response;
    };
    return new CalendarSync({
      remote: openCollection(this.#server, this.#url, { fetch: unreliable }),
      local: this.local,
      texts: calendarTexts,
      now: Date.now,
      random: () => 0,
      beforeMassRemoval: async () => true,
    });
  }

  #fails(): boolean {
    return this.#lost > 0 && this.#random(6) < this.#lost;
  }

  async syncHere(failing = false): Promise<void> {
    this.#lost = failing ? 1 : 0;
    const signal = AbortSignal.timeout(120_000);
    const { failure } = await this.#engine.run({ status: null, impatient: true, signal });
    this.#lost = 0;
    if (failing) this.#engine = this.#makeEngine();
    else if (failure !== undefined) throw failure;
  }

  async syncThere(): Promise<void> {
    // Of what has changed on the server vdirsyncer gives its own edit up.
    const now = await this.#onServer();
    for (const uid of this.#editedThere)
      if (this.#seenThere.get(uid) !== now.get(uid)) this.#there.delete(uid);
    this.#editedThere.clear();
    await this.#theirs.sync();
    this.#seenThere = await this.#onServer();
  }

  /** Texts by UID. */
  async #onServer(): Promise<Map<string, string>> {
    const texts = (await this.#server.list(this.#url)).map(async (name) => {
      const text = (await this.#server.get(this.#url + encodeURIComponent(name))) ?? "";
      return [uidOf(text), text] as const;
    });
    return new Map(await Promise.all(texts));
  }

  /** A few edits on each side; then both synchronize, in either order. */
  async round(number: number): Promise<void> {
    const shown = [...this.local.visible()].filter(([, text]) => !isLasting(text));
    const files = [...(await this.#theirs.texts())].filter(([, text]) => !isLasting(text));
    const touched = new Set<string>();
    for (const [name, text] of pick(shown, 2, this.#random)) {
      const uid = uidOf(text);
      touched.add(uid);
      if (this.#random(4) === 0) {
        this.local.deleteLocally(name);
        this.#mine.delete(uid);
        this.#there.delete(uid);
        continue;
      }
      this.local.editLocally(name, (old) => withValue(old, "SUMMARY", `mine ${number}`));
      this.#mine.set(uid, `mine ${number}`);
    }
    const hereFirst = this.#random(2) === 0;
    for (const [name, text] of pick(files, 2, this.#random)) {
      const uid = uidOf(text);
      if (this.#random(4) === 0) {
        await this.#theirs.remove(name);
        this.#there.delete(uid);
        // What had arrived there was seen by who deleted it; what is under way now asks.
        if (!touched.has(uid)) this.#mine.delete(uid);
        continue;
      }
      await this.#theirs.write(name, withValue(text, "LOCATION", `there ${number}`));
      this.#there.set(uid, `there ${number}`);
      this.#editedThere.add(uid);
    }
    const [mine, theirs] = [`mine-${number}`, `theirs-${number}`];
    this.local.createLocally(`${mine}.ics`, eventText(mine, { SUMMARY: mine }));
    this.#mine.set(mine, mine);
    await this.#theirs.write(`${theirs}.ics`, eventText(theirs, { LOCATION: theirs }));
    this.#there.set(theirs, theirs);

    if (hereFirst) await this.syncHere(true);
    await this.syncThere();
    await this.syncHere(true);
  }

  async expectConvergence(): Promise<void> {
    await this.syncHere();
    await this.syncThere();
    await this.syncHere();
    const undecided = new Set(this.local.pendingNames());
    const asked = this.local.conflicts.filter(({ conflict }) => conflict === "deleted-there");
    expect([...undecided].filter((name) => !asked.some((one) => one.name === name))).toEqual([]);

    const here = [...this.local.visible()].filter(([name]) => !undecided.has(name));
    const there = (await this.#server.list(this.#url)).map(async (name) => {
      const text = await this.#server.get(this.#url + encodeURIComponent(name));
      return [name, text ?? ""] as const;
    });
    expect(new Map(here)).toEqual(new Map(await Promise.all(there)));
    const facts = (texts: Iterable<string>) =>
      new Map(
        [...texts].map((text) => [
          uidOf(text),
          [propertyOf(text, "SUMMARY"), propertyOf(text, "LOCATION")],
        ]),
      );
    const hereFacts = facts(here.map(([, text]) => text));
    expect(facts((await this.#theirs.texts()).values())).toEqual(hereFacts);

    const kept = (uid: string, property: string, value: string) =>
      propertyOf(
        here.map(([, text]) => text).find((text) => uidOf(text) === uid),
        property,
      ) === value ||
      this.local.conflicts.some(
        ({ mine, theirs }) =>
          propertyOf(mine ?? "", property) === value ||
          propertyOf(theirs ?? "", property) === value,
      );
    expect([...this.#mine].filter(([uid, value]) => !kept(uid, "SUMMARY", value))).toEqual([]);
    expect([...this.#there].filter(([uid, value]) => !kept(uid, "LOCATION", value))).toEqual([]);
  }
}

const uidOf = (text: string): string => propertyOf(text, "UID") ?? "";
/** vdirsyncer stops where one side is emptied: some stay. */
const isLasting = (text: string): boolean => uidOf(text).startsWith("lasting");

function pick<T>(from: readonly T[], count: number, random: (below: number) => number): T[] {
  const left = [...from];
  return Array.from({ length: Math.min(count, left.length) }, () =>
    left.splice(random(left.length), 1),
  ).flat();
}

function describeTwoClients(name: string, start: () => Promise<DavServer>): void {
  describe(name, () => {
    let server: DavServer;
    let folder: string;

    beforeAll(async () => {
      server = await start();
      folder = await mkdtemp(path.join(tmpdir(), "keeper-vdirsyncer-"));
    });
    afterAll(async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    });

    test("edits of vdirsyncer and of the engine arrive on both sides", {
      timeout: 900_000,
    }, async () => {
      const url = await server.createCalendar("shared");
      for (let index = 0; index < EVENTS; index++) {
        const uid = `${index < 3 ? "lasting" : "event"}-${index}`;
        await server.put(`${url}${uid}.ics`, eventText(uid, { SUMMARY: "s", LOCATION: "l" }));
      }
      const { username, password } = server;
      const theirs = await Vdirsyncer.on({ folder, url, username, password });
      const both = new TwoClients(server, url, theirs, 20_261_121);
      await both.syncHere();
      await both.syncThere();
      for (let round = 1; round <= ROUNDS; round++) await both.round(round);
      await both.expectConvergence();
    });
  });
}

describeWithProgram("vdirsyncer", VDIRSYNCER_HOW_TO_GET, () => {
  describeWithProgram("radicale", RADICALE_HOW_TO_GET, () => {
    describeTwoClients("vdirsyncer on Radicale", () => startRadicale({ password: "secret" }));
  });
  describeWithProgram("xandikos", XANDIKOS_HOW_TO_GET, () => {
    describeTwoClients("vdirsyncer on Xandikos", () => startXandikos());
  });
});
