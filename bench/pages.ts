/** How long the add-on's pages take from being opened until they show what they showed last, and until all is as it is now. */
import type { Thunderbird } from "../test/support/thunderbird.ts";
import type { Sample } from "./samples.ts";

const PAGES = [
  ["accounts", "options/options.html?bench=NUMBER#accounts"],
  ["backups", "options/options.html?bench=NUMBER#backups"],
  ["history", "options/history.html?bench=NUMBER"],
] as const;

/**
 * The first time after a start of Thunderbird, then with the background stopped, as it is most of the time. There must be
 * an account and a snapshot.
 */
export async function measurePages(
  thunderbird: Thunderbird,
  add: (work: string, unit: Sample["unit"], value: number) => void,
): Promise<void> {
  let number = 0;
  const open = async (name: string, address: string) => {
    number += 1;
    const page = await thunderbird.page(address.replace("NUMBER", String(number)));
    const at = (mark: string) =>
      page.evaluate<number | null>(
        `return performance.getEntriesByName(arguments[0])[0]?.startTime ?? null;`,
        `${name} ${mark}`,
      );
    const what = `the ${name} page to show what there is`;
    const fresh = await thunderbird.waitFor(() => at("fresh"), what, 600_000);
    const shown = (await at("shown")) ?? fresh;
    await page.close();
    return { shown, fresh };
  };
  // What was never shown cannot be shown at once.
  for (const [name, address] of PAGES) await open(name, address);
  await thunderbird.restart();
  for (const when of ["first time after a start", "background stopped", "background running"])
    for (const [name, address] of PAGES) {
      if (when === "background stopped") await thunderbird.suspendBackground();
      const { shown, fresh } = await open(name, address);
      // Titles of events are remembered until Thunderbird ends only: the first history has nothing to show before.
      if (shown < fresh) add(`${name} page opened until last known data, ${when}`, "ms", shown);
      add(`${name} page opened until fresh data, ${when}`, "ms", fresh);
    }
}
