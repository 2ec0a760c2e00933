/** How long the add-on's pages take from being opened until they show real data. */
import type { Thunderbird } from "../test/support/thunderbird.ts";
import type { Sample } from "./samples.ts";

const PAGES = [
  ["accounts", "options/options.html?bench=NUMBER#accounts"],
  ["backups", "options/options.html?bench=NUMBER#backups"],
  ["history", "options/history.html?bench=NUMBER"],
] as const;

/** The first time after a start of Thunderbird, then with the background stopped, as it is most of the time. */
export async function measurePages(
  thunderbird: Thunderbird,
  add: (work: string, unit: Sample["unit"], value: number) => void,
): Promise<void> {
  await thunderbird.restart();
  let number = 0;
  for (const when of ["first time after a start", "background stopped", "background running"])
    for (const [name, address] of PAGES) {
      if (when === "background stopped") await thunderbird.suspendBackground();
      number += 1;
      const page = await thunderbird.page(address.replace("NUMBER", String(number)));
      const shown = await thunderbird.waitFor(
        () =>
          page.evaluate<number | null>(
            `return performance.getEntriesByName(arguments[0])[0]?.startTime ?? null;`,
            `${name} shown`,
          ),
        `the ${name} page to show what there is`,
        600_000,
      );
      add(`${name} page opened until real data, ${when}`, "ms", shown);
      await page.close();
    }
}
