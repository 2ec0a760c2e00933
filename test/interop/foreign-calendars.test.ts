/** A folder of .ics files that `plakar backup` saved, seen and restored by us as calendars. */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { calendarOf, eventText, serviceOver, work } from "../support/backup-fixture.ts";
import { MemoryFolder } from "../support/memory-folder.ts";
import { NodeStorage } from "../support/node-storage.ts";
import { describePlakar, PlakarHome } from "../support/plakar.ts";

const files: Readonly<Record<string, string>> = {
  "work/a.ics": eventText("a", "Planning"),
  "work/Grüße 🗓️.ics": eventText("b", "Grüße"),
  "anna@dav.example/private/c.ics": eventText("c", "Dentist"),
  "anna@dav.example/private/photo.jpg": "no calendar",
  "notes.txt": "no calendar",
};

describePlakar("a folder of .ics files backed up by plakar 1.1.4", () => {
  let plakar: PlakarHome;
  beforeEach(async () => {
    plakar = await PlakarHome.make();
    for (const [name, text] of Object.entries(files)) {
      const full = plakar.path("source", name);
      await mkdir(path.dirname(full), { recursive: true });
      await writeFile(full, text);
    }
  });
  afterEach(() => plakar.remove());

  test("is browsed as calendars, restored byte for byte, and joined by our own backups", async () => {
    const location = plakar.path("store");
    await plakar.ok("at", location, "create", "-plaintext");
    await plakar.ok("at", location, "backup", plakar.path("source"));
    const folder = new MemoryFolder();
    const calendars = calendarOf(3);
    const service = serviceOver(new NodeStorage(location), calendars, folder);
    const [theirs] = await service.list({}, work());
    const snapshotId = theirs?.id ?? "";
    const browsed = await service.browse({ snapshotId }, work());
    expect(
      browsed.calendars.map(({ account, displayName, items }) => [account, displayName, items]),
    ).toEqual([
      ["anna@dav.example", "private", 1],
      ["source", "work", 2],
    ]);
    expect(browsed.ignoredFiles).toBe(2);
    const report = await service.restore(
      {
        snapshotId,
        selection: { all: true },
        target: { kind: "folder", directory: "/" },
        mode: "missing",
      },
      work(),
    );
    expect(report).toMatchObject({ created: 3, failed: [] });
    expect(folder.text("source/work/Grüße 🗓️.ics")).toBe(files["work/Grüße 🗓️.ics"]);
    expect(folder.text("anna@dav.example/private/c.ics")).toBe(
      files["anna@dav.example/private/c.ics"],
    );

    expect(await service.run({}, work())).toMatchObject({ items: 3, incomplete: [] });
    expect(await service.list({}, work())).toHaveLength(2);
    await plakar.ok("at", location, "check");
  });
});
