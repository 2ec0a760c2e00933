/** Thunderbird's own dialogs, opened from the main window without stopping the rest of Thunderbird. */

export interface DialogWindow {
  readonly window: GeckoDialog;
  /** Resolves when it is gone, however it ended. */
  readonly closed: Promise<void>;
}

/** @param argument what the dialog finds as `window.arguments[0]` @throws Error without an open window */
export function openDialogWindow(url: string, features: string, argument: object): DialogWindow {
  const parent =
    Services.wm.getMostRecentWindow("mail:3pane") ?? Services.wm.getMostRecentWindow(null);
  if (parent?.openDialog === undefined) throw new Error("Thunderbird has no open window");
  const window = parent.openDialog(
    url,
    "_blank",
    `chrome,dialog,centerscreen,${features}`,
    argument,
  );
  const closed = new Promise<void>((resolve) => {
    // Told of every window, before it is gone: which one it was is seen a turn later.
    const observer: nsIObserver = {
      observe: () =>
        Services.tm.dispatchToMainThread(() => {
          if (window.closed) finish();
        }),
    };
    let isOver = false;
    const finish = (): void => {
      if (isOver) return;
      isOver = true;
      Services.obs.removeObserver(observer, "domwindowclosed");
      resolve();
    };
    Services.obs.addObserver(observer, "domwindowclosed");
  });
  return { window, closed };
}
