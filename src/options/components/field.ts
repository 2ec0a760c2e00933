/** A control with its label above and its hint below. */
import { element } from "../element.ts";

/** @param input has an id */
export function field(
  label: string,
  input: HTMLInputElement | HTMLSelectElement,
  hint?: string,
): HTMLElement {
  const description = hint
    ? element("span", { class: "hint", id: `${input.id}-hint` }, hint)
    : null;
  if (description) input.setAttribute("aria-describedby", description.id);
  return element(
    "p",
    { class: "field" },
    element("label", { for: input.id }, label),
    input,
    description,
  );
}
