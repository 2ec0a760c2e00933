/** The snapshots on the options page, clicked through: checked against the store, the folder, the server and the calendars. */
import { mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seriousFindings } from "../support/accessibility.ts";
import {
  type CaldavTestServer,
  startCaldavTestServer,
} from "../support/caldav-test-server/server.ts";
import { eventText } from "../support/event-text.ts";
import { answerFolderPicker } from "../support/folder-picker.ts";
import { startWorld, type World } from "../support/keeper-world.ts";
import { OptionsUser } from "../support/options-user.ts";

const LECTURE = eventText("lecture", {
  SUMMARY: "Lecture",
  DTSTART: "20261124T081500Z",
  DTEND: "20261124T090000Z",
});
/** A restore takes a snapshot, syncs and reads everything back. */
const PATIENTLY = 120_000;

describe("the snapshots page", () => {
  let server: CaldavTestServer;
  let world: World;
  let user: OptionsUser;
  let work: { id: string; url: string };
  let other: { id: string; url: string };
  const on = (name: string) => new URL(name, work.url).href;
  const snapshots = () => world.run("snapshots.list", {});
  const labels = async () => (await snapshots()).map(({ label }) => label);

  /** Presses a button of the snapshot with this label. */
  const press = (label: string, button: string) =>
    world.thunderbird.waitFor(
      () =>
        user.evaluate<boolean>(
          `const card = [...document.querySelectorAll("article.snapshot")].find((node) => node.textContent.includes(${JSON.stringify(label)}));
           const found = [...(card?.querySelectorAll("button") ?? [])].find((node) => node.textContent === ${JSON.stringify(button)} && !node.disabled);
           found?.click();
           return found !== undefined;`,
        ),
      `the button ${button} of the snapshot ${label}`,
    );
  const fill = (name: string, value: string) =>
    user.evaluate(
      `const control = document.querySelector(${JSON.stringify(`[aria-label="${name}"]`)});
       control.focus();
       control.value = ${JSON.stringify(value)};
       control.dispatchEvent(new Event("change", { bubbles: true }));`,
    );
  const restore = async () => {
    await user.press("Preview");
    await user.press("Restore now");
    await user.see("Restored", PATIENTLY);
  };
  const put = async (name: string, summary: string) => {
    await world.server.put(on(`${name}.ics`), eventText(name, { SUMMARY: summary }));
    await world.run("sync.run", {});
  };

  beforeAll(async () => {
    server = await startCaldavTestServer();
    world = await startWorld({
      server: async () => server,
      calendars: { work: [{ name: "lecture.ics", text: LECTURE }], other: [] },
    });
    work = world.calendars.work as { id: string; url: string };
    other = world.calendars.other as { id: string; url: string };
    const directory = path.join(world.folder, "store");
    await world.run("backup.configure", { directory, passphrase: null });
    await put("plan", "Plan as it was");
    await world.run("backup.run", { label: "Earlier" });
    await put("plan", "Plan as it is");
    await world.run("backup.run", { label: "Later" });
    user = await OptionsUser.open(world.thunderbird);
    await user.press("Snapshots");
    await user.see("Earlier");
  });
  afterAll(() => world.stop());

  test("a pinned snapshot is not removed until the pin is taken off", async () => {
    await press("Earlier", "Pin");
    await user.see("Pinned");
    expect((await snapshots()).map(({ pinned }) => pinned)).toEqual([false, true]);
    await press("Earlier", "Remove…");
    await user.see("A pinned snapshot is not removed.");
    await user.press("Keep it");
    await press("Earlier", "Unpin");
    await press("Earlier", "Pin");
    await press("Earlier", "Unpin");
    await world.thunderbird.waitFor(
      async () => (await snapshots()).every(({ pinned }) => !pinned),
      "the pin to be off",
    );
  });

  test("a whole snapshot is saved as an archive and as a folder of .ics files", async () => {
    const out = path.join(world.folder, "out");
    await mkdir(out);
    await answerFolderPicker(world.thunderbird, out);
    await press("Earlier", "Save as .ics…");
    await user.press("Choose a folder and save…");
    await user.see("Saved: Snapshot of");
    await user.choose("One .zip file");
    await user.press("Choose a folder and save…");
    await user.see(/Saved: Snapshot of .*\.zip/);
    const names = (await readdir(out)).sort();
    expect(names).toHaveLength(2);
    const [folder, zip] = names as [string, string];
    const saved = await readFile(path.join(out, folder, "work.ics"), "utf8");
    expect(saved).toContain("SUMMARY:Plan as it was");
    expect((await readdir(path.join(out, folder))).sort()).toContain("other.ics");
    const packed = await readFile(path.join(out, zip));
    expect(packed.subarray(0, 2).toString()).toBe("PK");
    expect(packed.includes("work.ics")).toBe(true);
    expect(await seriousFindings(user)).toEqual([]);
    await user.press("Close");
  });

  test("it is restored into a new calendar on the server", async () => {
    await press("Earlier", "Restore…");
    await user.see("Another calendar");
    await user.choose("A new calendar");
    await fill("Name of the new calendar", "Brought back");
    await fill("Where the new calendar is made", world.accountId);
    await restore();
    const [account] = await world.run("accounts.list", {});
    const made = account?.calendars.find(({ name }) => name === "Brought back");
    if (!made) throw new Error("no calendar was made");
    expect(await server.get(new URL("lecture.ics", made.url).href)).toBe(LECTURE);
    expect((await world.user.item(made.id, "plan"))?.title).toBe("Plan as it was");
    expect(await seriousFindings(user)).toEqual([]);
    await press("Earlier", "Restore…");
  });

  test("it is restored into a new calendar on this computer", async () => {
    await press("Earlier", "Restore…");
    await user.see("Another calendar");
    await user.choose("A new calendar");
    await fill("Name of the new calendar", "Kept here");
    await restore();
    const made = (await world.run("calendars.list", {})).find(({ name }) => name === "Kept here");
    expect(made).toMatchObject({ account: "local", readOnly: false });
    expect((await world.user.item(made?.id ?? "", "lecture"))?.title).toBe("Lecture");
    await press("Earlier", "Restore…");
  });

  test("it is restored into another calendar of the account", async () => {
    await press("Earlier", "Restore…");
    await user.see("Another calendar");
    await fill("Another calendar", other.id);
    await restore();
    expect(await server.get(new URL("lecture.ics", other.url).href)).toBe(LECTURE);
    await press("Earlier", "Restore…");
  });

  test("what the server refuses is named by its title, and comes back as a copy", async () => {
    await server.delete(on("lecture.ics"));
    await world.run("sync.run", { calendarId: work.id });
    const body = "Deleted calendar object with uid already exists in this calendar collection.";
    const lift = server.fail(
      { kind: "status", status: 400, body },
      { method: "PUT", path: "lecture" },
    );
    const before = (await server.list(work.url)).length;
    await press("Earlier", "Restore…");
    await restore();
    const shown = await user.see("Restored, but not everything.");
    expect(shown).toMatch(/Lecture · Nov 24, 2026/);
    expect(shown).toContain("trash bin");
    expect(shown).toContain("lecture.ics");
    expect(await seriousFindings(user)).toEqual([]);
    await user.press("Bring these back as copies");
    await user.see("One item will be added", PATIENTLY);
    await user.press("Restore now");
    await user.see("Restored.", PATIENTLY);
    expect(await server.list(work.url)).toHaveLength(before + 1);
    lift();
    await world.run("sync.run", { calendarId: work.id });
    await press("Earlier", "Restore…");
  });

  test("before one is removed, the page tells what only it holds; then it is gone from the store", async () => {
    // What was replaced before it, a later one holds among its replaced texts.
    await press("Earlier", "Remove…");
    const known = await user.see("What will happen", PATIENTLY);
    expect(known).not.toContain("Plan as it was");
    await user.press("Keep it");
    await put("plan", "Plan at last");
    await world.run("backup.run", { label: "Newest" });
    await user.see("Newest");
    await press("Newest", "Remove…");
    const shown = await user.see("would be lost as", PATIENTLY);
    expect(shown).toContain("Plan at last");
    expect(await labels()).toContain("Newest");
    expect(await seriousFindings(user)).toEqual([]);
    // It is the only one since calendars were made here.
    expect(shown).toContain("No other snapshot holds anything of these calendars:");
    await user.press("Remove these last copies all the same");
    await user.see("was removed.");
    expect(await labels()).not.toContain("Newest");
    expect(await labels()).toEqual(expect.arrayContaining(["Earlier", "Later"]));
  });

  test("none of this left an error of ours in the console", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
