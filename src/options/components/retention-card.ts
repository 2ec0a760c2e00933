/** Which snapshots stay: the rule, what it would remove before anything is removed, and removing by it now. */
import type {
  BackupSettings,
  CommandValue,
  KeepReason,
  RetentionPolicy,
} from "../../shared/commands.ts";
import { isAppError } from "../../shared/errors.ts";
import { element, show, uniqueId } from "../element.ts";
import type { Page } from "../page.ts";
import { errorNotice, resultNotice, warningNotice } from "./notice.ts";
import { OperationProgress } from "./operation-progress.ts";

type Rule = keyof RetentionPolicy;
type Preview = CommandValue<"snapshots.prune">;

const RULES: readonly (readonly [Rule, string])[] = [
  ["last", "keepLast"],
  ["hourly", "keepHourly"],
  ["daily", "keepDaily"],
  ["weekly", "keepWeekly"],
  ["monthly", "keepMonthly"],
  ["yearly", "keepYearly"],
];
/** Offered to somebody who has no rule yet: dense for a week, sparse for years. */
const SUGGESTED: RetentionPolicy = { last: 3, daily: 7, weekly: 5, monthly: 12, yearly: 10 };
/** Kept for another reason than the rule, with the key of what to say. */
const REASONS: Readonly<Partial<Record<KeepReason, string>>> = {
  pinned: "keptPinned",
  "only-copy": "keptOnlyCopy",
  recent: "keptIncomplete",
  unreadable: "keptUnreadable",
};
const SHOWN = 12;

export class RetentionCard {
  readonly node: HTMLElement;
  readonly #page: Page;
  readonly #all: HTMLInputElement;
  readonly #some: HTMLInputElement;
  readonly #numbers = new Map<Rule, HTMLInputElement>();
  readonly #fields: HTMLFieldSetElement;
  readonly #outcome = element("div");
  #shown: string | undefined;

  constructor(page: Page) {
    this.#page = page;
    const { words } = page;
    const name = uniqueId("retention");
    const radio = (): HTMLInputElement =>
      element("input", { type: "radio", name, onchange: () => this.#chosen() });
    this.#all = radio();
    this.#some = radio();
    this.#fields = element(
      "fieldset",
      { class: "rules" },
      element("legend", { class: "visually-hidden" }, words.text("keepSome")),
      ...RULES.map(([rule, key]) => this.#field(rule, words.text(key))),
    );
    this.node = element(
      "article",
      { class: "card" },
      element("h2", {}, words.text("retention")),
      element("p", { class: "hint" }, words.text("retentionHint")),
      element(
        "form",
        {
          onsubmit: (event) => {
            event.preventDefault();
            void this.#preview();
          },
        },
        choice(this.#all, words.text("keepAll")),
        choice(this.#some, words.text("keepSome")),
        this.#fields,
        element(
          "p",
          { class: "actions" },
          element("button", { type: "submit" }, words.text("retentionPreview")),
          element(
            "button",
            { type: "button", class: "primary", onclick: () => void this.#save() },
            words.text("retentionSave"),
          ),
        ),
      ),
      new OperationProgress(page, "snapshots.prune", words.text("pruning")).node,
      this.#outcome,
    );
  }

  /** Draws the saved rule; what was typed and not saved stays while the saved one does. */
  show({ retention }: BackupSettings): void {
    const saved = JSON.stringify(retention);
    if (saved === this.#shown) return;
    this.#shown = saved;
    this.#all.checked = retention === null;
    this.#some.checked = retention !== null;
    for (const [rule, input] of this.#numbers)
      input.value = String((retention ?? SUGGESTED)[rule] ?? 0);
    this.#enable();
  }

  #field(rule: Rule, label: string): HTMLElement {
    const input = element("input", {
      id: uniqueId("keep"),
      type: "number",
      min: 0,
      max: 999,
      inputmode: "numeric",
      oninput: () => show(this.#outcome),
    });
    this.#numbers.set(rule, input);
    return element("p", {}, input, element("label", { for: input.id }, label));
  }

  #chosen(): void {
    show(this.#outcome);
    this.#enable();
  }

  #enable(): void {
    this.#fields.disabled = this.#all.checked;
    const submit = this.node.querySelector<HTMLButtonElement>("button[type=submit]");
    if (submit) submit.hidden = this.#all.checked;
  }

  #policy(): RetentionPolicy {
    return Object.fromEntries(
      [...this.#numbers].map(([rule, { value }]) => [
        rule,
        Math.min(999, Math.max(0, Math.floor(Number(value) || 0))),
      ]),
    );
  }

  async #save(): Promise<void> {
    const { client, words } = this.#page;
    const retention = this.#all.checked ? null : this.#policy();
    await this.#doing(async () => {
      await client.call("backup.configure", { retention });
      return resultNotice(
        "success",
        words.text(retention === null ? "retentionSavedAll" : "retentionSaved"),
      );
    });
  }

  async #preview(): Promise<void> {
    const policy = this.#policy();
    await this.#doing(async () => {
      const report = await this.#page.client.call("snapshots.prune", { policy, dryRun: true });
      return this.#previewNotice(report, policy);
    });
  }

  #previewNotice({ removed, kept }: Preview, policy: RetentionPolicy): HTMLElement {
    const { words } = this.#page;
    const facts = [
      words.counted("willKeep", kept.length),
      ...Object.entries(REASONS).flatMap(([reason, key]) => {
        const count = kept.filter(({ reasons }) => reasons.some((one) => one === reason)).length;
        return count > 0 ? [words.counted(key, count)] : [];
      }),
    ];
    if (removed.length === 0)
      return resultNotice("success", words.text("nothingToPrune"), list(facts));
    const days = removed
      .slice(0, SHOWN)
      .map(({ time, label }) => [words.dateTime(time), label].filter(Boolean).join(" · "));
    if (removed.length > SHOWN) days.push(words.counted("moreErrors", removed.length - SHOWN));
    return warningNotice(
      words.counted("willPrune", removed.length),
      list(days),
      list(facts),
      element("p", { class: "hint" }, words.text("pruneFreesLater")),
      element(
        "p",
        { class: "actions" },
        element(
          "button",
          { type: "button", class: "danger", onclick: () => void this.#prune(policy) },
          words.counted("pruneNow", removed.length),
        ),
        element(
          "button",
          { type: "button", onclick: () => show(this.#outcome) },
          words.text("cancel"),
        ),
      ),
    );
  }

  async #prune(policy: RetentionPolicy): Promise<void> {
    const { client, words } = this.#page;
    await this.#doing(async () => {
      const { removed } = await client.call("snapshots.prune", { policy });
      return resultNotice("success", words.counted("didPrune", removed.length));
    });
  }

  async #doing(work: () => Promise<HTMLElement>): Promise<void> {
    const buttons = [
      ...this.node.querySelectorAll<HTMLButtonElement>("form button, .notice button"),
    ];
    for (const button of buttons) button.disabled = true;
    let outcome: HTMLElement | null;
    try {
      outcome = await work();
    } catch (error) {
      outcome = isAppError(error, "aborted") ? null : errorNotice(error);
    }
    for (const button of buttons) button.disabled = false;
    show(this.#outcome, outcome);
  }
}

function choice(input: HTMLInputElement, label: string): HTMLElement {
  return element("label", { class: "check" }, input, element("span", {}, label));
}

function list(lines: readonly string[]): HTMLElement {
  return element("ul", {}, ...lines.map((line) => element("li", {}, line)));
}
