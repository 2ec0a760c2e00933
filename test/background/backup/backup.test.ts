/** Backups and restores over a real Kloset store in memory and calendars in memory: what ends up where. */
import { beforeEach, describe, expect, test } from "vitest";
import { BackupService } from "../../../src/background/backup/backup-service.ts";
import { createStore } from "../../../src/background/kloset/kloset.ts";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import type { RestoreMode } from "../../../src/shared/commands.ts";
import { AppError, isAppError } from "../../../src/shared/errors.ts";
import { backupStoreIn } from "../../support/backup-store-fixture.ts";
import { MemoryCalendars } from "../../support/memory-calendars.ts";

const event = (uid: string, summary: string, extra = "") =>
  [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//test//EN",
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20260101T000000Z",
    "DTSTART:20260103T090000Z",
    `SUMMARY:${summary}`,
    ...(extra === "" ? [] : [extra]),
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");

const byName = (a: string, b: string) => (a < b ? -1 : 1);

const work = () => ({ signal: new AbortController().signal, onProgress: () => {} });

let storage: MemoryStorage;
let calendars: MemoryCalendars;
let folder: Map<string, Uint8Array>;
let refusedFiles: Map<string, AppError>;
let service: BackupService;
let stored: boolean;
let instance: string;

beforeEach(() => {
  storage = new MemoryStorage();
  calendars = new MemoryCalendars();
  instance = "here";
  folder = new Map();
  refusedFiles = new Map();
  stored = false;
  service = new BackupService({
    store: backupStoreIn(() => storage, { expectsStore: () => stored }),
    openFolder: async () => ({
      createAll: async (files) => {
        for (const { path, bytes } of files) {
          const refusal = refusedFiles.get(path);
          if (refusal) throw refusal;
          if (folder.has(path)) throw new AppError("file-exists", "It is there.");
          folder.set(path, bytes);
        }
      },
      readAll: async (paths) => paths.map((path) => folder.get(path)),
    }),
    environment: async () => ({ profileName: "test", hostname: "here", instance }),
    calendars,
    maker: calendars,
  });
  calendars.add({
    calendarId: "work",
    account: "me@cal.example.org",
    collection: "work",
    own: true,
  });
  calendars.add({ calendarId: "home", account: "local", collection: "Home", own: false });
});

async function restore(snapshotId: string, mode: RestoreMode, dryRun = false) {
  return service.restore(
    { snapshotId, selection: { all: true }, target: { kind: "original" }, mode, dryRun },
    work(),
  );
}

async function textsIn(snapshotId: string): Promise<Record<string, string>> {
  folder.clear();
  await service.restore(
    {
      snapshotId,
      selection: { all: true },
      target: { kind: "folder", directory: "/x" },
      mode: "missing",
    },
    work(),
  );
  return Object.fromEntries(
    [...folder].map(([path, bytes]) => [path, new TextDecoder().decode(bytes)]),
  );
}

describe("a backup", () => {
  test("holds every calendar, ours and local ones, byte for byte", async () => {
    const odd = `${event("ü", "Folded\r\n  line")}X-TRAILING:kept`;
    calendars.put("work", "ü 1.ics", odd);
    calendars.put("home", "b.ics", event("b", "Home"));
    const report = await service.run({}, work());
    expect(report).toMatchObject({
      calendars: 2,
      items: 2,
      added: 2,
      changed: 0,
      removed: 0,
      incomplete: [],
    });
    expect(await textsIn(report.snapshotId)).toEqual({
      "me@cal.example.org/work/ü 1.ics": odd,
      "local/Home/b.ics": event("b", "Home"),
    });
  });

  test("again with nothing changed adds no item and little to the store", async () => {
    for (let n = 0; n < 300; n++) calendars.put("work", `${n}.ics`, event(`${n}`, `Event ${n}`));
    const first = await service.run({}, work());
    const second = await service.run({}, work());
    expect(second).toMatchObject({ items: 300, added: 0, changed: 0, removed: 0 });
    expect(second.bytesWritten).toBeLessThan(first.bytesWritten / 2);
    expect(await service.list({}, work())).toHaveLength(2);
  });

  test("tells what was added, changed and removed since the one before", async () => {
    calendars.put("work", "a.ics", event("a", "A"));
    calendars.put("work", "b.ics", event("b", "B"));
    await service.run({}, work());
    calendars.put("work", "a.ics", event("a", "A2"));
    calendars.drop("work", "b.ics");
    calendars.put("work", "c.ics", event("c", "C"));
    expect(await service.run({}, work())).toMatchObject({ added: 1, changed: 1, removed: 1 });
  });

  test("carries an unreadable calendar forward, says so, and still saves the others", async () => {
    calendars.put("work", "a.ics", event("a", "A"));
    await service.run({}, work());
    calendars.put("home", "b.ics", event("b", "B"));
    calendars.failReading("work", new AppError("network", "The server did not answer."));
    const report = await service.run({}, work());
    expect(report.incomplete).toEqual([
      { calendar: "work", reason: expect.stringContaining("The server did not answer.") },
    ]);
    expect(Object.keys(await textsIn(report.snapshotId))).toEqual([
      "me@cal.example.org/work/a.ics",
      "local/Home/b.ics",
    ]);
    const { calendars: browsed } = await service.browse({ snapshotId: report.snapshotId }, work());
    expect(browsed.map(({ displayName, stale }) => [displayName, stale])).toEqual([
      ["work", true],
      ["Home", false],
    ]);
  });

  test("of one calendar hides from the next nothing that was saved of the others", async () => {
    calendars.put("work", "a.ics", event("a", "A"));
    calendars.put("home", "b.ics", event("b", "B"));
    await service.run({}, work());
    await service.run({ label: "part", calendarIds: ["home"] }, work());
    calendars.failReading("work", new AppError("network", "The server did not answer."));
    const report = await service.run({}, work());
    expect(report).toMatchObject({ items: 2, added: 0, changed: 0, removed: 0 });
    expect(Object.keys(await textsIn(report.snapshotId))).toEqual([
      "me@cal.example.org/work/a.ics",
      "local/Home/b.ics",
    ]);
  });

  test("carries forward nothing that another computer with a profile of this name saved", async () => {
    calendars.put("home", "mine.ics", event("mine", "Mine"));
    await service.run({}, work());
    instance = "there";
    calendars.drop("home", "mine.ics");
    calendars.put("home", "theirs.ics", event("theirs", "Theirs"));
    const theirs = await service.run({}, work());
    expect(theirs).toMatchObject({ added: 1, removed: 0 });
    instance = "here";
    calendars.failReading("home", new AppError("network", "It does not answer."));
    const report = await service.run({}, work());
    expect(Object.keys(await textsIn(report.snapshotId))).toEqual(["local/Home/mine.ics"]);
  });

  test("is made although the snapshot before is damaged", async () => {
    calendars.put("work", "a.ics", event("a", "A"));
    await service.run({}, work());
    const before = new Set(storage.files.keys());
    calendars.put("work", "b.ics", event("b", "B"));
    await service.run({}, work());
    // Its header, behind everything else, stays whole: the snapshot is listed, and cannot be walked.
    for (const [path, bytes] of storage.files) {
      if (path.startsWith("packfiles/") && !before.has(path)) bytes.fill(0xff, 16, 4_000);
    }
    expect(await service.list({}, work())).toHaveLength(2);
    calendars.put("work", "c.ics", event("c", "C"));
    const report = await service.run({}, work());
    expect(Object.keys(await textsIn(report.snapshotId))).toEqual(
      expect.arrayContaining(["me@cal.example.org/work/a.ics", "me@cal.example.org/work/c.ics"]),
    );
  });

  test("of a calendar that is not there is refused, not called done", async () => {
    await expect(service.run({ calendarIds: ["work", "nope"] }, work())).rejects.toMatchObject({
      code: "calendar-unknown",
    });
    expect(await service.list({}, work())).toEqual([]);
  });

  test("for the first time does not pretend to know how much there is", async () => {
    for (let n = 0; n < 300; n++) calendars.put("work", `${n}.ics`, event(`${n}`, `Event ${n}`));
    const totals: number[] = [];
    const first = { ...work(), onProgress: ({ total }: { total: number }) => totals.push(total) };
    await service.run({}, first);
    expect(new Set(totals)).toEqual(new Set([0]));
    totals.length = 0;
    await service.run({}, first);
    expect(new Set(totals)).toEqual(new Set([300]));
  });

  test("is whole enough to go on with when the server withholds an event that was never here", async () => {
    calendars.put("work", "a.ics", event("a", "A"));
    calendars.withhold("poisoned.ics");
    expect((await service.run({}, work())).incomplete).toHaveLength(1);
    await service.runBefore(["work"], "Before many removals", work());
    calendars.failReading("work", new AppError("network", "The server did not answer."));
    await expect(service.runBefore(["work"], "Before many removals", work())).rejects.toSatisfy(
      (error) => isAppError(error, "backup-incomplete"),
    );
  });

  test("says that a calendar is empty all of a sudden", async () => {
    calendars.put("work", "a.ics", event("a", "A"));
    await service.run({}, work());
    calendars.drop("work", "a.ics");
    expect((await service.run({}, work())).incomplete).toHaveLength(1);
  });

  test("keeps a calendar's folder when it is renamed and a namesake arrives", async () => {
    calendars.put("home", "a.ics", event("a", "A"));
    await service.run({}, work());
    calendars.rename("home", "Private");
    calendars.add({ calendarId: "new", account: "local", collection: "Home", own: false });
    calendars.put("new", "n.ics", event("n", "N"));
    const report = await service.run({}, work());
    expect(Object.keys(await textsIn(report.snapshotId)).sort(byName)).toEqual([
      "local/Home/a.ics",
      "local/Home~2/n.ics",
    ]);
    expect(report).toMatchObject({ added: 1, changed: 0, removed: 0 });
  });

  test("a store that was there and is gone is not silently begun anew", async () => {
    stored = true;
    await expect(service.run({}, work())).rejects.toSatisfy((error) =>
      isAppError(error, "store-missing"),
    );
    await expect(service.list({}, work())).rejects.toSatisfy((error) =>
      isAppError(error, "store-missing"),
    );
    expect(storage.files.size).toBe(0);
  });

  test("cancelled leaves no snapshot", async () => {
    calendars.put("work", "a.ics", event("a", "A"));
    await service.run({}, work());
    const abort = new AbortController();
    calendars.onRead(() => abort.abort());
    calendars.put("work", "b.ics", event("b", "B"));
    await expect(service.run({}, { signal: abort.signal, onProgress: () => {} })).rejects.toThrow();
    expect(await service.list({}, work())).toHaveLength(1);
    expect((await service.check({}, work())).ok).toBe(true);
  });
});

describe("a restore to the calendars", () => {
  const names = (calendar: string) => [...calendars.texts(calendar).keys()].sort(byName);

  test("brings back what was deleted and changed, and takes a snapshot before", async () => {
    calendars.put("work", "a.ics", event("a", "A"));
    calendars.put("work", "b.ics", event("b", "B"));
    const { snapshotId } = await service.run({}, work());
    calendars.put("work", "a.ics", event("a", "changed"));
    calendars.drop("work", "b.ics");
    const report = await restore(snapshotId, "older");
    expect(report).toMatchObject({ created: 1, updated: 1, removed: 0, failed: [] });
    expect(calendars.texts("work").get("a.ics")).toBe(event("a", "A"));
    expect(calendars.texts("work").get("b.ics")).toBe(event("b", "B"));
    const saved = await textsIn(report.safetySnapshotId as string);
    expect(saved["me@cal.example.org/work/a.ics"]).toBe(event("a", "changed"));
  });

  test.each(["missing", "older", "exact"] as const)(
    "%s: an event whose deletion was not sent yet is brought back",
    async (mode) => {
      calendars.put("work", "a.ics", event("a", "A"));
      calendars.put("work", "b.ics", event("b", "B"));
      const { snapshotId } = await service.run({}, work());
      calendars.deleteUnsent("a.ics");
      expect(await restore(snapshotId, mode)).toMatchObject({
        created: 1,
        unchanged: 1,
        removed: 0,
        failed: [],
      });
      expect(calendars.isDeletedUnsent("a.ics")).toBe(false);
    },
  );

  test("a dry run says the same and touches nothing", async () => {
    const invitation = event(
      "a",
      "A",
      "ORGANIZER:mailto:me@example.org\r\nATTENDEE:mailto:you@example.org",
    );
    calendars.put("work", "a.ics", invitation);
    const { snapshotId } = await service.run({}, work());
    calendars.drop("work", "a.ics");
    const preview = await restore(snapshotId, "missing", true);
    expect(preview).toMatchObject({
      created: 1,
      notifies: ["you@example.org"],
      safetySnapshotId: null,
    });
    expect(names("work")).toEqual([]);
    expect(await service.list({}, work())).toHaveLength(1);
  });

  test("exact removes what came later", async () => {
    calendars.put("work", "a.ics", event("a", "A"));
    const { snapshotId } = await service.run({}, work());
    calendars.put("work", "later.ics", event("later", "L"));
    expect(await restore(snapshotId, "exact")).toMatchObject({
      removed: 1,
      unchanged: 1,
      failed: [],
    });
    expect(names("work")).toEqual(["a.ics"]);
  });

  test("each item that did not make it is named with its reason", async () => {
    calendars.put("work", "a.ics", event("a", "A"));
    calendars.put("work", "b.ics", event("b", "B"));
    const { snapshotId } = await service.run({}, work());
    calendars.drop("work", "a.ics");
    calendars.drop("work", "b.ics");
    calendars.refuseWrite("b.ics", new AppError("quota-exceeded", "The server has no space left."));
    const report = await restore(snapshotId, "missing");
    expect(report.created).toBe(1);
    expect(report.failed).toEqual([
      expect.objectContaining({
        item: "/calendars/me@cal.example.org/work/b.ics",
        code: "quota-exceeded",
      }),
    ]);
  });

  test("a write that the server turned into something else is found by reading it back", async () => {
    calendars.put("work", "a.ics", event("a", "A"));
    const { snapshotId } = await service.run({}, work());
    calendars.drop("work", "a.ics");
    calendars.rewrite((text) => text.replace("SUMMARY:A", "SUMMARY:censored"));
    expect((await restore(snapshotId, "missing")).failed).toEqual([
      expect.objectContaining({
        code: "restore-incomplete",
        message: expect.stringContaining("SUMMARY"),
      }),
    ]);
  });

  test("a calendar that is gone or read-only is refused before anything is touched", async () => {
    calendars.put("work", "a.ics", event("a", "A"));
    calendars.put("home", "b.ics", event("b", "B"));
    const { snapshotId } = await service.run({}, work());
    calendars.drop("work", "a.ics");
    calendars.setReadOnly("work");
    calendars.forget("home");
    const report = await restore(snapshotId, "missing");
    expect(report.failed.map(({ code }) => code).sort()).toEqual(["calendar-unknown", "read-only"]);
    expect(names("work")).toEqual([]);
  });
});

test("a restore to a folder never writes over another file", async () => {
  calendars.put("work", "a.ics", event("a", "A"));
  const { snapshotId } = await service.run({}, work());
  folder.set("me@cal.example.org/work/a.ics", new TextEncoder().encode("mine"));
  const report = await service.restore(
    {
      snapshotId,
      selection: { all: true },
      target: { kind: "folder", directory: "/x" },
      mode: "missing",
    },
    work(),
  );
  expect(report).toMatchObject({ created: 0, failed: [{ code: "file-exists" }] });
  expect(new TextDecoder().decode(folder.get("me@cal.example.org/work/a.ics"))).toBe("mine");
});

test("browsing finds items by words and dates", async () => {
  calendars.put("work", "a.ics", event("a", "Dentist"));
  calendars.put("work", "b.ics", event("b", "Concert"));
  const { snapshotId } = await service.run({}, work());
  const calendar = "/calendars/me@cal.example.org/work";
  const found = await service.browse({ snapshotId, calendar, text: "dent" }, work());
  expect(found.items.map(({ summary }) => summary)).toEqual(["Dentist"]);
  const before = Date.UTC(2026, 0, 1);
  expect((await service.browse({ snapshotId, calendar, to: before }, work())).total).toBe(0);
});

describe("a snapshot that another program made of other files", () => {
  beforeEach(async () => {
    const store = await createStore(storage);
    const writer = await store.startSnapshot({
      type: "fs",
      origin: "desk",
      directory: "/home",
      label: "",
      hostname: "desk",
    });
    const bytes = new TextEncoder().encode("text");
    await writer.addFile({ path: "/home/notes.txt", bytes, modifiedMs: 0 });
    await writer.commit();
  });

  const foreign = async () => (await service.list({}, work())).find(({ calendars: n }) => n === 0);

  test("is listed, and does not disturb backups", async () => {
    calendars.put("work", "a.ics", event("a", "A"));
    expect(await service.run({}, work())).toMatchObject({ items: 1, added: 1, incomplete: [] });
    expect(await service.list({}, work())).toHaveLength(2);
    expect(await foreign()).toMatchObject({ items: 1 });
    expect((await service.check({ full: true }, work())).ok).toBe(true);
  });

  test("is not browsed as if it were empty, nor restored as if that were done", async () => {
    const snapshotId = (await foreign())?.id ?? "";
    const refused = { code: "unsupported", hint: expect.stringContaining("plakar") };
    await expect(service.browse({ snapshotId }, work())).rejects.toMatchObject(refused);
    await expect(textsIn(snapshotId)).rejects.toMatchObject(refused);
    await expect(restore(snapshotId, "exact")).rejects.toMatchObject(refused);
  });
});

test("a name that this computer does not take costs only its own file", async () => {
  calendars.put("work", "a.ics", event("a", "A"));
  calendars.put("work", "b.ics", event("b", "B"));
  const { snapshotId } = await service.run({}, work());
  const refusal = new AppError("place-not-allowed", "A file name was refused.", {
    details: { refusal: "reserved-name" },
  });
  refusedFiles.set("me@cal.example.org/work/a.ics", refusal);
  const report = await service.restore(
    {
      snapshotId,
      selection: { all: true },
      target: { kind: "folder", directory: "/x" },
      mode: "missing",
    },
    work(),
  );
  expect(report).toMatchObject({
    created: 1,
    failed: [{ item: "/calendars/me@cal.example.org/work/a.ics", code: "place-not-allowed" }],
  });
});
