/** Texts that were replaced between two backups: found among an item's versions and by the search, and brought back. */
import { beforeEach, expect, test } from "vitest";
import { BackupService } from "../../../src/background/backup/backup-service.ts";
import { KeptStore } from "../../../src/background/backup/kept-store.ts";
import type { ReplacedVersion } from "../../../src/background/backup/ports.ts";
import { TimeMachine } from "../../../src/background/backup/time-machine.ts";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import { work } from "../../support/backup-fixture.ts";
import { backupStoreIn } from "../../support/backup-store-fixture.ts";
import { eventText } from "../../support/event-text.ts";
import { MemoryCalendars } from "../../support/memory-calendars.ts";
import { MemoryFolder } from "../../support/memory-folder.ts";

const WORK = "/calendars/me@here/work";

let storage: MemoryStorage;
let calendars: MemoryCalendars;
let folder: MemoryFolder;
let service: BackupService;
let machine: TimeMachine;
/** What the next backup finds replaced in the calendar "work". */
let replaced: ReplacedVersion[];
let ids: number;

const event = (uid: string, summary: string) => eventText(uid, { SUMMARY: summary });

beforeEach(() => {
  storage = new MemoryStorage();
  calendars = new MemoryCalendars();
  folder = new MemoryFolder();
  replaced = [];
  ids = 0;
  service = new BackupService({
    store: backupStoreIn(() => storage),
    openFolder: async () => folder,
    environment: async () => ({ profileName: "test", hostname: "here" }),
    calendars,
    maker: calendars,
    replaced: {
      gone: async () => [],
      read: async ({ calendarId }, onPage) => {
        if (calendarId === "work") await onPage(replaced.splice(0));
      },
      markSaved: async () => {},
      settleSaved: async () => {},
      unmarkSaved: async () => {},
    },
  });
  machine = new TimeMachine({
    store: new KeptStore({
      open: ({ signal }) => service.open(signal),
      identify: async () => "here",
    }),
    calendars,
  });
  calendars.add({ calendarId: "work", account: "me@here", collection: "work", own: true });
  calendars.add({ calendarId: "home", account: "local", collection: "Home", own: false });
});

/** The calendar's item gets this text; the one before is kept as replaced. */
function change(name: string, text: string | null): number {
  const before = calendars.texts("work").get(name);
  const replacedAt = Date.now();
  if (before !== undefined) replaced.push({ id: ++ids, name, text: before, replacedAt });
  if (text === null) calendars.drop("work", name);
  else calendars.put("work", name, text);
  return replacedAt;
}

async function tick(): Promise<void> {
  const now = Date.now();
  await expect.poll(() => Date.now(), { interval: 1 }).toBeGreaterThan(now);
}

async function backUp(): Promise<string> {
  await tick();
  const { snapshotId } = await service.run({}, work());
  await tick();
  return snapshotId;
}

const versions = async (name: string, uid: string) =>
  (await machine.versions({ path: `${WORK}/${name}`, uid }, work())).versions;

test("a text between two backups is among the versions, in its place and with the time it was replaced", async () => {
  change("a.ics", event("a", "First"));
  const first = await backUp();
  change("a.ics", event("a", "Between"));
  await tick();
  const replacedAt = change("a.ics", event("a", "Last"));
  const second = await backUp();
  const third = await backUp();
  expect(await versions("a.ics", "a")).toMatchObject([
    { summary: "Last", snapshotIds: [third, second], replacedAt: null },
    {
      summary: "Between",
      path: "/replaced/me@here/work/2-a.ics",
      snapshotIds: [second],
      replacedAt,
      differences: [{ name: "SUMMARY", from: "First", to: "Between" }],
    },
    // Also kept as replaced in the second snapshot, and told once.
    { summary: "First", snapshotIds: [first], replacedAt: null },
  ]);
});

test("a text that came back and was replaced again is told once, when it was replaced last", async () => {
  change("a.ics", event("a", "First"));
  const first = await backUp();
  change("a.ics", event("a", "Back and forth"));
  change("a.ics", event("a", "Second"));
  const second = await backUp();
  change("a.ics", event("a", "Back and forth"));
  await tick();
  const replacedAt = change("a.ics", event("a", "Third"));
  const third = await backUp();
  expect(await versions("a.ics", "a")).toMatchObject([
    { summary: "Third", snapshotIds: [third] },
    { summary: "Back and forth", snapshotIds: [third, second], replacedAt },
    { summary: "Second", snapshotIds: [second], replacedAt: null },
    { summary: "First", snapshotIds: [first], replacedAt: null },
  ]);
});

test("where such a text is damaged the snapshot is named, and the other versions are told", async () => {
  change("a.ics", event("a", "Before the damage"));
  await backUp();
  change("a.ics", event("a", "Damaged between"));
  change("a.ics", event("a", "After the damage"));
  const second = await backUp();
  const damaged = [...storage.files.values()].filter((bytes) => {
    const at = Buffer.from(bytes).indexOf("Damaged between");
    if (at >= 0) bytes[at] = (bytes[at] as number) ^ 1;
    return at >= 0;
  });
  expect(damaged).toHaveLength(1);
  const found = await machine.versions({ path: `${WORK}/a.ics`, uid: "a" }, work());
  expect(found.unreadable).toEqual([second]);
  expect(found.versions.map(({ summary }) => summary)).toEqual([
    "After the damage",
    "Before the damage",
  ]);
});

