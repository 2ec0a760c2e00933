/** The server's version of an item and the one made here, side by side, with what differs marked. */
import type { CommandValue } from "../../shared/commands.ts";
import { element } from "../element.ts";
import { comparisonTable } from "../history/comparison.ts";
import type { Page } from "../page.ts";
import { fieldsOf, itemView, rawText } from "./item-view.ts";

type Conflict = CommandValue<"conflicts.list">[number];

export function versionsSideBySide(page: Page, { mine, theirs }: Conflict): HTMLElement {
  const { words } = page;
  const [theirHeading, myHeading] = [words.text("theirVersion"), words.text("myVersion")];
  const [theirFields, myFields] = [theirs, mine].map((text) =>
    text === null ? null : fieldsOf(page, text),
  );
  if (theirs !== null && mine !== null && theirFields && myFields)
    return element(
      "div",
      { class: "sides-compared" },
      comparisonTable(
        { heading: theirHeading, fields: theirFields },
        { heading: myHeading, fields: myFields },
        page,
      ),
      rawText(`${words.text("rawText")}: ${theirHeading}`, theirs),
      rawText(`${words.text("rawText")}: ${myHeading}`, mine),
    );
  const side = (heading: string, text: string | null): HTMLElement =>
    element(
      "div",
      {},
      element("h4", {}, heading),
      text === null
        ? element("p", { class: "quiet" }, words.text("deletedOnThisSide"))
        : itemView(page, text),
    );
  return element("div", { class: "sides" }, side(theirHeading, theirs), side(myHeading, mine));
}
