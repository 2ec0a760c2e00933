/** Where backups go: the folder, what is in it, room on its disk; the other folders that hold backups. */
import type { BackupSettings, KnownStore } from "../../shared/commands.ts";
import { type Child, element, show } from "../element.ts";
import type { Page } from "../page.ts";
import { errorNotice, warningNotice } from "./notice.ts";

/** Below this a backup may not find room. */
const LITTLE_ROOM = 200_000_000;

const CONTENTS: Readonly<Record<KnownStore["holds"], string>> = {
  store: "placeHoldsStore",
  nothing: "placeHoldsNothing",
  "other-files": "placeHoldsOthers",
  unknown: "placeUnknown",
};

export class PlaceCard {
  readonly node: HTMLElement;
  readonly #page: Page;
  readonly #changed: (settings: BackupSettings) => void;
  readonly #place = element("div");
  readonly #outcome = element("div");
  readonly #others = element("div");

  /** @param changed told the settings after another folder was chosen */
  constructor(page: Page, changed: (settings: BackupSettings) => void) {
    this.#page = page;
    this.#changed = changed;
    this.node = element(
      "article",
      { class: "card" },
      element("h2", {}, page.words.text("backupPlace")),
      this.#place,
      this.#outcome,
      this.#others,
    );
  }

  show(settings: BackupSettings, stores: readonly KnownStore[]): void {
    const { words } = this.#page;
    const active = stores.find(({ active }) => active);
    show(
      this.#place,
      element("p", { class: "path" }, settings.directory),
      settings.isDefaultDirectory && element("p", { class: "quiet" }, words.text("defaultPlace")),
      ...(active ? this.#contents(active) : []),
      settings.onProfileDisk === true &&
        element("p", { class: "notice warning" }, words.text("sameDisk")),
      settings.onProfileDisk === false &&
        element("p", { class: "notice success" }, words.text("otherDisk")),
      element(
        "p",
        { class: "actions" },
        element(
          "button",
          { type: "button", "data-focus": "pick", onclick: () => void this.#pick() },
          words.text("chooseFolder"),
        ),
      ),
    );
    this.#showOthers(stores.filter((store) => !store.active));
  }

  #contents({ holds, freeBytes, error }: KnownStore): Child[] {
    const { words } = this.#page;
    if (error) return [errorNotice(error)];
    const facts = [words.text(CONTENTS[holds])];
    if (freeBytes !== null) facts.push(words.text("freeSpace", words.bytes(freeBytes)));
    return [
      element("p", { class: "quiet" }, facts.join(" · ")),
      holds === "other-files" && warningNotice(words.text("placeHoldsOthersHint")),
      freeBytes !== null &&
        freeBytes < LITTLE_ROOM &&
        warningNotice(words.text("littleRoom", words.bytes(freeBytes))),
    ];
  }

  #showOthers(others: readonly KnownStore[]): void {
    const { words } = this.#page;
    if (others.length === 0) {
      show(this.#others);
      return;
    }
    show(
      this.#others,
      element("h3", {}, words.text("otherStores")),
      element("p", { class: "hint" }, words.text("otherStoresHint")),
      element("ul", { class: "stores" }, ...others.map((store) => this.#other(store))),
    );
  }

  #other(store: KnownStore): HTMLElement {
    const { words } = this.#page;
    const { directory, holds, encrypted, error, isDefaultDirectory } = store;
    const facts = [
      isDefaultDirectory ? words.text("defaultPlace") : "",
      error ? error.message : words.text(CONTENTS[holds]),
      encrypted === null ? "" : words.text(encrypted ? "storeEncrypted" : "storeNotEncrypted"),
    ];
    return element(
      "li",
      {},
      element(
        "div",
        { class: "grow" },
        element("p", { class: "path" }, directory),
        element("p", { class: "quiet" }, facts.filter(Boolean).join(" · ")),
      ),
      element(
        "div",
        { class: "actions" },
        holds === "store" &&
          element(
            "button",
            {
              type: "button",
              "aria-label": words.text("useStoreOf", directory),
              onclick: () => void this.#activate(directory),
            },
            words.text("useStore"),
          ),
        !isDefaultDirectory &&
          element(
            "button",
            {
              type: "button",
              "aria-label": words.text("forgetStoreOf", directory),
              onclick: () => void this.#forget(directory),
            },
            words.text("forgetStore"),
          ),
      ),
    );
  }

  async #pick(): Promise<void> {
    const { client } = this.#page;
    await this.#doing(async () => {
      const { directory } = await client.call("places.pick", { purpose: "backup" });
      if (directory !== null) this.#changed(await client.call("backup.configure", { directory }));
    });
  }

  async #activate(directory: string): Promise<void> {
    const { client, words, announce } = this.#page;
    await this.#doing(async () => {
      this.#changed(await client.call("stores.activate", { directory }));
      announce(words.text("storeActivated", directory));
    });
  }

  async #forget(directory: string): Promise<void> {
    const { client, words, announce } = this.#page;
    await this.#doing(async () => {
      await client.call("stores.forget", { directory });
      announce(words.text("storeForgotten"));
    });
  }

  async #doing(work: () => Promise<void>): Promise<void> {
    show(this.#outcome);
    try {
      await work();
    } catch (error) {
      show(this.#outcome, errorNotice(error));
    }
  }
}
