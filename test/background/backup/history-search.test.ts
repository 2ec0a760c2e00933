/** Searching all snapshots, reading one item and placing a month, over a real Kloset store in memory. */
import { beforeEach, describe, expect, test } from "vitest";
import { BackupService } from "../../../src/background/backup/backup-service.ts";
import { KeptStore } from "../../../src/background/backup/kept-store.ts";
import { TimeMachine } from "../../../src/background/backup/time-machine.ts";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import { isAppError } from "../../../src/shared/errors.ts";
import { serviceOver, work } from "../../support/backup-fixture.ts";
import { backupStoreIn } from "../../support/backup-store-fixture.ts";
import { eventText } from "../../support/event-text.ts";
import { MemoryCalendars } from "../../support/memory-calendars.ts";

const WORK = "/calendars/me@cal.example.org/work";
const HOME = "/calendars/local/Home";
const DAY = 86_400_000;

class CountingStorage extends MemoryStorage {
  reads = 0;

  override async readRange(path: string, offset: number, length: number): Promise<Uint8Array> {
    this.reads++;
    return super.readRange(path, offset, length);
  }
}

let storage: CountingStorage;
let calendars: MemoryCalendars;
let service: BackupService;
let machine: TimeMachine;

beforeEach(() => {
  storage = new CountingStorage();
  calendars = new MemoryCalendars();
  service = serviceOver(storage, calendars);
  const store = new KeptStore({
    open: ({ signal }) => service.open(signal),
    identify: async () => "here",
  });
  machine = new TimeMachine({ store, calendars });
  const own = { account: "me@cal.example.org", collection: "work", own: true };
  calendars.add({ calendarId: "work", ...own });
  calendars.add({ calendarId: "home", account: "local", collection: "Home", own: false });
});

async function backUp(calendarIds?: string[]): Promise<string> {
  const report = await service.run(calendarIds ? { calendarIds } : {}, work());
  await expect.poll(() => Date.now(), { interval: 1 }).toBeGreaterThan(report.time);
  return report.snapshotId;
}

const put = (name: string, properties: Record<string, string>) =>
  calendars.put("work", `${name}.ics`, eventText(name, properties));
const search = async (args: Parameters<TimeMachine["search"]>[0]) =>
  (await machine.search(args, work())).items.map(({ summary }) => summary);

