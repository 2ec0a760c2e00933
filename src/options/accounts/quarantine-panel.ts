/** What of a calendar could not be fetched or read, why, and what can be done. */
import type { QuarantinedItem } from "../../shared/commands.ts";
import { resultNotice } from "../components/notice.ts";
import { type Child, element } from "../element.ts";
import type { Page } from "../page.ts";
import { Panel } from "./panel.ts";
import { saveVersion } from "./save-version.ts";

export function quarantinePanel(page: Page, calendarId: string): Panel {
  const { client, words } = page;

  const retry = async (): Promise<HTMLElement> => {
    const { recovered, left } = await client.call("quarantine.retry", { calendarId });
    return resultNotice(
      left.length === 0 ? "success" : "warning",
      [
        recovered > 0 ? words.counted("recovered", recovered) : "",
        left.length > 0 ? words.counted("stillWithheld", left.length) : "",
      ]
        .filter(Boolean)
        .join(" ") || words.text("nothingWithheld"),
    );
  };

  const row = ({ name, reason, since, text }: QuarantinedItem): HTMLElement =>
    element(
      "li",
      {},
      element(
        "div",
        { class: "grow" },
        element("p", { class: "name" }, name),
        element("p", {}, reason),
        element("p", { class: "hint" }, words.text("since", words.dateTime(since))),
      ),
      text !== null &&
        element(
          "button",
          {
            type: "button",
            "aria-label": words.text("saveVersionOf", name),
            onclick: () =>
              void panel.act(() => saveVersion(page, name.replace(/\.ics$/i, ""), text)),
          },
          words.text("saveVersion"),
        ),
    );

  const read = async (): Promise<Child[]> => {
    const all = await client.call("quarantine.list", {});
    const items = all.filter((item) => item.calendarId === calendarId);
    panel.count = items.length;
    if (items.length === 0)
      return [element("p", { class: "quiet" }, words.text("nothingWithheld"))];
    return [
      element("p", { class: "hint" }, words.text("withheldHint")),
      element("ul", { class: "rows" }, ...items.map(row)),
      element(
        "p",
        { class: "actions" },
        element(
          "button",
          { type: "button", "data-focus": "retry", onclick: () => void panel.act(retry) },
          words.text("retryWithheld"),
        ),
      ),
    ];
  };

  const panel = new Panel(page, words.text("withheld"), read);
  return panel;
}
