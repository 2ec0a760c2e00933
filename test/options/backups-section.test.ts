// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from "vitest";
import { BackupsSection } from "../../src/options/components/backups-section.ts";
import { HelpSection } from "../../src/options/components/help-section.ts";
import { LastShown } from "../../src/options/last-shown.ts";
import type { BackupReport, BackupSettings, KnownStore } from "../../src/shared/commands.ts";
import { AppError } from "../../src/shared/errors.ts";
import { MemoryArea } from "../support/memory-area.ts";
import { alerts, button, FakeBackground, field, NOW } from "./fake-background.ts";

const report: BackupReport = {
  snapshotId: "s1",
  time: NOW - 3 * 3_600_000,
  calendars: 3,
  items: 1200,
  added: 2,
  changed: 1,
  removed: 0,
  bytesRead: 10,
  bytesWritten: 48_000,
  durationMs: 7,
  incomplete: [],
};

let background: FakeBackground;
let settings: BackupSettings;

async function open(): Promise<void> {
  background.answers["backup.configure"] = ({ directory }) => {
    if (directory !== undefined)
      settings = { ...settings, directory, isDefaultDirectory: false, onProfileDisk: false };
    return settings;
  };
  await new BackupsSection(document.body, background.page).refresh();
}

const text = (): string => document.body.textContent ?? "";

beforeEach(() => {
  document.body.replaceChildren();
  background = new FakeBackground();
  settings = {
    directory: "/profile/caldav-keeper/store",
    isDefaultDirectory: true,
    protection: "none",
    onProfileDisk: true,
    schedule: "off",
    retention: null,
    nextAutomatic: null,
    lastBackup: null,
    lastFailure: null,
    lastCheck: null,
    damageMet: 0,
    nextCheck: null,
  };
});

test("the place is shown, with the advice of another disk", async () => {
  await open();
  expect(text()).toContain("/profile/caldav-keeper/store");
  expect(text()).toContain("on the same disk");
  expect(text()).toContain("No backup yet");
});

test("what was shown last is no longer said to be that once reading failed", async () => {
  const area = new MemoryArea();
  new LastShown({ local: area }).keep("backups", { settings, stores: [] });
  let fail: () => void = () => {};
  background.answers["backup.configure"] = () =>
    new Promise((_, reject) => {
      fail = () => reject(new AppError("item-store", "The settings cannot be read."));
    });
  const page = { ...background.page, lastShown: new LastShown({ local: area }) };
  const reading = new BackupsSection(document.body, page).refresh();
  await vi.waitFor(() => expect(text()).toContain("/profile/caldav-keeper/store"));
  expect(document.querySelector("[data-as-last][aria-busy=true]")).not.toBeNull();
  fail();
  await reading;
  expect(alerts()[0]).toContain("The settings cannot be read.");
  expect(document.querySelector("[data-as-last], [aria-busy=true]")).toBeNull();
});

test("another folder is chosen with the picker", async () => {
  await open();
  background.answers["places.pick"] = () => ({ directory: "/mnt/backup" });
  button("Choose folder…").click();
  await vi.waitFor(() => expect(text()).toContain("/mnt/backup"));
  expect(text()).not.toContain("on the same disk");
  expect(background.asks("backup.configure")).toContainEqual({ directory: "/mnt/backup" });
});

const known = (directory: string, changes: Partial<KnownStore> = {}): KnownStore => ({
  directory,
  active: false,
  isDefaultDirectory: false,
  holds: "store",
  encrypted: false,
  freeBytes: 5e11,
  error: null,
  ...changes,
});

test("the folder says what is in it and how much room there is", async () => {
  background.answers["stores.list"] = () => [known(settings.directory, { active: true })];
  await open();
  expect(text()).toMatch(/Backups are here · 500 GB free/);
});

test("a folder with other files in it is said to be no place for backups", async () => {
  const active = known(settings.directory, { active: true, holds: "other-files", freeBytes: 1e6 });
  background.answers["stores.list"] = () => [active];
  await open();
  expect(alerts().join()).toMatch(/folder of their own.*Nothing was changed/);
  expect(alerts().join()).toContain("Only 1 MB are free");
});

test("another known folder is used again, or taken off the list", async () => {
  background.answers["stores.list"] = () => [
    known(settings.directory, { active: true }),
    known("/mnt/old"),
  ];
  background.answers["stores.activate"] = ({ directory }) => {
    settings = { ...settings, directory };
    return settings;
  };
  background.answers["stores.forget"] = ({ directory }) => ({ forgotten: directory });
  await open();
  button("Take off the list: /mnt/old").click();
  await vi.waitFor(() => expect(background.announced.at(-1)).toContain("stay"));
  button("Use this one: /mnt/old").click();
  await vi.waitFor(() => expect(background.announced.at(-1)).toContain("/mnt/old"));
  expect(background.asks("stores.activate")).toEqual([{ directory: "/mnt/old" }]);
  expect(background.asks("stores.forget")).toEqual([{ directory: "/mnt/old" }]);
});

