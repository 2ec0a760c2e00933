/** Many changes at once that were made in a calendar: each can be undone for 30 days. */
import type { GuardedChange } from "../../shared/commands.ts";
import { element } from "../element.ts";
import type { Page } from "../page.ts";
import { madeWords } from "./guard-words.ts";
import { Panel } from "./panel.ts";
import { undoneNotice } from "./undone-notice.ts";

export function madePanel(page: Page, calendarId: string): Panel {
  const { client, words } = page;

  const row = (change: GuardedChange): HTMLElement => {
    const said = madeWords(words, change);
    const { kind, at } = change;
    const undo = async (): Promise<HTMLElement> => {
      const undone = await client.call("guard.undo", { calendarId, kind, at: at ?? 0 });
      return undoneNotice(page, words.counted("broughtBack", undone.changed), undone);
    };
    return element(
      "li",
      {},
      element("p", { class: "grow" }, said),
      element(
        "button",
        {
          type: "button",
          "aria-label": `${words.text("undo")}: ${said}`,
          onclick: () => void panel.act(undo),
        },
        words.text("undo"),
      ),
    );
  };

  const panel = new Panel(page, words.text("massChanges"), async () => {
    const made = (await client.call("guard.list", {})).filter(
      (change) => change.calendarId === calendarId && change.state === "made",
    );
    panel.count = made.length;
    if (made.length === 0) return [element("p", { class: "quiet" }, words.text("noMassChanges"))];
    return [
      element("p", { class: "hint" }, words.text("massChangesHint")),
      element("ul", { class: "rows" }, ...made.map(row)),
    ];
  });
  return panel;
}
