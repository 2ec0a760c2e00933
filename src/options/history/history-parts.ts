/** What the history page begins with: where its parts stand, and what it opens with. */

export interface HistoryRoots {
  readonly search: HTMLElement;
  readonly timeline: HTMLElement;
  readonly list: HTMLElement;
  readonly item: HTMLElement;
  readonly dialog: HTMLDialogElement;
}

/** What the page's address asks for. */
export interface HistoryAddress {
  /** Thunderbird's id of a calendar. */
  readonly calendar: string | null;
  readonly uid: string | null;
}
