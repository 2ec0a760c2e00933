/**
 * What belongs to a synchronization beside `onSync`: the add-on's page has run, has been told of the calendar
 * (`onInit`) and, when what was fetched is lost, to begin anew (`onResetSync`); edits that wait are offered before
 * and after it.
 */
import { deadline } from "./gecko-modules.ts";
import type { ProviderEvents } from "./page-events.ts";
import { pageReady } from "./page-ready.ts";
import type { ProviderOutbox } from "./provider-outbox.ts";
import type { ItemStore } from "./store/item-store.ts";
import type { SyncSteps } from "./sync-requests.ts";

/** A listener that has not come to an end by then holds up nothing any more. */
const LONGEST_START_MS = 2 * 60_000;
/** Calendar property: the last synchronization left items on the service's side. */
const HAD_ITEMS = "hadItems";

export class ProviderSync implements SyncSteps {
  readonly #extension: GeckoExtension;
  readonly #events: ProviderEvents;
  readonly #outbox: ProviderOutbox;
  readonly #store: () => Promise<ItemStore>;
  /** By calendar id: the end of `onInit`. */
  readonly #started = new Map<string, Promise<void>>();
  /** Calendars that were looked at for a loss in this session. */
  readonly #checked = new Set<string>();

  constructor(
    extension: GeckoExtension,
    events: ProviderEvents,
    outbox: ProviderOutbox,
    store: () => Promise<ItemStore>,
  ) {
    this.#extension = extension;
    this.#events = events;
    this.#outbox = outbox;
    this.#store = store;
  }

  /**
   * A calendar came, with Thunderbird's start or made by somebody.
   * @param again tells of it also when that was done before: it got another URL
   */
  start(calendar: calICalendar, again: boolean): void {
    if (this.#started.has(calendar.id) && !again) return;
    const { init } = this.#events;
    const told = this.#pageReady().then(() => endedInTime(init.emit(calendar)));
    this.#started.set(calendar.id, told);
  }

  /** The calendar was taken off the list. */
  end(calendarId: string): void {
    this.#started.delete(calendarId);
    this.#checked.delete(calendarId);
  }

  /** Begins anew: tells the add-on to forget how far it came. */
  async reset(calendar: calICalendar): Promise<void> {
    await this.#pageReady();
    await endedInTime(this.#events.resetSync.emit(calendar));
  }

  async ready(calendar: calICalendar): Promise<void> {
    await this.#pageReady();
    await this.#started.get(calendar.id);
  }

  async before(calendar: calICalendar): Promise<boolean> {
    if (!this.#outbox.canSync(calendar)) return false;
    await this.#outbox.replay(calendar, false);
    await this.#beginAnewAfterLoss(calendar);
    return true;
  }

  async #beginAnewAfterLoss(calendar: calICalendar): Promise<void> {
    if (!this.#outbox.asksListeners || this.#checked.has(calendar.id)) return;
    this.#checked.add(calendar.id);
    // A database that had to be made anew: a synchronization from where the add-on left off would bring nothing.
    const isLost = calendar.getProperty(HAD_ITEMS) === true && !(await this.#hasItems(calendar));
    if (isLost) await this.reset(calendar);
  }

  async after(calendar: calICalendar, endedWell: boolean): Promise<void> {
    await this.#outbox.synchronized(calendar, endedWell);
    if (!endedWell || !this.#outbox.asksListeners) return;
    const hasItems = await this.#hasItems(calendar);
    if (calendar.getProperty(HAD_ITEMS) !== hasItems) calendar.setProperty(HAD_ITEMS, hasItems);
    await this.#outbox.replay(calendar, true);
  }

  async #hasItems({ id }: calICalendar): Promise<boolean> {
    const { items, pending } = await (await this.#store()).counts(id);
    return items > pending;
  }

  #pageReady(): Promise<void> {
    const { sync, init, resetSync, itemCreated, itemUpdated, itemRemoved } = this.#events;
    const events = [sync, init, resetSync, itemCreated, itemUpdated, itemRemoved];
    return pageReady(this.#extension, events);
  }
}

async function endedInTime(work: Promise<unknown>): Promise<void> {
  const limit = deadline(LONGEST_START_MS, () => new Error("no end in time"));
  await Promise.race([work, limit.expired]).catch(() => {
    console.warn("Calendar provider: a listener did not come to an end in time");
  });
  limit.clear();
}
