// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from "vitest";
import { SnapshotsSection } from "../../src/options/components/snapshots-section.ts";
import type {
  Account,
  FoundItem,
  ListedCalendar,
  RestoreReport,
  SnapshotSummary,
} from "../../src/shared/commands.ts";
import { AppError } from "../../src/shared/errors.ts";
import { alerts, button, FakeBackground, field, NOW } from "./fake-background.ts";

const WORK = "/calendars/ada@dav.example.org/work";
const HOME = "/calendars/local/home";
const WHEN = new FakeBackground().page.words.dateTime(NOW - 2 * 86_400_000);

const snapshot: SnapshotSummary = {
  id: "s1",
  time: NOW - 2 * 86_400_000,
  label: "Before the migration",
  calendars: 2,
  items: 40,
  bytes: 12_300,
  pinned: false,
};

const nothing: RestoreReport = {
  created: 0,
  updated: 0,
  removed: 0,
  unchanged: 0,
  failed: [],
  notifies: [],
  safetySnapshotId: null,
  preview: null,
  calendarIds: [],
};

const sampleAccount: Account = {
  ...{ id: "a1", location: "dav.example.org", username: "ada" },
  principal: "https://dav.example.org/ada/",
  insecure: false,
  signIn: { kind: "password" },
  ...{ calendars: [], offered: [], agreedHosts: [], error: null },
};

const onlyItem: FoundItem = {
  ...{ path: `${HOME}/d.ics`, snapshotId: "s1", calendar: HOME, uid: "d", summary: "Dentist" },
  ...{ start: Date.UTC(2026, 10, 24), end: Date.UTC(2026, 10, 25), startValue: "|20261124" },
  ...{ recurring: false, component: "event", size: 200, versions: 1, snapshots: 1 },
  ...{ since: snapshot.time, until: snapshot.time, gone: true, replacedAt: null },
};

function listed(id: string, name: string, account: string, type: string): ListedCalendar {
  return { id, name, color: null, account, type, readOnly: false };
}

let background: FakeBackground;

async function open(...snapshots: SnapshotSummary[]): Promise<void> {
  background.answers["snapshots.list"] = () => snapshots;
  await new SnapshotsSection(document.body, background.page).refresh();
}

async function openRestore(): Promise<void> {
  background.answers["snapshots.browse"] = () => ({
    calendars: [
      {
        path: WORK,
        displayName: "Work",
        account: "ada@dav.example.org",
        color: null,
        items: 30,
        stale: false,
      },
      {
        path: HOME,
        displayName: "Home",
        account: "local",
        color: null,
        items: 10,
        stale: true,
      },
    ],
    items: [],
    total: 0,
    ignoredFiles: 0,
  });
  await open(snapshot);
  restoreButton().click();
  await vi.waitFor(() => field("Work"));
}

function restoreButton(): HTMLButtonElement {
  const found = document.querySelector("button[aria-expanded]");
  if (!(found instanceof HTMLButtonElement)) throw new Error("There is no restore button");
  return found;
}

const text = (): string => document.body.textContent ?? "";

beforeEach(() => {
  document.body.replaceChildren();
  background = new FakeBackground();
});

test("without a snapshot the page says how to make one", async () => {
  await open();
  expect(text()).toContain("No snapshot yet");
});

test("a snapshot shows its time, label, counts and size", async () => {
  await open(snapshot);
  expect(text()).toContain("Nov 19, 2026");
  expect(text()).toContain("Before the migration");
  expect(text()).toContain("2 days ago · 2 calendars · 40 items · 12 kB");
});

test("a store that cannot be opened says why and can be tried again", async () => {
  background.answers["snapshots.list"] = () => {
    throw new AppError("store-unknown-version", "This store is of an unknown version.", {
      hint: "Nothing was changed.",
    });
  };
  await new SnapshotsSection(document.body, background.page).refresh();
  expect(alerts()[0]).toContain("This store is of an unknown version.");
  background.answers["snapshots.list"] = () => [snapshot];
  button("Try again").click();
  await vi.waitFor(() => expect(text()).toContain("Before the migration"));
});

