/** Snapshots that another program made of a folder of .ics files: seen and restored as calendars. */
import { describe, expect, test } from "vitest";
import type { BackupService } from "../../../src/background/backup/backup-service.ts";
import { openStore } from "../../../src/background/kloset/kloset.ts";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import {
  calendarOf,
  eventText,
  serviceOver,
  storeOfSmallPackfiles,
  work,
} from "../../support/backup-fixture.ts";
import { MemoryFolder } from "../../support/memory-folder.ts";

/** As `plakar backup DIRECTORY` records it: absolute paths, the directory as the importer's. */
async function foreignSnapshot(
  directory: string,
  files: readonly string[],
): Promise<{ service: BackupService; folder: MemoryFolder; snapshotId: string }> {
  const storage = new MemoryStorage();
  await storeOfSmallPackfiles(storage);
  const store = await openStore(storage);
  const writer = await store.startSnapshot({ type: "fs", origin: "desk", directory });
  for (const path of files) {
    const bytes = new TextEncoder().encode(eventText(path, `Event ${path}`));
    await writer.addFile({ path, bytes, modifiedMs: 1_760_000_000_000 });
  }
  const { snapshotId } = await writer.commit();
  const folder = new MemoryFolder();
  return { service: serviceOver(storage, calendarOf(0), folder), folder, snapshotId };
}

async function calendarsOf(service: BackupService, snapshotId: string) {
  const { calendars, ignoredFiles } = await service.browse({ snapshotId }, work());
  return {
    calendars: calendars.map(({ path, displayName, items }) => [path, displayName, items]),
    ignoredFiles,
  };
}

test("each folder of .ics files is a calendar, other files are counted", async () => {
  const { service, snapshotId } = await foreignSnapshot("/home/anna/cal", [
    "/home/anna/cal/work/a.ics",
    "/home/anna/cal/work/b.ICS",
    "/home/anna/cal/work/notes.txt",
    "/home/anna/cal/me@host/Büro/c.ics",
    "/home/anna/cal/top.ics",
    "/home/anna/cal/photos/sea.jpg",
    "/home/anna/cal/photos/.ics",
  ]);
  expect(await calendarsOf(service, snapshotId)).toEqual({
    calendars: [
      ["/calendars/cal/cal", "cal", 1],
      ["/calendars/cal/work", "work", 2],
      ["/calendars/me@host/Büro", "Büro", 1],
    ],
    ignoredFiles: 3,
  });
});

test("a flat collection at the root, as plakar's CalDAV connector saves it, is one calendar", async () => {
  const { service, snapshotId } = await foreignSnapshot("/", ["/1.ics", "/2.ics"]);
  expect(await calendarsOf(service, snapshotId)).toEqual({
    calendars: [["/calendars/desk/desk", "desk", 2]],
    ignoredFiles: 0,
  });
});

test("its items are listed, searched and restored into a folder byte for byte", async () => {
  const { service, folder, snapshotId } = await foreignSnapshot("/srv/cal", [
    "/srv/cal/work/a.ics",
    "/srv/cal/work/B.ICS",
    "/srv/cal/work/readme.md",
    "/srv/cal/home/c.ics",
  ]);
  const calendar = "/calendars/cal/work";
  const { items } = await service.browse({ snapshotId, calendar, text: "b.ics" }, work());
  expect(items).toMatchObject([{ path: `${calendar}/B.ics`, uid: "/srv/cal/work/B.ICS" }]);

  const restore = (selection: { all: true } | { items: string[] }) =>
    service.restore(
      { snapshotId, selection, target: { kind: "folder", directory: "/out" }, mode: "missing" },
      work(),
    );
  expect(await restore({ items: [`${calendar}/B.ics`] })).toMatchObject({ created: 1, failed: [] });
  expect(await restore({ all: true })).toMatchObject({ created: 2, unchanged: 1, failed: [] });
  const expected = eventText("/srv/cal/work/B.ICS", "Event /srv/cal/work/B.ICS");
  expect(folder.text("cal/work/B.ics")).toBe(expected);
  expect(folder.paths()).toEqual(["cal/home/c.ics", "cal/work/B.ics", "cal/work/a.ics"]);
});

describe("odd trees", () => {
  test("folders and files of one name stay apart", async () => {
    const { service, folder, snapshotId } = await foreignSnapshot("/d", [
      "/d/one/x/work/a.ics",
      "/d/two/x/work/a.ics",
      "/d/two/x/work/a.ICS",
      "/d/odd/con/..name/a:b.ics",
    ]);
    const report = await service.restore(
      {
        snapshotId,
        selection: { all: true },
        target: { kind: "folder", directory: "/out" },
        mode: "missing",
      },
      work(),
    );
    expect(report).toMatchObject({ created: 4, failed: [] });
    expect(folder.paths()).toEqual([
      "_con/_name/a_b.ics",
      "x/work/a.ics",
      "x/work~2/a.ics",
      "x/work~2/a~2.ics",
    ]);
  });

  test("a snapshot without any .ics file is refused with the way out", async () => {
    const { service, snapshotId } = await foreignSnapshot("/d", ["/d/a.txt"]);
    await expect(service.browse({ snapshotId }, work())).rejects.toMatchObject({
      code: "unsupported",
      hint: expect.stringContaining("plakar"),
    });
  });
});
