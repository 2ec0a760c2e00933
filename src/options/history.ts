/**
 * Entry of the history page. Its address may say what it opens with: `history.html?calendar=ID` (Thunderbird's id of a
 * calendar), `history.html?calendar=ID&uid=UID` (the versions of one item).
 */
import browser from "webextension-polyfill";
import { OperationProgress } from "./components/operation-progress.ts";
import { localDates } from "./history/date-words.ts";
import { HistoryPage } from "./history/history-page.ts";
import { stayReady } from "./history/stay-ready.ts";
import { openPage } from "./open-page.ts";

const { page, byId } = openPage();
const { words } = page;

/** Thunderbird's own: opens in the browser or mail program of the system, never in here. */
const { openDefaultBrowser } = browser.windows as unknown as {
  openDefaultBrowser(url: string): Promise<void>;
};

const dates = localDates(words.language);
const dialog = byId("dialog") as HTMLDialogElement;
const history = new HistoryPage(
  {
    search: byId("search-root"),
    timeline: byId("timeline-root"),
    list: byId("list-root"),
    item: byId("item-root"),
    dialog,
  },
  page,
  dates,
  (href) => void openDefaultBrowser(href),
);
// A first search reads every snapshot; later ones are answered before anybody could look at a bar.
for (const command of ["snapshots.search", "snapshots.occurrences", "snapshots.versions"] as const)
  byId("operations").append(
    new OperationProgress(page, command, words.text("readingBackups"), { patient: true }).node,
  );
const address = new URLSearchParams(location.search);
void history.start({ calendar: address.get("calendar"), uid: address.get("uid") });
stayReady(document, () => page.client.call("operations.list", {}), page.now);
