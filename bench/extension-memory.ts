/** Memory of the process that the add-on's pages run in: private resident bytes, garbage included. */
import type { Thunderbird } from "../test/support/thunderbird.ts";

const PERIOD_MS = 100;

export interface ExtensionMemory {
  /** The most that was seen since the watch began, MB. */
  readonly most: number;
  /** MB. */
  readonly now: number;
}

const MEMORY = `
  const extensionMemory = async () => {
    const { children } = await ChromeUtils.requestProcInfo();
    const found = children.filter(({ type }) => type === "extension");
    if (found.length === 0) throw new Error("there is no extension process");
    return found.reduce((sum, { memory }) => sum + memory, 0) / 1_000_000;
  };`;

/** MB */
export function extensionMemory(thunderbird: Thunderbird): Promise<number> {
  return thunderbird.chrome<number>(`${MEMORY} return extensionMemory();`);
}

/** Looks ten times a second until the returned function is called. */
export async function watchExtensionMemory(
  thunderbird: Thunderbird,
): Promise<() => Promise<ExtensionMemory>> {
  await thunderbird.chrome(
    `${MEMORY}
     const [period] = arguments;
     const window = Services.wm.getMostRecentWindow("mail:3pane");
     const watch = window.keeperMemory = { most: 0, stopped: false };
     const look = async () => {
       watch.most = Math.max(watch.most, await extensionMemory());
       if (!watch.stopped) window.setTimeout(look, period);
     };
     await look();`,
    PERIOD_MS,
  );
  return () =>
    thunderbird.chrome<ExtensionMemory>(
      `${MEMORY}
       const window = Services.wm.getMostRecentWindow("mail:3pane");
       const watch = window.keeperMemory;
       watch.stopped = true;
       const now = await extensionMemory();
       return { most: Math.max(watch.most, now), now };`,
    );
}
