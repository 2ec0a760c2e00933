/**
 * One add-on's calendars together: their class, their reads and edits over the item store, their syncs, and the
 * operations on a server side that the APIs offer. Everything that the three namespaces share lives here.
 */
import type { ItemColumns, ResourceBody } from "../../shared/item-store.ts";
import { CalendarEdits } from "./calendar-edits.ts";
import { CalendarRows } from "./calendar-rows.ts";
import type { Capabilities } from "./capabilities.ts";
import { capabilityProblem } from "./capability-problem.ts";
import { calendarUtils } from "./gecko-modules.ts";
import { createItemBuilder } from "./item-builder.ts";
import { ItemQuery } from "./item-query.ts";
import type { BatchArguments, KeptItem, OwnItems } from "./items/own-items.ts";
import { createKeeperCalendarClass, type KeeperCalendar } from "./keeper-calendar.ts";
import type { ProviderEvents } from "./page-events.ts";
import { EventSource } from "./persistent-event.ts";
import { askedOutbox, type ProviderOutbox, toldOutbox } from "./provider-outbox.ts";
import { ProviderSync } from "./provider-sync.ts";
import { refreshKind } from "./refresh-kind.ts";
import { rowNameFor } from "./row-name.ts";
import type { ItemStore, StoreChange } from "./store/item-store.ts";
import { type SyncEvent, SyncRequests } from "./sync-requests.ts";
import { createZoneKnowledge } from "./thunderbird-zones.ts";
import { findCalendar } from "./wire-calendar.ts";

/** Texts read at a time. */
const PAGE = 200;

export class KeeperProvider implements OwnItems, ProviderEvents {
  readonly ownType: string;
  readonly sync: SyncEvent = new EventSource();
  readonly itemCreated: ProviderEvents["itemCreated"] = new EventSource();
  readonly itemUpdated: ProviderEvents["itemUpdated"] = new EventSource();
  readonly itemRemoved: ProviderEvents["itemRemoved"] = new EventSource();
  readonly init: ProviderEvents["init"] = new EventSource();
  readonly resetSync: ProviderEvents["resetSync"] = new EventSource();
  readonly detect: ProviderEvents["detect"] = new EventSource();
  readonly freeBusy: ProviderEvents["freeBusy"] = new EventSource();
  readonly advance: ProviderEvents["advance"] = new EventSource();
  readonly calendarDeleted: ProviderEvents["calendarDeleted"] = new EventSource();
  readonly #outbox: ProviderOutbox;
  readonly #sync: ProviderSync;
  readonly #requests: SyncRequests;
  readonly #extension: GeckoExtension;
  readonly #builder = createItemBuilder(createZoneKnowledge());
  readonly #open: () => Promise<ItemStore>;
  #store: Promise<ItemStore> | null = null;
  /** Calendars whose views have not been told of the last batches yet. */
  readonly #silent = new Set<string>();

  /** @param open opens the item store; called when it is needed first, and again after a failure */
  constructor(ownType: string, extension: GeckoExtension, open: () => Promise<ItemStore>) {
    this.ownType = ownType;
    this.#extension = extension;
    this.#open = open;
    const settlesItself = extension.manifest.calendar_provider?.outbox === "provider";
    this.#outbox = settlesItself ? toldOutbox(this) : askedOutbox(this);
    this.#sync = new ProviderSync(extension, this, this.#outbox, this.store);
    this.#requests = new SyncRequests(
      this.sync,
      (calendar) => {
        if (this.#silent.has(calendar.id)) this.#reload(calendar.id, null);
      },
      this.#sync,
    );
  }

  /** The open item store. @throws AppError when it cannot be opened: "item-store", "item-store-newer" */
  readonly store = (): Promise<ItemStore> => {
    this.#store ??= this.#openStore();
    return this.#store;
  };

  async #openStore(): Promise<ItemStore> {
    try {
      const store = await this.#open();
      store.onChanged((change) => this.#onStoreChange(change));
      return store;
    } catch (error) {
      this.#store = null;
      throw error;
    }
  }

  async *serverSide(calendarId: string): AsyncGenerator<KeptItem> {
    const store = await this.store();
    let after = "";
    for (;;) {
      const page = await store.getResources(calendarId, { after, limit: PAGE });
      const bodies = JSON.parse(page) as ResourceBody[];
      for (const { name, serverText, metadata } of bodies) {
        if (serverText !== null) yield { name, text: serverText, metadata };
      }
      after = bodies.at(-1)?.name ?? after;
      if (bodies.length < PAGE) return;
    }
  }

  build(text: string, columns: ItemColumns, calendar: calICalendar): readonly calIItemBase[] {
    const { uid } = columns;
    const row = { name: "", uid, revision: 0, columns, acks: "", pending: null, text };
    try {
      return this.#builder.build(row, calendar);
    } catch {
      // The parser's message may hold event text.
      return [];
    }
  }

