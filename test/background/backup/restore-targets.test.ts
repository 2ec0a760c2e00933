/** Restores into other calendars, new ones and files, with a preview, quietly, as copies, and again after an interruption. */
import { beforeEach, describe, expect, test } from "vitest";
import { BackupService } from "../../../src/background/backup/backup-service.ts";
import { openStore } from "../../../src/background/kloset/kloset.ts";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import type { CommandArguments, RestoreTarget } from "../../../src/shared/commands.ts";
import { AppError, isAppError } from "../../../src/shared/errors.ts";
import { backupStoreIn } from "../../support/backup-store-fixture.ts";
import { eventText, propertyOf, withValue } from "../../support/event-text.ts";
import { MemoryCalendars } from "../../support/memory-calendars.ts";

const WORK = "/calendars/me@cal.example.org/work";
const HOME = "/calendars/local/Home";

const work = () => ({ signal: new AbortController().signal, onProgress: () => {} });
const event = (uid: string, summary: string) => eventText(uid, { SUMMARY: summary });
const meeting = (uid: string, summary: string) =>
  withValue(
    withValue(event(uid, summary), "ORGANIZER", "mailto:me@cal.example.org"),
    "ATTENDEE;PARTSTAT=NEEDS-ACTION",
    "mailto:ann@example.org",
  );

let calendars: MemoryCalendars;
let service: BackupService;
let files: Map<string, Uint8Array>;
let storage: MemoryStorage;

beforeEach(() => {
  storage = new MemoryStorage();
  calendars = new MemoryCalendars();
  files = new Map();
  service = new BackupService({
    store: backupStoreIn(() => storage),
    openFolder: async (directory) => ({
      createAll: async (wanted) => {
        for (const { path, bytes } of wanted) files.set(`${directory}/${path}`, bytes);
      },
      readAll: async (paths) => paths.map((path) => files.get(`${directory}/${path}`)),
    }),
    environment: async () => ({ profileName: "test", hostname: "here" }),
    calendars,
    maker: calendars,
  });
  const own = { account: "me@cal.example.org", accountId: "acc", own: true };
  calendars.add({ calendarId: "work", collection: "work", ...own });
  calendars.add({ calendarId: "other", collection: "other", ...own });
  calendars.add({ calendarId: "home", account: "local", collection: "Home", own: false });
});

const backUp = async () => (await service.run({}, work())).snapshotId;

type Options = Partial<Omit<CommandArguments<"snapshots.restore">, "snapshotId" | "target">>;

const restore = (snapshotId: string, target: RestoreTarget, options: Options = {}) =>
  service.restore(
    { snapshotId, selection: { calendars: [WORK] }, target, mode: "missing", ...options },
    work(),
  );
const fileText = (path: string) => new TextDecoder().decode(files.get(path));
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "none",
    (error: unknown) => (isAppError(error) ? error.code : "no AppError"),
  );

