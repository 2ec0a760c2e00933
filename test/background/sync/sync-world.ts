/** A server, a calendar and the engine between them, for the engine's scenarios. */
import { CalendarSync, type RunResult } from "../../../src/background/sync/engine.ts";
import { calendarTexts } from "../../../src/background/sync/texts.ts";
import { eventText, propertyOf, withValue } from "../../support/event-text.ts";
import { MemoryCalendar } from "../../support/memory-calendar.ts";
import { MemoryCollection, type Misbehaviours } from "../../support/memory-collection.ts";

export interface SyncWorld {
  readonly remote: MemoryCollection;
  readonly local: MemoryCalendar;
  engine: CalendarSync;
  now: number;
  /** What the snapshot before a mass removal answers. */
  snapshotSucceeds: boolean;
  snapshots: number;
  /** How it is taken. */
  snapshot: () => Promise<boolean>;
  sync(options?: { impatient?: boolean; signal?: AbortSignal }): Promise<RunResult>;
  /** The add-on's memory is gone: a new engine over the same server and item store. */
  restart(): void;
  serverHas(name: string, property: string): string | undefined;
  shows(name: string, property: string): string | undefined;
  editLocally(name: string, property: string, value: string): void;
  editOnServer(name: string, property: string, value: string): void;
}

export const event = (uid: string, summary = uid): string => eventText(uid, { SUMMARY: summary });

export function makeWorld(misbehaviours: Misbehaviours = {}): SyncWorld {
  const remote = new MemoryCollection(misbehaviours);
  const local = new MemoryCalendar();
  const makeEngine = (): CalendarSync =>
    new CalendarSync({
      remote,
      local,
      texts: calendarTexts,
      now: () => world.now,
      random: () => 0,
      beforeMassRemoval: async () => {
        world.snapshots++;
        return world.snapshot();
      },
    });
  const world: SyncWorld = {
    remote,
    local,
    engine: makeEngine(),
    now: 1_000_000_000_000,
    snapshotSucceeds: true,
    snapshots: 0,
    snapshot: async () => world.snapshotSucceeds,
    sync: ({ impatient = false, signal = new AbortController().signal } = {}) =>
      world.engine.run({ status: null, impatient, signal }),
    restart: () => {
      world.engine = makeEngine();
    },
    serverHas: (name, property) => propertyOf(remote.texts().get(name), property),
    shows: (name, property) => propertyOf(local.visible().get(name), property),
    editLocally: (name, property, value) =>
      local.editLocally(name, (text) => withValue(text, property, value)),
    editOnServer: (name, property, value) => {
      const text = remote.texts().get(name);
      if (text === undefined) throw new Error(`${name} is not on the server`);
      remote.write(name, withValue(text, property, value));
    },
  };
  return world;
}

/** A world whose calendar and server agree on the given events. */
export async function makeSyncedWorld(
  names: readonly string[],
  misbehaviours: Misbehaviours = {},
): Promise<SyncWorld> {
  const world = makeWorld(misbehaviours);
  for (const name of names) world.remote.write(`${name}.ics`, event(name));
  const { failure } = await world.sync();
  if (failure !== undefined) throw failure;
  world.remote.calls.length = 0;
  world.local.calls.length = 0;
  return world;
}

export const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `event-${index}`);
