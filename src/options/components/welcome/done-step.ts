/** What there is now, and where to find it. */
import { element, show } from "../../element.ts";
import type { Page } from "../../page.ts";
import type { Step } from "./step.ts";

export class DoneStep implements Step {
  readonly node = element("div");
  readonly isDone = true;

  constructor(page: Page) {
    const { words } = page;
    const link = (href: string, key: string) => element("a", { href }, words.text(key));
    show(
      this.node,
      element("p", { class: "lead" }, words.text("stepDoneLead")),
      element(
        "article",
        { class: "card" },
        element("h2", {}, words.text("whatNext")),
        element(
          "ul",
          { class: "what-next" },
          element("li", {}, words.text("nextButton")),
          element("li", {}, words.text("nextLost")),
          element("li", {}, words.text("nextSheet"), " ", link("options.html#backups", "backups")),
          element(
            "li",
            {},
            words.text("nextAgain"),
            " ",
            link("options.html#accounts", "accounts"),
          ),
        ),
      ),
    );
  }

  async open(): Promise<boolean> {
    return true;
  }
}
