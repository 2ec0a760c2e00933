/** Changes made here that are not on the server yet: what each is, why it waits, and what can be done. */
import type { PendingEdit } from "../../shared/commands.ts";
import { errorNotice, resultNotice } from "../components/notice.ts";
import { type Child, element } from "../element.ts";
import type { Page } from "../page.ts";
import { Panel } from "./panel.ts";

const CHANGES: Readonly<Record<PendingEdit["change"], string>> = {
  create: "waitingNew",
  update: "waitingChanged",
  delete: "waitingDeleted",
};

export function waitingPanel(page: Page, calendarId: string): Panel {
  const { client, words, now } = page;

  const send = (name?: string) => async (): Promise<HTMLElement> => {
    const args = name === undefined ? { calendarId } : { calendarId, name };
    const { sent, left } = await client.call("pending.retry", args);
    return resultNotice(
      left.length === 0 ? "success" : "warning",
      [
        sent > 0 ? words.counted("sentNow", sent) : "",
        left.length > 0 ? words.counted("stillWaits", left.length) : "",
      ]
        .filter(Boolean)
        .join(" ") || words.text("nothingWaits"),
    );
  };

  const takeBack = (name: string, title: string) => async (): Promise<HTMLElement> => {
    const { discarded } = await client.call("pending.discard", { calendarId, name });
    return resultNotice("success", words.text(discarded ? "takenBack" : "notTakenBack", title));
  };

  /** When it is sent, where nothing is wrong with it. */
  const when = ({ error, nextTry, waiting }: PendingEdit): string => {
    if (waiting) return words.text("waitsForOther");
    if (nextTry !== null && nextTry > now()) return words.text("nextTry", words.dateTime(nextTry));
    return error === null ? words.text("sentNextTime") : "";
  };

  const row = (edit: PendingEdit): HTMLElement => {
    const { name, change, summary, since, error } = edit;
    const title = summary || words.text("noTitle");
    const facts = [words.text(CHANGES[change]), words.dateTime(since), when(edit)];
    const action = (key: string, work: () => Promise<HTMLElement>): HTMLElement =>
      element(
        "button",
        {
          type: "button",
          "aria-label": words.text(`${key}Of`, title),
          onclick: () => void panel.act(work),
        },
        words.text(key),
      );
    return element(
      "li",
      {},
      element(
        "div",
        { class: "grow" },
        element("p", { class: "name" }, title),
        element("p", { class: "quiet" }, facts.filter(Boolean).join(" · ")),
        error && errorNotice(error),
      ),
      element(
        "div",
        { class: "actions" },
        action("sendNow", send(name)),
        action("takeBack", takeBack(name, title)),
      ),
    );
  };

  const read = async (): Promise<Child[]> => {
    const edits = await client.call("pending.list", { calendarId });
    panel.count = edits.length;
    if (edits.length === 0) return [element("p", { class: "quiet" }, words.text("nothingWaits"))];
    return [
      element("p", { class: "hint" }, words.text("waitingHint")),
      element("ul", { class: "rows" }, ...edits.map(row)),
      edits.length > 1 &&
        element(
          "p",
          { class: "actions" },
          element(
            "button",
            { type: "button", "data-focus": "send-all", onclick: () => void panel.act(send()) },
            words.text("sendAllNow"),
          ),
        ),
    ];
  };

  const panel = new Panel(page, words.text("waitingChanges"), read);
  return panel;
}