describe("into another calendar", () => {
  test("items arrive byte for byte, and what was there stays", async () => {
    calendars.put("work", "a.ics", event("a", "A"));
    const id = await backUp();
    calendars.put("home", "h.ics", event("h", "H"));
    const report = await restore(id, { kind: "calendar", calendarId: "home" });
    expect(report).toMatchObject({ created: 1, failed: [], calendarIds: ["home"] });
    expect(report.safetySnapshotId).not.toBeNull();
    expect(Object.fromEntries(calendars.texts("home"))).toEqual({
      "a.ics": event("a", "A"),
      "h.ics": event("h", "H"),
    });
  });

  test("exactly removes what is not in the one calendar that was selected whole", async () => {
    calendars.put("work", "a.ics", event("a", "A"));
    calendars.put("home", "h.ics", event("h", "H"));
    const id = await backUp();
    const target = { kind: "calendar", calendarId: "other" } as const;
    calendars.put("other", "x.ics", event("x", "X"));
    const both = { calendars: [WORK, HOME] };
    await restore(id, target, { mode: "exact", selection: both });
    expect([...calendars.texts("other").keys()]).toContain("x.ics");
    await restore(id, target, { mode: "exact" });
    expect([...calendars.texts("other").keys()]).toEqual(["a.ics"]);
  });

  test("one old version of one item comes back", async () => {
    calendars.put("work", "a.ics", event("a", "First"));
    const first = await backUp();
    calendars.put("work", "a.ics", event("a", "Second"));
    await backUp();
    const selection = { items: [`${WORK}/a.ics`] };
    await restore(first, { kind: "original" }, { selection, mode: "older" });
    expect(calendars.texts("work").get("a.ics")).toBe(event("a", "First"));
  });

  test("two versions of one item from two calendars: the second is named, not lost silently", async () => {
    calendars.put("work", "a.ics", event("a", "Mine"));
    calendars.put("home", "b.ics", event("a", "Other"));
    const id = await backUp();
    const report = await restore(
      id,
      { kind: "new", name: "Both" },
      { selection: { calendars: [WORK, HOME] } },
    );
    expect(report).toMatchObject({
      created: 1,
      failed: [{ item: `${HOME}/b.ics`, code: "uid-exists" }],
    });
  });

  test("a read-only or missing calendar is refused before anything is touched", async () => {
    calendars.put("work", "a.ics", event("a", "A"));
    const id = await backUp();
    calendars.setReadOnly("home");
    expect(await codeOf(restore(id, { kind: "calendar", calendarId: "home" }))).toBe("read-only");
    expect(await codeOf(restore(id, { kind: "calendar", calendarId: "nowhere" }))).toBe(
      "calendar-unknown",
    );
    expect(calendars.texts("home").size).toBe(0);
    expect(await service.list({}, work())).toHaveLength(1);
  });

  test("an item that the server refuses is named, and the others arrive", async () => {
    for (const uid of ["a", "b"]) calendars.put("work", `${uid}.ics`, event(uid, uid));
    const id = await backUp();
    calendars.refuseWrite(
      "a.ics",
      new AppError("conflict", "The server still holds its identifier.", {
        details: { conflict: "uid-taken" },
      }),
    );
    const target = { kind: "calendar", calendarId: "other" } as const;
    const report = await restore(id, target);
    expect(report).toMatchObject({
      created: 1,
      failed: [{ item: `${WORK}/a.ics`, code: "conflict" }],
    });
    // The way out: under another UID, and only once.
    const selection = { items: [`${WORK}/a.ics`] };
    expect(await restore(id, target, { selection, newUids: true })).toMatchObject({ created: 1 });
    expect(await restore(id, target, { selection, newUids: true })).toMatchObject({
      created: 0,
      unchanged: 1,
    });
    const copies = [...calendars.texts("other").values()].filter((text) => text.includes(":a\r\n"));
    expect(copies).toHaveLength(1);
    expect(propertyOf(copies[0], "UID")).not.toBe("a");
  });
});

describe("while another calendar of the account holds the same items", () => {
  const target = { kind: "calendar", calendarId: "other" } as const;

  beforeEach(() => {
    for (const uid of ["a", "b"]) calendars.put("work", `${uid}.ics`, event(uid, uid));
  });

  test("a server that keeps both gets all of them", async () => {
    const id = await backUp();
    expect(await restore(id, target)).toMatchObject({ created: 2, failed: [] });
    expect([...calendars.texts("work").keys()]).toEqual(["a.ics", "b.ics"]);
  });

  test("one that would move them is found out by the first, and nothing is taken from the other", async () => {
    const id = await backUp();
    calendars.put("work", "a.ics", event("a", "Newer"));
    calendars.put("work", "c.ics", event("c", "c"));
    calendars.moveUids();
    const report = await restore(id, target);
    expect(report.created).toBe(0);
    expect(report.failed.map(({ item, code }) => [item, code])).toEqual([
      [`${WORK}/a.ics`, "uid-exists"],
      [`${WORK}/b.ics`, "uid-exists"],
    ]);
    expect(Object.fromEntries(calendars.texts("work"))).toEqual({
      "a.ics": event("a", "Newer"),
      "b.ics": event("b", "b"),
      "c.ics": event("c", "c"),
    });
    // As copies they hurt nobody.
    expect(await restore(id, target, { newUids: true })).toMatchObject({ created: 2, failed: [] });
    expect(calendars.texts("work").size).toBe(3);
  });
});