test("a new snapshot appears first and leaves a half filled form alone", async () => {
  await openRestore();
  field("Home").checked = false;
  background.answers["snapshots.list"] = () => [
    { ...snapshot, id: "s2", time: NOW, label: "Newer" },
    snapshot,
  ];
  background.emit({ event: "changed", what: "snapshots" });
  await vi.waitFor(() => expect(text()).toContain("Newer"));
  expect(document.querySelector("article")?.textContent).toContain("Newer");
  expect(field("Home").checked).toBe(false);
});

test("a check says whether the snapshot is whole", async () => {
  await open(snapshot);
  background.answers["snapshots.check"] = () => ({
    ok: true,
    checked: { snapshots: 1, files: 40 },
    errors: [],
    damaged: [],
  });
  button(`Check the snapshot of ${WHEN}`).click();
  await vi.waitFor(() => expect(text()).toContain("This snapshot is whole."));
  expect(background.asks("snapshots.check")).toEqual([{ snapshotId: "s1", full: true }]);
});

test("damage is listed by file, and counted beyond the first twenty", async () => {
  await open(snapshot);
  background.answers["snapshots.check"] = () => ({
    ok: false,
    checked: { snapshots: 1, files: 40 },
    errors: Array.from({ length: 23 }, (_, index) => ({
      snapshotId: "s1",
      path: `${WORK}/${index}.ics`,
      code: "store-corrupt",
      message: "Damaged.",
    })),
    damaged: [{ snapshotId: "s1", files: 40, restorable: 17 }],
  });
  button(`Check the snapshot of ${WHEN}`).click();
  await vi.waitFor(() => expect(alerts()[0]).toContain("This snapshot is damaged."));
  expect(alerts()[0]).toContain(`${WORK}/19.ics: Damaged.`);
  expect(alerts()[0]).not.toContain(`${WORK}/20.ics`);
  expect(alerts()[0]).toContain("and 3 more");
});

test("nothing is restored before the preview was confirmed", async () => {
  await openRestore();
  const done = { ...nothing, created: 3, updated: 1, removed: 2, unchanged: 4 };
  background.answers["snapshots.restore"] = ({ dryRun }) =>
    dryRun
      ? { ...done, notifies: ["bob@example.org", "carol@example.org"] }
      : { ...done, safetySnapshotId: "s9" };
  field("Make it exactly as it was").click();
  button("Preview").click();
  await vi.waitFor(() => expect(text()).toContain("What will happen"));
  const request = {
    snapshotId: "s1",
    selection: { all: true },
    target: { kind: "original" },
    mode: "exact",
  };
  expect(background.asks("snapshots.restore")).toEqual([{ ...request, dryRun: true }]);
  expect(text()).toContain("3 items will be added");
  expect(text()).toContain("One item will be put back to its older version");
  expect(text()).toContain("2 items will be removed");
  expect(alerts()[0]).toContain("bob@example.org and carol@example.org");
  button("Restore now").click();
  await vi.waitFor(() => expect(text()).toContain("Restored."));
  expect(text()).toContain("2 items were removed");
  expect(background.asks("snapshots.restore").at(-1)).toEqual({ ...request, dryRun: false });
});

test("a change of the form takes the preview back", async () => {
  await openRestore();
  background.answers["snapshots.restore"] = () => ({ ...nothing, created: 1 });
  button("Preview").click();
  await vi.waitFor(() => button("Restore now"));
  field("Also put back older versions").click();
  expect(() => button("Restore now")).toThrow();
});

test("only the ticked calendars are restored", async () => {
  await openRestore();
  background.answers["snapshots.restore"] = () => ({ ...nothing, created: 1 });
  field("Home").click();
  button("Preview").click();
  await vi.waitFor(() => button("Restore now"));
  expect(background.asks("snapshots.restore")).toMatchObject([
    { selection: { calendars: [WORK] } },
  ]);
  field("Work").click();
  button("Preview").click();
  expect(alerts()).toEqual(["Tick at least one calendar."]);
});

