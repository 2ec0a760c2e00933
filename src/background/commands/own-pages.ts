/** Opens pages of the add-on in tabs; one that shows the address already is brought to the front. */

export const WELCOME_PAGE = "options/welcome.html";

export interface OwnPagesDependencies {
  readonly tabs: {
    create(options: { url: string }): Promise<unknown>;
    update(tabId: number, options: { active: true }): Promise<unknown>;
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
    const shown = (await openTabs()).find(({ documentUrl }) => documentUrl === url);
    if (shown) await tabs.update(shown.tabId, { active: true });
    else await tabs.create({ url });
  }

  /** The versions of a calendar, or of one of its items. */
  openHistory(calendarId: string, uid?: string): Promise<void> {
    const query = new URLSearchParams({ calendar: calendarId, ...(uid ? { uid } : {}) });
    return this.open(`options/history.html?${query}`);
  }

  openSection(section: "accounts" | "backups" | "snapshots"): Promise<void> {
    return this.open(`options/options.html#${section}`);
  }
}

/** `runtime.getContexts`, which the declarations lack. */
export function openTabs(runtime: object): ReturnType<OwnPagesDependencies["openTabs"]> {
  const { getContexts } = runtime as {
    getContexts(filter: { contextTypes: ["TAB"] }): ReturnType<OwnPagesDependencies["openTabs"]>;
  };
  return getContexts({ contextTypes: ["TAB"] });
}
