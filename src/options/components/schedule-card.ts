/** How often every calendar is backed up by itself. */
import type { BackupSettings } from "../../shared/commands.ts";
import { element, show } from "../element.ts";
import type { Page } from "../page.ts";
import { errorNotice } from "./notice.ts";

/** In the order of the choice, with the key of its text. */
const SCHEDULES: readonly (readonly [BackupSettings["schedule"], string])[] = [
  ["off", "scheduleOff"],
  ["change", "scheduleChange"],
  ["hourly", "scheduleHourly"],
  ["daily", "scheduleDaily"],
  ["weekly", "scheduleWeekly"],
];

export class ScheduleCard {
  readonly node: HTMLElement;
  readonly #page: Page;
  readonly #refresh: () => Promise<void>;
  readonly #body = element("div");

  constructor(page: Page, refresh: () => Promise<void>) {
    this.#page = page;
    this.#refresh = refresh;
    this.node = element(
      "article",
      { class: "card" },
      element("h2", {}, page.words.text("automaticBackups")),
      this.#body,
    );
  }

  show({ schedule, nextAutomatic }: BackupSettings): void {
    const { words } = this.#page;
    const select = element(
      "select",
      { "data-focus": "schedule" },
      ...SCHEDULES.map(([value, text]) => element("option", { value }, words.text(text))),
    );
    select.value = schedule;
    select.addEventListener("change", () => {
      const chosen = SCHEDULES.find(([value]) => value === select.value);
      if (chosen) void this.#choose(chosen[0]);
    });
    show(
      this.#body,
      element("label", {}, words.text("automaticBackupsLabel"), " ", select),
      element(
        "p",
        { class: "quiet" },
        nextAutomatic === null
          ? words.text("noAutomaticBackups")
          : words.text("nextAutomaticBackup", words.dateTime(nextAutomatic)),
      ),
    );
  }

  async #choose(schedule: BackupSettings["schedule"]): Promise<void> {
    try {
      this.show(await this.#page.client.call("backup.configure", { schedule }));
    } catch (error) {
      await this.#refresh();
      this.#body.append(errorNotice(error));
    }
  }
}
