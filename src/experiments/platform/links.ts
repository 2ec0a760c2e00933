/** Symbolic links, told without following them: IOUtils always follows. */
import { createInstance } from "./xpcom.ts";

/** Systems remember for at least a second what they were told of a file on a network. */
const REMEMBERED_MS = 500;
const TRIES = 3;

/**
 * False for what is not there. Gecko looks for links on the main thread only, where a network drive would hold up all of Thunderbird:
 * so the system is asked for the file by another thread first, and knows it then.
 */
export async function isLink(path: string): Promise<boolean> {
  for (let tries = 0; tries < TRIES; tries++) {
    const asked = Date.now();
    await IOUtils.stat(path).catch(() => undefined);
    if (Date.now() - asked < REMEMBERED_MS) break;
  }
  return isLinkAsKnown(path);
}

/** {@link isLink} for what IOUtils has just been asked for. */
export function isLinkAsKnown(path: string): boolean {
  try {
    const file = createInstance<nsIFile>("@mozilla.org/file/local;1", "nsIFile");
    file.initWithPath(path);
    return file.isSymlink();
  } catch {
    return false;
  }
}