test("nothing is drawn before the settings are known", async () => {
  let answer: (settings: BackupSettings) => void = () => {};
  background.answers["backup.configure"] = () =>
    new Promise((resolve) => {
      answer = resolve;
    });
  const section = new BackupsSection(document.body, background.page);
  const done = section.refresh();
  await vi.waitFor(() => expect(background.asks("backup.configure")).toHaveLength(1));
  expect(document.body.textContent).toBe("");
  answer(settings);
  await done;
  expect(text()).toContain("No backup yet");
});

test("when everything was verified last, and damage, are said", async () => {
  const lastCheck = {
    time: NOW - 86_400_000,
    full: true,
    ok: true,
    snapshots: 4,
    files: 90,
    errors: 0,
  };
  settings = { ...settings, lastBackup: report, lastCheck };
  await open();
  expect(text()).toMatch(/Last verified: yesterday.*4 snapshots · 90 files read · everything read/);
  settings = { ...settings, lastCheck: { ...lastCheck, ok: false, errors: 2 } };
  background.emit({ event: "changed", what: "settings" });
  await vi.waitFor(() => expect(alerts().join()).toMatch(/in 2 places.*Make a new backup now/));
});

test("damage that was met by a restore or a look is said, with what to do", async () => {
  settings = { ...settings, lastBackup: report, damageMet: 1 };
  await open();
  expect(alerts().join()).toMatch(/in one place.*Make a new backup now/);
  settings = { ...settings, damageMet: 0 };
  background.emit({ event: "changed", what: "settings" });
  await vi.waitFor(() => expect(alerts()).toEqual([]));
});

test("verifying names what is damaged and what can still be had", async () => {
  settings = { ...settings, lastBackup: report };
  await open();
  background.answers["snapshots.check"] = () => ({
    ok: false,
    checked: { snapshots: 2, files: 10 },
    errors: [
      {
        snapshotId: "s1",
        path: "/calendars/a/work/x.ics",
        code: "store-corrupt",
        message: "cut off",
      },
    ],
    damaged: [{ snapshotId: "s1", files: 10, restorable: 9 }],
  });
  button("Verify now").click();
  await vi.waitFor(() => expect(alerts().join()).toMatch(/9 of 10 saved files.*x\.ics: cut off/));
  expect(background.asks("snapshots.check")).toEqual([{ full: true }]);
});

function number(label: string): HTMLInputElement {
  const input = field(label);
  expect(input.type).toBe("number");
  return input;
}

test("what a rule would remove is shown before anything is removed, and then removed by that rule", async () => {
  const snapshot = { id: "s0", time: NOW - 40 * 86_400_000, label: "Before the trip" };
  background.answers["snapshots.prune"] = () => ({
    removed: [snapshot],
    kept: [{ ...snapshot, id: "s9", reasons: ["only-copy"] }],
  });
  await open();
  expect(number("days, one snapshot each").matches(":disabled")).toBe(true);
  field("Keep only these").click();
  number("days, one snapshot each").value = "30";
  button("Show what would go").click();
  await vi.waitFor(() => expect(alerts().join()).toContain("Before the trip"));
  expect(alerts().join()).toMatch(/One snapshot would be removed.*last that holds a calendar/);
  expect(background.asks("snapshots.prune")).toMatchObject([
    { dryRun: true, policy: { daily: 30 } },
  ]);
  button("Remove it now").click();
  await vi.waitFor(() => expect(text()).toContain("One snapshot was removed."));
  const [, removal] = background.asks("snapshots.prune");
  expect(removal).toMatchObject({ policy: { daily: 30 } });
  expect(removal).not.toHaveProperty("dryRun");
});

test("a rule is saved, and given up again", async () => {
  await open();
  field("Keep only these").click();
  number("years, one snapshot each").value = "";
  button("Save").click();
  await vi.waitFor(() => expect(text()).toContain("after the next automatic backup"));
  field("Keep every snapshot").click();
  button("Save").click();
  await vi.waitFor(() => expect(text()).toContain("Every snapshot is kept."));
  const [first, second] = background.asks("backup.configure").filter((args) => "retention" in args);
  expect(first).toMatchObject({ retention: { yearly: 0, daily: 7 } });
  expect(second).toEqual({ retention: null });
});

test("sizes are drawn, and stand in a table too", async () => {
  background.answers["snapshots.list"] = () =>
    [3, 2, 1].map((size) => ({
      id: `s${size}`,
      time: NOW - (4 - size) * 86_400_000,
      label: "",
      calendars: 1,
      items: size * 1000,
      bytes: size * 1_000_000,
      pinned: false,
    }));
  background.answers["stores.size"] = () => ({ bytes: 3_400_000, files: 9 });
  await open();
  await vi.waitFor(() => expect(text()).toContain("3.4 MB"));
  expect(document.querySelectorAll("svg rect")).toHaveLength(3);
  expect(document.querySelector("svg")?.getAttribute("aria-label")).toMatch(
    /3 snapshots.*1 MB.*3 MB/,
  );
  const rows = [...document.querySelectorAll("tbody tr")].map((row) => row.textContent);
  expect(rows).toHaveLength(3);
  expect(rows[0]).toMatch(/3,000.*3 MB/);
});

