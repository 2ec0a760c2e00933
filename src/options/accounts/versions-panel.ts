/** Versions of a calendar's items that were replaced or removed: looked through, brought back, saved. */
import type { CommandValue } from "../../shared/commands.ts";
import { resultNotice } from "../components/notice.ts";
import { type Child, element, show, uniqueId } from "../element.ts";
import type { Page } from "../page.ts";
import { itemView } from "./item-view.ts";
import { Panel } from "./panel.ts";
import { saveVersion } from "./save-version.ts";

type Version = CommandValue<"superseded.list">[number];

/** At a time; more are drawn when asked for. */
const STEP = 30;

/** What the item store calls the ways a version was replaced, with the keys of their texts. */
const REASONS: Readonly<Record<string, string>> = {
  edit: "replacedByEdit",
  delete: "replacedByDeletion",
  sync: "replacedByServer",
  merge: "replacedByMerge",
  move: "replacedByMove",
  restore: "replacedByRestore",
  conflict: "replacedByConflict",
  "removed on the server": "replacedByRemoval",
  "deleted on the server": "replacedByRemoval",
};

export function versionsPanel(page: Page, calendarId: string): Panel {
  const { client, words } = page;
  const list = element("ul", { class: "rows" });
  const found = element("p", { class: "quiet", role: "status" });
  const more = element("button", { type: "button", onclick: () => draw(shown + STEP) }, "");
  const rest = element("p", { class: "actions" }, more);
  const search = element("input", {
    id: uniqueId("versions"),
    type: "search",
    oninput: () => draw(STEP),
  });
  let versions: readonly Version[] = [];
  let shown = STEP;

  const row = (version: Version): HTMLElement => {
    const { id, summary, reason, supersededAt, text } = version;
    const title = summary || words.text("noTitle");
    const view = element("div", { hidden: true });
    const open = element(
      "button",
      {
        type: "button",
        "aria-expanded": "false",
        "aria-label": words.text("showVersionOf", title),
        onclick: () => {
          view.hidden = !view.hidden;
          open.setAttribute("aria-expanded", String(!view.hidden));
          if (!view.hasChildNodes()) show(view, itemView(page, text));
        },
      },
      words.text("showVersion"),
    );
    const restore = async (): Promise<HTMLElement> => {
      const { changed } = await client.call("superseded.restore", { calendarId, id });
      return resultNotice(
        "success",
        words.text(changed === 0 ? "versionIsThere" : "versionRestored", title),
      );
    };
    return element(
      "li",
      {},
      element(
        "div",
        { class: "grow" },
        element("p", { class: "name" }, title),
        element(
          "p",
          { class: "quiet" },
          `${words.text(REASONS[reason] ?? "replacedOtherwise")} · ${words.dateTime(supersededAt)}`,
        ),
      ),
      element(
        "div",
        { class: "actions" },
        open,
        element(
          "button",
          {
            type: "button",
            "aria-label": words.text("bringBackOf", title),
            onclick: () => void panel.act(restore),
          },
          words.text("bringBack"),
        ),
        element(
          "button",
          {
            type: "button",
            "aria-label": words.text("saveVersionOf", title),
            onclick: () => void panel.act(() => saveVersion(page, title, text)),
          },
          words.text("saveVersion"),
        ),
      ),
      view,
    );
  };

  const draw = (count: number): void => {
    shown = count;
    const wanted = search.value.trim().toLocaleLowerCase();
    const matching = versions.filter(({ summary }) => summary.toLocaleLowerCase().includes(wanted));
    show(list, ...matching.slice(0, count).map(row));
    found.textContent =
      matching.length === 0
        ? words.text(versions.length === 0 ? "noVersions" : "noVersionsFound")
        : words.counted("versionsFound", matching.length);
    rest.hidden = matching.length <= count;
    more.textContent = words.counted("moreVersions", Math.max(0, matching.length - count));
  };

  const panel = new Panel(page, words.text("earlierVersions"), async (): Promise<Child[]> => {
    versions = await client.call("superseded.list", { calendarId });
    draw(shown);
    return [
      element(
        "p",
        { class: "hint" },
        words.text("earlierVersionsHint"),
        " ",
        element(
          "a",
          { href: `history.html?calendar=${encodeURIComponent(calendarId)}`, "data-own-tab": true },
          words.text("olderInHistory"),
        ),
      ),
      versions.length > 0 &&
        element(
          "p",
          { class: "field" },
          element("label", { for: search.id }, words.text("searchTitle")),
          search,
        ),
      found,
      list,
      rest,
    ];
  });
  return panel;
}
