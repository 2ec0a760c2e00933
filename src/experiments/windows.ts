/** Windows of Thunderbird that the add-on adds to, from their opening until the add-on ends. */

export interface WindowHook {
  /** `chrome://` URL of the window. */
  readonly url: string;
  /** The window has loaded. @returns what takes back what it did, for a window that outlives the add-on */
  opened(window: GeckoDialogWindow): (() => void) | undefined;
}

export interface WindowHooks {
  start(): void;
  stop(): void;
}

/** @param id tells listeners of several add-ons apart */
export function createWindowHooks(id: string, hooks: readonly WindowHook[]): WindowHooks {
  const undo = new Map<GeckoDialogWindow, () => void>();
  const support = () =>
    ChromeUtils.importESModule("resource:///modules/ExtensionSupport.sys.mjs").ExtensionSupport;
  return {
    start() {
      support().registerWindowListener(id, {
        chromeURLs: hooks.map(({ url }) => url),
        onLoadWindow(window) {
          const hook = hooks.find(({ url }) => window.location.href === url);
          const takeBack = hook?.opened(window);
          if (takeBack === undefined) return;
          undo.set(window, takeBack);
          window.addEventListener("unload", () => undo.delete(window), { once: true });
        },
      });
    },
    stop() {
      support().unregisterWindowListener(id);
      for (const takeBack of undo.values()) takeBack();
      undo.clear();
    },
  };
}
