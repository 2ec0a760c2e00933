/** The recovery sheet of the present store, also saved into a picked folder. */
import type { CommandArguments, CommandValue } from "../../shared/commands.ts";
import { AppError } from "../../shared/errors.ts";
import type { BackupStore } from "../backup/backup-store.ts";
import { recoverySheet, type Texts } from "../backup/recovery-sheet.ts";
import type { AddedFiles } from "./added-files.ts";

export interface RecoverySheetDependencies {
  readonly store: Pick<BackupStore, "inspect">;
  /** Of the store. */
  directory(): Promise<string>;
  /** @throws AppError of the place */
  openFolder(directory: string): Promise<AddedFiles>;
  readonly text: Texts;
  /** A day in words. */
  readonly formatDate: (time: number) => string;
  readonly now: () => number;
}

/** Sheets of one name in one folder: more are hardly meant. */
const MOST = 99;

export class RecoverySheets {
  readonly #deps: RecoverySheetDependencies;

  constructor(dependencies: RecoverySheetDependencies) {
    this.#deps = dependencies;
  }

  /** @throws AppError of the place or the store; "file-exists" when the folder is full of sheets */
  async make({
    directory,
  }: CommandArguments<"backup.recoverySheet">): Promise<CommandValue<"backup.recoverySheet">> {
    const { store, text, formatDate, now } = this.#deps;
    const { id, encryption } = await store.inspect();
    const sheet = recoverySheet(
      {
        directory: await this.#deps.directory(),
        storeId: id,
        encrypted: encryption !== undefined,
        date: formatDate(now()),
      },
      text,
    );
    const file = directory === undefined ? null : await this.#save(directory, sheet);
    return { text: sheet, file };
  }

  /** An older sheet is never replaced: it may be of another store. */
  async #save(directory: string, sheet: string): Promise<string> {
    const { openFolder, text, now } = this.#deps;
    const folder = await openFolder(directory);
    const bytes = new TextEncoder().encode(sheet);
    for (let number = 1; number <= MOST; number++) {
      const name = `${text("sheetFileName")}${number === 1 ? "" : ` ${number}`}.txt`;
      if (await folder.create(name, bytes, now())) return name;
    }
    throw new AppError("file-exists", "This folder holds too many recovery sheets already.", {
      hint: "Nothing was saved. Choose another folder, or remove old sheets from this one.",
      retry: "after-user",
    });
  }
}
