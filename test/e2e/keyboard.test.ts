/** A lost event is found and brought back by somebody who has a keyboard only: real keys, and where they lead. */
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventText } from "../support/event-text.ts";
import { startWorld, type World } from "../support/keeper-world.ts";
import { focusPage, pressKey } from "../support/keyboard.ts";
import { OptionsUser } from "../support/options-user.ts";

const LOST = eventText("lost", {
  SUMMARY: "Lost one",
  DTSTART: "20261124T081500Z",
  DTEND: "20261124T090000Z",
});
const KEPT = eventText("kept", {
  SUMMARY: "Kept one",
  DTSTART: "20261125T081500Z",
  DTEND: "20261125T090000Z",
});
/** A restore takes a snapshot, syncs and reads everything back. */
const PATIENTLY = 120_000;
/** Each key is a question to two processes, and a restore is waited for twice. */
const SLOWLY = 3 * PATIENTLY;
const MOST_TABS = 80;

describe("by the keyboard alone", () => {
  let world: World;
  let user: OptionsUser;
  let work: { id: string; url: string };
  const lost = () => new URL("lost.ics", work.url).href;
  const key = (name: string) => pressKey(world.thunderbird, name);
  /** What has the focus, as it is called; of a list its active row. */
  const focused = () =>
    user.evaluate<string>(
      `const node = document.activeElement;
       if (node === document.body) return "";
       const row = document.getElementById(node.getAttribute("aria-activedescendant") ?? "");
       const label = node.getAttribute("aria-label") ?? node.labels?.[0]?.textContent ?? node.textContent;
       return (row ?? { textContent: label }).textContent.trim();`,
    );
  const tabTo = async (name: string) => {
    const seen: string[] = [];
    for (let tabs = 0; tabs < MOST_TABS; tabs++) {
      const now = await focused();
      // Not what holds it: a list or a dialog that can be scrolled has the focus, too.
      if (now.startsWith(name)) return;
      seen.push(now.slice(0, 40));
      await key("Tab");
    }
    throw new Error(`${MOST_TABS} times Tab did not lead to ${name}, but to ${seen.join(" | ")}`);
  };

  beforeAll(async () => {
    world = await startWorld({
      calendars: {
        work: [
          { name: "lost.ics", text: LOST },
          { name: "kept.ics", text: KEPT },
        ],
      },
    });
    work = world.calendars.work as { id: string; url: string };
    await world.run("sync.run", {});
    const directory = path.join(world.folder, "store");
    await world.run("backup.configure", { directory, passphrase: null });
    await world.run("backup.run", {});
    await world.server.delete(lost());
    await world.run("sync.run", {});
    await world.run("backup.run", {});
    user = await OptionsUser.open(world.thunderbird, "options/history.html");
    await user.see("2 items");
    await user.see(/1 gone/);
    await focusPage(world.thunderbird);
  });
  afterAll(() => world.stop());

  test("the lost event is found in the list, and Enter leads to it", async () => {
    await tabTo("Kept one");
    await key("ArrowDown");
    expect(await focused()).toContain("Lost one");
    await key("Enter");
    await world.thunderbird.waitFor(
      async () => (await focused()) === "Lost one",
      "the focus on the item",
    );
  });

  test(
    "it is restored: dialog, preview, the word, and back to where it began",
    async () => {
      await tabTo("Restore this version…");
      await key("Enter");
      await user.see("Where to");
      expect(await focused()).toContain("The calendars they came from");
      await tabTo("Preview");
      await key("Enter");
      await user.see("One item will be added", PATIENTLY);
      await world.thunderbird.waitFor(
        async () => (await focused()) === "Restore now",
        "the focus on what confirms",
        PATIENTLY,
      );
      expect(await world.server.get(lost())).toBe(null);
      await key("Enter");
      await user.see("Restored.", PATIENTLY);
      expect(await world.server.get(lost())).toContain("SUMMARY:Lost one");
      expect((await world.user.item(work.id, "lost"))?.title).toBe("Lost one");
      await tabTo("Close");
      await key("Enter");
      await world.thunderbird.waitFor(
        async () => (await focused()).includes("Restore this version…"),
        "the focus where it was",
      );
    },
    SLOWLY,
  );

  test("Thunderbird's console has no error of ours", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
