/** All there is to a calendar, in panels: opened one by one, read when opened. */
import type { AccountCalendar } from "../../shared/commands.ts";
import { element } from "../element.ts";
import type { Page } from "../page.ts";
import { auditPanel } from "./audit-panel.ts";
import { madePanel } from "./made-panel.ts";
import type { Panel } from "./panel.ts";
import { quarantinePanel } from "./quarantine-panel.ts";
import { settingsPanel } from "./settings-panel.ts";
import { versionsPanel } from "./versions-panel.ts";
import { waitingPanel } from "./waiting-panel.ts";

export class CalendarDetails {
  readonly node: HTMLElement;
  readonly #panels: Readonly<
    Record<"waiting" | "withheld" | "versions" | "made" | "audit" | "settings", Panel>
  >;
  #calendar: AccountCalendar;
  #told = "";

  /** @param gone told when the calendar is no longer in Thunderbird */
  constructor(page: Page, calendar: AccountCalendar, gone: () => void) {
    this.#calendar = calendar;
    const { id } = calendar;
    this.#panels = {
      waiting: waitingPanel(page, id),
      withheld: quarantinePanel(page, id),
      versions: versionsPanel(page, id),
      made: madePanel(page, id),
      audit: auditPanel(page, id),
      settings: settingsPanel(page, () => this.#calendar, gone),
    };
    this.node = element(
      "div",
      { class: "details", hidden: true },
      ...Object.values(this.#panels).map(({ node }) => node),
    );
    this.update(calendar);
  }

  /** Panels that are open are read again where what they show may be different. */
  update(calendar: AccountCalendar): void {
    this.#calendar = calendar;
    const { waiting, withheld, versions, made } = this.#panels;
    waiting.count = calendar.pendingChanges;
    waiting.node.hidden = calendar.pendingChanges === 0 && !waiting.node.open;
    withheld.count = calendar.quarantined;
    withheld.node.hidden = calendar.quarantined === 0 && !withheld.node.open;
    const { lastGoodSync, pendingChanges, refused, quarantined } = calendar;
    const tells = JSON.stringify([lastGoodSync, pendingChanges, refused, quarantined]);
    if (tells === this.#told) return;
    this.#told = tells;
    if (this.node.hidden) return;
    for (const panel of [waiting, withheld, versions, made]) void panel.refresh();
  }
}
