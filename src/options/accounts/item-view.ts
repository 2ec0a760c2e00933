/** An item as a person reads it, with its text as it is kept at hand. */
import { element } from "../element.ts";
import { DateWords } from "../history/date-words.ts";
import { type Field, itemFields } from "../history/item-fields.ts";
import { readItem } from "../history/readable-item.ts";
import type { Page } from "../page.ts";

/** In words; `null` for a text that holds nothing that can be shown as an item. */
export function fieldsOf({ words }: Page, text: string): Field[] | null {
  const item = readItem(text);
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return item && itemFields(item, { words, dates: new DateWords(words.language, timeZone) });
}

export function itemView(page: Page, text: string): HTMLElement {
  const { words } = page;
  const fields = fieldsOf(page, text);
  return element(
    "div",
    { class: "item-view" },
    fields === null
      ? element("p", { class: "notice warning" }, words.text("notReadable"))
      : element(
          "dl",
          {},
          ...fields.map(({ name, text }) =>
            element(
              "div",
              {},
              element("dt", {}, words.text(`field_${name}`)),
              element("dd", {}, text),
            ),
          ),
        ),
    rawText(words.text("rawText"), text),
  );
}

/** Closed at first: most people never want to see it. */
export function rawText(title: string, text: string): HTMLElement {
  return element(
    "details",
    {},
    element("summary", {}, title),
    element("pre", { class: "report", tabindex: 0, "aria-label": title }, text),
  );
}
