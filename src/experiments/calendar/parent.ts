/**
 * `messenger.calendar.calendars`, `.items` and `.provider` for one add-on, in the parent process: puts the parts
 * together at start-up and takes them apart at shutdown. Knows neither CalDAV nor backups.
 */
import { type CalendarEvents, createCalendarEvents } from "./calendar-events.ts";
import { createCalendarsApi } from "./calendars-api.ts";
import { wordedErrors } from "./extension-error.ts";
import { createFreeBusyApi } from "./free-busy.ts";
import { accessOf, type ItemAccess } from "./items/item-access.ts";
import { createItemEvents, type ItemEvents } from "./items/item-events.ts";
import { createItemPageEvents } from "./items/item-page-events.ts";
import { ItemReader } from "./items/item-reader.ts";
import { createItemsApi } from "./items/items-api.ts";
import { UndoSteps } from "./items/undo-steps.ts";
import { KeeperProvider } from "./keeper-provider.ts";
import { adoptLegacyCalendars } from "./legacy-type.ts";
import { createEvents } from "./page-events.ts";
import { createProviderApi } from "./provider-api.ts";
import { ProviderSurfaces } from "./provider-surfaces.ts";
import { attempt, createRegistration, type Registration } from "./registration.ts";
import calendarsSchema from "./schema/calendars.json" with { type: "json" };
import freeBusySchema from "./schema/free-busy.json" with { type: "json" };
import itemsSchema from "./schema/items.json" with { type: "json" };
import providerSchema from "./schema/provider.json" with { type: "json" };
import utilitiesSchema from "./schema/utilities.json" with { type: "json" };
import { openProfileItemStore, storeFolder } from "./store/gecko-item-store.ts";
import { createUtilitiesApi } from "./utilities/utilities-api.ts";

/** The key of this API under `experiment_apis`: persistent events are stored under it. */
const MODULE = "calendar_provider";

export class calendar_provider extends ExtensionAPIPersistent {
  readonly #type: string;
  readonly #provider: KeeperProvider;
  readonly #items: ItemReader;
  readonly #undoSteps = new UndoSteps();
  readonly #itemEvents: ItemEvents = createItemEvents();
  readonly #access: () => Promise<ItemAccess>;
  readonly #calendarEvents: CalendarEvents;
  readonly #registration: Registration;
  readonly #surfaces: ProviderSurfaces;

  constructor(extension: GeckoExtension) {
    super(extension);
    this.#type = `ext-${extension.id}`;
    this.#provider = new KeeperProvider(this.#type, extension, () =>
      openProfileItemStore(storeFolder(extension)),
    );
    this.#items = new ItemReader(this.#provider);
    this.#access = accessOf(extension, this.#type);
    this.#surfaces = new ProviderSurfaces(this.#type, extension, this.#provider);
    const isOwn = (calendar: calICalendar) => calendar.type === this.#type;
    this.#calendarEvents = createCalendarEvents({
      registered: (calendar) => {
        if (isOwn(calendar)) this.#provider.calendarStarted(calendar);
      },
      removed: (calendar) => {
        if (isOwn(calendar)) void this.#provider.calendarRemoved(calendar.id);
      },
    });
    this.#registration = createRegistration(
      this.#type,
      () => {
        attempt("take over older calendars", () => this.#adoptLegacyCalendars());
        return this.#provider.calendarClass();
      },
      () => {
        attempt("offer the provider in Thunderbird's dialogs", () => this.#surfaces.start());
        this.#provider.calendarsStarted();
      },
    );
    this.PERSISTENT_EVENTS = {
      ...createEvents(extension, this.#provider, this.#calendarEvents),
      ...createItemPageEvents(extension, this.#itemEvents, this.#items, this.#access),
    };
  }

  #adoptLegacyCalendars(): void {
    const legacyType = this.extension.manifest.calendar_provider?.legacy_type;
    if (legacyType != null) adoptLegacyCalendars(legacyType, this.#type);
  }

  override onStartup(): void {
    attempt("watch calendars", () => this.#calendarEvents.start());
    attempt("watch items", () => this.#itemEvents.start());
    attempt("register the calendar type", () => this.#registration.start());
  }

  override onShutdown(isAppShutdown: boolean): void {
    attempt("stop the syncs", () => this.#provider.stop());
    // At the end of Thunderbird itself the calendars would only be written down as disabled.
    if (!isAppShutdown) {
      attempt("leave Thunderbird's dialogs", () => this.#surfaces.stop());
      attempt("unregister the calendar type", () => this.#registration.stop());
      attempt("stop watching calendars", () => this.#calendarEvents.stop());
      attempt("stop watching items", () => this.#itemEvents.stop());
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
    const calendarsApi = createCalendarsApi(provider, this.#access);
    const calendars: object = wordedErrors(calendarsApi, calendarsSchema);
    const parts = {
      own: provider,
      reader: this.#items,
      access: this.#access,
      undoSteps: this.#undoSteps,
      clear: calendarsApi.clear,
    };
    const items: object = wordedErrors(createItemsApi(parts, context), itemsSchema);
    const resources: object = wordedErrors(
      createProviderApi(provider, this.#surfaces),
      providerSchema,
    );
    const freeBusy: object = wordedErrors(createFreeBusyApi(), freeBusySchema);
    const utilities: object = wordedErrors(createUtilitiesApi(), utilitiesSchema);
    return {
      calendar: {
        calendars: {
          ...calendars,
          onCreated: event("calendars.onCreated"),
          onUpdated: event("calendars.onUpdated"),
          onRemoved: event("calendars.onRemoved"),
          onSync: event("calendars.onSync"),
        },
        items: {
          ...items,
          onCreated: event("items.onCreated"),
          onUpdated: event("items.onUpdated"),
          onRemoved: event("items.onRemoved"),
          onAlarm: event("items.onAlarm"),
        },
        freeBusy,
        utilities,
        provider: {
          ...resources,
          onItemCreated: event("provider.onItemCreated"),
          onItemAdded: event("provider.onItemAdded"),
          onItemUpdated: event("provider.onItemUpdated"),
          onItemRemoved: event("provider.onItemRemoved"),
          onDetectCalendars: event("provider.onDetectCalendars"),
          onFreeBusy: event("provider.onFreeBusy"),
          onAdvanceNewCalendar: event("provider.onAdvanceNewCalendar"),
          onInit: event("provider.onInit"),
          onResetSync: event("provider.onResetSync"),
          onCalendarDeleted: event("provider.onCalendarDeleted"),
          onSync: event("provider.onSync"),
        },
      },
    };
  }
}
