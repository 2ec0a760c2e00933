/** One item as a person reads it, its versions through time, two of them side by side, and its raw text. */
import type { ItemVersion, ItemVersions } from "../../shared/commands.ts";
import { emptyNotice, errorNotice } from "../components/notice.ts";
import { element, show, swatch } from "../element.ts";
import type { Page } from "../page.ts";
import { comparisonTable } from "./comparison.ts";
import type { DateWords } from "./date-words.ts";
import { type Field, itemFields } from "./item-fields.ts";
import { readItem } from "./readable-item.ts";
import type { RecurrenceLanguage } from "./recurrence-words.ts";
import { linkedText, linkOrText, type OpenLink } from "./rich-text.ts";
import { isShown, otherVersionChoice, versionList, versionSpan } from "./version-list.ts";
import type { WorkQueue } from "./work-queue.ts";

/** Where an item lies. */
export interface ItemPlace {
  readonly path: string;
  readonly snapshotId: string;
  /** `null` for an item that cannot be read. */
  readonly uid: string | null;
  readonly title: string;
  /** Of its calendar. */
  readonly calendarName: string;
  readonly color: string | null;
}

export interface ItemPaneActions {
  restore(place: ItemPlace): void;
  save(place: ItemPlace): void;
  open: OpenLink;
}

export class ItemPane {
  readonly #root: HTMLElement;
  readonly #page: Page;
  readonly #dates: DateWords;
  readonly #queue: WorkQueue;
  readonly #actions: ItemPaneActions;
  readonly #heading = element("h2", { tabindex: -1, id: "item-heading" });
  readonly #facts = element("div", { class: "facts" });
  readonly #versions = element("div", { class: "versions" });
  readonly #compared = element("div", { class: "compared" });
  #place: ItemPlace | null = null;
  /** Until the item that is shown can be read. */
  #opening: Promise<void> = Promise.resolve();
  #found: ItemVersions | null = null;
  #other: ItemVersion | null = null;
  /** By snapshot and path. */
  readonly #texts = new Map<string, Promise<string>>();

  constructor(
    root: HTMLElement,
    page: Page,
    dates: DateWords,
    queue: WorkQueue,
    actions: ItemPaneActions,
  ) {
    this.#root = root;
    this.#page = page;
    this.#dates = dates;
    this.#queue = queue;
    this.#actions = actions;
  }

  get place(): ItemPlace | null {
    return this.#place;
  }

  close(): void {
    const { words } = this.#page;
    this.showEmpty(words.text("chooseItem"), words.text("chooseItemHint"));
  }

