/** Leaving the add-on: what stays behind, the calendars handed back to Thunderbird, and ours removed when all is there. */
import type { CommandValue, HandedBack } from "../../shared/commands.ts";
import { isAppError } from "../../shared/errors.ts";
import { element, show } from "../element.ts";
import type { Page } from "../page.ts";
import { errorNotice, resultNotice, warningNotice } from "./notice.ts";
import { OperationProgress } from "./operation-progress.ts";

type Preview = CommandValue<"leave.preview">;

export class LeaveCard {
  readonly node: HTMLElement;
  readonly #page: Page;
  readonly #body = element("div");
  readonly #outcome = element("div");
  readonly #progress: OperationProgress;

  constructor(page: Page) {
    this.#page = page;
    const { words } = page;
    this.#progress = new OperationProgress(page, "leave.handBack", words.text("handingBack"), {
      cancelled: words.text("handBackCancelled"),
    });
    // Also where it was begun before the page was opened.
    this.#progress.onChange((running) => this.#setBusy(running));
    this.node = element(
      "article",
      { class: "card", id: "leave" },
      element("h2", {}, words.text("leaveHeading")),
      this.#body,
      this.#progress.node,
      this.#outcome,
    );
    show(
      this.#body,
      element("p", {}, words.text("leaveLead")),
      this.#button("leavePrepare", () => this.#prepare()),
    );
  }

  #prepare(): Promise<void> {
    return this.#working(async () => {
      const { client, words } = this.#page;
      const preview = await client.call("leave.preview", {});
      show(this.#outcome);
      show(
        this.#body,
        element("p", {}, words.text("leaveStays")),
        element(
          "ul",
          {},
          element("li", {}, words.text("leaveStaysServer")),
          element("li", {}, words.text("leaveStaysBackups", preview.backupDirectory)),
          element("li", {}, words.text("leaveStaysProfile")),
        ),
        ...this.#offer(preview),
      );
    });
  }

  #offer({ calendars }: Preview): HTMLElement[] {
    const { words } = this.#page;
    if (calendars.length === 0) return [element("p", {}, words.text("leaveNothing"))];
    return [
      element("p", {}, words.text("leaveOffer")),
      element("ul", {}, ...calendars.map(({ name }) => element("li", {}, name))),
      this.#button("leaveHandBack", () => this.#handBack(calendars)),
    ];
  }

  #handBack(before: Preview["calendars"]): Promise<void> {
    return this.#working(async () => {
      const { client, words } = this.#page;
      const { calendars } = await client.call("leave.handBack", {});
      const nameOf = ({ id }: HandedBack): string =>
        before.find((calendar) => calendar.id === id)?.name ?? "";
      const whole = calendars.filter(({ error, missing }) => error === null && missing === 0);
      show(
        this.#outcome,
        ...calendars.map((calendar) => {
          const name = nameOf(calendar);
          if (calendar.error)
            return errorNotice({
              ...calendar.error,
              message: `${name}: ${calendar.error.message}`,
            });
          return calendar.missing > 0
            ? warningNotice(words.text("leaveMissing", name, words.number(calendar.missing)))
            : resultNotice("success", words.text("leaveWhole", name));
        }),
        ...(whole.length > 0
          ? [
              element("p", {}, words.text("leaveFinishLead")),
              this.#button("leaveFinish", () => this.#finish(whole.map(({ id }) => id))),
            ]
          : []),
      );
    });
  }

  #finish(calendarIds: readonly string[]): Promise<void> {
    return this.#working(async () => {
      const { client, words } = this.#page;
      await client.call("leave.finish", { calendarIds });
      show(this.#outcome, resultNotice("success", words.text("leaveDone")));
      show(this.#body, element("p", {}, words.text("leaveLead")));
    });
  }

  #button(key: string, run: () => Promise<void>): HTMLElement {
    return element(
      "p",
      { class: "actions" },
      element("button", { type: "button", onclick: () => void run() }, this.#page.words.text(key)),
    );
  }

  async #working(work: () => Promise<void>): Promise<void> {
    this.#setBusy(true);
    try {
      await work();
    } catch (error) {
      show(this.#outcome, !isAppError(error, "aborted") && errorNotice(error));
    } finally {
      this.#setBusy(this.#progress.running);
    }
  }

  #setBusy(busy: boolean): void {
    for (const button of this.node.querySelectorAll<HTMLButtonElement>(".actions button"))
      button.disabled = busy;
  }
}
