/** Symbolic links, told without following them: IOUtils always follows. */
import { createInstance } from "./xpcom.ts";

/** False for what is not there. Blocks for one look at the directory: ask only where the disk has just answered. */
export function isLink(path: string): boolean {
  try {
    const file = createInstance<nsIFile>("@mozilla.org/file/local;1", "nsIFile");
    file.initWithPath(path);
    return file.isSymlink();
  } catch {
    return false;
  }
}
