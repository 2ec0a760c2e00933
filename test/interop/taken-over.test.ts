/** Snapshots whose calendars were taken over from an earlier one, in the real plakar. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BackupService } from "../../src/background/backup/backup-service.ts";
import type { BackupStore } from "../../src/background/backup/backup-store.ts";
import { createStore, openStore } from "../../src/background/kloset/kloset.ts";
import { backupStoreIn } from "../support/backup-store-fixture.ts";
import { eventText } from "../support/event-text.ts";
import { MemoryCalendars } from "../support/memory-calendars.ts";
import { NodeStorage } from "../support/node-storage.ts";
import { passphraseKeys } from "../support/passphrase-keys.ts";
import { describePlakar, PlakarHome } from "../support/plakar.ts";
import { filesBelow, removeLocks } from "../support/plakar-store.ts";

const work = () => ({ signal: new AbortController().signal, onProgress: () => {} });
const PASSPHRASE = "correct horse battery staple and a green meadow";
const ITEMS = 300;

describePlakar("calendars that were taken over, in plakar 1.1.4", () => {
  let plakar: PlakarHome;
  let location: string;
  let calendars: MemoryCalendars;

  beforeEach(async () => {
    calendars = new MemoryCalendars();
    for (const calendarId of ["club", "team", "work"]) {
      calendars.add({ calendarId, account: "me@here", collection: calendarId, own: true });
      for (let n = 0; n < ITEMS; n++)
        calendars.put(
          calendarId,
          `${n}.ics`,
          eventText(`${calendarId}-${n}`, { SUMMARY: `Event ${n}` }),
        );
    }
    calendars.editUnsent("7.ics", eventText("unsent", { SUMMARY: "Not sent yet" }));
  });

  afterEach(() => plakar.remove());

  /** The store is made by its first use where there is no passphrase. */
  async function start(passphrase?: string): Promise<BackupService> {
    plakar = await PlakarHome.make(passphrase);
    location = plakar.path("store");
    const storage = new NodeStorage(location);
    const keys = passphrase === undefined ? undefined : passphraseKeys(passphrase);
    if (keys) await createStore(storage, { keys });
    const encrypted = {
      openOrCreate: () => openStore(storage, { keys: keys as never, unread: true }),
    };
    return new BackupService({
      store: (keys ? encrypted : backupStoreIn(() => storage)) as BackupStore,
      openFolder: () => Promise.reject(new Error("not used")),
      environment: async () => ({ profileName: "test", hostname: "here", version: "1" }),
      calendars,
      maker: calendars,
    });
  }

  async function backUp(service: BackupService): Promise<{ id: string; read: string[] }> {
    calendars.reads.length = 0;
    const { snapshotId } = await service.run({}, work());
    return { id: snapshotId, read: [...calendars.reads] };
  }

  /** What `snapshotId` gives back is what the calendars hold. */
  async function expectRestored(snapshotId: string, at = location): Promise<void> {
    const out = plakar.path(`out-${snapshotId.slice(0, 8)}-${path.basename(at)}`);
    await plakar.ok("at", at, "restore", "-to", out, snapshotId);
    const wanted = new Map<string, string>();
    for (const calendarId of ["club", "team", "work"]) {
      for (const [name, text] of calendars.texts(calendarId))
        wanted.set(`/calendars/me@here/${calendarId}/${name}`, text);
      wanted.set(
        `/pending/me@here/${calendarId}/7.ics`,
        eventText("unsent", { SUMMARY: "Not sent yet" }),
      );
    }
    const restored = (await filesBelow(out)).filter((file) => !file.startsWith("/manifest/"));
    expect(new Set(restored)).toEqual(new Set(wanted.keys()));
    for (const [file, text] of wanted)
      expect(await readFile(path.join(out, file), "utf8"), file).toBe(text);
  }

  test.each([
    ["without a passphrase", undefined],
    ["with a passphrase", PASSPHRASE],
  ])("%s: ls, check, cat, diff, locate and restore", async (_, passphrase) => {
    const service = await start(passphrase);
    const first = await backUp(service);
    const same = await backUp(service);
    expect(same.read).toEqual([]);
    await expectRestored(same.id);
    calendars.put("team", "9.ics", eventText("team-9", { SUMMARY: "Changed" }));
    const changed = await backUp(service);
    expect(changed.read).toEqual(["team"]);
    await plakar.ok("at", location, "check");
    await plakar.ok("at", location, "check", "-fast");
    await expectRestored(changed.id);
    for (const { id } of [same, changed]) {
      const listing = (await plakar.ok("at", location, "ls", "-recursive", id)).toString();
      expect(listing.match(/\.ics$/gm)).toHaveLength(3 * ITEMS + 3);
      const listed = (
        await plakar.ok("at", location, "ls", `${id}:/calendars/me@here/work`)
      ).toString();
      expect(listed.trim().split("\n")).toHaveLength(ITEMS);
    }
    const file = "/calendars/me@here/team/9.ics";
    const cat = await plakar.ok("at", location, "cat", `${changed.id}:${file}`);
    expect(cat.toString()).toContain("Changed");
    const unchanged = await plakar.run("at", location, "diff", first.id, same.id);
    expect(unchanged.stdout.toString()).not.toContain(".ics");
    const located = (await plakar.ok("at", location, "locate", "9.ics")).toString();
    for (const { id } of [first, same, changed])
      expect(located).toContain(`${id.slice(0, 8)}:/calendars/me@here/work/9.ics`);
  });

  test("is copied elsewhere, and stands when the snapshot it was taken over from is removed and its space freed", async () => {
    const service = await start();
    const first = await backUp(service);
    calendars.put("club", "1.ics", eventText("club-1", { SUMMARY: "Changed" }));
    const second = await backUp(service);
    expect(second.read).toEqual(["club"]);
    await removeLocks(location);
    await plakar.ok("at", location, "rm", "-apply", first.id.slice(0, 8));
    await removeLocks(location);
    plakar.environment = { PLAKAR_GRACEPERIOD: "1ms" };
    await plakar.ok("at", location, "maintenance");
    await removeLocks(location);
    await plakar.ok("at", location, "maintenance");
    await removeLocks(location);
    await plakar.ok("at", location, "check");
    await expectRestored(second.id);
    const third = await backUp(service);
    await plakar.ok("at", location, "check");
    await expectRestored(third.id);
    const fourth = await backUp(service);
    expect(fourth.read).toEqual([]);
    const copy = plakar.path("copy");
    await plakar.ok("at", copy, "create", "-plaintext");
    await removeLocks(location);
    await plakar.ok("at", location, "sync", fourth.id, "to", copy);
    await plakar.ok("at", copy, "check");
    await expectRestored(fourth.id, copy);
  });
});