describe("a search over all snapshots", () => {
  test("finds each item once, as it was last, with what holds it", async () => {
    put("meeting", { SUMMARY: "Meeting" });
    put("lost", { SUMMARY: "Dentist" });
    const first = await backUp();
    put("meeting", { SUMMARY: "Meeting, moved" });
    await backUp();
    calendars.drop("work", "lost.ics");
    const third = await backUp();
    const { items, total, snapshots, calendars: listed } = await machine.search({}, work());
    expect([total, snapshots]).toEqual([2, 3]);
    const meeting = items.find(({ uid }) => uid === "meeting");
    expect(meeting).toMatchObject({
      path: `${WORK}/meeting.ics`,
      snapshotId: third,
      summary: "Meeting, moved",
      versions: 2,
      snapshots: 3,
      gone: false,
    });
    const lost = items.find(({ uid }) => uid === "lost");
    expect(lost).toMatchObject({ summary: "Dentist", versions: 1, snapshots: 2, gone: true });
    expect(lost?.until).toBeLessThan(meeting?.until as number);
    expect(listed).toMatchObject([
      { path: WORK, calendarId: "work", items: 2 },
      { path: HOME, calendarId: "home", items: 0 },
    ]);
    expect(await search({ gone: true })).toEqual(["Dentist"]);
    expect((await machine.search({ snapshotId: first }, work())).items).toHaveLength(2);
    expect(await search({ snapshotId: third })).toEqual(["Meeting, moved"]);
  });

  test("looks into title, place and notes, for every word, without regard to case and accents", async () => {
    put("a", { SUMMARY: "Zahnärztin", LOCATION: "Café Zoë" });
    put("b", { SUMMARY: "Other", DESCRIPTION: "Bring the\\nrecords" });
    await backUp();
    expect(await search({ text: "ZAHNARZT cafe" })).toEqual(["Zahnärztin"]);
    expect(await search({ text: "records" })).toEqual(["Other"]);
    expect(await search({ text: "zahnarzt records" })).toEqual([]);
  });

  test("an old title finds the item too", async () => {
    put("a", { SUMMARY: "Before" });
    await backUp();
    put("a", { SUMMARY: "After" });
    await backUp();
    expect(await search({ text: "before" })).toEqual(["After"]);
  });

  test("by date: what touches it, a series from its first to its last occurrence", async () => {
    put("may", { SUMMARY: "May", DTSTART: "20260505T100000Z", DTEND: "20260505T110000Z" });
    put("june", { SUMMARY: "June", DTSTART: "20260610T100000Z", DTEND: "20260610T110000Z" });
    put("all", { SUMMARY: "Weekly", DTSTART: "20250101T100000Z", RRULE: "FREQ=WEEKLY" });
    await backUp();
    const from = Date.UTC(2026, 5, 1);
    expect(await search({ from, to: from + 30 * DAY })).toEqual(["June", "Weekly"]);
    expect(await search({ to: Date.UTC(2025, 5, 1) })).toEqual(["Weekly"]);
  });

  test("latest first, in parts, by calendar", async () => {
    for (const month of ["01", "02", "03"])
      put(month, { SUMMARY: month, DTSTART: `2026${month}05T100000Z` });
    calendars.put("home", "h.ics", eventText("h", { SUMMARY: "Home" }));
    await backUp();
    const { items, total } = await machine.search({ calendar: WORK, offset: 1, limit: 1 }, work());
    expect([items.map(({ summary }) => summary), total]).toEqual([["02"], 3]);
  });

  test("a snapshot of one calendar does not make the others' items gone", async () => {
    put("a", { SUMMARY: "A" });
    calendars.put("home", "h.ics", eventText("h", { SUMMARY: "Home" }));
    await backUp();
    calendars.drop("home", "h.ics");
    put("a", { SUMMARY: "A2" });
    await backUp(["work"]);
    expect(await search({ gone: true })).toEqual([]);
    await backUp(["home"]);
    expect(await search({ gone: true })).toEqual(["Home"]);
  });

  describe("in a store that two computers write into", () => {
    let other: MemoryCalendars;

    const backUpOf = async (instance: string, of: MemoryCalendars) => {
      const { snapshotId, time } = await new BackupService({
        store: backupStoreIn(() => storage),
        openFolder: () => Promise.reject(new Error("not used")),
        environment: async () => ({ profileName: "test", hostname: instance, instance }),
        calendars: of,
        maker: of,
      }).run({}, work());
      await expect.poll(() => Date.now(), { interval: 1 }).toBeGreaterThan(time);
      return snapshotId;
    };
    const gone = async () => (await search({ gone: true })).sort();

    beforeEach(() => {
      other = new MemoryCalendars();
      other.add({ calendarId: "other-home", account: "local", collection: "Home", own: false });
    });

    test("what only one of them has is not gone because the other backs up too", async () => {
      put("a", { SUMMARY: "On the server" });
      calendars.put("home", "h.ics", eventText("h", { SUMMARY: "At home" }));
      calendars.put("home", "i.ics", eventText("i", { SUMMARY: "Deleted at home" }));
      const first = await backUpOf("one", calendars);
      calendars.drop("home", "i.ics");
      await backUpOf("one", calendars);
      other.put("other-home", "o.ics", eventText("o", { SUMMARY: "At the other's" }));
      await backUpOf("two", other);
      expect(await gone()).toEqual(["Deleted at home"]);
      const { items } = await machine.search({ snapshotId: first }, work());
      expect(items.filter((item) => item.gone).map(({ summary }) => summary)).toEqual([
        "Deleted at home",
      ]);
    });

    test("of a calendar on a server the newest snapshot of either tells", async () => {
      const shared = { account: "me@cal.example.org", collection: "work", own: true };
      other.add({ calendarId: "other-work", ...shared });
      put("a", { SUMMARY: "Stays" });
      put("b", { SUMMARY: "Deleted by the other" });
      await backUpOf("one", calendars);
      other.put("other-work", "a.ics", eventText("a", { SUMMARY: "Stays" }));
      await backUpOf("two", other);
      expect(await gone()).toEqual(["Deleted by the other"]);
      // It takes the calendar off its list: the first one still has it, as it was then.
      other.forget("other-work");
      await backUpOf("two", other);
      expect(await gone()).toEqual([]);
      calendars.forget("work");
      await backUpOf("one", calendars);
      expect(await gone()).toEqual(["Deleted by the other", "Stays"]);
    });

    test("a new computer's deletion counts, whatever the one before it still had", async () => {
      calendars.put("home", "h.ics", eventText("h", { SUMMARY: "Imported" }));
      await backUpOf("one", calendars);
      other.put("other-home", "h.ics", eventText("h", { SUMMARY: "Imported" }));
      await backUpOf("two", other);
      expect(await gone()).toEqual([]);
      other.drop("other-home", "h.ics");
      await backUpOf("two", other);
      expect(await gone()).toEqual(["Imported"]);
    });
  });

  test("what was read once is not read again", async () => {
    for (let n = 0; n < 20; n++) put(`item-${n}`, { SUMMARY: `Item ${n}` });
    await backUp();
    put("item-1", { SUMMARY: "Changed" });
    await backUp();
    expect(await search({ text: "changed" })).toEqual(["Changed"]);
    storage.reads = 0;
    expect(await search({ text: "item 19" })).toEqual(["Item 19"]);
    expect(storage.reads).toBe(0);
  });

  test("an unknown snapshot is said to be one", async () => {
    await backUp();
    await expect(machine.search({ snapshotId: "0".repeat(64) }, work())).rejects.toSatisfy(
      (error) => isAppError(error, "snapshot-unknown"),
    );
  });
});

