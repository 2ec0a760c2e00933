// @vitest-environment jsdom
/** What a search shows while it goes on, when it is cancelled, and when the page is opened again. */
import { beforeEach, expect, test, vi } from "vitest";
import { localDates } from "../../../src/options/history/date-words.ts";
import { FoundItems } from "../../../src/options/history/found-items.ts";
import { HistoryQueries } from "../../../src/options/history/history-queries.ts";
import { ListPane } from "../../../src/options/history/list-pane.ts";
import { MonthView } from "../../../src/options/history/month-view.ts";
import { SearchBar } from "../../../src/options/history/search-bar.ts";
import { WorkQueue } from "../../../src/options/history/work-queue.ts";
import { LastShown } from "../../../src/options/last-shown.ts";
import type { Page } from "../../../src/options/page.ts";
import type { CommandValue, FoundItem, SnapshotSummary } from "../../../src/shared/commands.ts";
import { AppError } from "../../../src/shared/errors.ts";
import { MemoryArea } from "../../support/memory-area.ts";
import { button, FakeBackground, NOW } from "../fake-background.ts";

type Found = CommandValue<"snapshots.search">;

const WORK = "/calendars/ada@dav.example.org/work";
const HOME = "/calendars/local/home";
const ANYTHING = { text: "", from: null, to: null, calendar: null, gone: false };
const SNAPSHOTS: SnapshotSummary[] = ["new", "old", "oldest"].map((id, index) => ({
  ...{ id, time: NOW - index * 86_400_000, label: "", calendars: 1, items: 2, bytes: 100 },
  pinned: false,
}));

function item(uid: string): FoundItem {
  return {
    ...{ path: `${WORK}/${uid}.ics`, snapshotId: "new", calendar: WORK, uid, summary: uid },
    ...{ start: NOW, end: NOW, startValue: "|20261121", recurring: false, component: "event" },
    ...{ size: 1, versions: 1, snapshots: 1, since: NOW, until: NOW, gone: false },
    replacedAt: null,
  } as const;
}

function found(...uids: string[]): Found {
  const items = uids.map(item);
  return { items, total: items.length, calendars: [], snapshots: 1, unreadable: [] };
}

let background: FakeBackground;
let page: Page;
let area: MemoryArea;
const again = vi.fn();
const text = () => document.body.textContent ?? "";
const titles = () => [...document.querySelectorAll(".row .name")].map((node) => node.textContent);

function open(): { items: FoundItems; pane: ListPane; bar: SearchBar; queries: HistoryQueries } {
  document.body.replaceChildren();
  const root = document.body.appendChild(document.createElement("main"));
  const dates = localDates("en");
  const queries = new HistoryQueries(page, dates, new WorkQueue());
  const month = new MonthView(page, dates, { turn() {}, open() {}, colorOf: () => null });
  const nothing = () => {};
  const pane = new ListPane(root, page, dates, month, {
    ...{ view: nothing, open: nothing, restore: nothing, save: nothing, failed: nothing },
  });
  const bar = new SearchBar(document.createElement("search"), page, nothing);
  return { items: new FoundItems(page, queries, bar, pane, again), pane, bar, queries };
}

beforeEach(() => {
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe(): void {}
    },
  );
  again.mockReset();
  background = new FakeBackground();
  area = new MemoryArea();
  page = { ...background.page, lastShown: new LastShown({ session: area }) };
});

test("what the newest backup holds is there while the others are searched, and stays chosen when they are", async () => {
  let answer: (value: Found) => void = () => {};
  background.answers["snapshots.search"] = ({ snapshotId }) =>
    snapshotId === "new"
      ? found("a", "c")
      : new Promise((resolve) => {
          answer = resolve;
        });
  const { items, pane } = open();
  const shown = items.show(SNAPSHOTS, null, () => true);
  await vi.waitFor(() => expect(titles()).toEqual(["a", "c"]));
  await vi.waitFor(() =>
    expect(text()).toContain("From the newest backup. The other 2 are being searched…"),
  );
  document.querySelector<HTMLElement>(".row .tick")?.click();
  expect(text()).toContain("1 of 2 selected");
  answer(found("a", "b", "c"));
  await shown;
  expect(titles()).toEqual(["a", "b", "c"]);
  expect(text()).toContain("1 of 3 selected");
  expect(pane.list.ticks.size).toBe(1);
  expect(text()).not.toContain("being searched");
});

test("a chosen calendar stays chosen while only a backup without it was searched", async () => {
  const home = {
    ...{ path: HOME, displayName: "Home", account: "local" },
    ...{ color: null, calendarId: null, items: 1 },
  };
  let answer: (value: Found) => void = () => {};
  background.answers["snapshots.search"] = ({ snapshotId }) =>
    snapshotId === "new"
      ? found()
      : new Promise((resolve) => {
          answer = resolve;
        });
  const { items, bar } = open();
  bar.setCalendars([home]);
  bar.choose(HOME);
  const shown = items.show(SNAPSHOTS, null, () => true);
  await vi.waitFor(() => expect(text()).toContain("being searched"));
  expect(bar.wanted.calendar).toBe(HOME);
  answer({ ...found("a"), calendars: [home] });
  await shown;
  expect(bar.wanted.calendar).toBe(HOME);
});

