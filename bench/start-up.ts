/** How long Thunderbird takes to start, with the add-on or without. */
import type { Thunderbird } from "../test/support/thunderbird.ts";
import type { Sample } from "./samples.ts";

/** From the process's creation, of the newest start. */
export async function measureStartUp(
  thunderbird: Thunderbird,
  add: (work: string, unit: Sample["unit"], value: number) => void,
): Promise<void> {
  const restored = await thunderbird.waitFor(
    () =>
      thunderbird.chrome<number | null>(
        `const { process, sessionRestored } = Services.startup.getStartupInfo();
         return sessionRestored ? sessionRestored - process : null;`,
      ),
    "the windows to stand after a start",
  );
  add("start-up, until the windows stand", "ms", restored);
}
