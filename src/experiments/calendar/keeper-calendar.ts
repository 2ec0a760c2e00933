/**
 * The calendar class that Thunderbird instantiates for each calendar of the type. It answers from the item store
 * and is never wrapped in Thunderbird's cached calendar (`cache.supported` false); `cache.always` makes the
 * interface treat it as usable offline. What it does with items is in calendar-edits.ts and item-query.ts.
 */

import { CalendarCapabilities, OWN_CAPABILITIES } from "./calendar-capabilities.ts";
import type { CalendarEdits } from "./calendar-edits.ts";
import type { Capabilities } from "./capabilities.ts";
import type { EditPolicy } from "./edit-texts.ts";
import { calendarUtils } from "./gecko-modules.ts";
import type { ItemQuery } from "./item-query.ts";
import { revisionOf } from "./item-revision.ts";
import { accessControl } from "./item-rights.ts";
import { showInCalendarList } from "./list-tooltip.ts";
import type { OwnCalendar } from "./own-calendar.ts";
import {
  invitedAttendee,
  isInvitedBy,
  organizerId,
  ownAddresses,
  serverNotifies,
} from "./schedule-agent.ts";
import type { MetadataChange } from "./store/metadata.ts";
import { TICKED, ViewAnnouncements } from "./view-announcements.ts";

/** What the calendars of one provider share. */
export interface CalendarServices {
  readonly type: string;
  readonly providerId: string;
  /** The provider's own; a calendar may lay others over them. */
  readonly capabilities: Capabilities;
  /** Starts a sync unless one is running; returns at once. */
  requestSync(calendar: calICalendar): void;
  /** The user had the calendar deleted, not only taken off the list, which has happened. */
  calendarDeleted(calendar: calICalendar): void;
  queryFor(calendar: OwnCalendar): ItemQuery;
  editsFor(calendar: OwnCalendar, query: ItemQuery, policy: EditPolicy): CalendarEdits;
}

/** What the rest of the provider asks of one of its calendars. */
export interface KeeperCalendar extends CalProviderBase {
  /** Tells the views what a sync changed: rows by name, or (`null`) anything. */
  announceLoad(names: readonly string[] | null): void;
  /** Tells the views that a row changed, or went, without an edit. @returns false: what they showed is unknown */
  announceRow(name: string): Promise<boolean>;
  /** What Thunderbird calls, and with facts of the provider's that the same transaction stores. */
  addItem(item: calIItemBase, metadata?: MetadataChange): Promise<calIItemBase>;
  modifyItem(
    newItem: calIItemBase,
    oldItem: calIItemBase | null,
    metadata?: MetadataChange,
  ): Promise<calIItemBase>;
}

/** Kept in memory only: what they say is true of this session. */
const TRANSIENT = new Set(["lastError"]);
/** Fixed: changing `cache.enabled` would make the manager replace the calendar by a new one. */
const FIXED = new Map<string, unknown>([
  ["cache.supported", false],
  ["cache.always", true],
  ["cache.enabled", true],
]);

