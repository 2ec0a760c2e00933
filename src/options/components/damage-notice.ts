/** What a check found damaged, and what can still be had. */
import type { CheckReport } from "../../shared/commands.ts";
import { element } from "../element.ts";
import type { Localizer } from "../localizer.ts";
import { warningNotice } from "./notice.ts";

/** More errors than this are counted, not listed. */
const ERRORS_SHOWN = 20;

export function damageNotice(
  words: Localizer,
  title: string,
  { errors, damaged }: CheckReport,
): HTMLElement {
  const shown = errors.slice(0, ERRORS_SHOWN);
  const [files, restorable] = (["files", "restorable"] as const).map((count) =>
    damaged.reduce((sum, snapshot) => sum + snapshot[count], 0),
  ) as [number, number];
  return warningNotice(
    title,
    element(
      "p",
      { class: "hint" },
      files > 0
        ? words.text("damageFoundHint", words.number(restorable), words.number(files))
        : words.text("checkBadHint"),
    ),
    element(
      "ul",
      {},
      ...shown.map(({ path, message }) =>
        element("li", {}, path ? `${path}: ${message}` : message),
      ),
      errors.length > shown.length &&
        element("li", {}, words.counted("moreErrors", errors.length - shown.length)),
    ),
  );
}
