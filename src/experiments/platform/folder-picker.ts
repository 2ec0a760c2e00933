/** The native folder picker, opened over the window in front. The only way for a page to widen its reach. */
import { constants, createInstance } from "./xpcom.ts";

/** @returns the directory, `null` when the user cancelled. @throws Error when there is no window to open it over */
export function pickFolder(title: string, start: string | null): Promise<string | null> {
  const window = Services.wm.getMostRecentWindow(null);
  if (!window) throw new Error("no window");
  const picker = createInstance<nsIFilePicker>("@mozilla.org/filepicker;1", "nsIFilePicker");
  const { modeGetFolder, returnOK } = constants<nsIFilePickerConstants>("nsIFilePicker");
  picker.init(window.browsingContext, title, modeGetFolder);
  if (start !== null) {
    try {
      const file = createInstance<nsIFile>("@mozilla.org/file/local;1", "nsIFile");
      file.initWithPath(start);
      if (file.exists()) picker.displayDirectory = file;
    } catch {
      // The picker then starts where it likes.
    }
  }
  return new Promise((resolve) => {
    picker.open((result) => resolve(result === returnOK && picker.file ? picker.file.path : null));
  });
}
