/** The first run, one step at a time. Where it was left is remembered by the background. */
import type { FirstRunStep } from "../../../shared/commands.ts";
import { element, show } from "../../element.ts";
import type { Page } from "../../page.ts";
import { errorNotice } from "../notice.ts";
import { AccountStep } from "./account-step.ts";
import { DoneStep } from "./done-step.ts";
import { FirstBackupStep } from "./first-backup-step.ts";
import { PlaceStep } from "./place-step.ts";
import type { Step } from "./step.ts";
import { TakeoverStep } from "./takeover-step.ts";

const STEPS: readonly { readonly name: FirstRunStep; readonly title: string }[] = [
  { name: "account", title: "stepAccount" },
  { name: "place", title: "stepPlace" },
  // After the place: taking over leaves a snapshot there.
  { name: "takeover", title: "stepTakeover" },
  { name: "first-backup", title: "stepFirstBackup" },
  { name: "done", title: "stepDone" },
];

export class Wizard {
  readonly #root: HTMLElement;
  readonly #list: HTMLElement;
  readonly #page: Page;
  /** The furthest that was come to: what lies before it can be gone back to. */
  #reached = 0;
  #current = 0;
  #shown: Step | null = null;
  readonly #footer = element("p", { class: "step-actions" });

  constructor(root: HTMLElement, list: HTMLElement, page: Page) {
    this.#root = root;
    this.#list = list;
    this.#page = page;
  }

  async start(): Promise<void> {
    const { client } = this.#page;
    try {
      const { step } = await client.call("firstRun.read", {});
      await this.#goTo(
        Math.max(
          0,
          STEPS.findIndex(({ name }) => name === step),
        ),
        1,
        false,
      );
    } catch (error) {
      this.#showError(error);
    }
  }

  /** @param direction where to go on from a step without anything to do */
  async #goTo(index: number, direction: 1 | -1, moveFocus = true): Promise<void> {
    const known = STEPS[index];
    if (!known) return;
    const step = this.#make(known.name);
    try {
      const hasWork = await step.open();
      if (!hasWork && index > 0 && index < STEPS.length - 1)
        return this.#goTo(index + direction, direction, moveFocus);
      await this.#page.client.call("firstRun.update", { step: known.name });
    } catch (error) {
      this.#showError(error);
      return;
    }
    this.#current = index;
    this.#reached = Math.max(this.#reached, index);
    this.#drawList();
    this.#draw(known.title, step);
    if (moveFocus) this.#root.querySelector("h1")?.focus();
  }

  #make(name: FirstRunStep): Step {
    const page = this.#page;
    switch (name) {
      case "account":
        return new AccountStep(page, () => this.#next());
      case "takeover":
        return new TakeoverStep(page);
      case "place":
        return new PlaceStep(page);
      case "first-backup":
        return new FirstBackupStep(page, () => this.#drawFooter());
      case "done":
        return new DoneStep(page);
    }
  }

  #next(): void {
    void this.#goTo(this.#current + 1, 1);
  }

  #draw(title: string, step: Step): void {
    this.#shown = step;
    this.#drawFooter();
    const heading = element("h1", { tabindex: "-1" }, this.#page.words.text(title));
    show(this.#root, heading, step.node, this.#footer);
  }

  #drawFooter(): void {
    const { words } = this.#page;
    if (!this.#shown) return;
    const { isDone, skip } = this.#shown;
    const back =
      this.#current > 0 &&
      element(
        "button",
        { type: "button", onclick: () => void this.#goTo(this.#current - 1, -1) },
        words.text("stepBack"),
      );
    const next =
      this.#current < STEPS.length - 1 &&
      element(
        "button",
        {
          type: "button",
          class: isDone ? "end primary" : "end",
          "data-focus": "next",
          onclick: () => this.#next(),
        },
        words.text(isDone || skip === undefined ? "stepNext" : skip),
      );
    show(this.#footer, back, next);
  }

  #drawList(): void {
    const { words } = this.#page;
    show(
      this.#list,
      ...STEPS.map(({ title }, index) =>
        element(
          "li",
          { class: index < this.#current ? "past" : null },
          element(
            "button",
            {
              type: "button",
              disabled: index > this.#reached,
              "aria-current": index === this.#current ? "step" : null,
              onclick: () => void this.#goTo(index, 1),
            },
            words.text(title),
          ),
        ),
      ),
    );
  }

  #showError(error: unknown): void {
    const label = this.#page.words.text("tryAgain");
    show(this.#root, errorNotice(error, { label, run: () => void this.start() }));
  }
}
