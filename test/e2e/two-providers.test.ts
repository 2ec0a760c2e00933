/** Two add-ons that offer calendars by this API in one Thunderbird: neither gets in the other's way. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeFixtureAddon } from "../support/fixture-addon.ts";
import { NewCalendarDialog } from "../support/new-calendar-dialog.ts";
import { findThunderbirds, launchThunderbird, type Thunderbird } from "../support/thunderbird.ts";

const addon = (name: string) => ({
  id: `${name.toLowerCase()}@calendar-api.example`,
  background: "",
  experiments: ["calendar_provider"],
  manifest: { calendar_provider: { name: `${name} service`, creation_panel: "panel.html" } },
  files: {
    "panel.html": `<!doctype html><meta charset="utf-8"><title>${name}</title><script src="panel.js"></script>`,
    "panel.js": `messenger.calendar.provider.setAdvanceAction({ label: "${name}", canForward: ${name === "First"} });`,
  },
});

describe.each(await findThunderbirds())("Thunderbird $version", ({ binary }) => {
  let folder: string;
  let thunderbird: Thunderbird;
  let dialog: NewCalendarDialog;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "keeper-two-"));
    const [first, second] = [addon("First"), addon("Second")];
    const xpi = await writeFixtureAddon(path.join(folder, "first.xpi"), first);
    thunderbird = await launchThunderbird({ binary, xpi, addonId: first.id });
    await thunderbird.install(await writeFixtureAddon(path.join(folder, "second.xpi"), second));
    dialog = new NewCalendarDialog(thunderbird);
  });

  afterAll(async () => {
    await thunderbird.quit();
    await rm(folder, { recursive: true, force: true });
  });

  /** Titles of the pages that a person sees in the dialog. */
  const pages = () =>
    thunderbird.chrome<string[]>(
      `const dialog = [...Services.wm.getEnumerator(null)].find((one) => one.location.href.endsWith("calendar-creation.xhtml"));
       return [...dialog.document.querySelectorAll("browser")]
         .filter((browser) => browser.getClientRects().length > 0)
         .map((browser) => browser.contentTitle);`,
    );

  test("in the dialog for new calendars each shows its own page, with its own button", async () => {
    await dialog.open();
    for (const name of ["First", "Second", "First", "Second"]) {
      await dialog.choose(`${name} service`);
      await thunderbird.waitFor(
        async () => (await dialog.button()).label === name,
        `the button of ${name}`,
      );
      await thunderbird.waitFor(async () => (await pages()).length > 0, "a page");
      expect(await pages()).toEqual([name]);
      expect((await dialog.button()).enabled).toBe(name === "First");
      await dialog.back();
    }
    await dialog.close();
  });
});
