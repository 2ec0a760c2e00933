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
      /** The same as url. */
      uri: string;
      /** `#rrggbb` */
      color: string;
      readOnly: boolean;
      enabled: boolean;
      visible: boolean;
      showReminders: boolean;
      capabilities?: Record<string, unknown> | null;
      lastError?: string | null;
      /** Minutes between automatic refreshes; 0: only by hand. */
      refreshInterval?: number | null;
    }
    type CalendarProperties = Partial<Calendar>;
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
    function remove(id: string, options?: { mode?: "unsubscribe" | "delete" }): Promise<void>;
    function clear(id: string): Promise<void>;
    function query(query: Query): Promise<Calendar[]>;
    function synchronize(ids?: string | string[]): Promise<void>;
    const onCreated: WebExtEvent<(calendar: Calendar) => void>;
    const onUpdated: WebExtEvent<(calendar: Calendar, changeInfo: CalendarProperties) => void>;
    const onRemoved: WebExtEvent<(id: string) => void>;
    /** The draft's other name of provider.onSync. */
    const onSync: WebExtEvent<(calendar: Calendar, properties: provider.SyncProperties) => unknown>;
  }

  namespace items {
    /** Whole-item formats; `null`: the members are enough. */
    type ReturnFormat = "ical" | "jcal" | readonly ("ical" | "jcal")[] | null;
    interface ItemFormats {
      /** The format that wins; `null` (and always when read): the members win over the formats. */
      use?: "ical" | "jcal" | null;
      /** The whole resource. */
      ical?: string;
      /** RFC 7265 */
      jcal?: unknown;
    }
    /** An event or task; which iCalendar property each member is, is said in the schema. Keywords are in lower case. */
    interface SimpleItem {
      /** UID */
      id: string;
      type: "event" | "task";
      /** SUMMARY */
      title: string;
      description?: string;
      location?: string;
      categories: string[];
      /** STATUS in lower case, e.g. `confirmed`, `needs-action`. */
      status?: string;
      /** CLASS in lower case: `public`, `private`, `confidential`. */
      privacy?: string;
      /** 1 (highest) to 9 (lowest); 0 is undefined. */
      priority?: number;
      /** DTSTART */
      start?: string;
      /** End of an event, exclusive: the day after the last for whole days. From DTEND or DURATION. */
      end?: string;
      /** DUE of a task, or its start and DURATION. */
      due?: string;
      /** Time zone of `start` (of `due` where a task has no start): a TZID or `UTC`; absent for floating and days. */
      timeZone?: string;
      /** Time zone of `end` or `due` where it is another one than `timeZone`. */
      endTimeZone?: string;
      /** True when start (or due) is a day. */
      allDay?: boolean;
      /** When a task was completed, in UTC. */
      completed?: string;
      percentComplete?: number;
      /** Values of RRULE, e.g. `FREQ=WEEKLY;COUNT=3`. */
      recurrenceRules?: string[];
      /** Values of EXRULE. */
      excludedRecurrenceRules?: string[];
      /** RDATE, in the form of `start`; a period is `start/end` or `start/duration`. */
      recurrenceDates?: string[];
      /** EXDATE, in the form of `start`. */
      excludedDates?: string[];
      organizer?: CalendarItemOrganizer;
      attendees?: CalendarItemAttendee[];
      alarms?: CalendarItemAlarm[];
      url?: string;
      created?: string;
      /** LAST-MODIFIED, in UTC. */
      updated?: string;
      sequence?: number;
    }
    interface CalendarItemOrganizer {
      /** An e-mail address, or another URI with its scheme. */
      address: string;
      name?: string;
      sentBy?: string;
      /** LANGUAGE */
      language?: string;
      /** DIR: where more is known of the person. */
      directory?: string;
    }
    interface CalendarItemAttendee extends CalendarItemOrganizer {
      /** ROLE in lower case; default `req-participant`. */
      role: string;
      /** PARTSTAT in lower case; default `needs-action`. */
      status: string;
      /** CUTYPE in lower case; default `individual`. */
      type: string;
      rsvp: boolean;
      delegatedTo?: string[];
      delegatedFrom?: string[];
      memberOf?: string[];
    }
    interface CalendarItemAlarm {
      /** ACTION in lower case: `display`, `audio`, `email`. */
      action: string;
      /** What the alarm counts from; `absolute`: it has a `date` instead of an `offset`. */
      related: "absolute" | "start" | "end";
      /** A duration (RFC 5545 §3.3.6), e.g. `-PT15M`. */
      offset?: string;
      /** In UTC. */
      date?: string;
      description?: string;
      /** SUMMARY: the subject of an e-mail. */
      summary?: string;
      /** Further times the alarm goes off, `repeatInterval` (a duration) apart. */
      repeat?: number;
      repeatInterval?: string;
      /** Addresses an e-mail goes to. */
      attendees?: string[];
      /** ATTACH: URIs, e.g. of a sound. */
      attachments?: string[];
      /** Only in events about alarms. */
      itemId?: string;
    }
    /** When written, the members of an attendee that RFC 5545 has a default for may be left out. */
    type AttendeeProperties = CalendarItemOrganizer & Partial<CalendarItemAttendee>;
    type AlarmProperties = Partial<CalendarItemAlarm>;
    interface CalendarItem extends SimpleItem {
      calendarId: string;
      /** RECURRENCE-ID of an occurrence: in UTC, a day, or local for floating times. */
      instance: string | null;
      /** Start and end of an event as iCalendar values without a zone. */
      startDate?: string;
      endDate?: string;
      metadata?: unknown;
      /** The first format that was asked for, and the item in it. */
      format?: "ical" | "jcal";
      item?: unknown;
      /** All formats that were asked for. */
      formats?: ItemFormats;
      raw?: ItemFormats;
    }
    /** What is given to be stored: absent members stay as they are, `null` takes a property away. */
    type ItemProperties = {
      [K in keyof Omit<SimpleItem, "attendees" | "alarms">]?: SimpleItem[K] | null;
    } & {
      attendees?: readonly AttendeeProperties[] | null;
      alarms?: readonly AlarmProperties[] | null;
      calendarId?: string;
      instance?: string | null;
      startDate?: string | null;
      endDate?: string | null;
      dueDate?: string | null;
      percent?: number | null;
      metadata?: unknown;
      format?: "ical" | "jcal";
      item?: unknown;
      formats?: ItemFormats;
      raw?: ItemFormats;
      returnFormat?: ReturnFormat;
    };
    /** Members that differ, with their new values; `null`: gone. */
    interface ItemChange extends Record<string, unknown> {
      /** Of a series: occurrences that changed of their own. */
      instances?: {
        instance: string;
        change: "modified" | "removed" | "restored";
        members?: Record<string, unknown>;
      }[];
    }
    interface Query {
      id?: string;
      calendarId?: string | string[];
      type?: string | string[];
      rangeStart?: string;
      rangeEnd?: string;
      expand?: boolean;
      limit?: number;
      returnFormat?: ReturnFormat;
    }
    function get(
      calendarId: string,
      id: string,
      options?: { returnFormat?: ReturnFormat },
    ): Promise<CalendarItem | null>;
    interface WriteOptions {
      /** `true`: a step of Edit → Undo; the id of a group: one step with all of it. Not for a cacheId. */
      undo?: boolean | string;
    }
    function create(
      calendarId: string,
      item: ItemProperties,
      options?: WriteOptions,
    ): Promise<CalendarItem>;
    function update(
      calendarId: string,
      id: string,
      item: ItemProperties,
      options?: WriteOptions,
    ): Promise<CalendarItem>;
    function move(
      fromCalendarId: string,
      id: string,
      toCalendarId: string,
      options?: WriteOptions,
    ): Promise<CalendarItem>;
    function remove(calendarId: string, id: string, options?: WriteOptions): Promise<void>;
    function query(query: Query): Promise<CalendarItem[]>;
    /** Ids (UIDs) of every item of a calendar, without loading the items. */
    function getIds(calendarId: string): Promise<string[]>;
    /** The item that is open in a dialog or tab, or selected in a view. */
    function getCurrent(options?: { returnFormat?: ReturnFormat }): Promise<CalendarItem | null>;
    /** Another name for `calendars.clear`. */
    function clear(properties: { calendarId: string }): Promise<void>;
    type BatchItemOperation =
      | { action: "create"; id?: string; item: ItemProperties }
      | { action: "update"; id: string; item: ItemProperties }
      | { action: "remove"; id: string };
    interface BatchOptions extends WriteOptions {
      /** Only for a cacheId: stored by the same transaction. */
      state?: unknown;
      /** Only for a cacheId. Default true. */
      notify?: boolean;
    }
    /**
     * All operations or none of them, in their order. Resolves with the stored item of each create and update and
     * `null` for each remove.
     */
    function batch(
      calendarId: string,
      operations: readonly BatchItemOperation[],
      options?: BatchOptions,
    ): Promise<(CalendarItem | null)[]>;
    /** @param operations JSON of `BatchOperation[]`  @returns JSON of `BatchResult` */
    function batch(cacheId: string, operations: string, options?: BatchOptions): Promise<string>;
    /** The id of a step of Edit → Undo that several calls may join. */
    function beginUndoGroup(): Promise<string>;
    function endUndoGroup(group: string): Promise<void>;
    const onCreated: WebExtEvent<(item: CalendarItem) => void>;
    const onUpdated: WebExtEvent<(item: CalendarItem, changeInfo: ItemChange) => void>;
    const onRemoved: WebExtEvent<(calendarId: string, id: string) => void>;
    /** `alarm.date` is an iCalendar UTC value here. */
    const onAlarm: WebExtEvent<(item: CalendarItem, alarm: CalendarItemAlarm) => void>;
  }

  namespace provider {
    interface SyncProperties {
      type: "manual" | "auto";
      last: string | null;
    }
    interface ItemOperationOptions {
      /** The edit takes over a message about an invitation. */
      invitation: boolean;
      /** The edit was made earlier and is offered again. */
      offline: boolean;
      /** The edit shall be made even if the service has a newer version. */
      force: boolean;
    }
    interface ItemError {
      error: "GENERAL_FAILURE" | "READ_FAILED" | "MODIFY_FAILED" | "CONFLICT";
    }
    type HookItem = items.CalendarItem & { resource?: string };
    /**
     * Fired after the edit is durable. `item.resource` is the row's name. What the answer does says the schema; it is
     * ignored with the manifest's `outbox: "provider"`.
     */
    const onItemCreated: WebExtEvent<
      (calendar: calendars.Calendar, item: HookItem, options: ItemOperationOptions) => unknown
    >;
    /** The draft's other name of onItemCreated. */
    const onItemAdded: WebExtEvent<
      (calendar: calendars.Calendar, item: HookItem, options: ItemOperationOptions) => unknown
    >;
    const onItemUpdated: WebExtEvent<
      (
        calendar: calendars.Calendar,
        item: HookItem,
        oldItem: HookItem,
        options: ItemOperationOptions,
      ) => unknown
    >;
    const onItemRemoved: WebExtEvent<
      (calendar: calendars.Calendar, item: HookItem, options: ItemOperationOptions) => unknown
    >;
    /** The user looks for calendars in the dialog for new ones: answer with calendars to make, or `{ error }`. */
    const onDetectCalendars: WebExtEvent<
      (
        username: string | null,
        password: string | null,
        location: string | null,
        savePassword: boolean,
        extraProperties: object,
      ) => unknown
    >;
    /** Somebody asks when an attendee is busy: answer with `freeBusy.Interval[]`. */
    const onFreeBusy: WebExtEvent<
      (attendee: string, rangeStart: string, rangeEnd: string, types: string[]) => unknown
    >;
    /** For the page in the dialog for new calendars: the user goes on or back. */
    const onAdvanceNewCalendar: WebExtEvent<(id: string) => unknown>;
    /** A calendar came; its first synchronization waits for the listener. */
    const onInit: WebExtEvent<(calendar: calendars.Calendar) => unknown>;
    /** A calendar is to be fetched anew: forget how far its synchronization came. */
    const onResetSync: WebExtEvent<(calendar: calendars.Calendar) => unknown>;
    /** The user had a calendar deleted: it is off the list already. */
    const onCalendarDeleted: WebExtEvent<(calendar: calendars.Calendar) => unknown>;
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
    /**
     * Names the texts that {@link getResources} and {@link listConflicts} give: while the name stays, so do they, and other
     * texts never get it, in whichever profile. `null` before anything was stored.
     */
    function getContentName(cacheId: string): Promise<string | null>;
    /** JSON of `PendingChange[]`, oldest first; of all or of the named rows. */
    function getPending(cacheId: string, names?: string[]): Promise<string>;
    /** @param settlement JSON of `Settlement`  @returns JSON of `SettleResult` */
    function settle(
      cacheId: string,
      name: string,
      revision: number,
      settlement: string,
    ): Promise<string>;
    /** What the buttons of the dialog for new calendars do, while the add-on's page is shown there. */
    function setAdvanceAction(action: {
      forward?: string | null;
      back?: string | null;
      label?: string | null;
      canForward?: boolean | null;
    }): Promise<void>;
    /** Offers an edit that waits to the item listeners again. @returns true when nothing of the item waits any more */
    function retry(calendarId: string, id: string, options?: { force?: boolean }): Promise<boolean>;
    /** Fires onResetSync, then synchronizes. */
    function resetSync(calendarId: string): Promise<void>;
    /**
     * Durable when it resolves; fires one onLoad, no item hooks.
     * @param operations JSON of `StageOperation[]`
     * @returns names of those that were not staged because their rows had moved on (`expected`)
     */
    function stage(cacheId: string, operations: string, reason: string): Promise<string[]>;
    /** JSON of `StoredConflict[]`. */
    function listConflicts(cacheId: string): Promise<string>;
    /**
     * Takes a conflict off the list and stages what was decided, in one transaction.
     * @param operations JSON of `StageOperation[]`  @param expected the row as it was seen (`RowVersion`)
     * @returns false when that row has moved on; then nothing is done
     */
    function resolveConflict(
      cacheId: string,
      id: number,
      operations: string,
      expected: { name: string; revision: number | null },
    ): Promise<boolean>;
    /** JSON of `SupersededVersion[]`, newest first. */
    function listSuperseded(
      cacheId: string,
      options?: {
        uid?: string;
        limit?: number;
        since?: number;
        unsaved?: boolean;
        before?: number;
        reasons?: string[];
      },
    ): Promise<string>;
    /** JSON of `RemovedCalendarRow[]`: calendars that are gone, of which versions wait for a snapshot or for the user. */
    function listRemoved(): Promise<string>;
    /** The user gives versions of a calendar that is gone up: they are like any other replaced version from now on. */
    function dismissSuperseded(cacheId: string, ids: number[]): Promise<void>;
    /** A verified snapshot holds these replaced versions: `forgetSnapshotted` may let them go. */
    function markSnapshotted(cacheId: string, ids: number[], snapshotId: string): Promise<void>;
    /** These snapshots (absent: all) are gone: the replaced versions they held, of every calendar, stay until another one holds them. */
    function unmarkSnapshotted(snapshotIds?: string[]): Promise<void>;
    /**
     * These snapshots, and no others, are there now. Replaced versions that one of them holds go 30 days after they were
     * replaced, of every calendar; those that another one held stay until one of these does.
     */
    function forgetSnapshotted(snapshotIds: string[]): Promise<void>;
    /** `DeletionCounts`. @param since ms since the epoch  @param except names whose deletions are not counted */
    function countDeletions(
      cacheId: string,
      since: number,
      except?: string[],
    ): Promise<{ pending: number; confirmed: number; onServer: number }>;
    /** What happened to the database at start: e.g. `[{ kind: "salvaged", … }]`; cleared by reading. */
    function takeStoreEvents(): Promise<unknown[]>;
    /** True after the profile was copied or moved: pending changes wait until {@link resumeSending}. */
    function isSendingPaused(): Promise<boolean>;
    /** The user says that this profile is the one to go on with. */
    function resumeSending(): Promise<void>;
  }

  namespace utilities {
    /** One occurrence of an item; times are told as in `CalendarItem`. */
    interface Occurrence {
      id: string;
      /** `null` for an item that does not recur. */
      instance: string | null;
      start: string;
      end?: string;
      timeZone?: string;
      endTimeZone?: string;
      allDay: boolean;
      /** True when the item has it as an override of its own. */
      changed: boolean;
    }
    type ParsedItem = Omit<items.CalendarItem, "calendarId" | "instance">;
    /** The items of a text, however many. @param text iCalendar or jCal */
    function parse(
      text: string | unknown[],
      options?: { returnFormat?: items.ReturnFormat },
    ): Promise<ParsedItem[]>;
    function serialize(
      items: items.ItemProperties | readonly items.ItemProperties[],
      format?: "ical",
    ): Promise<string>;
    function serialize(
      items: items.ItemProperties | readonly items.ItemProperties[],
      format: "jcal",
    ): Promise<unknown[]>;
    /** Occurrences that touch the range, in order: 1000 unless `limit` says otherwise, 10000 at most. */
    function expandRecurrence(
      item: string | unknown[] | items.ItemProperties,
      rangeStart: string,
      rangeEnd: string,
      options?: { limit?: number },
    ): Promise<Occurrence[]>;
  }

  /** In the add-on's own process, so without promises. Only from an XPI: Thunderbird cannot read the script of an unpacked add-on. */
  namespace timezones {
    /** An ISO 8601 string, a Date, a jCal value or property, or an iCalendar value. */
    type DateTime = string | Date | unknown[];
    const currentZone: string;
    const timezoneIds: string[];
    /** @throws Error naming an unknown zone */
    function getDefinition(tzid: string, returnFormat?: "ical"): string;
    function getDefinition(tzid: string, returnFormat: "jcal"): unknown[];
    /** Seconds, negative to the west of UTC. @throws Error naming an unknown zone */
    function getUTCOffset(dateTime: DateTime, tzid: string): number;
    /** In the form of `dateTime`. @throws Error naming an unknown zone */
    function convertTime<T extends DateTime>(dateTime: T, fromTzid: string, toTzid: string): T;
    const onUpdated: WebExtEvent<(tzid: string) => void>;
  }

  namespace freeBusy {
    interface Interval {
      /** ISO 8601, in UTC. */
      start: string;
      end: string;
      type: "free" | "busy" | "unavailable" | "tentative" | "unknown";
    }
    /** When somebody is free or busy, from every provider of Thunderbird. @param types default: all but free */
    function query(
      attendee: string,
      rangeStart: string,
      rangeEnd: string,
      types?: string[],
    ): Promise<Interval[]>;
  }
}
