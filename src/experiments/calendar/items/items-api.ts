/**
 * `messenger.calendar.items`: items of any calendar, local ones included, as whole resources (a master with its
 * overrides and time zones in one text).
 */
import { extensionError } from "../extension-error.ts";
import { type ItemProperties, readReturnFormat, toWireItem, type WireItem } from "../wire-item.ts";
import { CalendarWriter } from "./calendar-writer.ts";
import { currentItem } from "./current-item.ts";
import type { AddressedCalendar, ItemAccess } from "./item-access.ts";
import { type ItemOperation, readOperations } from "./item-operations.ts";
import { type ItemReader, requireFound } from "./item-reader.ts";
import type { BatchArguments, OwnItems } from "./own-items.ts";
import type { ItemsQuery } from "./query-arguments.ts";
import { queryItems } from "./query-items.ts";
import { ServerSideWriter } from "./server-side-writer.ts";
import type { UndoOption, UndoSteps } from "./undo-steps.ts";

interface UndoArguments {
  readonly undo?: UndoOption;
}

export interface ItemsParts {
  readonly own: OwnItems;
  readonly reader: ItemReader;
  readonly access: () => Promise<ItemAccess>;
  /** Shared by all pages of the add-on: groups outlive the page that began them. */
  readonly undoSteps: UndoSteps;
  /** `calendars.clear` */
  readonly clear: (calendarId: string) => Promise<void>;
}

/** @param context of the asking page */
export function createItemsApi(parts: ItemsParts, context: GeckoBaseContext) {
  const { own, reader, access, undoSteps, clear } = parts;
  const writer = new CalendarWriter(own, reader, undoSteps);
  const serverSide = new ServerSideWriter(own, reader);

  async function write(
    calendarId: string,
    operations: readonly ItemOperation[],
    options: (UndoArguments & BatchArguments) | null,
    isBatch: boolean,
  ): Promise<(WireItem | null)[]> {
    const to = (await access()).writing(calendarId, "calendarId");
    const { undo, state, notify } = options ?? {};
    if (!to.serverSide) return writer.write(to, operations, { undo, isBatch });
    refuseUndo(to, undo);
    return serverSide.write(to, operations, { state, notify, isBatch });
  }

  return {
    async get(
      calendarId: string,
      id: string,
      options: { returnFormat?: string | string[] | null } | null,
    ): Promise<WireItem | null> {
      const from = (await access()).reading(calendarId, "calendarId");
      return reader.get(from, id, readReturnFormat(options?.returnFormat));
    },

    async create(
      calendarId: string,
      item: ItemProperties,
      options: UndoArguments | null,
    ): Promise<WireItem> {
      const operation = { action: "create", id: null, item } as const;
      const [created] = await write(calendarId, [operation], options, false);
      return requireFound(created ?? null);
    },

    async update(
      calendarId: string,
      id: string,
      item: ItemProperties,
      options: UndoArguments | null,
    ): Promise<WireItem> {
      const operation = { action: "update", id, item } as const;
      const [updated] = await write(calendarId, [operation], options, false);
      return requireFound(updated ?? null);
    },

    async move(
      fromCalendarId: string,
      id: string,
      toCalendarId: string,
      options: UndoArguments | null,
    ): Promise<WireItem> {
      const allowed = await access();
      const from = allowed.writing(fromCalendarId, "fromCalendarId");
      const to = allowed.writing(toCalendarId, "toCalendarId");
      return writer.move(from, id, to, { access: allowed, undo: options?.undo });
    },

    async remove(calendarId: string, id: string, options: UndoArguments | null): Promise<void> {
      await write(calendarId, [{ action: "remove", id }], options, false);
    },

    async query(query: ItemsQuery): Promise<WireItem[]> {
      return queryItems(query, own, reader, await access());
    },

    async getIds(calendarId: string): Promise<string[]> {
      return reader.ids((await access()).reading(calendarId, "calendarId"));
    },

    async getCurrent(
      options: { returnFormat?: string | string[] | null } | null,
    ): Promise<WireItem | null> {
      const format = readReturnFormat(options?.returnFormat);
      const item = currentItem(context);
      if (item === null) return null;
      const { calendar } = item;
      if (calendar === null) return toWireItem(item, "", format, null);
      (await access()).reading(calendar.id, "calendarId");
      return reader.describeVisible(item, calendar, format);
    },

    async clear({ calendarId }: { calendarId: string }): Promise<void> {
      await clear(calendarId);
    },

    async batch(
      calendarId: string,
      operations: string | unknown[],
      options: (UndoArguments & BatchArguments) | null,
    ): Promise<string | (WireItem | null)[]> {
      if (typeof operations !== "string") {
        return write(calendarId, readOperations(operations), options, true);
      }
      const to = (await access()).serverSide(calendarId, "calendarId");
      refuseUndo(to, options?.undo);
      return own.batch(to.calendar.id, operations, options ?? {});
    },

    async beginUndoGroup(): Promise<string> {
      return undoSteps.begin();
    },

    async endUndoGroup(group: string): Promise<void> {
      undoSteps.end(group, "group");
    },
  };
}

function refuseUndo({ askedId }: AddressedCalendar, undo: UndoOption): void {
  if (undo == null || undo === false) return;
  throw extensionError(
    `options.undo: what is written through the cacheId "${askedId}" is no step of the user's.`,
  );
}
