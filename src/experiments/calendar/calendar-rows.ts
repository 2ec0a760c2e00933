/**
 * One calendar's rows in the item store, for views and edits. Waits for the database to be open; knows no items.
 */
import { isAppError } from "../../shared/errors.ts";
import { scanColumns } from "../../shared/ical/scan.ts";
import type { ConflictRecord } from "../../shared/item-store.ts";
import type { ItemStore, RangeQuery, StoredItem, StoredItemWithText } from "./store/item-store.ts";
import type { MetadataChange } from "./store/metadata.ts";

export type RowRange = Omit<RangeQuery, "calendarId">;

export class CalendarRows {
  readonly #store: () => Promise<ItemStore>;
  readonly #calendarId: string;
  readonly #otherCalendars: () => readonly string[];

  /** @param otherCalendars ids of the provider's other calendars: an item may have moved here from there */
  constructor(
    store: () => Promise<ItemStore>,
    calendarId: string,
    otherCalendars: () => readonly string[],
  ) {
    this.#store = store;
    this.#calendarId = calendarId;
    this.#otherCalendars = otherCalendars;
  }

  /** Rows that may lie in the range, in slices. */
  async *readRange(range: RowRange): AsyncGenerator<readonly StoredItem[]> {
    yield* (await this.#store()).query({ ...range, calendarId: this.#calendarId });
  }

  async *readRangeWithTexts(range: RowRange): AsyncGenerator<readonly StoredItemWithText[]> {
    yield* (await this.#store()).queryTexts({ ...range, calendarId: this.#calendarId });
  }

  async readByName(name: string): Promise<StoredItemWithText | null> {
    return (await this.#store()).getByName(this.#calendarId, name);
  }

  async readByNames(names: readonly string[]): Promise<readonly StoredItemWithText[]> {
    return (await this.#store()).getByNames(this.#calendarId, names);
  }

  /** The visible row of a UID; `null` also while its delete is pending. */
  async readByUid(uid: string): Promise<StoredItemWithText | null> {
    return (await this.#store()).getByUid(this.#calendarId, uid);
  }

  /** The text that a revision had, in this or another calendar; `null` if it is not kept any more. */
  async bodyAt(revision: number): Promise<string | null> {
    const store = await this.#store();
    for (const calendarId of [this.#calendarId, ...this.#otherCalendars()]) {
      const body = await store.bodyAtRevision(calendarId, revision);
      if (body !== null) return body;
    }
    return null;
  }

  /** Durable when it resolves; `null` if the UID is taken. A pending delete of the UID is taken back. */
  async create(
    uid: string,
    text: string,
    acks: string,
    metadata?: MetadataChange,
  ): Promise<StoredItemWithText | null> {
    try {
      return await (await this.#store()).insertEdit({
        calendarId: this.#calendarId,
        uid,
        text,
        columns: scanColumns(text),
        acks,
        ...(metadata === undefined ? {} : { metadata }),
      });
    } catch (error) {
      if (isAppError(error, "uid-exists")) return null;
      throw error;
    }
  }

  /** Durable when it resolves; `null` if the row has moved on: read it again. */
  async update(
    row: StoredItem,
    text: string,
    acks: string,
    along: { readonly conflict?: ConflictRecord; readonly metadata?: MetadataChange } = {},
  ): Promise<StoredItemWithText | null> {
    return (await this.#store()).updateEdit({
      calendarId: this.#calendarId,
      name: row.name,
      text,
      columns: scanColumns(text),
      acks,
      expectedRevision: row.revision,
      ...along,
    });
  }

  /** Durable when it resolves; false if the row has moved on. */
  async remove(row: StoredItem): Promise<boolean> {
    return (await this.#store()).deleteEdit({
      calendarId: this.#calendarId,
      name: row.name,
      expectedRevision: row.revision,
    });
  }

  /** Not an edit. */
  async changeMetadata(row: StoredItem, change: MetadataChange): Promise<void> {
    await (await this.#store()).changeMetadata(this.#calendarId, row.name, change);
  }

  /** Not an edit; `null` if the row is gone. */
  async setAcks(row: StoredItem, acks: string): Promise<StoredItemWithText | null> {
    return (await this.#store()).setAcks(this.#calendarId, row.name, acks);
  }
}