describe("what the user had not sent yet", () => {
  test("comes back as the user saw it, also an item that no server ever had", async () => {
    calendars.put("work", "a.ics", event("a", "Sent"));
    calendars.editUnsent("a.ics", event("a", "Not sent"));
    const id = await backUp();
    const target = { kind: "new", name: "Copy" } as const;
    await restore(id, target);
    expect(calendars.texts("Copy").get("a.ics")).toBe(event("a", "Not sent"));
    await service.restore(
      {
        snapshotId: id,
        selection: { all: true },
        target: { kind: "folder", directory: "/x" },
        mode: "missing",
      },
      work(),
    );
    expect(Object.fromEntries([...files.keys()].map((path) => [path, fileText(path)]))).toEqual({
      "/x/me@cal.example.org/work/a.ics": event("a", "Sent"),
      "/x/pending/me@cal.example.org/work/a.ics": event("a", "Not sent"),
    });
  });

  test("can be chosen, and so can what the server had", async () => {
    calendars.put("work", "a.ics", event("a", "Sent"));
    calendars.editUnsent("a.ics", event("a", "Not sent"));
    const id = await backUp();
    for (const [path, summary] of [
      [`${WORK}/a.ics`, "Sent"],
      [`${WORK.replace("/calendars/", "/pending/")}/a.ics`, "Not sent"],
    ] as const) {
      const target = { kind: "calendar", calendarId: "home" } as const;
      await restore(id, target, { selection: { items: [path] }, mode: "older" });
      expect(propertyOf(calendars.texts("home").get("a.ics"), "SUMMARY")).toBe(summary);
    }
  });
});

test("exactly, two calendars that are one by now lose nothing to each other", async () => {
  const twin = { account: "me@cal.example.org", accountId: "acc", own: true };
  calendars.add({ calendarId: "twin", collection: "work", ...twin });
  calendars.put("work", "a.ics", event("a", "A"));
  calendars.put("twin", "b.ics", event("b", "B"));
  const id = await backUp();
  calendars.forget("twin");
  const report = await restore(
    id,
    { kind: "original" },
    { selection: { all: true }, mode: "exact" },
  );
  expect(report).toMatchObject({ created: 1, removed: 0, failed: [] });
  expect([...calendars.texts("work").keys()]).toEqual(["a.ics", "b.ics"]);
});