test("a restore into a folder asks for the folder first", async () => {
  await openRestore();
  background.answers["places.pick"] = () => ({ directory: null });
  field("A folder, as .ics files").click();
  await vi.waitFor(() => expect(background.asks("places.pick")).toHaveLength(1));
  button("Preview").click();
  expect(alerts()).toEqual(["Choose a folder first."]);
  background.answers["places.pick"] = () => ({ directory: "/tmp/out" });
  background.answers["snapshots.restore"] = () => ({ ...nothing, created: 40 });
  button("Choose folder…").click();
  await vi.waitFor(() => expect(text()).toContain("/tmp/out"));
  button("Preview").click();
  await vi.waitFor(() => button("Restore now"));
  expect(background.asks("snapshots.restore").at(-1)).toMatchObject({
    target: { kind: "folder", directory: "/tmp/out" },
    dryRun: true,
  });
});

test("a restore that left something out is not called done", async () => {
  await openRestore();
  background.answers["snapshots.restore"] = ({ dryRun }) =>
    dryRun
      ? { ...nothing, created: 2 }
      : {
          ...nothing,
          created: 1,
          failed: [{ item: `${WORK}/x.ics`, code: "forbidden", message: "The server refused it." }],
        };
  button("Preview").click();
  await vi.waitFor(() => button("Restore now"));
  button("Restore now").click();
  await vi.waitFor(() => expect(text()).toContain("Restored, but not everything."));
  expect(alerts()[0]).toContain(`${WORK}/x.ics: The server refused it.`);
});

test("things that changed since the preview: the restore is refused with what to do", async () => {
  await openRestore();
  background.answers["snapshots.restore"] = ({ dryRun }) => {
    if (dryRun) return { ...nothing, created: 1 };
    throw new AppError("preview-outdated", "The calendars changed since the preview.", {
      hint: "Look at a new preview.",
    });
  };
  button("Preview").click();
  await vi.waitFor(() => button("Restore now"));
  button("Restore now").click();
  await vi.waitFor(() => expect(alerts()[0]).toContain("Look at a new preview."));
  expect(button("Preview").disabled).toBe(false);
});

test("nothing to do is said, without a button to press", async () => {
  await openRestore();
  background.answers["snapshots.restore"] = () => ({ ...nothing, unchanged: 40 });
  button("Preview").click();
  await vi.waitFor(() => expect(text()).toContain("Everything is already as in this snapshot."));
  expect(() => button("Restore now")).toThrow();
});

test("a restore running when the page opened is shown and can be cancelled", async () => {
  background.answers["operations.list"] = () => [
    { id: "o3", operation: "snapshots.restore", done: 1, total: 40, note: "" },
  ];
  background.answers["operations.cancel"] = () => ({ cancelled: true });
  await open(snapshot);
  await vi.waitFor(() => expect(text()).toContain("1 of 40"));
  button("Cancel").click();
  await vi.waitFor(() => expect(background.asks("operations.cancel")).toEqual([{ id: "o3" }]));
});

test("what was left out is named by its title and when, with its path and what helps", async () => {
  await openRestore();
  const about = { summary: "Dentist", start: Date.UTC(2026, 10, 24), startValue: "|20261124" };
  background.answers["snapshots.restore"] = ({ dryRun, newUids }) => ({
    ...nothing,
    preview: dryRun ? "as seen" : null,
    created: 1,
    failed: newUids
      ? []
      : [
          { item: `${WORK}/x.ics`, code: "conflict", message: "The trash bin holds it.", about },
          { item: `${WORK}/y.ics`, code: "network", message: "No answer.", about },
        ],
  });
  button("Preview").click();
  await vi.waitFor(() => button("Restore now"));
  button("Restore now").click();
  await vi.waitFor(() => expect(text()).toContain("Restored, but not everything."));
  expect(alerts()[0]).toMatch(/Dentist · Nov 24, 2026.*The trash bin holds it\./);
  expect(alerts()[0]).toContain(`${WORK}/x.ics`);
  button("Bring these back as copies").click();
  await vi.waitFor(() => button("Restore now"));
  expect(background.asks("snapshots.restore").at(-1)).toEqual({
    snapshotId: "s1",
    selection: { items: [`${WORK}/x.ics`] },
    target: { kind: "original" },
    mode: "missing",
    newUids: true,
    dryRun: true,
  });
});

