/** A long history of a large calendar, in the real page: nothing is missing from it, and nothing is found that is not there. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleCalendar } from "../../scripts/sample-calendar.ts";
import { scanColumns } from "../../src/shared/ical/scan.ts";
import {
  historyEdits,
  historyMark,
  historyTextAt,
  makeHistoryStore,
} from "../support/history-store.ts";
import { XPI } from "../support/keeper-world.ts";
import { OptionsUser } from "../support/options-user.ts";
import { launchThunderbird, type Thunderbird } from "../support/thunderbird.ts";

const SNAPSHOTS = 20;
const ITEMS = sampleCalendar({ items: 1_000, seed: 11 });
/** Looked at by the page's user, from 0. */
const CHOSEN = 14;

/** The item's text in each snapshot, `null` where it is not. */
function textsOf(item: number): (string | null)[] {
  const original = ITEMS[item]?.text ?? "";
  let text: string | null = original;
  return Array.from({ length: SNAPSHOTS }, (_, snapshot) => {
    const edit = historyEdits(snapshot, ITEMS.length).find((each) => each.item === item);
    if (edit?.kind === "removed") text = null;
    if (edit?.kind === "changed") text = historyTextAt(original, snapshot);
    return text;
  });
}

const HISTORY = ITEMS.map((_, item) => textsOf(item));
const titleOf = (text: string) => scanColumns(text).summary;
const lastTitle = (texts: readonly (string | null)[]) =>
  titleOf(texts.findLast((text) => text !== null) ?? "");
const inOrder = (titles: readonly string[]) =>
  [...titles].sort((a, b) => (a < b ? -1 : Number(a > b)));
const titlesOf = (histories: readonly (readonly (string | null)[])[]) =>
  inOrder(histories.map(lastTitle));

describe("a history of twenty backups of a thousand items", () => {
  let folder: string;
  let thunderbird: Thunderbird;
  let user: OptionsUser;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "keeper-long-history-"));
    const store = path.join(folder, "store");
    await makeHistoryStore(store, {
      snapshots: SNAPSHOTS,
      items: ITEMS,
      firstAt: Date.UTC(2026, 9, 5, 9),
    });
    thunderbird = await launchThunderbird({
      xpi: XPI,
      prefs: { "extensions.caldav-keeper.places": JSON.stringify([folder]) },
    });
    const chosen = { directory: store, passphrase: null };
    expect(await thunderbird.command("backup.configure", chosen)).toMatchObject({ ok: true });
    user = await OptionsUser.open(thunderbird, "options/history.html");
    await shown(ITEMS.length);
  });
  afterAll(async () => {
    await thunderbird.quit();
    await rm(folder, { recursive: true, force: true });
  });

  /** Until the list says that it holds as many, and nothing is looked for any more. */
  const shown = (count: number) =>
    thunderbird.waitFor(
      () =>
        user.evaluate<boolean>(
          `const status = document.querySelector("footer [role=status]")?.textContent ?? "";
           const searching = document.querySelector(".summary [role=status]") !== null;
           return !searching && document.querySelector(".body").ariaBusy !== "true" &&
             Number(status.replace(/\\D/g, "")) === ${count};`,
        ),
      `${count} items in the list`,
      60_000,
    );

  /** Every title in the list, from its beginning to its end. */
  const scrolled = () =>
    user.evaluate<string[]>(
      `const frame = () => new Promise((next) => requestAnimationFrame(next));
       const list = document.querySelector(".list[role=listbox]");
       const titles = new Map();
       for (let top = 0; top < list.scrollHeight; top += list.clientHeight) {
         list.scrollTop = top;
         do await frame();
         while (list.querySelector(".row.skeleton"));
         for (const row of list.querySelectorAll(".row"))
           titles.set(Number(row.dataset.index), row.querySelector(".name").textContent);
       }
       return [...titles].sort(([a], [b]) => a - b).map(([, title]) => title);`,
    );

  const search = async (words: string, from = "", to = "") => {
    await user.evaluate(
      `const [text, from, to] = document.querySelectorAll("form.search input");
       text.value = ${JSON.stringify(words)};
       from.value = ${JSON.stringify(from)};
       to.value = ${JSON.stringify(to)};
       text.form.requestSubmit();`,
    );
  };
  const click = (selector: string) =>
    user.evaluate(`document.querySelector(${JSON.stringify(selector)}).click();`);

  test("holds every item once, as it was last", async () => {
    const titles = await scrolled();
    expect(inOrder(titles)).toEqual(titlesOf(HISTORY));
  });

  test("a search finds just the items that had such a version, whatever they are called now", async () => {
    for (const snapshot of [3, CHOSEN]) {
      const found = HISTORY.filter((texts) =>
        texts.some((text) => text?.includes(historyMark(snapshot))),
      );
      await search(historyMark(snapshot));
      await shown(found.length);
      expect(inOrder(await scrolled())).toEqual(titlesOf(found));
    }
  });

  test("a search by dates finds just what lies on them", async () => {
    const [from, to] = [Date.UTC(2026, 5, 1), Date.UTC(2026, 5, 15) - 1];
    const found = HISTORY.filter((_, item) => {
      const { start, end } = scanColumns(ITEMS[item]?.text ?? "");
      if (start === null && end === null) return false;
      return !(end !== null && end < from) && !(start !== null && start > to);
    });
    await search("", "2026-06-01", "2026-06-14");
    await shown(found.length);
    expect(inOrder(await scrolled())).toEqual(titlesOf(found));
  });

  test("what is gone is found", async () => {
    await search("");
    await shown(ITEMS.length);
    const gone = HISTORY.filter((texts) => texts.at(-1) === null);
    expect(gone.length).toBeGreaterThan(5);
    await user.choose("Only what is gone");
    await shown(gone.length);
    expect(inOrder(await scrolled())).toEqual(titlesOf(gone));
    await user.choose("Only what is gone");
    await shown(ITEMS.length);
  });

  test("a backup holds what was there then, and says what changed in it", async () => {
    const then = HISTORY.flatMap((texts) => texts[CHOSEN] ?? []);
    await user.evaluate(
      `[...document.querySelectorAll(".moment[data-snapshot]")].at(${-1 - CHOSEN}).click();`,
    );
    await shown(then.length);
    expect(inOrder(await scrolled())).toEqual(inOrder(then.map(titleOf)));
    const changed = HISTORY.filter((texts) => texts[CHOSEN] !== texts[CHOSEN - 1]);
    await click('[data-focus="view changes"]');
    await shown(changed.length);
    const words = changed.map((texts) => titleOf(texts[CHOSEN] ?? texts[CHOSEN - 1] ?? ""));
    expect(inOrder(await scrolled())).toEqual(inOrder(words));
    await click('[data-focus="moment all"]');
    await shown(ITEMS.length);
  });

  test("every version of an item is there to be looked at", async () => {
    const [texts] = HISTORY;
    const versions = new Set(texts);
    const [first] = ITEMS;
    await search(historyMark(CHOSEN));
    await user.see(historyMark(CHOSEN));
    await thunderbird.waitFor(
      () =>
        user.evaluate<boolean>(
          `const title = ${JSON.stringify(titleOf(first?.text ?? ""))};
           const row = [...document.querySelectorAll(".row")].find((node) => node.querySelector(".name")?.textContent.endsWith(title));
           row?.click();
           return row !== undefined;`,
        ),
      "the item",
    );
    await user.see(`${versions.size} versions`);
    await user.see("What changed");
    const listed = await user.evaluate<number>(
      `return document.querySelectorAll(".version-list .version").length;`,
    );
    expect(listed).toBe(versions.size);
  });
});
