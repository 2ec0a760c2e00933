/** What the engine must come to with any server, tried on a calendar of its own with a second client beside it. */
import { CalendarSync } from "../../src/background/sync/engine.ts";
import { calendarTexts } from "../../src/background/sync/texts.ts";
import type { Transport } from "../../src/background/transport/transport.ts";
import { brandAs, type SyncToken } from "../../src/shared/brands.ts";
import { AppError } from "../../src/shared/errors.ts";
import { eventText, propertyOf, withValue } from "../support/event-text.ts";
import { MemoryCalendar } from "../support/memory-calendar.ts";
import { sampleTask } from "../support/sample-objects.ts";
import { type ServerAccess, signal } from "./server-access.ts";

export interface Flow {
  readonly name: string;
  /** @throws Error naming what is not as it should be */
  readonly run: (world: FlowWorld) => Promise<void>;
}

export class FlowWorld {
  readonly local = new MemoryCalendar();
  readonly access: ServerAccess;
  readonly url: string;
  #loseNextPut = false;
  #engine: CalendarSync;

  constructor(access: ServerAccess, url: string) {
    this.access = access;
    this.url = url;
    this.#engine = this.#makeEngine();
  }

  #makeEngine(): CalendarSync {
    const losing = (transport: Transport): Transport => ({
      send: async (request) => {
        const answer = await transport.send(request);
        if (request.method !== "PUT" || !this.#loseNextPut) return answer;
        this.#loseNextPut = false;
        throw new AppError("network", "The answer is lost.", { retry: "later" });
      },
    });
    return new CalendarSync({
      remote: this.access.collection(this.url, losing),
      local: this.local,
      texts: calendarTexts,
      now: Date.now,
      random: Math.random,
      beforeMassRemoval: async () => true,
    });
  }

  loseNextPut(): void {
    this.#loseNextPut = true;
  }

  restart(): void {
    this.#engine = this.#makeEngine();
  }

  /** A synchronization that may fail. */
  trySync() {
    return this.#engine.run({ status: null, impatient: true, signal: signal() });
  }

  async sync(): Promise<number> {
    const { failure, report } = await this.trySync();
    if (failure !== undefined) throw failure;
    return report.pushed;
  }

  at(name: string): string {
    return this.url + encodeURIComponent(name);
  }

  edit(name: string, property: string, value: string): void {
    this.local.editLocally(name, (text) => withValue(text, property, value));
  }

  /** The second client changes one property. */
  async editThere(name: string, property: string, value: string): Promise<void> {
    const text = (await this.access.get(this.at(name))) ?? "";
    const { status } = await this.access.put(this.at(name), withValue(text, property, value));
    must(status < 300, `the second client may not change ${name}: ${status}`);
  }

  async mustAgree(): Promise<void> {
    await this.sync();
    must((await this.sync()) === 0, "something is sent again and again");
    must(this.local.pendingNames().length === 0, "changes are left unsent");
    const listed = await this.access.collection(this.url).list(signal());
    const shown = this.local.visible();
    must(listed.length === shown.size, `${shown.size} here, ${listed.length} there`);
    for (const [name, text] of shown)
      must((await this.access.get(this.at(name))) === text, `${name} differs`);
  }
}

export function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

/** With an end: Cyrus takes no event without. */
const make = (uid: string) =>
  eventText(uid, { DTEND: "20260301T110000Z", SUMMARY: "first", LOCATION: "here" });
/** The name the server has it under: it may have chosen one itself. */
const nameOf = ({ local }: FlowWorld, uid: string): string =>
  [...local.visible()].find(([, text]) => propertyOf(text, "UID") === uid)?.[0] ?? `${uid}.ics`;

async function given(world: FlowWorld, uid: string): Promise<string> {
  world.local.createLocally(`${uid}.ics`, make(uid));
  await world.sync();
  return nameOf(world, uid);
}

export const FLOWS: readonly Flow[] = [
  {
    name: "events and a task made here arrive, with names and texts of all kinds",
    run: async (world) => {
      for (const uid of ["plain", "with space", "ünï-日本", "a@b+c%d"])
        world.local.createLocally(`${uid}.ics`, make(uid));
      world.local.createLocally("task.ics", sampleTask("task"));
      await world.mustAgree();
    },
  },
  {
    name: "what a second client adds, changes and deletes arrives here",
    run: async (world) => {
      const names = [await given(world, "changes"), await given(world, "goes")];
      await world.editThere(names[0] ?? "", "SUMMARY", "theirs");
      await world.access.remove(world.at(names[1] ?? ""));
      await world.access.put(world.at("comes.ics"), make("comes"));
      await world.mustAgree();
      const shown = world.local.visible();
      must(
        propertyOf(shown.get(names[0] ?? ""), "SUMMARY") === "theirs",
        "the change did not arrive",
      );
      must(shown.has("comes.ics"), "the new event did not arrive");
      must(!shown.has(names[1] ?? ""), "the deleted event is still here");
    },
  },
  {
    name: "different properties changed on both sides are merged",
    run: async (world) => {
      const name = await given(world, "merged");
      world.edit(name, "SUMMARY", "mine");
      await world.editThere(name, "LOCATION", "theirs");
      await world.mustAgree();
      const text = world.local.visible().get(name);
      must(propertyOf(text, "SUMMARY") === "mine", "my change is lost");
      must(propertyOf(text, "LOCATION") === "theirs", "their change is lost");
    },
  },
  {
    name: "the same property changed on both sides keeps both versions",
    run: async (world) => {
      const name = await given(world, "clash");
      world.edit(name, "SUMMARY", "mine");
      await world.editThere(name, "SUMMARY", "theirs");
      await world.mustAgree();
      const [conflict] = world.local.conflicts;
      must(propertyOf(conflict?.mine ?? "", "SUMMARY") === "mine", "my version is lost");
      must(propertyOf(conflict?.theirs ?? "", "SUMMARY") === "theirs", "their version is lost");
    },
  },
  {
    name: "an event changed here and deleted there is asked about, and not lost",
    run: async (world) => {
      const name = await given(world, "asked");
      world.edit(name, "SUMMARY", "mine");
      await world.access.remove(world.at(name));
      await world.trySync();
      must(propertyOf(world.local.visible().get(name), "SUMMARY") === "mine", "my change is lost");
      must(
        world.local.conflicts.some((one) => one.name === name),
        "nobody is asked",
      );
    },
  },
  {
    name: "a lost answer to a new event makes no second one",
    run: async (world) => {
      world.local.createLocally("lost.ics", make("lost"));
      world.loseNextPut();
      await world.trySync();
      world.restart();
      await world.mustAgree();
      must(world.local.visible().size === 1, "it is there twice");
    },
  },
  {
    name: "a lost answer to a change is recognised as done",
    run: async (world) => {
      const name = await given(world, "changed");
      world.edit(name, "SUMMARY", "mine");
      world.loseNextPut();
      await world.trySync();
      world.restart();
      await world.mustAgree();
      must(propertyOf(world.local.visible().get(name), "SUMMARY") === "mine", "the change is lost");
      must(world.local.conflicts.length === 0, "our own change is taken for a conflict");
    },
  },
  {
    name: "a sync token that the server does not know costs nothing",
    run: async (world) => {
      await given(world, "stays");
      const state = world.local.state();
      if (state === null || state.token === null) return;
      world.local.setState({ ...state, token: brandAs<SyncToken>("http://example.invalid/never") });
      await world.mustAgree();
      must(world.local.visible().size === 1, "the event is gone");
    },
  },
];