test("items whose calendar is gone can go into a new one", async () => {
  await openRestore();
  background.answers["snapshots.restore"] = ({ target }) => ({
    ...nothing,
    created: target.kind === "new" ? 1 : 0,
    failed:
      target.kind === "new"
        ? []
        : [{ item: `${HOME}/h.ics`, code: "calendar-unknown", message: "It is gone." }],
  });
  button("Preview").click();
  await vi.waitFor(() => expect(alerts()[0]).toContain(`${HOME}/h.ics: It is gone.`));
  expect(() => button("Restore now")).toThrow();
  button("Restore these into a new calendar on this computer").click();
  await vi.waitFor(() => button("Restore now"));
  expect(background.asks("snapshots.restore").at(-1)).toMatchObject({
    selection: { items: [`${HOME}/h.ics`] },
    target: { kind: "new" },
  });
});

test("a restore may go into any calendar in Thunderbird, and into a new one on a server", async () => {
  background.answers["calendars.list"] = () => [
    listed("c1", "Team", "bob@dav.example.org", "ext-keeper"),
    { ...listed("c2", "Holidays", "local", "ics"), readOnly: true },
    listed("c3", "Home", "local", "storage"),
    listed("c4", "Thunderbird's own CalDAV", "local", "caldav"),
  ];
  background.answers["accounts.list"] = () => [sampleAccount];
  background.answers["snapshots.restore"] = () => ({ ...nothing, created: 1 });
  await openRestore();
  await vi.waitFor(() => expect(text()).toContain("Team"));
  expect(text()).not.toContain("Holidays");
  const places = [...document.querySelectorAll("optgroup")].map(({ label, textContent }) => [
    ...[label, textContent],
  ]);
  expect(places).toEqual([
    ["bob@dav.example.org", "Team"],
    ["On this computer", "Home"],
    ["Other calendars in Thunderbird", "Thunderbird's own CalDAV"],
  ]);
  field("Another calendar").click();
  button("Preview").click();
  await vi.waitFor(() => button("Restore now"));
  expect(background.asks("snapshots.restore").at(-1)).toMatchObject({
    target: { kind: "calendar", calendarId: "c1" },
  });
  field("A new calendar").click();
  button("Preview").click();
  expect(alerts()).toEqual(["Give the new calendar a name first."]);
  choose("Name of the new calendar", "Brought back");
  choose("Where the new calendar is made", sampleAccount.id);
  button("Preview").click();
  await vi.waitFor(() => button("Restore now"));
  expect(background.asks("snapshots.restore").at(-1)).toMatchObject({
    target: { kind: "new", name: "Brought back", accountId: sampleAccount.id },
  });
});

test("a pinned snapshot says so, and the pin can be taken off", async () => {
  await open({ ...snapshot, pinned: true });
  background.answers["snapshots.pin"] = () => ({ pinned: [] });
  expect(text()).toContain("Pinned");
  button(`Unpin the snapshot of ${WHEN}`).click();
  await vi.waitFor(() => button(`Pin the snapshot of ${WHEN}`));
  expect(background.asks("snapshots.pin")).toEqual([{ snapshotId: "s1", pinned: false }]);
  expect(text()).not.toContain("Pinned");
});

