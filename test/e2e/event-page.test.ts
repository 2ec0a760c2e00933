/** The background page may be stopped at any time: what wakes it, and that work in progress is not cut off. */
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleCalendar } from "../../scripts/sample-calendar.ts";
import {
  type CaldavTestServer,
  startCaldavTestServer,
} from "../support/caldav-test-server/server.ts";
import { startWorld, type World } from "../support/keeper-world.ts";

const SAMPLE = sampleCalendar({ items: 300, seed: 3 });

describe("with an idle timeout of two seconds", () => {
  let server: CaldavTestServer;
  let world: World;
  let work: { id: string; url: string };

  const stopped = () =>
    world.thunderbird.waitFor(
      () =>
        world.thunderbird.chrome<boolean>(
          `const { ExtensionParent } = ChromeUtils.importESModule("resource://gre/modules/ExtensionParent.sys.mjs");
           return ExtensionParent.GlobalManager.getExtension("caldav-keeper@caldav-keeper.github.io").backgroundState === "stopped";`,
        ),
      "the background page to be stopped by its idle timeout",
    );
  const serverHas = (part: string) =>
    world.thunderbird.waitFor(async () => {
      for (const name of await server.list(work.url)) {
        if ((await server.get(new URL(name, work.url).href))?.includes(part)) return true;
      }
      return false;
    }, `the server to hold ${part}`);

  beforeAll(async () => {
    server = await startCaldavTestServer();
    world = await startWorld({
      server: async () => server,
      calendars: { work: SAMPLE },
      launch: { prefs: { "extensions.background.idle.timeout": 2000 } },
    });
    work = world.calendars.work as { id: string; url: string };
    await world.run("sync.run", {});
    await world.run("backup.configure", {
      directory: path.join(world.folder, "store"),
      passphrase: null,
    });
  });
  afterAll(() => world.stop());

  test("an item created in the calendar wakes it and is sent", async () => {
    await stopped();
    await world.user.add(
      work.id,
      "BEGIN:VEVENT\r\nUID:wake@test\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260610T100000Z\r\nDTEND:20260610T110000Z\r\nSUMMARY:Woke it\r\nEND:VEVENT\r\n",
    );
    await serverHas("SUMMARY:Woke it");
  });

  test("a sync much longer than the timeout ends well", async () => {
    await stopped();
    await server.put(
      new URL("slow.ics", work.url).href,
      SAMPLE[0]?.text.replace(/UID:[^\r\n]*/g, "UID:slow@test") as string,
    );
    const lift = server.fail({ kind: "slow", ms: 4000 });
    await world.user.synchronize(work.id);
    await world.thunderbird.waitFor(
      () => world.user.item(work.id, "slow@test"),
      "the slow event",
      60_000,
    );
    lift();
  });

  test("a due poll wakes it", async () => {
    await stopped();
    await server.put(
      new URL("due.ics", work.url).href,
      SAMPLE[0]?.text.replace(/UID:[^\r\n]*/g, "UID:due@test") as string,
    );
    await world.user.setProperty(work.id, "refreshInterval", "1");
    await world.thunderbird.waitFor(
      () => world.user.item(work.id, "due@test"),
      "the poll",
      100_000,
    );
    await world.user.setProperty(work.id, "refreshInterval", "30");
  });

  test("the toolbar button wakes it and its backup ends well", async () => {
    await stopped();
    await world.user.clickToolbarButton();
    await world.thunderbird.waitFor(
      async () => (await world.run("snapshots.list", {})).length === 1,
      "the snapshot",
    );
  });

  test("Thunderbird's console has no error of ours", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
