/** Where backups go, and whether they are encrypted. */
import type { BackupSettings } from "../../../shared/commands.ts";
import { element, show } from "../../element.ts";
import type { Page } from "../../page.ts";
import { PlaceCard } from "../place-card.ts";
import { ProtectionCard } from "../protection-card.ts";
import type { Step } from "./step.ts";

export class PlaceStep implements Step {
  readonly node = element("div");
  readonly isDone = true;
  readonly #page: Page;
  readonly #place: PlaceCard;
  readonly #protection: ProtectionCard;

  constructor(page: Page) {
    this.#page = page;
    const changed = (settings: BackupSettings) => void this.#show(settings);
    this.#place = new PlaceCard(page, changed);
    this.#protection = new ProtectionCard(page, changed);
    show(
      this.node,
      element("p", { class: "lead" }, page.words.text("stepPlaceLead")),
      this.#place.node,
      this.#protection.node,
    );
    page.client.onEvent((event) => {
      if (event.event === "changed" && event.what === "settings" && this.node.isConnected)
        void this.open();
    });
  }

  async open(): Promise<boolean> {
    await this.#show(await this.#page.client.call("backup.configure", {}));
    return true;
  }

  async #show(settings: BackupSettings): Promise<void> {
    this.#place.show(settings, await this.#page.client.call("stores.list", {}));
    this.#protection.show(settings);
  }
}