test("the report is shown, and copied as it is shown", async () => {
  background.answers["diagnostics.report"] = () => ({ text: "CalDAV Keeper 0.1.0\nitems 12" });
  const copied: string[] = [];
  vi.stubGlobal("navigator", {
    clipboard: { writeText: async (said: string) => copied.push(said) },
  });
  await new HelpSection(document.body, background.page).refresh();
  button("Copy report").click();
  await vi.waitFor(() =>
    expect(document.querySelector("[role=status]")?.textContent).toBe("Copied."),
  );
  expect(copied).toEqual([document.querySelector("pre")?.textContent]);
  vi.unstubAllGlobals();
});

test("a cancelled picker changes nothing", async () => {
  await open();
  background.answers["places.pick"] = () => ({ directory: null });
  button("Choose folder…").click();
  await vi.waitFor(() => expect(background.asks("places.pick")).toHaveLength(1));
  expect(background.asks("backup.configure")).toEqual([{}]);
});

test("a folder that cannot be used is refused where it was chosen", async () => {
  await open();
  background.answers["places.pick"] = () => ({ directory: "/mnt/gone" });
  background.answers["backup.configure"] = () => {
    throw new AppError("place-gone", "The folder is no longer there.", { hint: "Connect it." });
  };
  button("Choose folder…").click();
  await vi.waitFor(() => expect(alerts()[0]).toContain("The folder is no longer there."));
  expect(text()).toContain("/profile/caldav-keeper/store");
});

test("a backup shows its progress, can be cancelled, and says so", async () => {
  await open();
  let cancel: () => void = () => {};
  background.answers["operations.cancel"] = () => {
    cancel();
    return { cancelled: true };
  };
  background.answers["backup.run"] = () =>
    new Promise((_, reject) => {
      cancel = () => {
        background.emit({ event: "finished", operation: "backup.run", id: "o1", ok: false });
        reject(new AppError("aborted", "Cancelled."));
      };
    });
  button("Back up now").click();
  background.emit({
    event: "progress",
    operation: "backup.run",
    id: "o1",
    done: 300,
    total: 1200,
    note: "Work",
  });
  const bar = document.querySelector("progress");
  expect(bar?.value).toBe(300);
  expect(bar?.max).toBe(1200);
  expect(text()).toContain("300 of 1,200");
  expect(button("Back up now").disabled).toBe(true);
  button("Cancel").click();
  await vi.waitFor(() => expect(text()).toContain("The backup was cancelled."));
  expect(background.asks("operations.cancel")).toEqual([{ id: "o1" }]);
  expect(button("Back up now").disabled).toBe(false);
  expect(alerts()).toEqual([]);
});

test("a backup that was running when the page opened is taken up, and its end noticed", async () => {
  background.answers["operations.list"] = () => [
    { id: "o7", operation: "backup.run", done: 5, total: 10, note: "" },
  ];
  await open();
  await vi.waitFor(() => expect(document.querySelector("progress")?.value).toBe(5));
  expect(button("Back up now").disabled).toBe(true);
  settings = { ...settings, lastBackup: report };
  background.emit({ event: "finished", operation: "backup.run", id: "o7", ok: true });
  await vi.waitFor(() => expect(text()).toContain("3 hours ago"));
  expect(text()).toContain("3 calendars · 1,200 items · 48 kB written");
  expect(button("Back up now").disabled).toBe(false);
});

test("a good backup says what was new", async () => {
  await open();
  background.answers["backup.run"] = () => {
    settings = { ...settings, lastBackup: report };
    return report;
  };
  button("Back up now").click();
  await vi.waitFor(() => expect(text()).toContain("New: 2 · Changed: 1 · Gone: 0"));
  expect(document.querySelector(".notice.success[data-said]")).not.toBe(null);
});

test("an incomplete backup is not called good, and names calendar and reason", async () => {
  await open();
  background.answers["backup.run"] = () => {
    const incomplete = [{ calendar: "Team", reason: "It could not be read." }];
    settings = { ...settings, lastBackup: { ...report, incomplete } };
    return { ...report, incomplete };
  };
  button("Back up now").click();
  await vi.waitFor(() => expect(alerts()[0]).toContain("The backup is not complete"));
  expect(alerts()[0]).toContain("Team: It could not be read.");
  expect(text()).not.toContain("Calendars backed up");
});

test("a failed backup stays visible with what to do, beside the last good one", async () => {
  settings = {
    ...settings,
    lastBackup: report,
    lastFailure: {
      time: NOW,
      error: { code: "place-full", message: "The disk is full.", hint: "Make room.", details: {} },
    },
  };
  await open();
  expect(alerts()).toEqual(["The disk is full.Make room."]);
  expect(text()).toContain("3 hours ago");
});
