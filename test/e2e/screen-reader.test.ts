/** The pages as Thunderbird's accessibility service has them: names, roles, headings, what is said, and where the focus goes. */
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FirstRunStep } from "../../src/shared/commands.ts";
import { eventText } from "../support/event-text.ts";
import { startWorld, type World } from "../support/keeper-world.ts";
import { focusPage } from "../support/keyboard.ts";
import { OptionsUser } from "../support/options-user.ts";
import { ScreenReader } from "../support/screen-reader.ts";
import { findThunderbirds } from "../support/thunderbird.ts";

/** Waits of a backup, a check and a preview, one after the other. */
const PATIENTLY = 300_000;

const event = (uid: string, summary: string) => ({
  name: `${uid}.ics`,
  text: eventText(uid, { SUMMARY: summary }),
});

describe.each(await findThunderbirds())(
  "Thunderbird $version",
  { timeout: PATIENTLY },
  ({ binary }) => {
    let world: World;
    let user: OptionsUser;
    let reader: ScreenReader;
    let isOpen = false;

    const open = async (page: string, words: string): Promise<void> => {
      if (isOpen) await user.close();
      isOpen = true;
      user = await OptionsUser.open(world.thunderbird, page);
      await user.see(words);
      await focusPage(world.thunderbird);
    };
    /** As the Enter key does on a button that has the focus. */
    const press = async (label: string, within = "body"): Promise<void> => {
      await world.thunderbird.waitFor(
        () =>
          user.evaluate<boolean>(
            `const wanted = ${JSON.stringify(label)};
           const found = [...document.querySelectorAll(${JSON.stringify(`${within} button, ${within} nav a`)})].find((node) =>
             node.getClientRects().length > 0 && !node.disabled && (node.getAttribute("aria-label") ?? node.textContent).trim() === wanted);
           found?.focus();
           found?.click();
           return found !== undefined;`,
          ),
        `the button ${label}`,
      );
    };
    const focusIsOn = (name: string | RegExp) =>
      world.thunderbird
        .waitFor(async () => {
          const focused = await reader.focused();
          return typeof name === "string" ? focused?.name === name : name.test(focused?.name ?? "");
        }, `the focus on ${name}`)
        .catch(async (error: Error) => {
          throw new Error(`${error.message}; it is on ${JSON.stringify(await reader.focused())}`);
        });
    const nothingIsWrong = async () => expect(await reader.findings()).toEqual([]);

    beforeAll(async () => {
      world = await startWorld({
        calendars: { Work: [event("choir", "Choir"), event("band", "Band")] },
        launch: { binary },
      });
      await world.run("sync.run", {});
      const directory = path.join(world.folder, "store");
      await world.run("backup.configure", { directory, passphrase: null });
      await world.run("backup.run", { label: "Earlier" });
      await world.run("backup.run", { label: "Later" });
      await open("options/options.html?by-hand", "Work");
      reader = await ScreenReader.start(world.thunderbird);
    });
    afterAll(() => world?.stop());

    test("accounts: a synchronization is said, a question takes the focus and gives it back", async () => {
      await nothingIsWrong();
      await press("Synchronize Work");
      await reader.hear("Work is up to date.");
      await press("Details: Work");
      await user.evaluate(
        `for (const panel of document.querySelectorAll(".details:not([hidden]) .panel")) panel.open = true;`,
      );
      await user.see("Part with it");
      await nothingIsWrong();
      await press("Delete it on the server…");
      await reader.hear(/Delete “Work” on the server[\s\S]*There are 2 items in it\./);
      await focusIsOn("Keep the calendar");
      await press("Keep the calendar");
      await focusIsOn(/Settings of the calendar|On this computer|Part with it/);
      await press("Remove…");
      await reader.hear("There are 2 items in its calendars.");
      await focusIsOn("Keep the account");
      await press("Keep the account");
      await focusIsOn("Remove…");
    });

    test("the form for an account: its fields have names, and what is missing is said", async () => {
      await press("Add account");
      await nothingIsWrong();
      await press("Find calendars");
      await reader.hear(/[Ff]ill in|[Ee]nter/);
      await nothingIsWrong();
      await press("Cancel");
      await focusIsOn("Add account");
    });

    test("backups: beginning and end of the work are said, and the focus stays where it was", async () => {
      await press("Backups");
      await user.see("Last backup");
      await focusIsOn("Backups");
      await nothingIsWrong();
      await press("Back up now");
      await reader.hear("Backing up");
      await reader.hear("Calendars backed up");
      await focusIsOn("Back up now");
      await press("Verify now");
      await reader.hear("All backups are whole.");
      await press("Recovery sheet…");
      await focusIsOn("Recovery sheet");
      await nothingIsWrong();
      await press("Close");
      await focusIsOn("Encryption");
    });

    test("snapshots: one that is removed leaves the focus with the others, and that is said", async () => {
      await press("Snapshots");
      await user.see("Earlier");
      await focusIsOn("Snapshots");
      await nothingIsWrong();
      await user.evaluate(
        `const card = [...document.querySelectorAll("article.snapshot")].find((node) => node.textContent.includes("Earlier"));
       const remove = [...card.querySelectorAll("button")].find((node) => node.textContent === "Remove…");
       remove.focus();
       remove.click();`,
      );
      await user.see("What will happen");
      await nothingIsWrong();
      await user.evaluate(
        `const remove = document.querySelector("button.danger"); remove.focus(); remove.click();`,
      );
      await reader.hear("was removed.");
      await focusIsOn("Snapshots");
    });

    test("help, and what leaving would mean", async () => {
      await press("Help");
      await user.see("Copy report");
      await press("See what would happen…");
      await user.see("Hand the calendars back");
      await nothingIsWrong();
      await focusIsOn("Leave CalDAV Keeper");
    });

    test(
      "history: what is found is said, a dialog tells how it went although the page is behind it, and gives the focus back",
      async () => {
        await open("options/history.html", "2 items");
        await nothingIsWrong();
        await user.fill("Search", "nothing of that name");
        await reader.hear("Nothing found");
        await user.fill("Search", "Choir");
        await reader.hear("1 item");
        await user.evaluate(`document.querySelector(".row").click();`);
        await press("Restore this version…");
        await focusIsOn("The calendars they came from");
        await nothingIsWrong();
        await press("Preview", "dialog");
        await reader.hear("Everything is already as in this snapshot.");
        await press("Close", "dialog form");
        await focusIsOn("Restore this version…");
        await press("Month");
        await nothingIsWrong();
      },
      PATIENTLY,
    );

    test.each([
      ["account", "Your account"],
      ["place", "A place for backups"],
      ["first-backup", "The first backup"],
      ["done", "What you can do now"],
    ] as const)("the first run: %s", async (step: FirstRunStep, words) => {
      await world.run("firstRun.update", { step });
      await open(`options/welcome.html?${step}`, words);
      await nothingIsWrong();
    });

    test("Thunderbird's console has no error of ours", async () => {
      expect(await world.thunderbird.consoleErrors()).toEqual([]);
    });
  },
);