describe("into a new calendar", () => {
  test("on this computer or on an account's server", async () => {
    calendars.put("work", "a.ics", event("a", "A"));
    const id = await backUp();
    for (const target of [
      { kind: "new", name: "Here" },
      { kind: "new", name: "There", accountId: "acc" },
    ] as const) {
      expect(await restore(id, target, { dryRun: true })).toMatchObject({
        created: 1,
        calendarIds: [],
      });
      const report = await restore(id, target);
      expect(report).toMatchObject({
        created: 1,
        failed: [],
        calendarIds: [target.name],
      });
      expect(calendars.texts(target.name).get("a.ics")).toBe(event("a", "A"));
    }
  });

  test("goes on in the calendar that an interrupted restore made", async () => {
    for (const uid of ["a", "b"]) calendars.put("work", `${uid}.ics`, event(uid, uid));
    const id = await backUp();
    await restore(id, { kind: "new", name: "Again" });
    calendars.drop("Again", "b.ics");
    expect(await restore(id, { kind: "new", name: "Again" })).toMatchObject({
      created: 1,
      unchanged: 1,
      calendarIds: ["Again"],
    });
    expect(await restore(id, { kind: "new", name: "Again" })).toMatchObject({
      created: 0,
      unchanged: 2,
    });
  });

  test("over a calendar that the server had already, adds only what is missing there", async () => {
    for (const uid of ["a", "b"]) calendars.put("work", `${uid}.ics`, event(uid, uid));
    const id = await backUp();
    // What a calendar on the server turns out to hold once it is subscribed.
    calendars.onMake((calendarId) => calendars.put(calendarId, "a.ics", event("a", "Newer")));
    const report = await restore(id, { kind: "new", name: "Server", accountId: "acc" });
    expect(report).toMatchObject({ created: 1, unchanged: 1 });
    expect(calendars.texts("Server").get("a.ics")).toBe(event("a", "Newer"));
  });

  test("on a server that writes items in other words is done once", async () => {
    calendars.put("work", "a.ics", event("a", "A"));
    const id = await backUp();
    calendars.rewrite((text) => withValue(text, "DTSTAMP", "20270101T000000Z"));
    const target = { kind: "new", name: "There", accountId: "acc" } as const;
    expect(await restore(id, target, { mode: "older" })).toMatchObject({ created: 1, failed: [] });
    expect(await restore(id, target, { mode: "older" })).toMatchObject({
      updated: 0,
      unchanged: 1,
    });
  });

  test("of an account that is gone is refused by the preview already", async () => {
    calendars.put("work", "a.ics", event("a", "A"));
    const id = await backUp();
    const target = { kind: "new", name: "There", accountId: "gone" } as const;
    expect(await codeOf(restore(id, target, { dryRun: true }))).toBe("account-unknown");
    expect(await codeOf(restore(id, target))).toBe("account-unknown");
    expect(await service.list({}, work())).toHaveLength(1);
  });

  test.each([
    ["here", { kind: "new", name: "Home" } as const, "home"],
    ["on the server", { kind: "new", name: "other", accountId: "acc" } as const, "other"],
  ])(
    "%s, changes nothing in one of the same name that somebody works in",
    async (_, target, live) => {
      calendars.put("work", "a.ics", event("a", "A"));
      const id = await backUp();
      calendars.put(live, "a.ics", event("a", "Edited today"));
      const report = await restore(id, target, { mode: "older" });
      expect(report).toMatchObject({ created: 1, updated: 0, failed: [] });
      expect(report.calendarIds).not.toContain(live);
      expect(calendars.texts(live).get("a.ics")).toBe(event("a", "Edited today"));
    },
  );

  test("again, once somebody works in it, takes no edit back", async () => {
    for (const uid of ["a", "b"]) calendars.put("work", `${uid}.ics`, event(uid, uid));
    const id = await backUp();
    const target = { kind: "new", name: "Again" } as const;
    await restore(id, target, { mode: "older" });
    calendars.put("Again", "a.ics", event("a", "Edited since"));
    calendars.drop("Again", "b.ics");
    expect(await restore(id, target, { mode: "older" })).toMatchObject({ created: 1, updated: 0 });
    expect(calendars.texts("Again").get("a.ics")).toBe(event("a", "Edited since"));
  });

  test("takes no other calendar of the same name for it", async () => {
    calendars.put("work", "a.ics", event("a", "A"));
    const id = await backUp();
    calendars.put("home", "mine.ics", event("mine", "Mine"));
    const report = await restore(id, { kind: "new", name: "Home" }, { dryRun: true });
    expect(report.calendarIds).toEqual([]);
  });
});