test("it is brought back by its path, and the newest version stays the calendar's", async () => {
  change("a.ics", event("a", "First"));
  await backUp();
  change("a.ics", event("a", "Between"));
  change("a.ics", event("a", "Last"));
  const snapshotId = await backUp();
  const [, between] = await versions("a.ics", "a");
  const { items } = await machine.search({}, work());
  expect(items).toMatchObject([{ summary: "Last", path: `${WORK}/a.ics`, versions: 3 }]);
  const report = await service.restore(
    {
      snapshotId,
      selection: { items: [between?.path ?? ""] },
      target: { kind: "original" },
      mode: "older",
    },
    work(),
  );
  expect(report).toMatchObject({ updated: 1, failed: [] });
  expect(calendars.texts("work").get("a.ics")).toBe(event("a", "Between"));
});

test("an item that came and went between two backups is found as gone, whatever its file was called", async () => {
  await backUp();
  change("x-123.ics", event("brief", "Not brief yet"));
  await tick();
  change("x-123.ics", event("brief", "Brief"));
  await tick();
  const replacedAt = change("x-123.ics", null);
  const snapshotId = await backUp();
  const { items, calendars: listed } = await machine.search({ text: "brief" }, work());
  const path = "/replaced/me@here/work/2-x-123.ics";
  expect(items).toMatchObject([
    { summary: "Brief", path, snapshotId, calendar: WORK, gone: true, replacedAt, versions: 2 },
  ]);
  expect(listed.map((calendar) => calendar.path)).toEqual([WORK, "/calendars/local/Home"]);
  const expected = [
    { summary: "Brief", path, replacedAt, snapshotIds: [snapshotId] },
    { summary: "Not brief yet", snapshotIds: [snapshotId] },
  ];
  expect((await machine.versions({ path, uid: "brief" }, work())).versions).toMatchObject(expected);
  expect(
    (await machine.versions({ calendarId: "work", uid: "brief" }, work())).versions,
  ).toMatchObject(expected);
  // The snapshot itself holds no such item.
  expect((await machine.search({ snapshotId }, work())).items).toEqual([]);
});

test("a text that cannot be read and lies among what was replaced alone is found by its name", async () => {
  await backUp();
  change("odd.ics", "no calendar at all");
  change("other.ics", "nor is this");
  change("odd.ics", null);
  change("other.ics", null);
  const snapshotId = await backUp();
  const path = "/replaced/me@here/work/1-odd.ics";
  const { items } = await machine.search({}, work());
  expect(items).toContainEqual(expect.objectContaining({ path, uid: null, gone: true }));
  expect((await machine.versions({ path }, work())).versions).toMatchObject([
    { path, snapshotIds: [snapshotId], readable: true, uid: null },
  ]);
});

test("a text under a name that nobody knows is found beside those under known names", async () => {
  change("a.ics", event("a", "First"));
  await backUp();
  // On the server the item went, came back under another name for a while, and returned.
  change("a.ics", null);
  change("elsewhere.ics", event("a", "Elsewhere for a while"));
  change("elsewhere.ics", null);
  change("b.ics", event("b", "Another item"));
  change("b.ics", null);
  change("a.ics", event("a", "Last"));
  await backUp();
  const found = await versions("a.ics", "a");
  expect(found.map(({ summary }) => summary)).toEqual(["Last", "Elsewhere for a while", "First"]);
  const elsewhere = found.find(({ summary }) => summary === "Elsewhere for a while");
  expect(elsewhere?.path).toMatch(/^\/replaced\/me@here\/work\/\d+-elsewhere\.ics$/);
});

test("another item's earlier text under the same name is not taken for this one's", async () => {
  change("a.ics", event("old", "Another item"));
  await backUp();
  change("a.ics", event("a", "This one"));
  await backUp();
  expect((await versions("a.ics", "a")).map(({ summary }) => summary)).toEqual(["This one"]);
});

test("what is kept of a calendar that is gone is still found and saved as files", async () => {
  change("a.ics", event("a", "First"));
  change("a.ics", event("a", "Second"));
  const snapshotId = await backUp();
  calendars.forget("work");
  await backUp();
  expect((await versions("a.ics", "a")).map(({ summary }) => summary)).toEqual(["Second", "First"]);
  const { items } = await machine.search({ text: "first" }, work());
  expect(items).toMatchObject([{ summary: "Second", gone: true }]);
  const report = await service.restore(
    {
      snapshotId,
      selection: { all: true },
      target: { kind: "folder", directory: "/out" },
      mode: "missing",
    },
    work(),
  );
  expect(report).toMatchObject({ created: 2, failed: [] });
  expect(folder.text("replaced/me@here/work/1-a.ics")).toBe(event("a", "First"));
});

test("a snapshot whose removal would lose such a text says so", async () => {
  change("a.ics", event("a", "First"));
  change("a.ics", event("a", "Last"));
  const first = await backUp();
  await backUp();
  const { items } = await machine.onlyIn([first], work());
  expect(items.map(({ summary }) => summary)).toEqual(["First"]);
});

test("a text that another snapshot holds as replaced is not lost", async () => {
  change("a.ics", event("a", "First"));
  const first = await backUp();
  change("a.ics", event("a", "Last"));
  await backUp();
  expect((await machine.onlyIn([first], work())).items).toEqual([]);
});
