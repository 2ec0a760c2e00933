/** How the views of a calendar learn what changed without an edit. */
import type { ItemQuery } from "./item-query.ts";
import type { OwnCalendar } from "./own-calendar.ts";
import { announceServerSide } from "./server-announcements.ts";

/** Thunderbird's property: the calendar is ticked in the list. */
export const TICKED = "calendar-main-in-composite";
/** Above it reading the visible range again is less work than telling each view of each row. */
const MOST_TOLD_ROWS = 30;

export class ViewAnnouncements {
  readonly #calendar: OwnCalendar;
  readonly #query: ItemQuery;
  readonly #isTicked: () => boolean;
  /** Until the views are told. */
  #waiting: Promise<void> | null = null;
  /** What views are told next; `null`: everything. */
  #changedRows: Set<string> | null = new Set();

  constructor(calendar: OwnCalendar, query: ItemQuery, isTicked: () => boolean) {
    this.#calendar = calendar;
    this.#query = query;
    this.#isTicked = isTicked;
  }

  /** What a sync changed: rows by name, or (`null`) anything. */
  load(names: readonly string[] | null): void {
    this.#calendar.observers.notify("onLoad", [this.#calendar.superCalendar]);
    if (names === null) this.#changedRows = null;
    for (const name of names ?? []) this.#changedRows?.add(name);
    // A view that is reading would add its older answer to the new one.
    this.#waiting ??= this.#query.whenIdle().then(() => this.#showChanges());
  }

  /** A row changed, or went. @returns false: what the views showed of it is unknown */
  async row(name: string): Promise<boolean> {
    const { observers } = this.#calendar;
    const { gone, changed, added, isKnown } = await this.#query.renew(name);
    announceServerSide(() => {
      for (const item of gone) observers.notify("onDeleteItem", [item]);
      for (const pair of changed) observers.notify("onModifyItem", pair);
      for (const item of added) observers.notify("onAddItem", [item]);
    });
    return isKnown;
  }

  /** A few rows are told one by one, so that nothing else in the views moves. */
  async #showChanges(): Promise<void> {
    this.#waiting = null;
    const names = this.#changedRows;
    this.#changedRows = new Set();
    if (names !== null && names.size <= MOST_TOLD_ROWS) {
      let known = true;
      for (const name of names) known = (await this.row(name)) && known;
      if (known) return;
    }
    this.#reloadViews();
  }

  /**
   * Day, week and month views, today pane and event list ignore `onLoad` of any calendar that is no .ics file.
   * They read a calendar anew when it was unticked in the list and ticked again, so that is what they are told.
   */
  #reloadViews(): void {
    if (!this.#isTicked()) return;
    const { observers, superCalendar } = this.#calendar;
    announceServerSide(() => {
      for (const ticked of [false, true]) {
        observers.notify("onPropertyChanged", [superCalendar, TICKED, ticked, !ticked]);
      }
    });
  }
}