  showEmpty(message: string, hint: string): void {
    this.#place = null;
    show(this.#root, emptyNotice(message, hint));
  }

  showError(error: unknown): void {
    this.#place = null;
    show(this.#root, errorNotice(error));
  }

  focus(): void {
    this.#heading.focus();
  }

  /** Resolves when the item can be read; its versions come after it. */
  async open(place: ItemPlace): Promise<void> {
    if (this.#place?.path === place.path && this.#place.snapshotId === place.snapshotId)
      return this.#opening;
    this.#place = place;
    this.#found = null;
    this.#other = null;
    show(this.#versions);
    show(this.#compared);
    this.#opening = this.#showFacts(place);
    await this.#opening;
    if (this.#place === place) void this.#loadVersions(place);
  }

  async #loadVersions(place: ItemPlace): Promise<void> {
    try {
      const found = await this.#queue.run(async () =>
        this.#place === place ? this.#askVersions(place) : null,
      );
      if (!found || this.#place !== place) return;
      this.#found = found;
      await this.#showVersions();
    } catch (error) {
      if (this.#place === place) show(this.#versions, errorNotice(error));
    }
  }

  #askVersions({ path, uid }: ItemPlace): Promise<ItemVersions> {
    return this.#page.client.call("snapshots.versions", { path, ...(uid === null ? {} : { uid }) });
  }

  #text({ snapshotId, path }: Pick<ItemPlace, "snapshotId" | "path">): Promise<string> {
    const key = `${snapshotId} ${path}`;
    let text = this.#texts.get(key);
    if (!text) {
      text = this.#queue.run(
        async () => (await this.#page.client.call("snapshots.read", { snapshotId, path })).text,
      );
      text.catch(() => this.#texts.delete(key));
      if (this.#texts.size > 50) this.#texts.clear();
      this.#texts.set(key, text);
    }
    return text;
  }

  async #showFacts(place: ItemPlace): Promise<void> {
    const { words } = this.#page;
    const fill = (...content: readonly (Node | string | null)[]): void => {
      this.#heading.textContent = place.title || words.text("untitled");
      show(this.#facts, ...content);
      show(this.#root, this.#heading, this.#facts, this.#versions, this.#compared);
    };
    try {
      const text = await this.#text(place);
      if (this.#place !== place) return;
      fill(
        element("p", { class: "of quiet" }, swatch(place.color), place.calendarName),
        this.#buttons(place),
        this.#fieldList(text),
        element(
          "details",
          { class: "raw" },
          element("summary", {}, words.text("rawText")),
          element("pre", { class: "sheet", tabindex: 0 }, text),
        ),
      );
    } catch (error) {
      if (this.#place !== place) return;
      const again = { label: words.text("tryAgain"), run: () => void this.#again(place) };
      fill(errorNotice(error, again));
    }
  }

  async #again(place: ItemPlace): Promise<void> {
    this.#place = null;
    await this.open(place);
  }

  #buttons(place: ItemPlace): HTMLElement {
    const { words } = this.#page;
    const { restore, save } = this.#actions;
    return element(
      "p",
      { class: "actions" },
      element(
        "button",
        {
          type: "button",
          class: "primary",
          "data-focus": "restore",
          onclick: () => restore(place),
        },
        words.text("restoreThis"),
      ),
      element(
        "button",
        { type: "button", "data-focus": "save", onclick: () => save(place) },
        words.text("saveAsIcs"),
      ),
    );
  }

  #fieldsOf(text: string): Field[] | null {
    const item = readItem(text);
    return item && itemFields(item, { words: this.#page.words, dates: this.#dates });
  }

  #fieldList(text: string): HTMLElement {
    const { words } = this.#page;
    const fields = this.#fieldsOf(text);
    if (fields === null)
      return element("p", { class: "notice warning" }, words.text("notReadable"));
    return element(
      "dl",
      {},
      ...fields
        .filter(({ name }) => name !== "title")
        .map((field) =>
          element(
            "div",
            {},
            element("dt", {}, words.text(`field_${field.name}`)),
            element("dd", { class: `field-${field.name}` }, ...this.#fieldContent(field)),
          ),
        ),
    );
  }

  #fieldContent({ name, text }: Field): (Node | string | null | undefined | false)[] {
    const { open } = this.#actions;
    const lines = text.split("\n");
    if (name !== "link" && name !== "attachments") return linkedText(text, open);
    return lines.flatMap((line, index) => [index > 0 && "\n", linkOrText(line, open)]);
  }

  async #showVersions(): Promise<void> {
    const { words } = this.#page;
    const found = this.#found;
    const place = this.#place;
    if (!found || !place) return;
    const { versions } = found;
    show(
      this.#versions,
      element("h3", {}, words.counted("versionCount", versions.length)),
      versionList(versions, place, (version) => void this.#choose(version, place), this.#language),
    );
    await this.#compare();
  }

  async #choose(version: ItemVersion, from: ItemPlace): Promise<void> {
    const snapshotId = version.snapshotIds[0] ?? from.snapshotId;
    const place = { ...from, path: version.path, snapshotId, title: version.summary };
    this.#place = place;
    this.#other = null;
    await this.#showFacts(place);
    if (this.#place !== place) return;
    await this.#showVersions();
    this.#page.announce(
      this.#page.words.text("versionShown", versionSpan(version, this.#language)),
    );
  }

  /** The shown version beside the one before it, or the oldest beside the one after it, until another is chosen. */
  async #compare(): Promise<void> {
    const place = this.#place;
    const versions = this.#found?.versions.filter(({ readable }) => readable) ?? [];
    const at = versions.findIndex((version) => place && isShown(version, place));
    const shown = versions[at];
    const other = this.#other ?? versions[at + 1] ?? versions[at - 1];
    if (!place || !shown || !other) return show(this.#compared);
    const [before, after] = [other, shown].sort((a, b) => a.since - b.since) as [
      ItemVersion,
      ItemVersion,
    ];
    try {
      const { words } = this.#page;
      const read = async (version: ItemVersion, key: "earlierVersion" | "laterVersion") => {
        const snapshotId = version.snapshotIds[0] ?? "";
        const text = await this.#text({ snapshotId, path: version.path });
        const heading = words.text(key, this.#dates.short(version.since));
        return { heading, fields: this.#fieldsOf(text) ?? [] };
      };
      const first = await read(before, "earlierVersion");
      const second = await read(after, "laterVersion");
      if (this.#place !== place) return;
      show(
        this.#compared,
        otherVersionChoice(versions, shown, other, this.#language, (chosen) => {
          this.#other = chosen;
          void this.#compare();
        }),
        comparisonTable(first, second, this.#page),
      );
    } catch (error) {
      if (this.#place === place) show(this.#compared, errorNotice(error));
    }
  }

  get #language(): RecurrenceLanguage {
    return { words: this.#page.words, dates: this.#dates };
  }
}
