/** Thunderbird's dialogs that the provider adds to, from their opening until the add-on ends. */

export interface DialogHook {
  /** `chrome://` URL of the window. */
  readonly url: string;
  /** The window has loaded. @returns what takes back what it did, for a window that outlives the add-on */
  opened(window: GeckoDialogWindow): (() => void) | undefined;
}

export interface DialogHooks {
  start(): void;
  stop(): void;
}

/** @param id tells listeners of several add-ons apart */
export function createDialogHooks(id: string, hooks: readonly DialogHook[]): DialogHooks {
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
