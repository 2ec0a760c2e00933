/** The history page by hand in the real Thunderbird: what was lost is found and comes back. */
import { mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seriousFindings } from "../support/accessibility.ts";
import { eventText, withValue } from "../support/event-text.ts";
import { answerFolderPicker } from "../support/folder-picker.ts";
import { startWorld, type World } from "../support/keeper-world.ts";
import { OptionsUser } from "../support/options-user.ts";
import { ThunderbirdMail } from "../support/thunderbird-mail.ts";

const TEAM = eventText("team", {
  SUMMARY: "Team meeting",
  DTSTART: "20261102T090000Z",
  DTEND: "20261102T100000Z",
  LOCATION: "Room 3",
  RRULE: "FREQ=WEEKLY;BYDAY=MO",
});
const DENTIST = eventText("dentist", {
  SUMMARY: "Dentist",
  DTSTART: "20261124T081500Z",
  DTEND: "20261124T090000Z",
  LOCATION: "Dr. Zahn",
  DESCRIPTION: "Bring the insurance card",
});
const HOSTILE = eventText("hostile", {
  SUMMARY: "<script>globalThis.harmed = 1</script><img src=x onerror=globalThis.harmed=2>",
  DTSTART: "20261110T080000Z",
  LOCATION: "<a href='javascript:globalThis.harmed=3'>here</a>",
  DESCRIPTION:
    "javascript:globalThis.harmed=4 data:text/html\\,x file:///etc/passwd https://example.org/ok mailto:a@example.org",
  URL: "javascript:globalThis.harmed=5",
  ATTACH: "data:text/html,<script>globalThis.harmed=6</script>",
});

/** A restore takes a snapshot, syncs and reads everything back. */
const PATIENTLY = 120_000;

