// @vitest-environment jsdom
/** Restoring from several snapshots at once, in the dialog of the history page. */
import { beforeEach, expect, test, vi } from "vitest";
import { RestoreDialog } from "../../../src/options/history/restore-dialog.ts";
import type { RestoreReport } from "../../../src/shared/commands.ts";
import { AppError } from "../../../src/shared/errors.ts";
import { alerts, button, FakeBackground } from "../fake-background.ts";

const CHOSEN = [
  { snapshotId: "s1", selection: { items: ["/calendars/a/b/1.ics"] } },
  { snapshotId: "s2", selection: { items: ["/calendars/a/b/2.ics"] } },
];
const REPORT: RestoreReport = {
  created: 1,
  updated: 0,
  removed: 0,
  unchanged: 0,
  failed: [],
  notifies: [],
  safetySnapshotId: null,
  preview: null,
  calendarIds: [],
};

let background: FakeBackground;
const text = () => document.body.textContent ?? "";

beforeEach(async () => {
  const dialog = document.createElement("dialog");
  document.body.replaceChildren(dialog);
  // jsdom has no dialogs.
  dialog.showModal = () => dialog.setAttribute("open", "");
  dialog.close = () => dialog.removeAttribute("open");
  background = new FakeBackground();
  background.answers["snapshots.restore"] = ({ dryRun, snapshotId }) =>
    dryRun ? { ...REPORT, preview: `as ${snapshotId}`, notifies: ["bob@example.org"] } : REPORT;
  new RestoreDialog(dialog, background.page).open("2 items", CHOSEN);
});

async function preview(): Promise<void> {
  button("Preview").click();
  await vi.waitFor(() => button("Restore now"));
}

test("the preview counts what comes from every snapshot, and nothing is written before it is confirmed", async () => {
  await preview();
  expect(text()).toContain("2 items will be added");
  expect(alerts().join()).toContain("bob@example.org");
  expect(background.asks("snapshots.restore").every(({ dryRun }) => dryRun === true)).toBe(true);
});

test("each restore is bound to its own preview, and one report adds them up", async () => {
  await preview();
  button("Restore now").click();
  await vi.waitFor(() => expect(text()).toContain("Restored."));
  expect(text()).toContain("2 items were added");
  expect(background.asks("snapshots.restore").slice(2)).toMatchObject([
    { snapshotId: "s1", preview: "as s1", mode: "older", target: { kind: "original" } },
    { snapshotId: "s2", preview: "as s2", mode: "older", target: { kind: "original" } },
  ]);
});

test("without mail there is a preview of that first", async () => {
  await preview();
  button("Restore without mail instead").click();
  await vi.waitFor(() => expect(background.asks("snapshots.restore")).toHaveLength(4));
  for (const asked of background.asks("snapshots.restore").slice(2)) {
    expect(asked).toMatchObject({ quiet: true, dryRun: true });
    expect(asked).not.toHaveProperty("preview");
  }
});

test("where the second one fails, it is said, and what the first one did", async () => {
  await preview();
  background.answers["snapshots.restore"] = ({ snapshotId }) => {
    if (snapshotId === "s2") throw new AppError("offline", "The server cannot be reached.");
    return REPORT;
  };
  button("Restore now").click();
  await vi.waitFor(() => expect(alerts().join()).toContain("The server cannot be reached."));
  expect(text()).toContain("One item was added");
  expect(text()).not.toContain("Restored.");
});

test("a running restore shows its progress and can be cancelled", async () => {
  await preview();
  let fail: (error: Error) => void = () => {};
  background.answers["snapshots.restore"] = () =>
    new Promise((_, reject) => {
      fail = reject;
    });
  background.answers["operations.cancel"] = () => {
    background.emit({ event: "finished", operation: "snapshots.restore", id: "o1", ok: false });
    fail(new AppError("aborted", "Cancelled."));
    return { cancelled: true };
  };
  button("Restore now").click();
  await vi.waitFor(() => expect(background.asks("snapshots.restore")).toHaveLength(3));
  background.emit({
    ...{ event: "progress", operation: "snapshots.restore", id: "o1" },
    ...{ done: 1, total: 2, note: "work" },
  });
  expect(text()).toContain("1 of 2 · work");
  button("Cancel").click();
  await vi.waitFor(() => expect(text()).toContain("The restore was cancelled."));
  expect(background.asks("operations.cancel")).toEqual([{ id: "o1" }]);
});
