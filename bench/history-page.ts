/** What a person does on the history page, each until it is shown, with the longest time nothing answered. */
import type { Page, Thunderbird } from "../test/support/thunderbird.ts";
import { watchExtensionThread } from "./extension-thread.ts";
import { watchMainThread } from "./main-thread.ts";
import type { Sample } from "./samples.ts";

type Add = (work: string, unit: Sample["unit"], value: number) => void;

/** What the scripts in the page use: `until` looks once a frame, and resolves when what it waited for was drawn. */
const HELPERS = `
  const frame = () => new Promise((next) => requestAnimationFrame(next));
  const until = async (what, condition) => {
    for (const end = performance.now() + 90000; !condition(); await frame())
      if (performance.now() > end) throw new Error("waited for: " + what);
    await frame();
  };
  const timed = async (what, act, condition) => {
    const began = performance.now();
    act();
    await until(what, condition);
    return performance.now() - began;
  };
  const body = () => document.querySelector(".body");
  const settled = () => body().ariaBusy !== "true" && !body().classList.contains("waiting");
  const list = () => document.querySelector(".list[role=listbox]");
  const inView = () => {
    const edge = list().getBoundingClientRect();
    return [...list().querySelectorAll(".row")].filter((row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return bottom > edge.top && top < edge.bottom;
    });
  };
  const rowsShown = () => settled() && list() !== null && inView().length > 0 && inView().every((row) => !row.classList.contains("skeleton"));
  // Of a backup in which nothing changed that is said.
  const changesShown = () => settled() && (document.querySelector(".body .empty") !== null || rowsShown());
  const moments = () => [...document.querySelectorAll(".moment[data-snapshot]")];
  const view = (name) => document.querySelector('[data-focus="view ' + name + '"]');
  const field = (index) => document.querySelectorAll("form.search input")[index];
  const type = (input, value) => {
    input.value = value;
    input.dispatchEvent(new Event(input.type === "date" ? "change" : "input", { bubbles: true }));
  };`;

/** Works in the order in which they are done; each the body of an async function that gives milliseconds. */
const WORKS: readonly (readonly [work: string, script: string])[] = [
  [
    "another backup chosen, until its items are shown",
    `const target = moments()[Math.min(5, moments().length - 2)];
     return timed("items", () => target.click(), () => target.ariaCurrent === "true" && rowsShown());`,
  ],
  [
    "its changes, until they are shown",
    `return timed("changes", () => view("changes").click(), () => view("changes").ariaPressed === "true" && changesShown());`,
  ],
  [
    "changes of the oldest backup but one",
    `const target = moments().at(-2);
     target.scrollIntoView();
     await frame();
     return timed("changes", () => target.click(), () => target.ariaCurrent === "true" && changesShown());`,
  ],
  [
    "the month of a backup, until it is shown",
    `return timed("month", () => view("month").click(), () => document.querySelector(".month table:not(.busy)") !== null);`,
  ],
  [
    "the next month",
    `return timed("month", () => document.querySelector('[data-focus="nextMonth"]').click(), () => document.querySelector(".month table:not(.busy)") !== null);`,
  ],
  [
    "all backups chosen, until their items are shown",
    `view("items").click();
     await until("items", rowsShown);
     return timed("all", () => document.querySelector('[data-focus="moment all"]').click(), () => rowsShown());`,
  ],
  [
    "the list scrolled to its middle, until the rows are there",
    `return timed("rows", () => { list().scrollTop = list().scrollHeight / 2; }, rowsShown);`,
  ],
  [
    "the list scrolled to its end",
    `return timed("rows", () => { list().scrollTop = list().scrollHeight; }, rowsShown);`,
  ],
  [
    "a word typed in the search over all backups, until what it finds is shown",
    `const [word] = arguments[0].split(" ");
     return timed("found", () => type(field(0), word), () => rowsShown() && inView().every((row) => row.textContent.includes(word)));`,
  ],
  [
    "a search by dates over all backups",
    `type(field(0), "");
     field(0).form.requestSubmit();
     await until("everything", rowsShown);
     const before = document.querySelector("footer [role=status]").textContent;
     return timed("found", () => { field(1).value = "2026-06-01"; type(field(2), "2026-06-07"); },
       () => rowsShown() && document.querySelector("footer [role=status]").textContent !== before);`,
  ],
  [
    "an item opened, until its versions stand side by side",
    `field(1).value = "";
     field(2).value = "";
     type(field(0), arguments[0]);
     field(0).form.requestSubmit();
     const row = () => inView().find((node) => node.querySelector(".name")?.textContent === arguments[0] + " " + arguments[1]);
     await until("the item", () => rowsShown() && row() !== undefined);
     return timed("versions", () => row().click(), () => document.querySelectorAll(".version-list .version").length > 1 && document.querySelector(".compared table") !== null);`,
  ],
  [
    "another version of it",
    `const target = document.querySelectorAll(".version-list .version")[1];
     const shown = document.querySelector(".compared table");
     return timed("version", () => target.click(), () => document.querySelectorAll(".version-list .version")[1].ariaCurrent === "true" && document.querySelector(".compared table") !== shown);`,
  ],
];

/** An item with several versions, as its title stands in the newest: words that find it, and what follows on them. */
export interface WatchedItem {
  readonly words: string;
  readonly title: string;
}

/** The store must hold at least three snapshots. */
export async function measureHistoryPage(
  thunderbird: Thunderbird,
  item: WatchedItem,
  add: Add,
): Promise<void> {
  // The process of the pages must be there to be watched.
  await thunderbird.command("operations.list");
  await thunderbird.suspendBackground();
  let mostOfMain = 0;
  const watched = async <T>(work: string, take: () => Promise<T>): Promise<T> => {
    const [stopPage, stopMain] = [
      await watchExtensionThread(thunderbird),
      await watchMainThread(thunderbird),
    ];
    const taken = await take();
    const [page, main] = [await stopPage(), await stopMain()];
    add(`history page: ${work}: longest gap of the page`, "ms", page);
    mostOfMain = Math.max(mostOfMain, main.longest);
    return taken;
  };
  const opened = "opened, until every backup was read";
  const page = await watched(opened, async () => {
    const tab = await thunderbird.page("options/history.html?bench=history");
    for (const [mark, what] of [
      ["shown", "opened, until the newest backup is shown"],
      ["fresh", opened],
    ] as const)
      add(`history page: ${what}`, "ms", await markOf(thunderbird, tab, `history ${mark}`));
    return tab;
  });
  for (const [work, script] of WORKS) {
    const ms = await watched(work, () =>
      page.evaluate<number>(`${HELPERS}\n${script}`, item.words, item.title),
    );
    add(`history page: ${work}`, "ms", ms);
  }
  add("history page: longest gap of Thunderbird's main thread in all of this", "ms", mostOfMain);
  await page.close();
}

function markOf(thunderbird: Thunderbird, page: Page, mark: string): Promise<number> {
  return thunderbird.waitFor(
    () =>
      page.evaluate<number | null>(
        `return performance.getEntriesByName(arguments[0])[0]?.startTime ?? null;`,
        mark,
      ),
    mark,
    600_000,
  );
}