describe("reading one item", () => {
  test("gives its text as it was then", async () => {
    put("a", { SUMMARY: "Before" });
    const snapshotId = await backUp();
    put("a", { SUMMARY: "After" });
    await backUp();
    const { text } = await machine.read({ snapshotId, path: `${WORK}/a.ics` }, work());
    expect(text).toBe(eventText("a", { SUMMARY: "Before" }));
  });

  test.each([
    ["/manifest/me@cal.example.org/work.json", "bad-argument"],
    [`${WORK}/none.ics`, "not-found"],
  ] as const)("refuses %s", async (path, code) => {
    const snapshotId = await backUp();
    await expect(machine.read({ snapshotId, path }, work())).rejects.toSatisfy((error) =>
      isAppError(error, code),
    );
  });
});

describe("a month of a snapshot", () => {
  const from = Date.UTC(2026, 5, 1);
  const june = async (snapshotId: string, zone = "UTC") =>
    machine.occurrences({ snapshotId, from, to: Date.UTC(2026, 6, 1), zone }, work());

  test("shows single events, days, durations and each occurrence of a series, less those left out", async () => {
    put("one", { SUMMARY: "One", DTSTART: "20260610T100000Z", DTEND: "20260610T113000Z" });
    put("out", { SUMMARY: "Out", DTSTART: "20260710T100000Z", DTEND: "20260710T113000Z" });
    put("day", { SUMMARY: "Day", DTSTART: "20260620" });
    put("week", {
      SUMMARY: "Week",
      DTSTART: "20260105T080000Z",
      RRULE: "FREQ=WEEKLY",
      EXDATE: "20260608T080000Z",
    });
    const { occurrences, incomplete } = await june(await backUp());
    expect(incomplete).toBe(false);
    const shown = occurrences.map(({ summary, start, end }) => [
      summary,
      new Date(start).toISOString().slice(5, 16),
      (end - start) / 60_000,
    ]);
    expect(shown).toEqual([
      ["Day", "06-20T00:00", 1440],
      ["Week", "06-01T08:00", 0],
      ["One", "06-10T10:00", 90],
      ["Week", "06-15T08:00", 0],
      ["Week", "06-22T08:00", 0],
      ["Week", "06-29T08:00", 0],
    ]);
  });

  test("days begin at midnight of the zone that was asked for", async () => {
    put("day", { SUMMARY: "Day", DTSTART: "20260620" });
    const { occurrences } = await june(await backUp(), "Europe/Berlin");
    expect(new Date(occurrences[0]?.start as number).toISOString()).toBe(
      "2026-06-19T22:00:00.000Z",
    );
  });

  test("a rule that never ends within a second is shown by its first instance only", async () => {
    put("mad", { SUMMARY: "Mad", DTSTART: "20260603T080000Z", RRULE: "FREQ=SECONDLY" });
    const { occurrences } = await june(await backUp());
    expect(occurrences.map(({ summary }) => summary)).toEqual(["Mad"]);
  });
});
