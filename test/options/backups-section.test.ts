// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from "vitest";
import { BackupsSection } from "../../src/options/components/backups-section.ts";
import type { BackupReport, BackupSettings } from "../../src/shared/commands.ts";
import { AppError } from "../../src/shared/errors.ts";
import { alerts, button, FakeBackground, NOW } from "./fake-background.ts";

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
    nextCheck: null,
  };
});

test("the place is shown, with the advice of another disk", async () => {
  await open();
  expect(text()).toContain("/profile/caldav-keeper/store");
  expect(text()).toContain("on the same disk");
  expect(text()).toContain("No backup yet");
});

test("another folder is chosen with the picker", async () => {
  await open();
  background.answers["places.pick"] = () => ({ directory: "/mnt/backup" });
  button("Choose folder…").click();
  await vi.waitFor(() => expect(text()).toContain("/mnt/backup"));
  expect(text()).not.toContain("on the same disk");
  expect(background.asks("backup.configure").at(-1)).toEqual({ directory: "/mnt/backup" });
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
  expect(document.querySelector(".notice.success[role=status]")).not.toBe(null);
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
