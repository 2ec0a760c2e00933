/** What our entries in Thunderbird's calendar menus do, and what its dialog of a calendar's properties says of us. */
import type { Account } from "../../shared/commands.ts";
import type { OwnPages } from "./own-pages.ts";

type MenuChoice = messenger.platform.MenuChoice;

export interface ThunderbirdMenusDependencies {
  readonly backUp: (calendarId: string) => Promise<void>;
  readonly pages: Pick<OwnPages, "openHistory" | "openSection">;
  readonly listAccounts: () => Promise<readonly Account[]>;
  /** `i18n.getMessage`. */
  readonly text: (key: string, substitutions?: string[]) => string;
  /** A sentence of an error in the user's language. */
  readonly translate: (sentence: string) => string;
  readonly formatTime: (time: number) => string;
  readonly formatCount: (count: number) => string;
}

export class ThunderbirdMenus {
  readonly #deps: ThunderbirdMenusDependencies;

  constructor(dependencies: ThunderbirdMenusDependencies) {
    this.#deps = dependencies;
  }

  chosen({ action, calendarId, uid }: MenuChoice): Promise<void> {
    const { backUp, pages } = this.#deps;
    switch (action) {
      case "backup":
        return backUp(calendarId);
      case "history":
        return pages.openHistory(calendarId);
      case "versions":
        return pages.openHistory(calendarId, uid);
      case "open":
        return this.#openAccount(calendarId);
    }
  }

  async #openAccount(calendarId: string): Promise<void> {
    const accounts = await this.#deps.listAccounts();
    const account = accounts.find(({ calendars }) => calendars.some(({ id }) => id === calendarId));
    await this.#deps.pages.openSection("accounts", account && `account-${account.id}`);
  }

  /** @returns `null` for a calendar of no account */
  async describe(
    calendarId: string,
  ): Promise<{ rows: { label: string; value: string }[]; open: string } | null> {
    const { listAccounts, text, translate, formatTime, formatCount } = this.#deps;
    const accounts = await listAccounts();
    const account = accounts.find(({ calendars }) => calendars.some(({ id }) => id === calendarId));
    const calendar = account?.calendars.find(({ id }) => id === calendarId);
    if (!account || !calendar) return null;
    const { lastGoodSync, pendingChanges } = calendar;
    const error = account.error ?? calendar.error;
    const rows = [
      {
        label: text("factAccount"),
        value: text("factAccountValue", [account.username, new URL(calendar.url).host]),
      },
      {
        label: text("factLastSync"),
        value: lastGoodSync === null ? text("factNeverSynced") : formatTime(lastGoodSync),
      },
      ...(pendingChanges > 0
        ? [{ label: text("factWaiting"), value: formatCount(pendingChanges) }]
        : []),
      ...(error ? [{ label: text("factTrouble"), value: translate(error.message) }] : []),
    ];
    return { rows, open: text("openInKeeper") };
  }
}