test("before a snapshot is removed the page tells what only it holds", async () => {
  await open(snapshot);
  background.answers["snapshots.remove"] = ({ dryRun }) => ({
    removed: [{ id: "s1", time: snapshot.time, label: "" }],
    lastOf: [HOME],
    unreadable: [],
    onlyHere: dryRun ? { total: 51, items: [onlyItem] } : null,
  });
  button(`Remove the snapshot of ${WHEN}`).click();
  await vi.waitFor(() => expect(text()).toContain("51 items would be lost"));
  expect(text()).toContain("Dentist · Nov 24, 2026 · home");
  expect(text()).toContain("and 50 more");
  expect(alerts()[0]).toContain("No other snapshot holds anything of this calendar:home");
  button("Remove these last copies all the same").click();
  await vi.waitFor(() => expect(text()).toContain(`The snapshot of ${WHEN} was removed.`));
  expect(background.asks("snapshots.remove")).toEqual([
    { snapshotIds: ["s1"], dryRun: true },
    { snapshotIds: ["s1"], evenLast: true },
  ]);
});

const nothingOnly = (unreadable: readonly string[]) => ({
  removed: [{ id: "s1", time: snapshot.time, label: "" }],
  ...{ lastOf: [], unreadable, onlyHere: { total: 0, items: [] } },
});

test("of a damaged snapshot nobody says that others hold everything", async () => {
  await open(snapshot);
  background.answers["snapshots.remove"] = () => nothingOnly(["s1"]);
  button(`Remove the snapshot of ${WHEN}`).click();
  await vi.waitFor(() => expect(alerts()[0]).toContain("too damaged to tell"));
  expect(text()).not.toContain("Other snapshots hold everything");
  button("Remove it all the same").click();
  await vi.waitFor(() => expect(text()).toContain(`The snapshot of ${WHEN} was removed.`));
  expect(background.asks("snapshots.remove").at(-1)).toEqual({
    snapshotIds: ["s1"],
    evenLast: true,
  });
});

test("a key that is pressed while it is looked up removes nothing, and whoever went elsewhere stays there", async () => {
  await open(snapshot);
  let answer: () => void = () => {};
  background.answers["snapshots.remove"] = () =>
    new Promise((resolve) => {
      answer = () => resolve(nothingOnly([]));
    });
  const opener = button(`Remove the snapshot of ${WHEN}`);
  const look = async (): Promise<void> => {
    opener.click();
    await vi.waitFor(() => expect(text()).toContain("Looking"));
  };
  const answered = () => vi.waitFor(() => button("Keep it"));
  await look();
  expect(document.activeElement?.textContent).toContain("Looking");
  answer();
  await answered();
  expect(document.activeElement?.tagName).toBe("H3");
  button("Keep it").click();
  await look();
  const elsewhere = button(`Pin the snapshot of ${WHEN}`);
  elsewhere.focus();
  answer();
  await answered();
  expect(document.activeElement).toBe(elsewhere);
});

test("a whole snapshot is saved as one archive, under a name that is free", async () => {
  await open(snapshot);
  background.answers["places.pick"] = () => ({ directory: "/tmp/out" });
  let taken = true;
  background.answers["snapshots.export"] = () => {
    if (taken) {
      taken = false;
      throw new AppError("file-exists", "There is one.");
    }
    return { files: [{ name: "Work.ics", items: 30 }], failed: [] };
  };
  button(`Save as .ics: snapshot of ${WHEN}`).click();
  field("One .zip file").click();
  button("Choose a folder and save…").click();
  await vi.waitFor(() => expect(text()).toContain("Saved: "));
  expect(text()).toMatch(/Saved: Snapshot of Nov 19, 2026.* \(2\)\.zip/);
  expect(background.asks("snapshots.export").at(-1)).toMatchObject({
    snapshotId: "s1",
    selection: { all: true },
    target: { kind: "file", path: expect.stringMatching(/^\/tmp\/out\/.* \(2\)\.zip$/) },
  });
});

/** Sets the control of this name. */
function choose(name: string, value: string): void {
  const control = document.querySelector<HTMLInputElement>(`[aria-label="${name}"]`);
  if (!control) throw new Error(`There is no control "${name}"`);
  control.value = value;
}
