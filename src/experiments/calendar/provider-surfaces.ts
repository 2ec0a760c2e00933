/** Where the provider shows in Thunderbird beside its calendars: dialogs, detection, free and busy times. */

import { createWindowHooks, type WindowHooks } from "../windows.ts";
import { type AdvanceAction, CreationPanel } from "./dialogs/creation-panel.ts";
import { createDetection, type Detection } from "./dialogs/detection.ts";
import { propertiesDialog } from "./dialogs/properties-dialog.ts";
import { FreeBusyProvider } from "./free-busy.ts";
import type { ProviderEvents } from "./page-events.ts";
import { providerName } from "./provider-name.ts";
import { attempt } from "./registration.ts";

export class ProviderSurfaces {
  readonly #panel: CreationPanel;
  readonly #detection: Detection;
  readonly #freeBusy: FreeBusyProvider;
  readonly #dialogs: WindowHooks;
  #state: "idle" | "started" = "idle";

  constructor(type: string, extension: GeckoExtension, events: ProviderEvents) {
    this.#panel = new CreationPanel(extension, events.advance);
    this.#detection = createDetection(type, () => providerName(extension), events.detect);
    this.#freeBusy = new FreeBusyProvider(events.freeBusy);
    this.#dialogs = createWindowHooks(`${type}-dialogs`, [this.#panel, propertiesDialog(type)]);
  }

  setAdvanceAction(action: AdvanceAction): void {
    this.#panel.setAction(action);
  }

  start(): void {
    this.#state = "started";
    attempt("take part in the detection of calendars", () => this.#detection.start());
    attempt("take part in free and busy times", () => this.#freeBusy.start());
    attempt("watch dialogs", () => this.#dialogs.start());
  }

  /** Undoes what {@link start} did, if it was called. */
  stop(): void {
    if (this.#state === "idle") return;
    this.#state = "idle";
    attempt("leave the detection of calendars", () => this.#detection.stop());
    attempt("leave free and busy times", () => this.#freeBusy.stop());
    attempt("stop watching dialogs", () => this.#dialogs.stop());
  }
}
