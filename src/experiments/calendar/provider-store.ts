/**
 * What the provider needs of the item store, in its own terms: rows of one calendar for views and edits, and
 * operations on server sides by the API's JSON.
 */
import type { EditStore } from "./calendar-edits.ts";
import type { RowSource } from "./item-query.ts";
import type { BatchArguments, KeptItem } from "./items-api.ts";

export interface ProviderStore {
  rowsOf(calendarId: string): RowSource & EditStore;
  read(calendarId: string, uid: string, serverSide: boolean): Promise<KeptItem | null>;
  uids(calendarId: string, serverSide: boolean): Promise<string[]>;
  put(calendarId: string, uid: string, text: string, metadata: unknown): Promise<void>;
  remove(calendarId: string, uid: string): Promise<void>;
  batch(calendarId: string, operations: string, options: BatchArguments): Promise<string>;
  clear(calendarId: string, serverSide: boolean): Promise<void>;
  /** The calendar is gone from the list; its texts are kept as superseded. */
  removeCalendar(calendarId: string): Promise<void>;
  close(): Promise<void>;
}