export function createKeeperCalendarClass(services: CalendarServices): new () => KeeperCalendar {
  return class extends calendarUtils().provider.BaseClass implements KeeperCalendar {
    override QueryInterface = ChromeUtils.generateQI([
      "calICalendar",
      "calISchedulingSupport",
      "calICalendarProvider",
    ]);

    readonly #transient = new Map<string, unknown>();
    readonly #capabilities = new CalendarCapabilities(services.capabilities, () =>
      this.id ? super.getProperty(OWN_CAPABILITIES) : undefined,
    );
    readonly #access = accessControl(() => this.#capabilities.rights);
    #query: ItemQuery | undefined;
    #edits: CalendarEdits | undefined;
    #announcements: ViewAnnouncements | undefined;

    constructor() {
      super();
      this.initProviderBase();
    }

    get #self(): OwnCalendar {
      return this as unknown as OwnCalendar;
    }

    get #reading(): ItemQuery {
      this.#query ??= services.queryFor(this.#self);
      return this.#query;
    }

    get #editing(): CalendarEdits {
      this.#edits ??= services.editsFor(this.#self, this.#reading, this.#capabilities);
      return this.#edits;
    }

    get #announcing(): ViewAnnouncements {
      this.#announcements ??= new ViewAnnouncements(this.#self, this.#reading, () =>
        Boolean(super.getProperty(TICKED)),
      );
      return this.#announcements;
    }

    get type(): string {
      return services.type;
    }

    get providerID(): string {
      return services.providerId;
    }

    /** `null`: everything may be done. */
    get aclEntry(): calICalendarACLEntry | null {
      const { calendar } = this.#access;
      return calendar.hasAccessControl ? calendar : null;
    }

    get aclManager(): calICalendarACLManager {
      return this.#access.manager;
    }

    get canRefresh(): boolean {
      return true;
    }

    refresh(): null {
      services.requestSync(this.#self);
      return null;
    }

    announceLoad(names: readonly string[] | null): void {
      this.#announcing.load(names);
    }

    announceRow(name: string): Promise<boolean> {
      return this.#announcing.row(name);
    }

    get supportsScheduling(): boolean {
      return this.#capabilities.isScheduling;
    }

    getSchedulingSupport(): this {
      return this;
    }

    /** True: nothing is to be mailed. */
    override canNotify(method: string, item: calIItemBase): boolean {
      if (!this.#capabilities.serverSchedules) return super.canNotify(method, item);
      // Not stored yet, and so not marked yet.
      if (this.#capabilities.marksInvitations && revisionOf(item) === null) return false;
      return serverNotifies(method, item);
    }

    override isInvitation(item: calIItemBase): boolean {
      const { addresses } = this.#capabilities;
      return addresses.length === 0
        ? super.isInvitation(item)
        : isInvitedBy(item, () => this.#ownAddresses(item));
    }

    override getInvitedAttendee(item: calIItemBase): calIAttendee | null {
      return (
        invitedAttendee(item, () => this.#ownAddresses(item)) ?? super.getInvitedAttendee(item)
      );
    }

    #ownAddresses(item: calIItemBase): ReadonlySet<string> {
      return ownAddresses(item, this.#capabilities.addresses, this.getProperty("organizerId"));
    }

    /** Of `calICalendarProvider`: called after the calendar was taken off the list. */
    deleteCalendar(): void {
      services.calendarDeleted(this.#self);
    }

    override getProperty(name: string): unknown {
      if (FIXED.has(name)) return FIXED.get(name);
      if (TRANSIENT.has(name)) return this.#transient.get(name) ?? null;
      switch (name) {
        case "readOnly":
          return (
            !this.#capabilities.isMutable ||
            super.getProperty("providerReadOnly") === true ||
            super.getProperty(name)
          );
        case "refreshInterval":
          return this.#capabilities.refreshInterval(super.getProperty(name));
        case "capabilities":
          return this.#capabilities.all;
        case "organizerId":
          return (
            this.#capabilities.property(name) ??
            organizerId(super.getProperty(name), this.#capabilities)
          );
        default: {
          const answer = this.#capabilities.property(name);
          return answer === undefined ? super.getProperty(name) : answer;
        }
      }
    }

    override setProperty(name: string, value: unknown): unknown {
      if (FIXED.has(name)) return FIXED.get(name);
      if (name === "capabilities") return this.#addCapabilities(value as Capabilities);
      if (name === "readOnly" && !this.#capabilities.isMutable) return true;
      if (TRANSIENT.has(name)) {
        const old = this.getProperty(name);
        this.#transient.set(name, value);
        this.#announceProperty(name, value, old);
        if (name === "lastError") this.#showStatus(typeof value === "string" ? value : "");
        return value;
      }
      return super.setProperty(name, value);
    }

    #addCapabilities(more: Capabilities): Capabilities {
      const dependent = ["readOnly", "refreshInterval"].map(
        (name) => [name, this.getProperty(name)] as const,
      );
      super.setProperty(OWN_CAPABILITIES, this.#capabilities.with(more));
      this.#capabilities.forget();
      const { all } = this.#capabilities;
      this.#announceProperty("capabilities", all, null);
      for (const [name, old] of dependent) {
        const value = this.getProperty(name);
        if (value !== old) this.#announceProperty(name, value, old);
      }
      return all;
    }

    #announceProperty(name: string, value: unknown, old: unknown): void {
      this.observers.notify("onPropertyChanged", [this.superCalendar, name, value, old]);
    }

    getItem(id: string): Promise<calIItemBase | null> {
      return this.#reading.getItem(id);
    }

    getItems(
      filter: number,
      count: number,
      start: calIDateTime | null,
      end: calIDateTime | null,
    ): CalItemStream {
      return this.#reading.getItems(filter, count, start, end);
    }

    addItem(item: calIItemBase, metadata?: MetadataChange): Promise<calIItemBase> {
      return this.#editing.add(item, metadata);
    }

    adoptItem(item: calIItemBase): Promise<calIItemBase> {
      return this.#editing.add(item);
    }

    modifyItem(
      newItem: calIItemBase,
      oldItem: calIItemBase | null,
      metadata?: MetadataChange,
    ): Promise<calIItemBase> {
      return this.#editing.modify(newItem, oldItem, metadata);
    }

    deleteItem(item: calIItemBase): Promise<void> {
      return this.#editing.remove(item);
    }

    /** The warning icon in the calendar list, and why. */
    #showStatus(message: string): void {
      super.setProperty("currentStatus", message === "" ? Cr.NS_OK : Cr.NS_ERROR_FAILURE);
      showInCalendarList(this.id, message);
    }
  } as unknown as new () => KeeperCalendar;
}