describe("a preview", () => {
  beforeEach(() => {
    calendars.put("work", "a.ics", event("a", "Before"));
    calendars.put("work", "b.ics", event("b", "B"));
  });

  test("holds as long as what it stood for is unchanged", async () => {
    const id = await backUp();
    calendars.put("work", "a.ics", event("a", "After"));
    const options: Options = { mode: "older" };
    const { preview } = await restore(id, { kind: "original" }, { ...options, dryRun: true });
    expect(preview).not.toBeNull();
    // Nothing that the restore would touch.
    calendars.put("work", "c.ics", event("c", "C"));
    const confirmed = { ...options, preview: preview ?? "" };
    expect(await restore(id, { kind: "original" }, confirmed)).toMatchObject({ updated: 1 });
  });

  test("that is no longer true stops the restore before anything is touched", async () => {
    const id = await backUp();
    calendars.put("work", "a.ics", event("a", "After"));
    const options: Options = { mode: "older" };
    const { preview } = await restore(id, { kind: "original" }, { ...options, dryRun: true });
    calendars.put("work", "a.ics", event("a", "Meanwhile"));
    const confirmed = { ...options, preview: preview ?? "" };
    expect(await codeOf(restore(id, { kind: "original" }, confirmed))).toBe("preview-outdated");
    expect(calendars.texts("work").get("a.ics")).toBe(event("a", "Meanwhile"));
    expect(await service.list({}, work())).toHaveLength(1);
  });
});

describe("a quiet restore", () => {
  test("names nobody: new items tell the server to mail nobody, all else is left as it is", async () => {
    calendars.put("work", "plain.ics", event("plain", "Plain"));
    calendars.put("work", "gone.ics", meeting("gone", "Gone"));
    calendars.put("work", "changed.ics", meeting("changed", "Before"));
    const id = await backUp();
    calendars.drop("work", "gone.ics");
    calendars.put("work", "plain.ics", event("plain", "Changed"));
    calendars.put("work", "changed.ics", meeting("changed", "After"));
    const loud = await restore(id, { kind: "original" }, { mode: "older", dryRun: true });
    expect(loud.notifies).toEqual(["ann@example.org"]);
    const report = await restore(id, { kind: "original" }, { mode: "older", quiet: true });
    expect(report).toMatchObject({
      created: 1,
      updated: 1,
      notifies: [],
      failed: [{ item: `${WORK}/changed.ics`, code: "would-notify" }],
    });
    const restored = calendars.texts("work").get("gone.ics") ?? "";
    expect(restored).toContain(
      "ATTENDEE;SCHEDULE-AGENT=CLIENT;PARTSTAT=NEEDS-ACTION:mailto:ann@example.org",
    );
    expect(restored).toContain("ORGANIZER;SCHEDULE-AGENT=CLIENT:mailto:me@cal.example.org");
    expect(calendars.texts("work").get("changed.ics")).toBe(meeting("changed", "After"));
    // Done before: nothing more to do, and nothing is overwritten.
    const again = await restore(id, { kind: "original" }, { mode: "older", quiet: true });
    expect(again).toMatchObject({
      created: 0,
      updated: 0,
      failed: [{ item: `${WORK}/changed.ics`, code: "would-notify" }],
    });
  });

  test("into a calendar on this computer changes no byte: nobody is mailed from there", async () => {
    calendars.put("work", "m.ics", meeting("m", "Meeting"));
    const id = await backUp();
    const target = { kind: "calendar", calendarId: "home" } as const;
    expect((await restore(id, target, { dryRun: true })).notifies).toEqual([]);
    await restore(id, target, { quiet: true });
    expect(calendars.texts("home").get("m.ics")).toBe(meeting("m", "Meeting"));
  });

  test("into a new calendar names people only where a server has it", async () => {
    calendars.put("work", "m.ics", meeting("m", "Meeting"));
    const id = await backUp();
    const notified = async (target: RestoreTarget) =>
      (await restore(id, target, { dryRun: true })).notifies;
    expect(await notified({ kind: "new", name: "Here" })).toEqual([]);
    expect(await notified({ kind: "new", name: "There", accountId: "acc" })).toEqual([
      "ann@example.org",
    ]);
  });

  test("the people of an item that would be removed or changed are named before", async () => {
    const id = await backUp();
    calendars.put("work", "m.ics", meeting("m", "Meeting"));
    const exact = await restore(id, { kind: "original" }, { mode: "exact", dryRun: true });
    expect(exact).toMatchObject({ removed: 1, notifies: ["ann@example.org"] });
  });
});

