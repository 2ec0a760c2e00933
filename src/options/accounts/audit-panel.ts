/** Every item compared with the server: what differs, and the repair. */
import type { CommandValue } from "../../shared/commands.ts";
import { isAppError } from "../../shared/errors.ts";
import { resultNotice, warningNotice } from "../components/notice.ts";
import { element } from "../element.ts";
import type { Page } from "../page.ts";
import { Panel } from "./panel.ts";

type Audit = CommandValue<"sync.audit">;

/** More are counted, not listed. */
const SHOWN = 50;

export function auditPanel(page: Page, calendarId: string): Panel {
  const { client, words } = page;

  const kinds: Readonly<Record<Audit["differences"][number]["kind"], string>> = {
    "missing-here": words.text("auditMissingHere"),
    "missing-there": words.text("auditMissingThere"),
    differs: words.text("auditDiffers"),
    unknown: words.text("auditUnknown"),
  };

  const found = ({ checked, differences, left }: Audit, repaired: boolean): HTMLElement => {
    const counted = element("p", { class: "hint" }, words.counted("auditChecked", checked));
    if (differences.length === 0) return resultNotice("success", words.text("auditSame"), counted);
    if (repaired && left === 0)
      return resultNotice("success", words.counted("auditRepaired", differences.length), counted);
    const shown = differences.slice(0, SHOWN);
    const list = element(
      "ul",
      {},
      ...shown.map(({ name, kind, summary }) =>
        element("li", {}, `${summary || name}: ${kinds[kind]}`),
      ),
      differences.length > SHOWN &&
        element("li", {}, words.counted("moreErrors", differences.length - SHOWN)),
    );
    if (repaired)
      return warningNotice(words.counted("auditLeft", left), counted, list, hint("auditLeftHint"));
    return warningNotice(
      words.counted("auditFound", differences.length),
      counted,
      list,
      hint("auditRepairHint"),
      element(
        "p",
        { class: "actions" },
        element(
          "button",
          { type: "button", class: "primary", onclick: () => void compare(true) },
          words.text("auditRepair"),
        ),
      ),
    );
  };

  const hint = (key: string): HTMLElement => element("p", { class: "hint" }, words.text(key));

  const compare = (repair: boolean): Promise<void> =>
    panel.act(async () => {
      try {
        return found(await client.call("sync.audit", { calendarId, repair }), repair);
      } catch (error) {
        if (isAppError(error, "aborted")) return null;
        throw error;
      }
    });

  const panel = new Panel(page, words.text("audit"), async () => [
    hint("auditHint"),
    element(
      "p",
      { class: "actions" },
      element(
        "button",
        { type: "button", "data-focus": "audit", onclick: () => void compare(false) },
        words.text("auditNow"),
      ),
    ),
  ]);
  return panel;
}
