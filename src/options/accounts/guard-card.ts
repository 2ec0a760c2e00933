/** Many changes at once that wait: what they are, and the user's word. */
import type { GuardedChange } from "../../shared/commands.ts";
import { isAppError } from "../../shared/errors.ts";
import { errorNotice, warningNotice } from "../components/notice.ts";
import { element, show } from "../element.ts";
import type { Page } from "../page.ts";
import { heldWords } from "./guard-words.ts";
import { undoneNotice } from "./undone-notice.ts";

/** @param decided told when there is something new to be read, with what is to be said beside it */
export function guardCard(
  page: Page,
  change: GuardedChange,
  calendarName: string,
  decided: (outcome?: HTMLElement) => void,
): HTMLElement {
  const { client, words, announce } = page;
  const { calendarId, kind, count, summaries, preview } = change;
  const said = heldWords(words, change, calendarName);
  const outcome = element("div");

  const decide = async (decision: "apply" | "keep", withoutSnapshot = false): Promise<void> => {
    for (const button of node.querySelectorAll("button")) button.disabled = true;
    try {
      const undone = await client.call("guard.decide", {
        calendarId,
        kind,
        decision,
        preview: preview ?? "",
        withoutSnapshot,
      });
      const said = words.counted(decision === "apply" ? "heldApplied" : "heldKept", undone.changed);
      announce(said);
      decided(undone.left.length > 0 ? undoneNotice(page, said, undone) : undefined);
    } catch (error) {
      for (const button of node.querySelectorAll("button")) button.disabled = false;
      if (decision === "apply" && isAppError(error, "backup-incomplete")) {
        show(outcome, secondWord(`${error.message} ${error.hint}`));
        outcome.querySelector("button")?.focus();
      } else if (isAppError(error, "preview-outdated")) decided(errorNotice(error));
      else show(outcome, errorNotice(error));
    }
  };

  const secondWord = (message: string): HTMLElement =>
    warningNotice(
      message,
      element(
        "p",
        { class: "actions" },
        element("button", { type: "button", onclick: () => show(outcome) }, words.text("cancel")),
        element(
          "button",
          { type: "button", class: "danger", onclick: () => void decide("apply", true) },
          words.text("withoutSnapshot"),
        ),
      ),
    );

  const node = element(
    "article",
    { class: "card decision", "aria-label": said.title },
    element("h3", {}, said.title),
    element("p", {}, said.hint),
    summaries.length > 0 &&
      element(
        "details",
        {},
        element("summary", {}, words.text("whichItems")),
        element(
          "ul",
          {},
          ...summaries.map((summary) => element("li", {}, summary || words.text("noTitle"))),
          count > summaries.length &&
            element("li", {}, words.counted("moreErrors", count - summaries.length)),
        ),
      ),
    element(
      "p",
      { class: "actions" },
      element(
        "button",
        { type: "button", class: "primary", onclick: () => void decide("keep") },
        said.keep,
      ),
      element("button", { type: "button", onclick: () => void decide("apply") }, said.apply),
    ),
    element("p", { class: "hint" }, words.text("heldSnapshot")),
    outcome,
  );
  return node;
}
