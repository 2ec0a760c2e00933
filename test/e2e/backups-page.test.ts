/** The backups page, clicked through: what it says is checked against the folder on the disk. */
import { readdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seriousFindings } from "../support/accessibility.ts";
import { eventText } from "../support/event-text.ts";
import { startWorld, type World } from "../support/keeper-world.ts";
import { OptionsUser } from "../support/options-user.ts";

describe("the backups page", () => {
  let world: World;
  let user: OptionsUser;
  const folder = (name: string) => path.join(world.folder, name);
  const snapshots = async () => (await world.run("snapshots.list", {})).length;

  beforeAll(async () => {
    world = await startWorld({
      calendars: { work: [{ name: "a.ics", text: eventText("a", { SUMMARY: "First" }) }] },
    });
    await world.run("sync.run", {});
    for (const name of ["old", "new"]) {
      await world.run("backup.configure", { directory: folder(name), passphrase: null });
      for (const label of ["First", "Second", "Third"]) await world.run("backup.run", { label });
    }
    user = await OptionsUser.open(world.thunderbird);
    await user.press("Backups");
    await user.see("Last backup");
  });
  afterAll(() => world.stop());

  test("it says where backups go, what is there, and how much room is left", async () => {
    const shown = await user.see(/Backups are here · .+ free/);
    expect(shown).toContain(folder("new"));
    expect(shown).toContain("Of linked ones, only the link is saved");
    expect(await user.see("On the disk the backups take")).toContain("3 snapshots");
  });

  test("everything is read back, and when that was is remembered", async () => {
    await user.press("Verify now");
    await user.see("All backups are whole.");
    await user.see("Last verified: just now");
    const { lastCheck } = await world.run("backup.configure", {});
    expect(lastCheck).toMatchObject({ ok: true, full: true, snapshots: 3 });
  });

  test("what a rule would remove is shown first, and only then removed", async () => {
    await user.choose("Keep only these");
    for (const rule of ["newest ones", "hours", "days", "weeks", "months"])
      await user.fill(rule, "0");
    await user.fill("years", "1");
    await user.press("Show what would go");
    await user.see(/2 snapshots would be removed[\s\S]*One snapshot stays/);
    expect(await snapshots()).toBe(3);
    await user.press("Remove these 2 now");
    await user.see("2 snapshots were removed.");
    expect(await snapshots()).toBe(1);
    await user.press("Save");
    await user.see("It applies after the next automatic backup.");
    expect((await world.run("backup.configure", {})).retention).toMatchObject({ yearly: 1 });
  });

  test("another folder that holds backups is used again, and the first stays as it is", async () => {
    await user.press(`Use this one: ${folder("old")}`);
    await world.thunderbird.waitFor(async () => (await snapshots()) === 3, "the other store");
    await user.see("3 snapshots");
    expect(await readdir(folder("new"))).toContain("CONFIG");
    await user.press(`Take off the list: ${folder("new")}`);
    await world.thunderbird.waitFor(
      async () => !(await user.read()).includes(folder("new")),
      "the list without it",
    );
    expect(await readdir(folder("new"))).toContain("CONFIG");
  });

  test("the report is copied, and holds nothing private", async () => {
    await user.press("Help");
    await user.see("Copy report");
    const report = await user.evaluate<string>(`return document.querySelector("pre").textContent;`);
    for (const secret of [world.server.username, world.folder, "First", "127.0.0.1"])
      expect(report).not.toContain(secret);
    expect(report).toMatch(/\d+\.\d+/);
    // A page may write to the clipboard when somebody has just clicked in it.
    await world.thunderbird.chrome(
      `const { browser } = Services.wm.getMostRecentWindow("mail:3pane").document.getElementById("tabmail").currentTabInfo;
       return new Promise((resolve) => {
         browser.messageManager.addMessageListener("keeper:clicked", resolve);
         browser.messageManager.loadFrameScript(
           "data:,content.document.notifyUserGestureActivation(); sendAsyncMessage('keeper:clicked');", false);
       }).then(() => null);`,
    );
    await user.press("Copy report");
    await user.see("Copied.");
    const pasted = await world.thunderbird.chrome<string>(
      `const transferable = Cc["@mozilla.org/widget/transferable;1"].createInstance(Ci.nsITransferable);
       transferable.init(null);
       transferable.addDataFlavor("text/plain");
       Services.clipboard.getData(transferable, Services.clipboard.kGlobalClipboard);
       const data = {};
       transferable.getTransferData("text/plain", data);
       return data.value.QueryInterface(Ci.nsISupportsString).data;`,
    );
    expect(pasted).toBe(report);
  });

  test("nothing serious stands in the way of anybody", async () => {
    await user.press("Backups");
    await user.see("Last backup");
    expect(await seriousFindings(user)).toEqual([]);
  });

  test("none of this left an error of ours in the console", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