  /** The class for Thunderbird's calendar manager. */
  calendarClass(): new () => KeeperCalendar {
    return createKeeperCalendarClass({
      type: this.ownType,
      providerId: this.#extension.id,
      capabilities: this.#manifestCapabilities(),
      requestSync: (calendar) => this.#requests.request(calendar, refreshKind()),
      calendarDeleted: (calendar) => void this.calendarDeleted.emit(calendar),
      queryFor: (calendar) => new ItemQuery(calendar, this.#rowsOf(calendar.id), this.#builder),
      editsFor: (calendar, query, policy) =>
        new CalendarEdits(
          calendar,
          this.#rowsOf(calendar.id),
          query,
          this.#outbox.hooksOf(calendar),
          policy,
        ),
    });
  }

  /** A sync because of what a listener answered. */
  requestSync(calendar: calICalendar): void {
    this.#requests.request(calendar, "auto");
  }

  retry(calendar: calICalendar, name: string, force: boolean): Promise<void> {
    return this.#outbox.retry(calendar, name, force);
  }

  /** A sync that a page asked for, of any calendar. */
  synchronize(calendar: calICalendar): void {
    if (calendar.type === this.ownType) this.#requests.request(calendar, "manual");
    else calendar.refresh();
  }

  /** One of the own calendars came. */
  calendarStarted(calendar: calICalendar): void {
    this.#sync.start(calendar, false);
  }

  /** The calendars of the profile came, with Thunderbird's start or the add-on's. */
  calendarsStarted(): void {
    for (const calendar of this.#ownCalendars()) this.calendarStarted(calendar);
  }

  calendarMoved(calendar: calICalendar): void {
    this.#sync.start(calendar, true);
  }

  /** Tells the page to forget how far it came, then synchronizes. */
  async beginAnew(calendar: calICalendar): Promise<void> {
    await this.#sync.reset(calendar);
    this.#requests.request(calendar, "manual");
  }

  /** Ends new syncs; running ones end with the page. */
  stop(): void {
    this.#requests.stop();
    this.#outbox.stop();
  }

  async close(): Promise<void> {
    try {
      await (await this.#store)?.close();
    } catch (error) {
      console.error("The calendar provider could not close the item store:", error);
    }
  }

  /** The calendar was taken off the list: its texts go into the store's keeping. */
  async calendarRemoved(calendarId: string): Promise<void> {
    this.#sync.end(calendarId);
    try {
      await (await this.store()).removeCalendar(calendarId, "unsubscribe");
    } catch (error) {
      console.error(`The calendar provider could not put the calendar ${calendarId} away:`, error);
    }
  }

  async read(calendarId: string, uid: string, serverSide: boolean): Promise<KeptItem | null> {
    const body = await (await this.store()).resourceByUid(calendarId, uid);
    if (body === null) return null;
    const visible = body.pending === "delete" ? null : (body.userText ?? body.serverText);
    const text = serverSide ? body.serverText : visible;
    return text === null ? null : { name: body.name, text, metadata: body.metadata };
  }

  async uids(calendarId: string, serverSide: boolean): Promise<string[]> {
    return (await this.store()).uids(calendarId, serverSide);
  }

  async nameFor(calendarId: string, uid: string): Promise<string> {
    return rowNameFor(await this.store(), calendarId, uid);
  }

  async batch(calendarId: string, operations: string, options: BatchArguments): Promise<string> {
    const notify = options.notify !== false;
    // Absent arrives as null: "no change". A provider whose state is null has none to keep.
    const state = options.state == null ? undefined : JSON.stringify(options.state);
    const store = await this.store();
    if (!notify) this.#silent.add(calendarId);
    return store.batch(calendarId, operations, { notify, state });
  }

  async clear(calendarId: string): Promise<void> {
    await (await this.store()).clear(calendarId);
  }

  #ownCalendars(): calICalendar[] {
    const { manager } = calendarUtils();
    return manager.getCalendars().filter((calendar) => calendar.type === this.ownType);
  }

  #rowsOf(calendarId: string): CalendarRows {
    const others = () =>
      this.#ownCalendars()
        .filter(({ id }) => id !== calendarId)
        .map(({ id }) => id);
    return new CalendarRows(this.store, calendarId, others);
  }

  #onStoreChange(change: StoreChange): void {
    if (change.kind === "load") this.#reload(change.calendarId, change.names);
    else void this.#keeperCalendar(change.calendarId)?.announceRow(change.name);
  }

  /** Makes every view and the reminders show what changed: one a run, not one a batch. */
  #reload(calendarId: string, names: readonly string[] | null): void {
    this.#silent.delete(calendarId);
    this.#keeperCalendar(calendarId)?.announceLoad(names);
  }

  /** `null` while the calendar is disabled, or a dummy in the provider's absence. */
  #keeperCalendar(calendarId: string): KeeperCalendar | null {
    const calendar = findCalendar(calendarId);
    if (calendar?.type !== this.ownType || calendar.getProperty("disabled")) return null;
    return (calendar.wrappedJSObject as unknown as KeeperCalendar | undefined) ?? null;
  }

  #manifestCapabilities(): Capabilities {
    const capabilities = this.#extension.manifest.calendar_provider?.capabilities ?? {};
    const problem = capabilityProblem(capabilities);
    if (problem !== null) console.warn(`calendar_provider.capabilities.${problem}`);
    return capabilities;
  }
}
