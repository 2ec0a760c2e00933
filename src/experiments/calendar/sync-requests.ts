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

/** A run that has not ended by then is given up; what it stored stays. */
const LONGEST_RUN_MS = 60 * 60_000;

export class SyncRequests {
  /** `null` when stopped. */
  #event: SyncEvent | null;
  readonly #ended: (calendar: calICalendar) => void;
  /** By calendar id. */
  readonly #running = new Set<string>();
  /** Asked for while a run was under way. */
  readonly #again = new Set<string>();

  /** @param ended called after each run, however it ended */
  constructor(event: SyncEvent, ended: (calendar: calICalendar) => void) {
    this.#event = event;
    this.#ended = ended;
  }

  /** Returns at once. */
  request(calendar: calICalendar, type: SyncProperties["type"]): void {
    const event = this.#event;
    if (event === null) return;
    if (this.#running.has(calendar.id)) this.#again.add(calendar.id);
    else void this.#run(event, calendar, type);
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
      const run = event.listening().then(() => event.emit(calendar, properties));
      const results = await Promise.race([run, limit.expired]);
      if (results.every((result) => result.status === "fulfilled")) {
        calendar.setProperty("lastSync", new Date().toISOString());
      }
    } catch (error) {
      // The page ended, or the time is over: the next refresh tries again.
      console.warn(`CalDAV Keeper: a sync of ${calendar.id} ended early:`, error);
    } finally {
      limit.clear();
      this.#running.delete(calendar.id);
      this.#ended(calendar);
    }
    if (this.#again.delete(calendar.id)) this.request(calendar, type);
  }
}
