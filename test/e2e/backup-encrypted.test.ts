/** Encrypted backups by the add-on's own page: the passphrase asked for once, never written anywhere, plakar's view. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sampleCalendar } from "../../scripts/sample-calendar.ts";
import { startWorld, type World } from "../support/keeper-world.ts";
import { OptionsUser } from "../support/options-user.ts";
import { describePlakar, PlakarHome } from "../support/plakar.ts";
import { filesBelow } from "../support/plakar-store.ts";

const SAMPLE = sampleCalendar({ items: 20, seed: 9 });
const PASSPHRASE = "Zwetschge under vierzehn trumpets, Regenbogen";
const OTHER = "Haselnuss above neunzig violins, Donnerkeil";
const MASTER = "the primary one";
/** A derivation of the key takes seconds, several times that where the computer has other things to do. */
const SLOW = 90_000;

/** The security token that the primary password locks; 140 and 153 hand it out differently. */
const TOKEN = `const token =
  Cc["@mozilla.org/security/internalkeytoken;1"]?.createInstance(Ci.nsIPKCS11Token) ??
  Cc["@mozilla.org/security/pk11tokendb;1"].getService(Ci.nsIPK11TokenDB).getInternalKeyToken();`;

describePlakar("encrypted backups", () => {
  let world: World;
  let plakar: PlakarHome;
  let store: string;

  const protection = async () => (await world.run("backup.configure", {})).protection;
  const code = async (reply: Promise<{ ok: boolean; error?: { code: string } }>) =>
    (await reply).error?.code;
  const snapshots = async () =>
    (await readdir(path.join(store, "states"), { recursive: true })).filter(
      (name) => name.length > 60,
    ).length;
  const openPage = async () => {
    const user = await OptionsUser.open(world.thunderbird);
    await user.press("Backups");
    return user;
  };
  /** Makes the saved passphrase unreadable for whoever would derive the key from it, or right again. */
  const savePassphrase = (passphrase: string) =>
    world.thunderbird.chrome(
      `const [login] = (await Services.logins.getAllLogins()).filter(({ origin }) => origin.startsWith("caldav-keeper:"));
       const changed = login.clone();
       changed.password = arguments[0];
       await (Services.logins.modifyLoginAsync ?? Services.logins.modifyLogin).call(Services.logins, login, changed);`,
      passphrase,
    );
  const windows = () =>
    world.thunderbird.chrome<number>("return [...Services.wm.getEnumerator(null)].length;");

  beforeAll(async () => {
    world = await startWorld({ calendars: { work: SAMPLE } });
    plakar = await PlakarHome.make(PASSPHRASE);
    store = path.join(world.folder, "store");
    await world.run("sync.run", {});
  });
  afterAll(async () => {
    await plakar.remove();
    await world.stop();
  });

  test("a new folder is not written to before the passphrase was decided", async () => {
    expect(await world.run("backup.configure", { directory: store })).toMatchObject({
      protection: "undecided",
    });
    expect(await code(world.reply("backup.run", {}))).toBe("protection-undecided");
    expect(await filesBelow(store)).toEqual([]);
  });

  test("the page takes a passphrase typed twice, that is hard to guess", async () => {
    const user = await openPage();
    await user.see("There are no backups in this folder yet.");
    await user.fill("New passphrase", "secret");
    await user.see(/Easy to guess: \d+ of 80 bits/);
    await user.press("Encrypt with this passphrase");
    await user.see("too easy to guess");
    await user.fill("New passphrase", PASSPHRASE);
    await user.see(/Hard to guess: \d+ bits/);
    await user.fill("Passphrase again", OTHER);
    await user.press("Encrypt with this passphrase");
    await user.see("The two passphrases are not the same.");
    expect(await filesBelow(store)).toEqual([]);
    await user.fill("Passphrase again", PASSPHRASE);
    await user.press("Encrypt with this passphrase");
    await user.see("The backups in this folder are encrypted.", SLOW);
    expect(await protection()).toBe("ready");
    await user.close();
  });

  test("a backup by hand is checked and restored by plakar, byte for byte", async () => {
    const report = await world.run("backup.run", {});
    expect(report).toMatchObject({ incomplete: [] });
    const id = report.snapshotId.slice(0, 12);
    expect((await plakar.ok("at", store, "ls")).toString()).toContain(
      report.snapshotId.slice(0, 8),
    );
    await plakar.ok("at", store, "check");
    await plakar.ok("at", store, "restore", "-to", plakar.path("out"), id);
    const work = world.calendars.work as { url: string };
    const restored = (await filesBelow(plakar.path("out"))).filter((file) =>
      /\/work\/.*ics$/.test(file),
    );
    expect(restored).toHaveLength(SAMPLE.length);
    for (const file of restored) {
      const url = new URL(encodeURIComponent(path.basename(file)), work.url).href;
      const text = await readFile(path.join(plakar.path("out"), file), "utf8");
      expect(text, file).toBe(await world.server.get(url));
    }
    plakar.passphrase = OTHER;
    expect((await plakar.run("at", store, "ls")).code).not.toBe(0);
    plakar.passphrase = PASSPHRASE;
  });

  test("a stopped background page does not derive the key again", async () => {
    await savePassphrase(OTHER);
    await world.thunderbird.suspendBackground();
    expect(await world.run("backup.run", {})).toMatchObject({ incomplete: [] });
    await savePassphrase(PASSPHRASE);
  });

  test("the page tests the passphrase, and has a recovery sheet without it", async () => {
    const user = await openPage();
    await user.see("The backups in this folder are encrypted.");
    await user.press("Test passphrase…");
    await user.fill("Passphrase", OTHER);
    await user.press("Test");
    await user.see("This passphrase does not open the backups.", SLOW);
    await user.fill("Passphrase", PASSPHRASE);
    await user.press("Test");
    await user.see("This passphrase opens the backups.", SLOW);
    await user.press("Recovery sheet…");
    const page = await user.see("recovery sheet for calendar backups");
    expect(page).toContain(`plakar at ${store} restore -to calendars SNAPSHOT`);
    expect(page).not.toContain(PASSPHRASE);
    await user.fill("Passphrase on the printed sheet", "typed by hand");
    await user.see(/\n\s*typed by hand\n/);
    await user.close();
    const directory = path.join(world.folder, "papers");
    const { file } = await world.run("backup.recoverySheet", { directory });
    const saved = await readFile(path.join(directory, file ?? ""), "utf8");
    expect(saved).toContain(store);
    expect(saved).toContain("______");
    expect(
      await code(
        world.reply("passphrase.change", { passphrase: PASSPHRASE, newPassphrase: OTHER }),
      ),
    ).toBe("unsupported");
  });

  test("after a restart of Thunderbird the next backup asks nothing", async () => {
    await world.thunderbird.restart();
    const before = await windows();
    expect(await protection()).toBe("ready");
    expect(await world.run("backup.run", {})).toMatchObject({ incomplete: [] });
    expect(await windows()).toBe(before);
  }, 180_000);

  test("behind the primary password backups wait, and go on when that was entered", async () => {
    await world.run("backup.configure", { schedule: "hourly" });
    await world.thunderbird.chrome(
      `${TOKEN}
       if (token.needsUserInit) token.initPassword(arguments[0]);
       else token.changePassword("", arguments[0]);
       if (token.logoutSimple) token.logoutSimple();
       else token.logout();`,
      MASTER,
    );
    // As at a start whose prompt was cancelled: the key is forgotten too.
    await world.thunderbird.disable();
    await world.thunderbird.enable();
    const [before, open] = [await snapshots(), await windows()];
    expect(await protection()).toBe("locked");
    expect(await code(world.reply("backup.run", {}))).toBe("credentials-locked");
    const user = await openPage();
    await user.see("The passphrase is locked behind your primary password.");
    expect(await windows()).toBe(open);
    expect(await snapshots()).toBe(before);
    await world.thunderbird.background(
      `const { backupHistory } = await messenger.storage.local.get("backupHistory");
       backupHistory.value.lastGood = Date.UTC(2020, 0, 1);
       await messenger.storage.local.set({ backupHistory });`,
    );
    await world.thunderbird.suspendBackground();
    await world.thunderbird.chrome(
      `${TOKEN}
       if (token.checkPassword) token.checkPassword(arguments[0]);
       token.changePassword(arguments[0], "");
       Services.obs.notifyObservers(null, "passwordmgr-crypto-login");`,
      MASTER,
    );
    await user.see("The backups in this folder are encrypted.", SLOW);
    await world.thunderbird.waitFor(async () => (await snapshots()) > before, "the backup", SLOW);
    await user.close();
    await world.run("backup.configure", { schedule: "off" });
  }, 240_000);

  test("another's store is left alone until its passphrase is entered, on the page", async () => {
    const theirs = path.join(world.folder, "theirs");
    plakar.passphrase = OTHER;
    await plakar.ok("at", theirs, "create");
    const empty = await filesBelow(theirs);
    const refused = { directory: theirs, passphrase: PASSPHRASE };
    expect(await code(world.reply("backup.configure", refused))).toBe("wrong-passphrase");
    expect(await world.run("backup.configure", {})).toMatchObject({ directory: store });
    await world.run("backup.configure", { directory: theirs });
    expect(await protection()).toBe("passphrase-missing");
    expect(await code(world.reply("backup.run", {}))).toBe("store-encrypted");
    const unencrypted = world.reply("backup.configure", { passphrase: null });
    expect(await code(unencrypted)).toBe("store-encrypted");
    expect(await filesBelow(theirs)).toEqual(empty);
    expect((await world.run("backup.configure", {})).lastFailure?.error.code).toBe(
      "store-encrypted",
    );
    const user = await openPage();
    await user.see("their passphrase is not known here");
    await user.fill("Passphrase", OTHER);
    await user.press("Unlock");
    await user.see("The backups in this folder are encrypted.", SLOW);
    await user.press("Back up now");
    await user.see("Calendars backed up", SLOW);
    await user.close();
    const [newest] = await world.run("snapshots.list", {});
    const list = (await plakar.ok("at", theirs, "ls")).toString();
    expect(list).toContain(newest?.id.slice(0, 8));
    await plakar.ok("at", theirs, "check");
  }, 240_000);

  test("no file of the profile and no message knows a passphrase", async () => {
    const messages = JSON.stringify(await world.thunderbird.consoleMessages());
    await world.thunderbird.restart();
    const forms = [PASSPHRASE, OTHER].flatMap((passphrase) => [
      Buffer.from(passphrase, "utf8"),
      Buffer.from(passphrase, "utf16le"),
      Buffer.from(Buffer.from(passphrase).toString("base64").slice(0, 40)),
    ]);
    const files = await filesBelow(world.thunderbird.profile);
    expect(files.some((file) => file.endsWith("logins.json"))).toBe(true);
    for (const file of files) {
      const bytes = await readFile(path.join(world.thunderbird.profile, file)).catch(() => null);
      for (const form of forms) expect(bytes?.includes(form) ?? false, file).toBe(false);
    }
    for (const passphrase of [PASSPHRASE, OTHER]) {
      expect(messages).not.toContain(passphrase);
      const { text } = await world.run("diagnostics.report", {});
      expect(text).not.toContain(passphrase);
    }
  }, 180_000);

  test("Thunderbird's console has no error of ours", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
