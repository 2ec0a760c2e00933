/** The backups page: its cards, drawn together once what they show is known, and kept true. */
import type { BackupSettings, KnownStore } from "../../shared/commands.ts";
import { coalesced } from "../coalesced.ts";
import { element, show } from "../element.ts";
import { FirstShown } from "../first-shown.ts";
import { markAsLast, markAsNew } from "../last-shown.ts";
import type { Page } from "../page.ts";
import { markFresh, markShown } from "../shown-mark.ts";
import { BackupNowCard } from "./backup-now-card.ts";
import { errorNotice } from "./notice.ts";
import { PlaceCard } from "./place-card.ts";
import { ProtectionCard } from "./protection-card.ts";
import { RetentionCard } from "./retention-card.ts";
import { ScheduleCard } from "./schedule-card.ts";
import { SizeCard } from "./size-card.ts";

interface LastBackups {
  readonly settings: BackupSettings;
  readonly stores: readonly KnownStore[];
}

export class BackupsSection {
  readonly #page: Page;
  readonly #shown = new FirstShown();
  readonly #root: HTMLElement;
  readonly #trouble = element("div");
  readonly #now: BackupNowCard;
  readonly #place: PlaceCard;
  readonly #schedule: ScheduleCard;
  readonly #retention: RetentionCard;
  readonly #size: SizeCard;
  readonly #protection: ProtectionCard;

  constructor(root: HTMLElement, page: Page) {
    this.#page = page;
    this.#root = root;
    this.#now = new BackupNowCard(page, () => this.refresh());
    this.#place = new PlaceCard(page, (settings) => void this.#changed(settings));
    this.#schedule = new ScheduleCard(page, () => this.refresh());
    this.#retention = new RetentionCard(page);
    this.#size = new SizeCard(page);
    this.#protection = new ProtectionCard(page, (settings) => void this.#changed(settings));
    page.client.onEvent((event) => {
      if (event.event !== "changed") return;
      if (event.what === "settings") void this.refresh();
      if (event.what === "snapshots" && this.#drawn) void this.#size.refresh();
    });
  }

  /** Reads and shows everything. Never rejects. */
  readonly refresh = coalesced(() => this.#read());

  async #read(): Promise<void> {
    const { client, words, lastShown } = this.#page;
    const answers = Promise.all([
      client.call("backup.configure", {}),
      client.call("stores.list", {}),
    ]);
    // Asked first, shown after what was shown last: a background that sleeps takes longest to wake.
    answers.catch(() => {});
    if (!this.#drawn) await this.#showLast();
    try {
      const [settings, stores] = await answers;
      show(this.#trouble);
      this.#show(settings, stores);
      markAsNew(this.#root);
      markFresh("backups");
      lastShown.keep("backups", { settings, stores });
      // The keys of an encrypted store may take seconds: what is known already does not wait for it.
      void this.#size.refresh();
    } catch (error) {
      const again = { label: words.text("tryAgain"), run: () => void this.refresh() };
      // Nothing is waited for any more: the notice says what is the matter.
      markAsNew(this.#root);
      show(this.#trouble, errorNotice(error, again));
      if (!this.#drawn) this.#root.replaceChildren(this.#trouble);
    }
  }

  /** Something can be seen. */
  get shown(): Promise<void> {
    return this.#shown.promise;
  }

  /** Until the background has answered. */
  async #showLast(): Promise<void> {
    const last = await this.#page.lastShown.read<LastBackups>("backups");
    if (!last) return;
    this.#show(last.settings, last.stores);
    markAsLast(this.#root, this.#page.words);
  }

  get #drawn(): boolean {
    return this.#now.node.parentNode !== null;
  }

  /** Headings of empty cards would only flash. */
  #draw(): void {
    if (this.#drawn) return;
    this.#root.replaceChildren(
      this.#trouble,
      ...[
        this.#now,
        this.#schedule,
        this.#place,
        this.#protection,
        this.#retention,
        this.#size,
      ].map(({ node }) => node),
    );
  }

  #show(settings: BackupSettings, stores: readonly KnownStore[]): void {
    this.#now.show(settings);
    this.#schedule.show(settings);
    this.#place.show(settings, stores);
    this.#protection.show(settings);
    this.#retention.show(settings);
    this.#draw();
    markShown("backups");
    this.#shown.resolve();
  }

  /** An answer is shown at once; what else depends on it is read again. */
  async #changed(settings: BackupSettings): Promise<void> {
    this.#protection.show(settings);
    await this.refresh();
  }
}
