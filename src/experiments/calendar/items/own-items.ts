/** What the items API needs of the calendars of its own add-on: their rows in the item store, by UID. */

import type { ItemColumns } from "../../../shared/item-store.ts";

/** What is kept of an item of an own calendar. */
export interface KeptItem {
  readonly name: string;
  readonly text: string;
  readonly metadata: unknown;
}

export interface BatchArguments {
  readonly state?: unknown;
  readonly notify?: boolean | null | undefined;
}

export interface OwnItems {
  readonly ownType: string;
  /** @param serverSide the text last seen from the server, instead of the one the user sees */
  read(calendarId: string, uid: string, serverSide: boolean): Promise<KeptItem | null>;
  uids(calendarId: string, serverSide: boolean): Promise<string[]>;
  /** What the server holds, read in pages, by the rows' names. */
  serverSide(calendarId: string): AsyncIterable<KeptItem>;
  /** The items of a text as views show them; none where it cannot be parsed. */
  build(text: string, columns: ItemColumns, calendar: calICalendar): readonly calIItemBase[];
  /** The name of a UID's row, or one that no row has. */
  nameFor(calendarId: string, uid: string): Promise<string>;
  /** Writes to the server side in one transaction: JSON of `BatchOperation[]` in, of `BatchResult` out. */
  batch(calendarId: string, operations: string, options: BatchArguments): Promise<string>;
}
