/**
 * `messenger.calendar.calendars`, `.items` and `.provider` for one add-on, in the parent process: puts the parts
 * together at start-up and takes them apart at shutdown. Knows neither CalDAV nor backups.
 */
import { type CalendarEvents, createCalendarEvents } from "./calendar-events.ts";
import { createCalendarsApi } from "./calendars-api.ts";
import { wordedErrors } from "./extension-error.ts";
import { createItemsApi } from "./items-api.ts";
import { KeeperProvider } from "./keeper-provider.ts";
import { createEvents } from "./page-events.ts";
import { createProviderApi } from "./provider-api.ts";
import { attempt, createRegistration, type Registration } from "./registration.ts";
import { openProfileItemStore } from "./store/gecko-item-store.ts";

/** The key of this API under `experiment_apis`: persistent events are stored under it. */
const MODULE = "calendar_provider";

export class calendar_provider extends ExtensionAPIPersistent {
  readonly #type: string;
  readonly #provider: KeeperProvider;
  readonly #calendarEvents: CalendarEvents;
  readonly #registration: Registration;

  constructor(extension: GeckoExtension) {
    super(extension);
    this.#type = `ext-${extension.id}`;
    this.#provider = new KeeperProvider(this.#type, extension, openProfileItemStore);
    this.#calendarEvents = createCalendarEvents((calendar) => {
      if (calendar.type === this.#type) void this.#provider.calendarRemoved(calendar.id);
    });
    this.#registration = createRegistration(
      this.#type,
      () => this.#provider.calendarClass(),
      () => undefined,
    );
    this.PERSISTENT_EVENTS = createEvents(extension, this.#provider, this.#calendarEvents);
  }

  override onStartup(): void {
    attempt("watch calendars", () => this.#calendarEvents.start());
    attempt("register the calendar type", () => this.#registration.start());
  }

  override onShutdown(isAppShutdown: boolean): void {
    attempt("stop the syncs", () => this.#provider.stop());
    // At the end of Thunderbird itself the calendars would only be written down as disabled.
    if (!isAppShutdown) {
      attempt("unregister the calendar type", () => this.#registration.stop());
      attempt("stop watching calendars", () => this.#calendarEvents.stop());
    }
    attempt("close the item store", () => void this.#provider.close());
  }

  override getAPI(context: GeckoBaseContext): object {
    const event = (name: string) =>
      new ExtensionCommon.EventManager({
        context,
        module: MODULE,
        event: name,
        extensionApi: this,
      }).api();
    const provider = this.#provider;
    const calendars: object = wordedErrors(createCalendarsApi(provider));
    const items: object = wordedErrors(createItemsApi(provider));
    const resources: object = wordedErrors(createProviderApi(provider));
    return {
      calendar: {
        calendars: {
          ...calendars,
          onCreated: event("calendars.onCreated"),
          onUpdated: event("calendars.onUpdated"),
          onRemoved: event("calendars.onRemoved"),
        },
        items: {
          ...items,
          onCreated: event("items.onCreated"),
          onUpdated: event("items.onUpdated"),
          onRemoved: event("items.onRemoved"),
        },
        provider: {
          ...resources,
          onItemCreated: event("provider.onItemCreated"),
          onItemUpdated: event("provider.onItemUpdated"),
          onItemRemoved: event("provider.onItemRemoved"),
          onSync: event("provider.onSync"),
        },
      },
    };
  }
}
