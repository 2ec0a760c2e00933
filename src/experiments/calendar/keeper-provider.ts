/**
 * One add-on's calendars together: their class, their reads and edits over the item store, their syncs, and the
 * operations on a server side that the APIs offer. Everything that the three namespaces share lives here.
 */

import { CalendarEdits, type EditHooks, type EditTexts } from "./calendar-edits.ts";
import type { Capabilities } from "./capabilities.ts";
import { createItemBuilder } from "./item-builder.ts";
import { ItemQuery, type VisibleRow } from "./item-query.ts";
import type { BatchArguments, KeptItem } from "./items-api.ts";
import {
  createKeeperCalendarClass,
  type KeeperCalendar,
  type OwnCalendar,
} from "./keeper-calendar.ts";
import type { EditEvent } from "./page-events.ts";
import { EventSource } from "./persistent-event.ts";
import type { ProviderStore } from "./provider-store.ts";
import { type SyncEvent, SyncRequests } from "./sync-requests.ts";
import { createZoneKnowledge } from "./thunderbird-zones.ts";
import { findCalendar } from "./wire-calendar.ts";

export class KeeperProvider {
  readonly ownType: string;
  readonly store: ProviderStore;
  readonly sync: SyncEvent = new EventSource();
  readonly itemCreated = new EventSource<readonly [EditEvent]>();
  readonly itemUpdated = new EventSource<readonly [EditEvent, calIItemBase]>();
  readonly itemRemoved = new EventSource<readonly [EditEvent]>();
  readonly #requests = new SyncRequests(this.sync, (calendar) => {
    if (this.#silent.has(calendar.id)) this.#changed(calendar.id, true);
  });
  readonly #texts: EditTexts;
  readonly #mark: (row: VisibleRow) => string;
  readonly #extension: GeckoExtension;
  /** Calendars whose views have not been told of the last batches yet. */
  readonly #silent = new Set<string>();

  constructor(
    ownType: string,
    extension: GeckoExtension,
    store: ProviderStore,
    texts: EditTexts,
    mark: (row: VisibleRow) => string,
  ) {
    this.ownType = ownType;
    this.#extension = extension;
    this.store = store;
    this.#texts = texts;
    this.#mark = mark;
  }

  /** The class for Thunderbird's calendar manager. */
  calendarClass(): new () => KeeperCalendar {
    const build = createItemBuilder(createZoneKnowledge(), this.#mark);
    const queries = new WeakMap<calICalendar, ItemQuery>();
    const queryFor = (calendar: OwnCalendar): ItemQuery => {
      let query = queries.get(calendar);
      if (query === undefined) {
        query = new ItemQuery(
          calendar,
          this.store.rowsOf(calendar.id),
          (row) => build(row, calendar),
          (item) => calendar.getInvitedAttendee(item),
        );
        queries.set(calendar, query);
      }
      return query;
    };
    return createKeeperCalendarClass({
      type: this.ownType,
      providerId: this.#extension.id,
      capabilities: this.#manifestCapabilities(),
      requestSync: (calendar) => this.#requests.request(calendar, "auto"),
      queryFor,
      editsFor: (calendar) =>
        new CalendarEdits(
          calendar,
          this.store.rowsOf(calendar.id),
          this.#texts,
          queryFor(calendar),
          this.#hooksOf(calendar),
        ),
    });
  }

  /** A sync that the page asked for. */
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
      await this.store.close();
    } catch (error) {
      console.error("CalDAV Keeper could not close the item store:", error);
    }
  }

  /** The calendar was taken off the list: its texts go into the store's keeping. */
  calendarRemoved(calendarId: string): void {
    this.store.removeCalendar(calendarId).catch((error: unknown) => {
      console.error(`CalDAV Keeper could not put the calendar ${calendarId} away:`, error);
    });
  }

  read(calendarId: string, uid: string, serverSide: boolean): Promise<KeptItem | null> {
    return this.store.read(calendarId, uid, serverSide);
  }

  uids(calendarId: string, serverSide: boolean): Promise<string[]> {
    return this.store.uids(calendarId, serverSide);
  }

  async put(calendarId: string, uid: string, text: string, metadata: unknown): Promise<void> {
    await this.store.put(calendarId, uid, text, metadata);
    this.#changed(calendarId, true);
  }

  async remove(calendarId: string, uid: string): Promise<void> {
    await this.store.remove(calendarId, uid);
    this.#changed(calendarId, true);
  }

  async batch(calendarId: string, operations: string, options: BatchArguments): Promise<string> {
    const result = await this.store.batch(calendarId, operations, options);
    this.#changed(calendarId, options.notify !== false);
    return result;
  }

  async clear(calendarId: string, serverSide: boolean): Promise<void> {
    await this.store.clear(calendarId, serverSide);
    this.#changed(calendarId, true);
  }

  /** After a change of the server side or a staged change that did not go through an edit. */
  reload(calendarId: string): void {
    this.#changed(calendarId, true);
  }

  /** A reload makes every view and the reminders read anew: one a run, not one a batch. */
  #changed(calendarId: string, notify: boolean): void {
    if (!notify) {
      this.#silent.add(calendarId);
      return;
    }
    this.#silent.delete(calendarId);
    const calendar = findCalendar(calendarId);
    if (calendar?.type !== this.ownType || calendar.getProperty("disabled")) return;
    (calendar.wrappedJSObject as unknown as KeeperCalendar | undefined)?.announceReload?.();
  }

  #hooksOf(calendar: calICalendar): EditHooks {
    const edit = (item: calIItemBase, row: VisibleRow): EditEvent => ({
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
