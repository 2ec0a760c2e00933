/** The event of `messenger.calendar.timezones`, which only the parent process can tell; the rest is in child.ts. */
import { currentZone } from "./zone-database.ts";

/** Sent by Thunderbird's time zone service when it has taken over a change of its settings or of the system. */
const CHANGED_TOPIC = "defaultTimezoneChanged";

export class calendar_timezones extends ExtensionAPIPersistent {
  override PERSISTENT_EVENTS: Record<string, GeckoPersistentEvent> = {
    onUpdated: ({ fire: primed }) => {
      let fire = primed;
      let known = currentZone();
      const tell = async () => {
        if (currentZone() === known) return;
        known = currentZone();
        await fire.wakeup?.();
        await fire.async(known);
      };
      const observer: nsIObserver = {
        // In a later turn: the settings themselves must have reached the page's process before the event does.
        observe: () =>
          Services.tm.dispatchToMainThread(() => {
            tell().catch(() => {
              // The page went away meanwhile; it reads the zone when it comes back.
            });
          }),
      };
      Services.obs.addObserver(observer, CHANGED_TOPIC);
      return {
        unregister: () => Services.obs.removeObserver(observer, CHANGED_TOPIC),
        convert: (converted) => {
          fire = converted;
        },
      };
    },
  };

  override onStartup(): void {
    // Nothing to start. Thunderbird calls this for every API with the "startup" event, which loads this script early
    // enough for the stored listeners of onUpdated.
  }

  override onShutdown(_isAppShutdown: boolean): void {
    // Every listener takes its observer back.
  }

  override getAPI(context: GeckoBaseContext): object {
    const onUpdated = new ExtensionCommon.EventManager({
      context,
      module: "calendar_timezones",
      event: "onUpdated",
      extensionApi: this,
    }).api();
    return { calendar: { timezones: { onUpdated } } };
  }
}
