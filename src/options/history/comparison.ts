/** Two versions of an item side by side, field by field, with the words that differ marked. */
import { element } from "../element.ts";
import type { Page } from "../page.ts";
import { compareFields, type Field } from "./item-fields.ts";
import type { DiffPart } from "./text-diff.ts";

export interface ComparedVersion {
  /** Over its column. */
  readonly heading: string;
  readonly fields: readonly Field[];
}

export function comparisonTable(
  before: ComparedVersion,
  after: ComparedVersion,
  { words }: Page,
): HTMLElement {
  const rows = compareFields(before.fields, after.fields);
  const heading = (text: string): HTMLElement => element("th", { scope: "col" }, text);
  return element(
    "table",
    { class: "comparison" },
    element("caption", {}, words.text("comparison")),
    element(
      "thead",
      {},
      element("tr", {}, element("td", {}), heading(before.heading), heading(after.heading)),
    ),
    element(
      "tbody",
      {},
      ...rows.map((row) =>
        element(
          "tr",
          { class: row.diff && "differs" },
          element(
            "th",
            { scope: "row" },
            words.text(`field_${row.name}`),
            row.diff &&
              element("span", { class: "visually-hidden" }, ` (${words.text("differs")})`),
          ),
          cell(row.before, row.diff?.before, "del", words.text("nothingHere")),
          cell(row.after, row.diff?.after, "ins", words.text("nothingHere")),
        ),
      ),
    ),
  );
}

function cell(
  text: string | null,
  parts: readonly DiffPart[] | undefined,
  mark: "del" | "ins",
  nothing: string,
): HTMLElement {
  if (text === null) return element("td", { class: "quiet" }, nothing);
  const shown = parts ?? [{ text, differs: false }];
  return element(
    "td",
    {},
    ...shown.map((part) => (part.differs ? element(mark, {}, part.text) : part.text)),
  );
}
