/** The server's version and the one made here, beside each other. */
import type { CommandValue } from "../../shared/commands.ts";
import { element } from "../element.ts";
import type { Page } from "../page.ts";
import { itemView } from "./item-view.ts";

type Conflict = CommandValue<"conflicts.list">[number];

export function versionsSideBySide(page: Page, { mine, theirs, words }: Conflict): HTMLElement {
  const side = (heading: string, text: string | null): HTMLElement =>
    element(
      "div",
      {},
      element("h4", {}, page.words.text(heading)),
      text === null
        ? element("p", { class: "quiet" }, page.words.text("deletedOnThisSide"))
        : itemView(page, text),
    );
  return element(
    "div",
    {},
    words.length > 0 && element("ul", {}, ...words.map((said) => element("li", {}, said))),
    element("div", { class: "sides" }, side("theirVersion", theirs), side("myVersion", mine)),
  );
}
