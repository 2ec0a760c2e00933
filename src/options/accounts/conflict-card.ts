/** One conflict: both versions side by side, and the decision. */
import type { CommandValue } from "../../shared/commands.ts";
import { errorNotice } from "../components/notice.ts";
import { element, show } from "../element.ts";
import type { Page } from "../page.ts";
import { versionsSideBySide } from "./side-by-side.ts";

type Conflict = CommandValue<"conflicts.list">[number];
type Keep = "mine" | "theirs" | "both";

/** What happened, by the kinds of the item store, with the keys of their texts. */
const KINDS: Readonly<Record<string, string>> = {
  "both-changed": "conflictBothChanged",
  "deleted-there": "conflictDeletedThere",
  "deleted-here": "conflictDeletedHere",
  "uid-taken": "conflictUidTaken",
};

/** @param decided told when there is something new to be read */
export function conflictCard(
  page: Page,
  conflict: Conflict,
  calendarName: string,
  decided: () => void,
): HTMLElement {
  const { client, words, announce } = page;
  const { calendarId, id, summary, mine, theirs, createdAt } = conflict;
  const outcome = element("div");
  const title = summary || words.text("noTitle");

  const resolve = async (keep: Keep): Promise<void> => {
    for (const button of node.querySelectorAll("button")) button.disabled = true;
    try {
      const { changed, sent } = await client.call("conflicts.resolve", { calendarId, id, keep });
      announce(words.text(sent < changed ? "conflictDecidedWaits" : "conflictDecided", title));
      decided();
    } catch (error) {
      for (const button of node.querySelectorAll("button")) button.disabled = false;
      show(outcome, errorNotice(error));
    }
  };

  const choice = (keep: Keep, label: string, primary = false): HTMLElement =>
    element(
      "button",
      {
        type: "button",
        class: primary && "primary",
        "aria-label": `${label}: ${title}`,
        onclick: () => void resolve(keep),
      },
      label,
    );

  const choices =
    mine === null || theirs === null
      ? [
          choice("both", words.text("keepTheItem"), true),
          choice(mine === null ? "mine" : "theirs", words.text("letItBeDeleted")),
        ]
      : [
          choice("theirs", words.text("keepTheirs")),
          choice("mine", words.text("keepMine")),
          choice("both", words.text("keepBoth"), true),
        ];

  const node = element(
    "article",
    { class: "card decision", "aria-label": words.text("conflictOf", title) },
    element("h3", {}, title),
    element(
      "p",
      { class: "quiet" },
      `${calendarName} · ${words.text("noticedAt", words.dateTime(createdAt))}`,
    ),
    element("p", {}, words.text(KINDS[conflict.conflict] ?? "conflictBothChanged")),
    versionsSideBySide(page, conflict),
    element("p", { class: "actions" }, ...choices),
    element("p", { class: "hint" }, words.text("conflictKept")),
    outcome,
  );
  return node;
}