describe("from a snapshot that lost a calendar's folder", () => {
  /** Written as a backup writes, but for the one folder. */
  const damaged = async () => {
    const wholeId = await backUp();
    const store = await openStore(storage);
    const writer = await store.startSnapshot({
      type: "caldav",
      origin: "thunderbird:test",
      directory: "/",
      label: "",
    });
    const whole = await store.openSnapshot(wholeId);
    for await (const entry of whole.walk("/"))
      if (entry.kind === "file" && !entry.path.startsWith(`${WORK}/`))
        await writer.carryFile(entry);
    return (await writer.commit()).snapshotId;
  };

  test("the calendar is named, and the others are restored", async () => {
    calendars.put("work", "a.ics", event("a", "A"));
    calendars.put("home", "h.ics", event("h", "H"));
    calendars.put("other", "o.ics", event("o", "O"));
    const id = await damaged();
    const lost = { item: WORK, code: "store-corrupt" };
    for (const selection of [{ all: true }, { calendars: [WORK, HOME] }] as const) {
      const target = { kind: "folder", directory: "/x" } as const;
      const report = await restore(id, target, { selection, dryRun: true });
      expect(report).toMatchObject({ created: "all" in selection ? 2 : 1, failed: [lost] });
    }
    calendars.drop("home", "h.ics");
    const back = await restore(
      id,
      { kind: "original" },
      { selection: { all: true }, mode: "exact" },
    );
    expect(back).toMatchObject({ created: 1, removed: 0, failed: [lost] });
    expect(calendars.texts("work").get("a.ics")).toBe(event("a", "A"));
  });
});

describe("into files", () => {
  test("one .ics file holds all items, and is not written over", async () => {
    calendars.put("work", "a.ics", event("a", "A"));
    calendars.put("home", "h.ics", event("h", "H"));
    calendars.put("home", "odd.ics", "no calendar");
    const id = await backUp();
    const target = { kind: "file", path: "/x/all.ics" } as const;
    const options: Options = { selection: { all: true } };
    const report = await restore(id, target, options);
    expect(report).toMatchObject({
      created: 2,
      failed: [{ item: `${HOME}/odd.ics`, code: "calendar-data" }],
    });
    const text = fileText("/x/all.ics");
    expect(text.match(/BEGIN:VCALENDAR/g)).toHaveLength(1);
    expect(text).toContain("SUMMARY:A");
    expect(text).toContain("SUMMARY:H");
    expect(await restore(id, target, options)).toMatchObject({ created: 0, unchanged: 2 });
    files.set("/x/all.ics", new Uint8Array(4));
    expect(await codeOf(restore(id, target, options))).toBe("file-exists");
    expect(await codeOf(restore(id, { kind: "file", path: "/x/all.txt" }))).toBe("bad-argument");
  });

  test("an export has one file for each calendar, in a folder or packed", async () => {
    calendars.rename("home", "Home");
    calendars.put("work", "a.ics", event("a", "A"));
    calendars.put("home", "h.ics", event("h", "H"));
    const id = await backUp();
    const report = await service.export(
      {
        snapshotId: id,
        selection: { all: true },
        target: { kind: "folder", directory: "/out" },
      },
      work(),
    );
    expect(report).toEqual({
      files: [
        { name: "work.ics", items: 1 },
        { name: "other.ics", items: 0 },
        { name: "Home.ics", items: 1 },
      ],
      failed: [],
    });
    expect(fileText("/out/Home.ics")).toContain("X-WR-CALNAME:Home");
    const packed = await service.export(
      {
        snapshotId: id,
        selection: { calendars: [WORK, HOME] },
        target: { kind: "file", path: "/out/all.zip" },
      },
      work(),
    );
    expect(packed.files.map(({ name }) => name)).toEqual(["work.ics", "Home.ics"]);
    expect(fileText("/out/all.zip").startsWith("PK")).toBe(true);
  });
});
