/**
 * Backups on a network drive that stalls, mounted by FUSE: it is said, Cancel works, Thunderbird itself goes on and can be
 * ended, nothing that was saved suffers, and once the drive is back everything is as before.
 */
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventText } from "../support/event-text.ts";
import { startWorld, type World } from "../support/keeper-world.ts";
import { OptionsUser } from "../support/options-user.ts";
import { PlakarHome } from "../support/plakar.ts";
import { beginCommand } from "../support/sign-in-window.ts";
import { StallingDrive, whyNoStallingDrive } from "../support/stalling-drive.ts";

const why = whyNoStallingDrive();
if (why !== null && process.env.KEEPER_REQUIRE_ALL === "1")
  test("a drive that stalls can be mounted", () => {
    throw new Error(why);
  });

const event = (uid: string) => ({ name: `${uid}.ics`, text: eventText(uid, { SUMMARY: uid }) });

const name = why === null ? "a drive that stalls" : `a drive that stalls [skipped: ${why}]`;

describe.skipIf(why !== null)(name, { timeout: 240_000 }, () => {
  let folder: string;
  let drive: StallingDrive;
  let store: string;
  let world: World;
  let user: OptionsUser;
  let url: string;
  let changes = 0;

  const change = async (): Promise<void> => {
    const { name, text } = event(`change-${changes++}`);
    await world.server.put(new URL(name, url).href, text);
    await world.run("sync.run", {});
  };
  const resting = () =>
    world.thunderbird.waitFor(
      async () => (await world.run("operations.list", {})).length === 0,
      "all work ended",
      60_000,
    );
  const snapshots = async () => (await world.run("snapshots.list", {})).map(({ id }) => id);
  /** Another program's word on all of them. */
  const expectWhole = async (): Promise<void> => {
    const home = await PlakarHome.make();
    try {
      const { code, stderr } = await home.run("at", path.join(drive.files, "store"), "check");
      expect(code, stderr).toBe(0);
    } finally {
      await home.remove();
    }
  };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "keeper-stalled-"));
    drive = await StallingDrive.mount(folder);
    store = path.join(drive.directory, "store");
    await mkdir(store);
    world = await startWorld({
      calendars: { Work: Array.from({ length: 60 }, (_, n) => event(`event-${n}`)) },
      launch: { prefs: { "extensions.caldav-keeper.places": JSON.stringify([store]) } },
    });
    ({ url } = world.calendars.Work as { url: string });
    await world.run("sync.run", {});
    await world.run("backup.configure", { directory: store, passphrase: null });
    await world.run("backup.run", {});
  });
  afterAll(async () => {
    await drive.letGo();
    await world.stop();
    await drive.unmount();
    await rm(folder, { recursive: true, force: true });
  });

  test.each(["write", "all"] as const)(
    "in the middle of a backup (what hangs: %s): Thunderbird answers, Cancel ends it, the next one is whole",
    async (kinds) => {
      const before = await snapshots();
      await change();
      user = await OptionsUser.open(world.thunderbird, `options/options.html?${kinds}#backups`);
      await user.see("Last backup");
      await drive.stall(kinds);
      await user.press("Back up now");
      await drive.reached();
      await user.see(/does not answer. Waiting for it …[\s\S]*Cancel/);
      // The main thread and the background page.
      expect(await world.thunderbird.chrome<number>("return 1;")).toBe(1);
      expect(await world.run("accounts.list", {})).toHaveLength(1);
      await change();
      await user.press("Cancel");
      await user.see("The backup was cancelled. Earlier snapshots are untouched.");
      await resting();
      await drive.letGo();
      await user.press("Back up now");
      await world.thunderbird.waitFor(
        async () => (await snapshots()).length === before.length + 1,
        "the snapshot",
        60_000,
      );
      await resting();
      expect(await snapshots()).toEqual(expect.arrayContaining(before));
      await expectWhole();
      await user.close();
    },
  );

  test.each(["all", "statfs"] as const)(
    "that is silent (to: %s) holds up neither the page nor Thunderbird",
    async (kinds) => {
      await drive.stall(kinds);
      user = await OptionsUser.open(
        world.thunderbird,
        `options/options.html?silent=${kinds}#backups`,
      );
      await user.see("Last backup");
      await user.press("Accounts");
      await user.see("Work");
      expect(await world.thunderbird.chrome<number>("return 1;")).toBe(1);
      await drive.letGo();
      await user.close();
    },
  );

  test("does not keep Thunderbird from ending, and after that everything is there", async () => {
    const before = await snapshots();
    const { thunderbird } = world;
    await change();
    await drive.stall("write");
    await beginCommand(thunderbird, "backup.run", {});
    await drive.reached();
    // Gecko's own watchdog ends what does not end by itself after this time; by default a minute.
    await thunderbird
      .chrome(
        `Services.prefs.setIntPref("toolkit.asyncshutdown.crash_timeout", 3000);
         Services.startup.quit(Ci.nsIAppStartup.eForceQuit);`,
      )
      .catch(() => {});
    await thunderbird.waitFor(() => isEnding(thunderbird.pid), "Thunderbird to end", 90_000);
    // The kernel keeps what is left of the process until FUSE has answered.
    await drive.letGo();
    await thunderbird.ended;
    await thunderbird.restart();
    await world.run("backup.run", {});
    expect(await snapshots()).toEqual(expect.arrayContaining(before));
    await expectWhole();
  });
});

/** True once its main thread is no longer: the kernel has taken the process down. */
async function isEnding(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/task/${pid}/status`, "utf8").catch(() => "");
  return !/^State:\s+[RSD]/m.test(status);
}
