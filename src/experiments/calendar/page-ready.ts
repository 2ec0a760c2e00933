/** When an add-on's page can be asked: at an install or upgrade calendars exist before it has run. */
import type { EventSource } from "./persistent-event.ts";

type AnySource = Pick<EventSource<never>, "hasListeners" | "listening">;

/**
 * Resolves when one of the events has a listener and the page's first turn is over: its listeners arrive one by one.
 * Never, for an add-on that listens to none of them.
 */
export async function pageReady(
  extension: GeckoExtension,
  events: readonly AnySource[],
): Promise<void> {
  if (!events.some((event) => event.hasListeners)) {
    await Promise.race(events.map((event) => event.listening()));
  }
  if (extension.backgroundState !== "starting") return;
  await new Promise<void>((resolve) => {
    const ends = ["background-script-started", "background-script-aborted"];
    const end = () => {
      for (const name of ends) extension.off(name, end);
      resolve();
    };
    for (const name of ends) extension.on(name, end);
  });
}
