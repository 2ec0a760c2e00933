/** What an undoing came to, in words: what is back, what was left alone and why, and which items those are. */
import type { LeftItem, Undone } from "../../shared/commands.ts";
import { resultNotice } from "../components/notice.ts";
import { element } from "../element.ts";
import type { Page } from "../page.ts";

const REASONS: readonly LeftItem["why"][] = ["there", "changed", "deleted", "lost"];
const MOST_SUMMARIES = 20;

/** @param said what was done with those that were changed */
export function undoneNotice(
  { words }: Pick<Page, "words">,
  said: string,
  { merged, left }: Undone,
): HTMLElement {
  const isWhole = left.every(({ why }) => why === "there");
  const message = merged > 0 ? `${said} ${words.counted("undoMerged", merged)}` : said;
  const parts = REASONS.flatMap((why) => {
    const items = left.filter((item) => item.why === why);
    if (items.length === 0) return [];
    const more = items.length - MOST_SUMMARIES;
    return element(
      "details",
      {},
      element("summary", {}, words.counted(`left_${why}`, items.length)),
      element(
        "ul",
        {},
        ...items
          .slice(0, MOST_SUMMARIES)
          .map(({ summary, name }) => element("li", {}, summary || name)),
        more > 0 && element("li", {}, words.counted("moreErrors", more)),
      ),
    );
  });
  return resultNotice(isWhole ? "success" : "warning", message, ...parts);
}
