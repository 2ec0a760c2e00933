/**
 * `messenger.calendar.*` as the experiment offers it, in the order of the schema files
 * (src/experiments/calendar/schema). Large arguments and results cross as one JSON string: one string is
 * cheaper than an array of objects and goes to SQLite untouched.
 */
declare namespace messenger.calendar {
  namespace calendars {
    interface Calendar {
      id: string;
      /** Only of the add-on's own calendars: the id that addresses the server side. */
      cacheId?: string | null;
      type: string;
      name: string;
      url: string;
      color: string | null;
      readOnly: boolean;
      enabled: boolean;
      visible: boolean;
      showReminders: boolean;
      capabilities?: Record<string, unknown> | null;
      lastError?: string | null;
      /** Minutes between automatic refreshes; 0: only by hand. */
      refreshInterval?: number | null;
    }
    type CalendarProperties = Partial<Omit<Calendar, "id" | "cacheId">>;
    interface Query {
      type?: string;
      url?: string | string[];
      name?: string;
      color?: string;
      readOnly?: boolean;
      enabled?: boolean;
      visible?: boolean;
    }
    function create(
      createProperties: CalendarProperties & { type: string; name: string; url: string },
    ): Promise<Calendar>;
    function get(id: string): Promise<Calendar | null>;
    function update(id: string, updateProperties: CalendarProperties): Promise<Calendar>;
    function remove(id: string): Promise<void>;
    function clear(id: string): Promise<void>;
    function query(query: Query): Promise<Calendar[]>;
    function synchronize(ids?: string | string[]): Promise<void>;
    const onCreated: WebExtEvent<(calendar: Calendar) => void>;
    const onUpdated: WebExtEvent<(calendar: Calendar, changeInfo: CalendarProperties) => void>;
    const onRemoved: WebExtEvent<(id: string) => void>;
  }

  namespace items {
    interface CalendarItem {
      id: string;
      calendarId: string;
      type: "event" | "task";
      title: string;
      description?: string;
      location?: string;
      metadata?: unknown;
      instance?: string | null;
      /** What the reference implementation's callers read. */
      format?: string;
      item?: unknown;
      formats?: { use: string | null; ical?: string; jcal?: unknown };
    }
    interface Query {
      id?: string;
      calendarId?: string | string[];
      type?: string | string[];
      rangeStart?: string;
      rangeEnd?: string;
      expand?: boolean;
      limit?: number;
      returnFormat?: string | string[];
    }
    function get(
      calendarId: string,
      id: string,
      options?: { returnFormat?: string | string[] },
    ): Promise<CalendarItem | null>;
    function create(calendarId: string, item: Record<string, unknown>): Promise<CalendarItem>;
    function update(
      calendarId: string,
      id: string,
      item: Record<string, unknown>,
    ): Promise<CalendarItem>;
    function move(fromCalendarId: string, id: string, toCalendarId: string): Promise<CalendarItem>;
    function remove(calendarId: string, id: string): Promise<void>;
    function query(query: Query): Promise<CalendarItem[]>;
    /** Ids (UIDs) of every item of a calendar, without loading the items. */
    function getIds(calendarId: string): Promise<string[]>;
    /**
     * Writes the server side of an own calendar in one transaction.
     * @param operations JSON of `BatchOperation[]`  @param options see `BatchOptions`
     * @returns JSON of `BatchResult`
     */
    function batch(
      cacheId: string,
      operations: string,
      options?: { state?: unknown; notify?: boolean },
    ): Promise<string>;
    const onCreated: WebExtEvent<(item: CalendarItem) => void>;
    const onUpdated: WebExtEvent<(item: CalendarItem, changeInfo: Record<string, unknown>) => void>;
    const onRemoved: WebExtEvent<(calendarId: string, id: string) => void>;
  }

  namespace provider {
    interface SyncProperties {
      type: "manual" | "auto";
      last: string | null;
    }
    /** Fired after the edit is durable. `item.resource` is the row's name. The result is ignored if it is undefined. */
    const onItemCreated: WebExtEvent<
      (calendar: calendars.Calendar, item: items.CalendarItem & { resource?: string }) => unknown
    >;
    const onItemUpdated: WebExtEvent<
      (
        calendar: calendars.Calendar,
        item: items.CalendarItem & { resource?: string },
        oldItem: items.CalendarItem,
      ) => unknown
    >;
    const onItemRemoved: WebExtEvent<
      (calendar: calendars.Calendar, item: items.CalendarItem & { resource?: string }) => unknown
    >;
    const onSync: WebExtEvent<
      (calendar: calendars.Calendar, properties: SyncProperties) => unknown
    >;

    /** The calendar's own state as the last batch stored it; `null` for a database made anew. */
    function getState(cacheId: string): Promise<unknown>;
    /** JSON of `ResourceRow[]`. */
    function listResources(cacheId: string): Promise<string>;
    /** JSON of `ResourceBody[]`, in the order of the rows' names. `names` absent: up to `limit` after `after`. */
    function getResources(
      cacheId: string,
      options: { names?: string[]; after?: string; limit?: number },
    ): Promise<string>;
    /** JSON of `PendingChange[]`, oldest first; of all or of the named rows. */
    function getPending(cacheId: string, names?: string[]): Promise<string>;
    /** @param settlement JSON of `Settlement`  @returns JSON of `SettleResult` */
    function settle(
      cacheId: string,
      name: string,
      revision: number,
      settlement: string,
    ): Promise<string>;
    /** @param operations JSON of `StageOperation[]`. Durable when it resolves; fires one onLoad, no item hooks. */
    function stage(cacheId: string, operations: string, reason: string): Promise<void>;
    /** JSON of `StoredConflict[]`. */
    function listConflicts(cacheId: string): Promise<string>;
    /** JSON of `SupersededVersion[]`, newest first. */
    function listSuperseded(
      cacheId: string,
      options?: { uid?: string; limit?: number },
    ): Promise<string>;
    /** What happened to the database at start: e.g. `[{ kind: "salvaged", … }]`; cleared by reading. */
    function takeStoreEvents(): Promise<unknown[]>;
    /** True after the profile was copied or moved: pending changes wait until {@link resumeSending}. */
    function isSendingPaused(): Promise<boolean>;
    /** The user says that this profile is the one to go on with. */
    function resumeSending(): Promise<void>;
  }
}