describe("the history page", () => {
  let world: World;
  let user: OptionsUser;
  let work: { id: string; url: string };
  const on = (name: string) => new URL(name, work.url).href;

  /** A row of the list, chosen by its title. */
  const choose = (title: string) =>
    world.thunderbird.waitFor(
      () =>
        user.evaluate<boolean>(
          `const row = [...document.querySelectorAll(".row")].find((node) => node.textContent.includes(${JSON.stringify(title)}));
           row?.click();
           return row !== undefined;`,
        ),
      `the row ${title}`,
    );
  const search = async (words: string) => {
    await user.fill("Search", words);
    await user.evaluate(`document.querySelector("form.search").requestSubmit();`);
    await world.thunderbird.waitFor(
      () => user.evaluate<boolean>(`return document.querySelector(".body").ariaBusy !== "true";`),
      `what is found for "${words}"`,
    );
  };
  /** Chooses a row and waits until its item is shown. */
  const look = async (title: string) => {
    await choose(title);
    await world.thunderbird.waitFor(
      () =>
        user.evaluate<boolean>(
          `return document.getElementById("item-heading")?.textContent.includes(${JSON.stringify(title)}) === true &&
             document.querySelector(".versions h3") !== null;`,
        ),
      `the item ${title}`,
    );
  };

  beforeAll(async () => {
    world = await startWorld({
      calendars: {
        work: [
          { name: "team.ics", text: TEAM },
          { name: "dentist.ics", text: DENTIST },
          { name: "hostile.ics", text: HOSTILE },
          { name: "plain.ics", text: eventText("plain", { SUMMARY: "Plain" }) },
        ],
      },
    });
    work = world.calendars.work as { id: string; url: string };
    await world.run("sync.run", {});
    const store = path.join(world.folder, "store");
    await world.run("backup.configure", { directory: store, passphrase: null });
    await world.run("backup.run", { label: "Last week" });
    await world.server.put(
      on("team.ics"),
      withValue(withValue(TEAM, "SUMMARY", "Team meeting\\, moved"), "LOCATION", "Room 5"),
    );
    await world.server.delete(on("dentist.ics"));
    await world.run("sync.run", {});
    await world.run("backup.run", {});
    user = await OptionsUser.open(world.thunderbird, "options/history.html");
  });
  afterAll(async () => {
    await world.stop();
  });

  test("shows the backups by time with what changed in each, and what is gone now", async () => {
    await user.see(/1 changed · 1 gone/);
    // The newest backup is shown first, what only older ones hold comes after it.
    await user.see(/Dentist[\s\S]*gone now/);
    const shown = await user.see("2 versions");
    expect(shown).toContain("Last week");
    expect(shown).toContain("The first backup");
  });

  test("has nothing serious to say against for those who cannot see it", async () => {
    await look("Team meeting");
    await user.see("What changed", PATIENTLY);
    expect(await seriousFindings(user)).toEqual([]);
  });

  test("a lost event is found in last week's backup and comes back to the server", async () => {
    await search("dentist CARD");
    await look("Dentist");
    const shown = await user.see("Bring the insurance card");
    expect(shown).toContain("Dr. Zahn");
    expect(await world.user.item(work.id, "dentist")).toBe(null);
    await user.press("Restore this version…");
    await user.press("Preview");
    await user.see("One item will be added", PATIENTLY);
    expect(await seriousFindings(user)).toEqual([]);
    expect(await world.server.get(on("dentist.ics"))).toBe(null);
    await user.press("Restore now");
    await user.see("Restored.", PATIENTLY);
    expect(await world.server.get(on("dentist.ics"))).toContain("SUMMARY:Dentist");
    expect((await world.user.item(work.id, "dentist"))?.title).toBe("Dentist");
    await user.evaluate(
      `[...document.querySelectorAll("dialog button")].filter((node) => node.textContent === "Close").at(-1).click();`,
    );
  });

  test("two versions stand side by side with what differs marked, and the old one is put back", async () => {
    const versions = await OptionsUser.open(
      world.thunderbird,
      `options/history.html?calendar=${work.id}&uid=team`,
    );
    await versions.see("What changed", PATIENTLY);
    const marked = await versions.evaluate<string[]>(
      `return ["del", "ins"].map((mark) => [...document.querySelectorAll(".comparison " + mark)].map((node) => node.textContent).join("|"));`,
    );
    expect(marked).toEqual(["meeting|3", "meeting, moved|5"]);
    await versions.evaluate(`document.querySelector(".version:not([aria-current])").click();`);
    await versions.see(/^Team meeting$/m);
    await versions.press("Restore this version…");
    await versions.press("Preview");
    await versions.see("One item will be put back to its older version", PATIENTLY);
    await versions.press("Restore now");
    await versions.see("Restored.", PATIENTLY);
    const restored = await world.server.get(on("team.ics"));
    expect(restored).toContain("SUMMARY:Team meeting\r\n");
    expect(restored).toContain("LOCATION:Room 3\r\n");
    // A page closed while it asks leaves an error of Gecko's.
    await world.thunderbird.waitFor(
      () =>
        versions.evaluate<boolean>(
          `return document.querySelector(".body").ariaBusy !== "true" &&
             document.querySelectorAll(".moment").length === 5 &&
             [...document.querySelectorAll(".moment .changes")].every((node) => node.textContent !== "");`,
        ),
      "the page to rest",
    );
    await versions.close();
  });

  test("the month shows every occurrence of the series as the snapshot has it", async () => {
    await search("");
    await user.press("Month");
    await user.see(/[A-Z][a-z]+ 20\d\d/);
    for (let turns = 0; turns < 240; turns++) {
      const [shown, later] = await user.evaluate<[string, boolean]>(
        `const shown = document.querySelector(".month-bar h3").textContent;
         return [shown, Date.parse("1 " + shown) < Date.parse("1 November 2026")];`,
      );
      if (shown === "November 2026") break;
      await user.press(later ? "Next month" : "Previous month");
    }
    await world.thunderbird.waitFor(
      () => user.evaluate<boolean>(`return document.querySelectorAll(".occurrence").length >= 6;`),
      "the occurrences",
    );
    const days = await user.evaluate<string[]>(
      `return [...document.querySelectorAll(".occurrence")].filter((node) => node.textContent.includes("Team"))
         .map((node) => node.closest("td").querySelector("time").dateTime);`,
    );
    expect(days).toEqual(
      expect.arrayContaining([
        "2026-11-02",
        "2026-11-09",
        "2026-11-16",
        "2026-11-23",
        "2026-11-30",
      ]),
    );
    expect(await seriousFindings(user)).toEqual([]);
    await user.press("List");
  });

  test("is used by the keyboard alone", async () => {
    await user.see("4 items");
    await user.evaluate(`document.querySelector("[role=listbox]").focus();`);
    const key = (name: string) =>
      user.evaluate<string>(
        `const list = document.querySelector("[role=listbox]");
         list.dispatchEvent(new KeyboardEvent("keydown", { key: ${JSON.stringify(name)}, bubbles: true, cancelable: true }));
         return document.getElementById(list.getAttribute("aria-activedescendant"))?.textContent ?? "";`,
      );
    const first = await key("Home");
    const second = await key("ArrowDown");
    expect(second).not.toBe(first);
    await key(" ");
    await user.see("1 of 4 selected");
    await key("Enter");
    await world.thunderbird.waitFor(
      () => user.evaluate<boolean>(`return document.activeElement.id === "item-heading";`),
      "the focus on the item",
    );
    await user.press("Select none");
    await user.see("4 items");
  });

  test("what is chosen is saved as an .ics file, and never over another one", async () => {
    const out = path.join(world.folder, "out");
    await mkdir(out);
    await answerFolderPicker(world.thunderbird, out);
    await search("plain");
    await look("Plain");
    await user.press("Save as .ics…");
    await user.see("Saved: Plain.ics");
    expect(await readFile(path.join(out, "Plain.ics"), "utf8")).toContain("UID:plain\r\n");
    await search("team");
    await user.press("Select all");
    await user.press("Save selected…");
    await user.see("Saved: Team meeting");
    expect((await readdir(out)).length).toBe(2);
  });

  test("hostile text is text, and only links of three kinds are links", async () => {
    await search("script");
    await look("<script>");
    await user.see("data:text/html");
    await world.thunderbird.waitFor(
      () => user.evaluate<boolean>(`return document.querySelectorAll("#item-root a").length > 0;`),
      "the links",
    );
    const [links, made, harmed] = await user.evaluate<[string[], number, unknown]>(
      `return [
         [...document.querySelectorAll("#item-root a")].map((node) => node.href),
         document.querySelectorAll("main script, main img, main iframe, main [onerror]").length,
         globalThis.harmed ?? null,
       ];`,
    );
    expect(links).toEqual(["https://example.org/ok", "mailto:a@example.org"]);
    expect([made, harmed]).toEqual([0, null]);
  });

  test("an address to write to opens a message in Thunderbird, and the page stays", async () => {
    // Nobody writes mail without an address of their own.
    await new ThunderbirdMail(world.thunderbird).setUp("me@example.org", 9);
    await user.evaluate(`document.body.dataset.stays = "yes";`);
    await user.click('#item-root a[href^="mailto:"]');
    const recipients = await world.thunderbird.waitFor(
      () =>
        world.thunderbird.chrome<string | null>(
          `const window = Services.wm.getMostRecentWindow("msgcompose");
           const to = window?.gMsgCompose?.compFields?.to || null;
           if (to) window.close();
           return to;`,
        ),
      "the message to be written",
    );
    expect(recipients).toBe("a@example.org");
    expect(await user.evaluate("return [location.pathname, document.body.dataset.stays];")).toEqual(
      ["/options/history.html", "yes"],
    );
  });

  test("a link opens outside Thunderbird, and the page stays", async () => {
    await world.thunderbird.chrome(
      `const registrar = Components.manager.QueryInterface(Ci.nsIComponentRegistrar);
       const window = Services.wm.getMostRecentWindow("mail:3pane");
       window.keeperOpened = [];
       const service = {
         QueryInterface: ChromeUtils.generateQI(["nsIExternalProtocolService"]),
         loadURI: (uri) => window.keeperOpened.push(uri.spec),
       };
       registrar.registerFactory(
         Services.uuid.generateUUID(), "", "@mozilla.org/uriloader/external-protocol-service;1",
         { QueryInterface: ChromeUtils.generateQI(["nsIFactory"]), createInstance: (iid) => service.QueryInterface(iid) },
       );`,
    );
    await user.evaluate(`document.querySelector('#item-root a[href^="https:"]').click();`);
    const opened = await world.thunderbird.waitFor(async () => {
      const list = await world.thunderbird.chrome<string[]>(
        `return Services.wm.getMostRecentWindow("mail:3pane").keeperOpened;`,
      );
      return list.length > 0 ? list : null;
    }, "the link to be opened");
    expect(opened).toEqual(["https://example.org/ok"]);
    expect(await user.evaluate("return location.pathname;")).toBe("/options/history.html");
  });

  test("rows follow the size of text and the density that are chosen in Thunderbird's menu, and lie below each other", async () => {
    await search("");
    const height = () =>
      user.evaluate<number>(`return document.querySelector(".row")?.offsetHeight ?? 0;`);
    await world.thunderbird.waitFor(async () => (await height()) > 0, "rows");
    const before = await height();
    await world.thunderbird.chrome(
      `Services.prefs.setIntPref("mail.uifontsize", 26);
       Services.prefs.setIntPref("mail.uidensity", 2);`,
    );
    // The pointer comes back to the page from the menu.
    await user.evaluate(
      `document.documentElement.dispatchEvent(new MouseEvent("mouseenter")); return null;`,
    );
    await world.thunderbird.waitFor(async () => (await height()) > before * 1.3, "higher rows");
    expect(
      await user.evaluate<boolean>(
        `const rows = [...document.querySelectorAll(".rows > .row")];
         return rows.every((row, index) => index === 0 || Math.abs(row.offsetTop - rows[index - 1].offsetTop - row.offsetHeight) < 1);`,
      ),
    ).toBe(true);
    await world.thunderbird.chrome(
      `for (const name of ["mail.uifontsize", "mail.uidensity"]) Services.prefs.clearUserPref(name);`,
    );
  });

  test("Thunderbird's console has no error of ours", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
