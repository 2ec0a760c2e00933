/** Opens pages of the add-on in tabs; one that shows the address already is brought to the front. */

export const WELCOME_PAGE = "options/welcome.html";

type Section = "accounts" | "backups" | "snapshots";

export interface OwnPagesDependencies {
  readonly tabs: {
    create(options: { url: string }): Promise<unknown>;
    update(tabId: number, options: { active: true; url?: string }): Promise<unknown>;
  };
  /** Open tabs of the add-on: `runtime.getContexts`. */
  readonly openTabs: () => Promise<
    readonly { readonly documentUrl?: string; readonly tabId: number }[]
  >;
  readonly getUrl: (path: string) => string;
}

export class OwnPages {
  readonly #deps: OwnPagesDependencies;

  constructor(dependencies: OwnPagesDependencies) {
    this.#deps = dependencies;
  }

  async open(path: string): Promise<void> {
    const { tabs, openTabs, getUrl } = this.#deps;
    const url = getUrl(path);
    const open = await openTabs();
    const shown = open.find(({ documentUrl }) => documentUrl === url);
    if (shown) return void (await tabs.update(shown.tabId, { active: true }));
    // The same page at another place of it: it goes there, and keeps what is typed in.
    const same = open.find(
      ({ documentUrl }) => withoutPlace(documentUrl ?? "") === withoutPlace(url),
    );
    if (same) await tabs.update(same.tabId, { active: true, url });
    else await tabs.create({ url });
  }

  /** The versions of a calendar, or of one of its items. */
  openHistory(calendarId: string, uid?: string): Promise<void> {
    const query = new URLSearchParams({ calendar: calendarId, ...(uid ? { uid } : {}) });
    return this.open(`options/history.html?${query}`);
  }

  /** @param card id of what is shown there, e.g. `account-ID` */
  openSection(section: Section, card?: string): Promise<void> {
    return this.open(`options/options.html#${section}${card === undefined ? "" : `/${card}`}`);
  }
}

/** Where the thing is that a notification tells of. @param notification its id */
export function placeOf(notification: string): [Section, string?] {
  if (notification.startsWith("backup")) return ["backups", "backup-now"];
  if (notification.startsWith("held-")) return ["accounts", "decisions"];
  if (notification.startsWith("left-over-")) return ["accounts", "left-overs"];
  const [, accountId] = /^(?:sign-in|offered)-(.+)$/.exec(notification) ?? [];
  return accountId === undefined ? ["accounts"] : ["accounts", `account-${accountId}`];
}

function withoutPlace(url: string): string {
  return url.replace(/#.*$/, "");
}

/** `runtime.getContexts`, which the declarations lack. */
export function openTabs(runtime: object): ReturnType<OwnPagesDependencies["openTabs"]> {
  const { getContexts } = runtime as {
    getContexts(filter: { contextTypes: ["TAB"] }): ReturnType<OwnPagesDependencies["openTabs"]>;
  };
  return getContexts({ contextTypes: ["TAB"] });
}
