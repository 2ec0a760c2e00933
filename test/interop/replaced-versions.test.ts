/** Snapshots that hold replaced versions and name the profile that made them, used by the real plakar. */
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BackupService } from "../../src/background/backup/backup-service.ts";
import type { ReplacedVersion, ReplacedVersions } from "../../src/background/backup/ports.ts";
import { openStore } from "../../src/background/kloset/kloset.ts";
import { backupStoreIn } from "../support/backup-store-fixture.ts";
import { eventText } from "../support/event-text.ts";
import { MemoryCalendars } from "../support/memory-calendars.ts";
import { NodeStorage } from "../support/node-storage.ts";
import { describePlakar, PlakarHome } from "../support/plakar.ts";
import { filesBelow, removeLocks } from "../support/plakar-store.ts";

const work = () => ({ signal: new AbortController().signal, onProgress: () => {} });
const REPLACED_AT = Date.UTC(2026, 2, 3, 4, 5, 6);
const FOLDER = "/replaced/me@here/work";

/** As the item store keeps them: until a snapshot holds them, and again when that one is gone. */
class KeptVersions implements ReplacedVersions {
  readonly rows: (ReplacedVersion & { savedIn: string | null })[] = [];

  gone = async () => [];

  async read(
    _calendar: unknown,
    onPage: (page: readonly ReplacedVersion[]) => Promise<void>,
  ): Promise<void> {
    await onPage(this.rows.filter(({ savedIn }) => savedIn === null));
  }

  async markSaved(_calendar: unknown, ids: readonly number[], snapshotId: string): Promise<void> {
    for (const row of this.rows) if (ids.includes(row.id)) row.savedIn = snapshotId;
  }

  async settleSaved(snapshotIds: readonly string[]): Promise<void> {
    for (const row of this.rows) if (!snapshotIds.includes(row.savedIn ?? "")) row.savedIn = null;
  }

  async unmarkSaved(snapshotIds?: readonly string[]): Promise<void> {
    for (const row of this.rows)
      if (snapshotIds?.includes(row.savedIn ?? "") !== false) row.savedIn = null;
  }
}

describePlakar("replaced versions in a snapshot of ours, in plakar 1.1.4", () => {
  let plakar: PlakarHome;
  let location: string;
  let calendars: MemoryCalendars;
  let versions: KeptVersions;
  let service: BackupService;

  const text = (uid: string) => eventText(uid, { SUMMARY: `Vorher: Frühstück ☕ ${uid}` });

  beforeEach(async () => {
    plakar = await PlakarHome.make();
    location = plakar.path("store");
    versions = new KeptVersions();
    calendars = new MemoryCalendars();
    calendars.add({ calendarId: "work", account: "me@here", collection: "work", own: true });
    service = new BackupService({
      store: backupStoreIn(() => new NodeStorage(location)),
      openFolder: () => Promise.reject(new Error("not used")),
      environment: async () => ({ profileName: "test", hostname: "here", instance: "profile-7" }),
      calendars,
      maker: calendars,
      replaced: versions,
    });
    for (const [id, uid] of [
      [4, "a"],
      [11, "b"],
    ] as const) {
      calendars.put("work", `${uid}.ics`, eventText(uid, { SUMMARY: "Now" }));
      const name = `${uid}.ics`;
      versions.rows.push({ id, name, text: text(uid), replacedAt: REPLACED_AT, savedIn: null });
    }
  });

  afterEach(() => plakar.remove());

  const backUp = async () => (await service.run({}, work())).snapshotId;
  const pathsIn = async (snapshotId: string) =>
    (await plakar.ok("at", location, "ls", "-recursive", snapshotId))
      .toString()
      .trimEnd()
      .split("\n")
      .map((line) => line.slice(line.indexOf(" /") + 1));
  const replacedIn = async (snapshotId: string) =>
    (await pathsIn(snapshotId)).filter((one) => one.startsWith(`${FOLDER}/`)).sort();

  const instancesIn = async (place: string) =>
    (await (await openStore(new NodeStorage(place))).listSnapshots()).map(({ context }) =>
      context.get("Instance"),
    );

  test("are listed, pass its check, and are restored byte for byte with the time they were replaced", async () => {
    const snapshotId = await backUp();
    expect(await instancesIn(location)).toEqual(["profile-7"]);
    expect((await plakar.ok("at", location, "ls")).toString()).toContain(snapshotId.slice(0, 8));
    expect(await replacedIn(snapshotId)).toEqual([`${FOLDER}/11-b.ics`, `${FOLDER}/4-a.ics`]);
    await plakar.ok("at", location, "check", "-fast");
    await plakar.ok("at", location, "check");
    const out = plakar.path("out");
    await plakar.ok("at", location, "restore", "-to", out, `${snapshotId}:${FOLDER}`);
    const files = await filesBelow(out);
    expect(new Set(files)).toEqual(new Set(["/11-b.ics", "/4-a.ics"]));
    for (const file of files) {
      const uid = path.basename(file, ".ics").slice(-1);
      const bytes = await readFile(path.join(out, file));
      expect(Buffer.compare(bytes, Buffer.from(text(uid))), file).toBe(0);
      expect((await stat(path.join(out, file))).mtimeMs).toBe(REPLACED_AT);
    }
  });

  test("and the profile's mark come along where plakar copies the snapshot", async () => {
    await backUp();
    const copy = plakar.path("copy");
    await plakar.ok("at", copy, "create", "-plaintext");
    await plakar.ok("at", location, "sync", "to", copy);
    await plakar.ok("at", copy, "check");
    expect(await instancesIn(copy)).toEqual(["profile-7"]);
    const [copied] = await (await openStore(new NodeStorage(copy))).listSnapshots();
    const bytes = await plakar.ok("at", copy, "cat", `${copied?.id ?? ""}:${FOLDER}/4-a.ics`);
    expect(Buffer.compare(bytes, Buffer.from(text("a")))).toBe(0);
  });

  test("of a snapshot that plakar removed are in our next one, and in no later one", async () => {
    const first = await backUp();
    const second = await backUp();
    expect(await replacedIn(second)).toEqual([]);
    await plakar.ok("at", location, "rm", "-apply", first.slice(0, 12));
    await removeLocks(location);
    const third = await backUp();
    expect(await replacedIn(third)).toEqual([`${FOLDER}/11-b.ics`, `${FOLDER}/4-a.ics`]);
    const bytes = await plakar.ok("at", location, "cat", `${third}:${FOLDER}/4-a.ics`);
    expect(Buffer.compare(bytes, Buffer.from(text("a")))).toBe(0);
    expect(versions.rows.map(({ savedIn }) => savedIn)).toEqual([third, third]);
    expect(await replacedIn(await backUp())).toEqual([]);
    await plakar.ok("at", location, "check");
  });
});
