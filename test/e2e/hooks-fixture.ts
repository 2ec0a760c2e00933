/**
 * A provider with plain listeners, as the draft has them: it takes notes of what it is asked and answers as the
 * test told it. Notes and answers outlive the page.
 */
import { CalendarWorld, type WorldOptions } from "./calendar-fixture.ts";

export const LISTENERS = `
const { provider } = messenger.calendar;
let writing = Promise.resolve();
function note(entry) {
  writing = writing.then(async () => {
    const { notes = [] } = await messenger.storage.local.get("notes");
    await messenger.storage.local.set({ notes: [...notes, entry] });
  });
  return writing;
}
async function answer(event, item) {
  const { answers = {} } = await messenger.storage.local.get("answers");
  const { wait, fail, replace, same, cache, once, ...result } = answers[event] ?? {};
  if (once) {
    delete answers[event];
    await messenger.storage.local.set({ answers });
  }
  if (wait) while (!(await messenger.storage.local.get(wait))[wait]) await new Promise((next) => setTimeout(next, 20));
  if (cache) await messenger.calendar.items.create(cache.cacheId, cache.item);
  if (fail) throw new TypeError("NetworkError when attempting to fetch resource.");
  if (same) return item;
  if (replace) {
    const ical = replace.reduce((text, [from, to]) => text.replaceAll(from, to), item.raw.ical);
    return { type: item.type, raw: { use: "ical", ical }, ...result };
  }
  return Object.keys(result).length > 0 ? result : undefined;
}
provider.onItemCreated.addListener(async (calendar, item, options) => {
  await note({ event: "created", calendar, item, options });
  return answer("created", item);
});
provider.onItemUpdated.addListener(async (calendar, item, old, options) => {
  await note({ event: "updated", calendar, item, old, options });
  return answer("updated", item);
});
provider.onItemRemoved.addListener(async (calendar, item, options) => {
  await note({ event: "removed", calendar, item, options });
  return answer("removed", item);
});
`;

export const SYNC = `
provider.onSync.addListener(async (calendar, properties) => {
  await note({ event: "sync", calendar, properties });
  const { brings = [] } = await messenger.storage.local.get("brings");
  await messenger.storage.local.set({ brings: [] });
  for (const [call, ...args] of brings) await messenger.calendar.items[call](calendar.cacheId, ...args);
});
`;

interface HookedItem {
  id: string;
  title: string;
  resource: string;
  raw: { ical: string };
  metadata: unknown;
}

export interface HookNote {
  event: "created" | "updated" | "removed" | "sync";
  calendar: { id: string; cacheId: string };
  item: HookedItem;
  old: HookedItem;
  options: { invitation: boolean; offline: boolean; force: boolean };
  properties: { type: "manual" | "auto"; last: string | null };
}

/** What a listener answers: members besides these are the answer itself, e.g. `metadata` or `error`. */
export interface Answer {
  /** Only when this key is in the add-on's storage. */
  wait?: string;
  /** It rejects. */
  fail?: boolean;
  /** The item as it was handed over. */
  same?: boolean;
  /** The text with these strings replaced. */
  replace?: [from: string, to: string][];
  /** The next time it says nothing. */
  once?: boolean;
  /** Before it answers, it writes this to the cache. */
  cache?: { cacheId: string; item: object };
  metadata?: unknown;
  error?: string;
}

export class HooksWorld {
  readonly calendar: CalendarWorld;

  private constructor(calendar: CalendarWorld) {
    this.calendar = calendar;
  }

  static async start(binary: string, options: WorldOptions = {}): Promise<HooksWorld> {
    const calendar = await CalendarWorld.start(binary, {
      itemPermissions: [],
      provider: { background: LISTENERS + SYNC, manifestKey: { name: "Hooks" } },
      ...options,
    });
    const world = new HooksWorld(calendar);
    // The first synchronization comes by itself.
    if (options.provider === undefined) await world.noted("sync");
    return world;
  }

  async answer(answers: { created?: Answer; updated?: Answer; removed?: Answer }): Promise<void> {
    await this.store({ answers });
  }

  /** What the service tells with the next synchronization: calls of `items` on the cache. */
  async brings(...calls: [call: string, ...args: unknown[]][]): Promise<void> {
    await this.store({ brings: calls });
  }

  async store(values: object): Promise<void> {
    await this.calendar.thunderbird.background(
      "await messenger.storage.local.set(arguments[0])",
      values,
    );
  }

  async forget(): Promise<void> {
    await this.store({ notes: [] });
  }

  /** What the listeners were asked so far. */
  notes(): Promise<HookNote[]> {
    return this.calendar.thunderbird.background<HookNote[]>(
      `return (await messenger.storage.local.get("notes")).notes ?? []`,
    );
  }

  async noted(event: HookNote["event"], count = 1): Promise<HookNote[]> {
    return this.calendar.thunderbird.waitFor(async () => {
      const notes = (await this.notes()).filter((each) => each.event === event);
      return notes.length >= count ? notes : null;
    }, `${count} × ${event}`);
  }

  /** Until nothing of a row waits any more. */
  async settled(uid: string): Promise<void> {
    await this.calendar.thunderbird.waitFor(
      async () => (await this.calendar.pending(uid)) === undefined,
      `the change of ${uid} to be settled`,
    );
  }

  async lastError(): Promise<string | null> {
    const { lastError } = await this.calendar.api<{ lastError: string | null }>(
      "calendars.get",
      this.calendar.calendarId,
    );
    return lastError;
  }

  /** A synchronization that the API asks for, until its end. */
  async synchronize(): Promise<void> {
    const before = await this.#lastSync();
    await this.calendar.api("calendars.synchronize", this.calendar.calendarId);
    await this.calendar.thunderbird.waitFor(
      async () => (await this.#lastSync()) !== before,
      "the end of the synchronization",
    );
  }

  #lastSync(): Promise<unknown> {
    return this.calendar.user.property(this.calendar.calendarId, "lastSync");
  }

  async end(): Promise<void> {
    await this.calendar.end();
  }
}
