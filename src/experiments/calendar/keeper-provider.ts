/**
 * One add-on's calendars together: their class, their reads and edits over the item store, their syncs, and the
 * operations on a server side that the APIs offer. Everything that the three namespaces share lives here.
 */
import { scanColumns } from "../../shared/ical/scan.ts";
import type { BatchOperation, Json } from "../../shared/item-store.ts";
import { CalendarEdits, type EditHooks } from "./calendar-edits.ts";
import { CalendarRows } from "./calendar-rows.ts";
import type { Capabilities } from "./capabilities.ts";
import { calendarUtils } from "./gecko-modules.ts";
import { createItemBuilder } from "./item-builder.ts";
import { ItemQuery } from "./item-query.ts";
import type { BatchArguments, KeptItem, OwnItems } from "./items-api.ts";
import {
  createKeeperCalendarClass,
  type KeeperCalendar,
  type OwnCalendar,
} from "./keeper-calendar.ts";
import type { EditEvent, ProviderEvents } from "./page-events.ts";
import { EventSource } from "./persistent-event.ts";
import type { ItemStore, StoreChange, StoredItemWithText } from "./store/item-store.ts";
import { type SyncEvent, SyncRequests } from "./sync-requests.ts";
import { createZoneKnowledge } from "./thunderbird-zones.ts";
import { findCalendar } from "./wire-calendar.ts";

export class KeeperProvider implements OwnItems, ProviderEvents {
  readonly ownType: string;
  readonly sync: SyncEvent = new EventSource();
  readonly itemCreated = new EventSource<readonly [EditEvent]>();
  readonly itemUpdated = new EventSource<readonly [EditEvent, calIItemBase]>();
  readonly itemRemoved = new EventSource<readonly [EditEvent]>();
  readonly #requests = new SyncRequests(this.sync, (calendar) => {
    if (this.#silent.has(calendar.id)) this.#reload(calendar.id, null);
  });
  readonly #extension: GeckoExtension;
  readonly #open: () => Promise<ItemStore>;
  #store: Promise<ItemStore> | null = null;
  /** Calendars whose views have not been told of the last batches yet. */
  readonly #silent = new Set<string>();

  /** @param open opens the item store; called when it is needed first, and again after a failure */
  constructor(ownType: string, extension: GeckoExtension, open: () => Promise<ItemStore>) {
    this.ownType = ownType;
    this.#extension = extension;
    this.#open = open;
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

  /** The class for Thunderbird's calendar manager. */
  calendarClass(): new () => KeeperCalendar {
    const build = createItemBuilder(createZoneKnowledge());
    return createKeeperCalendarClass({
      type: this.ownType,
      providerId: this.#extension.id,
      capabilities: this.#manifestCapabilities(),
      requestSync: (calendar) => this.#requests.request(calendar, "auto"),
      queryFor: (calendar) => new ItemQuery(calendar, this.#rowsOf(calendar.id), build),
      editsFor: (calendar, query) =>
        new CalendarEdits(calendar, this.#rowsOf(calendar.id), query, this.#hooksOf(calendar)),
    });
  }

  /** A sync that a page asked for, of any calendar. */
  synchronize(calendar: calICalendar): void {
    if (calendar.type === this.ownType) this.#requests.request(calendar, "manual");
    else calendar.refresh();
  }

  /** Ends new syncs; running ones end with the page. */
  stop(): void {
    this.#requests.stop();
  }

  async close(): Promise<void> {
    try {
      await (await this.#store)?.close();
    } catch (error) {
      console.error("CalDAV Keeper could not close the item store:", error);
    }
  }

  /** The calendar was taken off the list: its texts go into the store's keeping. */
  async calendarRemoved(calendarId: string): Promise<void> {
    try {
      await (await this.store()).removeCalendar(calendarId, "unsubscribe");
    } catch (error) {
      console.error(`CalDAV Keeper could not put the calendar ${calendarId} away:`, error);
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

  async put(calendarId: string, uid: string, text: string, metadata: unknown): Promise<void> {
    const store = await this.store();
    const known = await store.resourceByUid(calendarId, uid);
    const operation: BatchOperation = {
      kind: "put",
      name: known?.name ?? `${encodeURIComponent(uid)}.ics`,
      text,
      metadata: (metadata ?? null) as Json,
      columns: scanColumns(text),
    };
    await store.batch(calendarId, JSON.stringify([operation]));
  }

  async remove(calendarId: string, uid: string): Promise<void> {
    const store = await this.store();
    const known = await store.resourceByUid(calendarId, uid);
    if (known === null) return;
    const operation: BatchOperation = { kind: "remove", name: known.name, reason: "sync" };
    await store.batch(calendarId, JSON.stringify([operation]));
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

  #rowsOf(calendarId: string): CalendarRows {
    const others = () =>
      calendarUtils()
        .manager.getCalendars()
        .filter((calendar) => calendar.type === this.ownType && calendar.id !== calendarId)
        .map((calendar) => calendar.id);
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

  #hooksOf(calendar: OwnCalendar): EditHooks {
    const edit = (item: calIItemBase, row: StoredItemWithText): EditEvent => ({
      calendar,
      item,
      text: row.text,
      resource: row.name,
    });
    return {
      created: (item, row) => void this.itemCreated.emit(edit(item, row)),
      updated: (item, row, old) => void this.itemUpdated.emit(edit(item, row), old),
      removed: (item, row) => void this.itemRemoved.emit(edit(item, row)),
    };
  }

  #manifestCapabilities(): Capabilities {
    return this.#extension.manifest.calendar_provider?.capabilities ?? {};
  }
}
