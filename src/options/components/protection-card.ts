/** Whether the backups are encrypted: the choice for a new store, the passphrase of one that is there, the way back. */
import type { BackupSettings, CommandArguments, StoreProtection } from "../../shared/commands.ts";
import { isAppError } from "../../shared/errors.ts";
import { type Child, element, show } from "../element.ts";
import type { Page } from "../page.ts";
import { EnterPassphraseForm } from "./enter-passphrase-form.ts";
import { NewPassphraseForm } from "./new-passphrase-form.ts";
import { errorNotice, resultNotice, warningNotice } from "./notice.ts";
import { OperationProgress } from "./operation-progress.ts";
import { RecoverySheetView } from "./recovery-sheet-view.ts";

export class ProtectionCard {
  readonly node: HTMLElement;
  readonly #page: Page;
  readonly #changed: (settings: BackupSettings) => void;
  readonly #state = element("div");
  readonly #form = element("div");
  readonly #outcome = element("div");
  readonly #sheet: RecoverySheetView;
  /** What is shown: drawn again only for another one, so that nothing typed is lost. */
  #shown = "";

  /** @param changed told the settings after the store was made or unlocked */
  constructor(page: Page, changed: (settings: BackupSettings) => void) {
    this.#page = page;
    this.#changed = changed;
    this.#sheet = new RecoverySheetView(page);
    const { words } = page;
    this.node = element(
      "article",
      { class: "card", id: "protection" },
      element("h2", {}, words.text("encryption")),
      this.#state,
      this.#form,
      new OperationProgress(page, "backup.configure", words.text("preparingStore")).node,
      new OperationProgress(page, "passphrase.test", words.text("testingPassphrase")).node,
      this.#outcome,
      this.#sheet.node,
    );
  }

  show({ protection, directory, isDefaultDirectory }: BackupSettings): void {
    this.node.hidden = protection === "unknown";
    const state = `${protection} ${directory}`;
    if (state === this.#shown) return;
    this.#shown = state;
    show(this.#outcome);
    this.#sheet.close();
    show(this.#state, ...this.#describe(protection, isDefaultDirectory));
    show(this.#form, this.#formFor(protection));
  }

  #describe(protection: StoreProtection, isDefaultDirectory: boolean): Child[] {
    const { words } = this.#page;
    const quiet = (key: string) => element("p", { class: "quiet" }, words.text(key));
    switch (protection) {
      case "undecided":
        return [
          element("p", {}, words.text("protectionUndecided")),
          quiet(isDefaultDirectory ? "protectionUndecidedDefault" : "protectionUndecidedHint"),
        ];
      case "none":
        return [
          element("p", {}, words.text("protectionNone")),
          quiet("protectionNoneHint"),
          this.#actions(false),
        ];
      case "ready":
        return [
          element("p", { class: "notice success" }, words.text("protectionReady")),
          quiet("protectionReadyHint"),
          this.#actions(true),
        ];
      case "locked":
        return [
          warningNotice(
            words.text("protectionLocked"),
            element("p", { class: "hint" }, words.text("protectionLockedHint")),
          ),
        ];
      case "passphrase-missing":
        return [element("p", { class: "notice warning" }, words.text("protectionMissing"))];
      case "passphrase-wrong":
        return [warningNotice(words.text("protectionWrong"))];
      case "unknown":
        return [];
    }
  }

  #formFor(protection: StoreProtection): HTMLElement | null {
    const { words } = this.#page;
    if (protection === "undecided")
      return new NewPassphraseForm(this.#page, (chosen) => void this.#configure(chosen)).node;
    if (protection !== "passphrase-missing" && protection !== "passphrase-wrong") return null;
    return new EnterPassphraseForm(
      this.#page,
      words.text("unlockStore"),
      (passphrase) => void this.#configure({ passphrase }),
    ).node;
  }

  #actions(encrypted: boolean): HTMLElement {
    const { words } = this.#page;
    return element(
      "p",
      { class: "actions" },
      encrypted &&
        element(
          "button",
          { type: "button", onclick: () => this.#openTest() },
          words.text("testPassphrase"),
        ),
      element(
        "button",
        { type: "button", onclick: () => void this.#sheet.open() },
        words.text("recoverySheet"),
      ),
    );
  }

  #openTest(): void {
    show(this.#outcome);
    const form = new EnterPassphraseForm(
      this.#page,
      this.#page.words.text("testNow"),
      (passphrase) => void this.#test(passphrase, form),
    );
    show(this.#form, form.node);
    form.focus();
  }

  async #test(passphrase: string, form: EnterPassphraseForm): Promise<void> {
    const { client, words } = this.#page;
    await this.#working(async () => {
      const { correct } = await client.call("passphrase.test", { passphrase });
      if (!correct) {
        form.clear();
        return warningNotice(words.text("passphraseTestWrong"));
      }
      show(this.#form);
      return resultNotice("success", words.text("passphraseTestRight"));
    });
  }

  async #configure(args: CommandArguments<"backup.configure">): Promise<void> {
    const { client, words } = this.#page;
    await this.#working(async () => {
      this.#changed(await client.call("backup.configure", args));
      return args.passphrase === null
        ? null
        : resultNotice("success", words.text("passphraseSaved"));
    });
  }

  /** What was typed stays for another try; while the key is computed nothing can be pressed twice. */
  async #working(work: () => Promise<HTMLElement | null>): Promise<void> {
    show(this.#outcome);
    const controls = [...this.#form.querySelectorAll<HTMLButtonElement>("button")];
    for (const control of controls) control.disabled = true;
    let outcome: HTMLElement | null;
    try {
      outcome = await work();
    } catch (error) {
      outcome = isAppError(error, "aborted") ? null : errorNotice(error);
    }
    for (const control of controls) control.disabled = false;
    show(this.#outcome, outcome);
  }
}
