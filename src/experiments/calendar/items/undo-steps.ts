/**
 * Thunderbird's Edit → Undo for what an add-on changes: a call may be a step of its own, several calls may be one
 * step together. Without being asked for nothing joins it: the user undoes what the user did.
 */
import { extensionError } from "../extension-error.ts";
import { calendarUtils } from "../gecko-modules.ts";
import type { ItemEdit } from "./item-edits.ts";

/** `true`: a step of its own; a string: one step with all else of that group. */
export type UndoOption = boolean | string | null | undefined;

export class UndoSteps {
  /** By group: the step on Thunderbird's stack, once something was done. */
  readonly #groups = new Map<string, UndoStep | null>();

  /** @returns the id of a new group */
  begin(): string {
    const group = calendarUtils().getUUID();
    this.#groups.set(group, null);
    return group;
  }

  /** @throws ExtensionError naming the argument for a group that was not begun, or was ended */
  end(group: string, argument: string): void {
    this.check(group, argument);
    this.#groups.delete(group);
  }

  /** @throws ExtensionError naming the argument for an unknown group */
  check(undo: UndoOption, argument: string): void {
    if (typeof undo === "string" && !this.#groups.has(undo)) {
      throw extensionError(
        `${argument}: there is no undo group "${undo}"; items.beginUndoGroup makes one.`,
      );
    }
  }

  /** Puts what was done on the stack. */
  async push(edits: readonly ItemEdit[], undo: UndoOption): Promise<void> {
    if (undo == null || undo === false || edits.length === 0) return;
    const { CalTransactionManager } = ChromeUtils.importESModule(
      "resource:///modules/CalTransactionManager.sys.mjs",
    );
    const manager = CalTransactionManager.getInstance();
    const open = typeof undo === "string" ? this.#groups.get(undo) : null;
    // What the user did, or undid, since then lies on top of it: undone in turn, this comes first.
    if (open != null && manager.peekUndoStack() === open) open.append(edits);
    else {
      const step = new UndoStep(edits);
      await manager.commit(step);
      if (typeof undo === "string" && this.#groups.has(undo)) this.#groups.set(undo, step);
    }
    for (const window of Services.wm.getEnumerator("mail:3pane")) window.updateUndoRedoMenu?.();
  }
}

/** Edits that are done, as Thunderbird's transaction manager calls them. */
class UndoStep implements CalTransaction {
  readonly #edits: ItemEdit[];

  constructor(edits: readonly ItemEdit[]) {
    this.#edits = [...edits];
  }

  append(edits: readonly ItemEdit[]): void {
    this.#edits.push(...edits);
  }

  canWrite(): boolean {
    const { acl } = calendarUtils();
    return this.#edits
      .flatMap(({ calendars }) => calendars)
      .every(
        (calendar) => acl.isCalendarWritable(calendar) && acl.userCanAddItemsToCalendar(calendar),
      );
  }

  /** At the first call everything is done already. */
  async doTransaction(): Promise<void> {
    for (const edit of this.#edits) await edit.run();
  }

  async undoTransaction(): Promise<void> {
    for (const edit of this.#edits.toReversed()) await edit.takeBack();
  }
}
