/** An item's text as it is kept. */
import { element } from "../element.ts";
import type { Page } from "../page.ts";

export function itemView({ words }: Page, text: string): HTMLElement {
  return element(
    "pre",
    { class: "report", tabindex: 0, "aria-label": words.text("rawText") },
    text,
  );
}