test("of searches of all backups one goes on at a time, and those nobody wants any more are not begun", async () => {
  const answers: ((value: Found) => void)[] = [];
  const texts: (string | undefined)[] = [];
  background.answers["snapshots.search"] = ({ snapshotId, text: words }) => {
    if (snapshotId === "new") return found("a");
    texts.push(words);
    return new Promise((resolve) => {
      answers.push(resolve);
    });
  };
  const { queries } = open();
  const isWanted = { first: true, second: true, third: true };
  const search = (words: "first" | "second" | "third") =>
    queries.items(undefined, { ...ANYTHING, text: words }, () => isWanted[words], true);
  const first = search("first");
  await vi.waitFor(() => expect(texts).toEqual(["first"]));
  isWanted.first = false;
  const second = search("second");
  isWanted.second = false;
  const third = search("third");
  await queries.items("new", ANYTHING, () => true);
  expect(texts).toEqual(["first"]);
  answers[0]?.(found("a"));
  expect([await first, await second]).toEqual([null, null]);
  await vi.waitFor(() => expect(texts).toEqual(["first", "third"]));
  answers[1]?.(found("b"));
  expect((await third)?.answer.total).toBe(1);
});

test("a cancelled search leaves what was found, says so, and can be asked for again", async () => {
  background.answers["snapshots.search"] = ({ snapshotId }) => {
    if (snapshotId === "new") return found("a");
    throw new AppError("aborted", "Cancelled.");
  };
  await open().items.show(SNAPSHOTS, null, () => true);
  expect(titles()).toEqual(["a"]);
  expect(text()).toContain("Cancelled: only the newest backup was searched.");
  button("Search all backups").click();
  expect(again).toHaveBeenCalledOnce();
});

test("once all backups were read, a search is one question", async () => {
  background.answers["snapshots.search"] = () => found("a");
  const { items } = open();
  await items.show(SNAPSHOTS, null, () => true);
  await items.show(SNAPSHOTS, null, () => true);
  expect(background.asks("snapshots.search")).toHaveLength(3);
  items.changed();
  await items.show(SNAPSHOTS, null, () => true);
  expect(background.asks("snapshots.search")).toHaveLength(5);
});

test("a page opened again shows at once what it showed last", async () => {
  background.answers["snapshots.search"] = () => found("a", "b");
  await open().items.show(SNAPSHOTS, null, () => true);
  background.answers["snapshots.search"] = () => {
    throw new Error("The background is asked");
  };
  page = { ...background.page, lastShown: new LastShown({ session: area }) };
  expect(await open().items.showLast()).toEqual(SNAPSHOTS);
  expect(titles()).toEqual(["a", "b"]);
});

test("what holds titles of events is not kept on the disk", async () => {
  const disk = new MemoryArea();
  page = { ...background.page, lastShown: new LastShown({ session: area, local: disk }) };
  background.answers["snapshots.search"] = () => found("a");
  await open().items.show(SNAPSHOTS, null, () => true);
  page.lastShown.keep("accounts", []);
  expect(JSON.stringify(area.values)).toContain('"summary":"a"');
  expect(Object.values(disk.values)).toEqual([[]]);
});

test("the first time there is nothing to show", async () => {
  expect(await open().items.showLast()).toBe(null);
});

test.each(["before", "after"] as const)(
  "a search of all backups that nobody waits for any more is cancelled, %s it has told of itself",
  async (told) => {
    const cancelled: string[] = [];
    background.answers["operations.cancel"] = ({ id }) => {
      cancelled.push(id);
      return { cancelled: true };
    };
    const subjects: string[] = [];
    background.answers["snapshots.search"] = ({ snapshotId, subject }) => {
      if (snapshotId === "new") return found("a");
      subjects.push(subject ?? "");
      return new Promise<Found>(() => {});
    };
    const { items, queries } = open();
    void items.show(SNAPSHOTS, null, () => true);
    await vi.waitFor(() => expect(subjects).toHaveLength(1));
    const progress = { event: "progress", operation: "snapshots.search", done: 0, total: 3 };
    const tell = (id: string, subject: string) =>
      background.emit({ ...progress, event: "progress", note: "", id, subject });
    tell("of another page", "search-other-1");
    if (told === "before") queries.supersede();
    tell("of this page", subjects[0] ?? "");
    if (told === "after") queries.supersede();
    await vi.waitFor(() => expect(cancelled).toEqual(["of this page"]));
    queries.supersede();
    tell("of this page", subjects[0] ?? "");
    expect(cancelled).toEqual(["of this page"]);
  },
);
