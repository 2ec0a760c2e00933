/**
 * Turns Thunderbird's refreshes (timer, start-up, enabling, "Synchronize") into `provider.onSync`: one run a
 * calendar at a time, one more if asked meanwhile, and always an end. Thunderbird does not say whether the user
 * or a timer asked; only what comes through the API counts as manual.
 */
import { deadline } from "./gecko-modules.ts";
import type { EventSource } from "./persistent-event.ts";

export interface SyncProperties {
  readonly type: "manual" | "auto";
  /** ISO 8601, of the end of the last run; `null` before the first one. */
  readonly last: string | null;
}

export type SyncEvent = EventSource<readonly [calICalendar, SyncProperties]>;

/** What belongs to a run besides the listeners' part. */
export interface SyncSteps {
  /** Resolves when the page can be asked. */
  ready(calendar: calICalendar): Promise<void>;
  /** @returns false: listeners are not to be asked now */
  before(calendar: calICalendar): Promise<boolean>;
  /** @param endedWell no listener rejected */
  after(calendar: calICalendar, endedWell: boolean): Promise<void>;
}

/** A run that has not ended by then is given up; what it stored stays. */
const LONGEST_RUN_MS = 60 * 60_000;

export class SyncRequests {
  /** `null` when stopped. */
  #event: SyncEvent | null;
  readonly #ended: (calendar: calICalendar) => void;
  readonly #steps: SyncSteps;
  /** By calendar id. */
  readonly #running = new Set<string>();
  /** Asked for while a run was under way, and by whom. */
  readonly #again = new Map<string, SyncProperties["type"]>();

  /**
   * @param ended called after each run, however it ended
   * @param steps default: wait for a listener, nothing before and after
   */
  constructor(
    event: SyncEvent,
    ended: (calendar: calICalendar) => void,
    steps: SyncSteps = onlyListeners(event),
  ) {
    this.#event = event;
    this.#ended = ended;
    this.#steps = steps;
  }

  /** Returns at once. */
  request(calendar: calICalendar, type: SyncProperties["type"]): void {
    const event = this.#event;
    if (event === null) return;
    if (!this.#running.has(calendar.id)) void this.#run(event, calendar, type);
    else if (this.#again.get(calendar.id) !== "manual") this.#again.set(calendar.id, type);
  }

  stop(): void {
    this.#event = null;
  }

  async #run(
    event: SyncEvent,
    calendar: calICalendar,
    type: SyncProperties["type"],
  ): Promise<void> {
    this.#running.add(calendar.id);
    const limit = deadline(LONGEST_RUN_MS, () => new Error("the sync did not end in time"));
    try {
      const last = calendar.getProperty("lastSync");
      const properties = { type, last: typeof last === "string" ? last : null };
      const endedWell = await Promise.race([
        this.#emit(event, calendar, properties),
        limit.expired,
      ]);
      if (endedWell) calendar.setProperty("lastSync", new Date().toISOString());
    } catch (error) {
      // The page ended, or the time is over: the next refresh tries again.
      console.warn(`Calendar provider: a sync of ${calendar.id} ended early:`, error);
    } finally {
      limit.clear();
      this.#running.delete(calendar.id);
      this.#ended(calendar);
    }
    const again = this.#again.get(calendar.id);
    this.#again.delete(calendar.id);
    if (again !== undefined) this.request(calendar, again);
  }

  async #emit(
    event: SyncEvent,
    calendar: calICalendar,
    properties: SyncProperties,
  ): Promise<boolean> {
    await this.#steps.ready(calendar);
    if (!(await this.#steps.before(calendar))) return false;
    const results = await event.emit(calendar, properties);
    const endedWell = results.every((result) => result.status === "fulfilled");
    await this.#steps.after(calendar, endedWell);
    return endedWell;
  }
}

function onlyListeners(event: SyncEvent): SyncSteps {
  return { ready: () => event.listening(), before: async () => true, after: async () => {} };
}
