/** A version of an item, saved as an .ics file into a folder the user picked. Files are added, never replaced. */
import type { CommandArguments, CommandValue } from "../../shared/commands.ts";
import { AppError } from "../../shared/errors.ts";
import { safeSegment } from "../backup/safe-names.ts";
import type { AddedFiles } from "./added-files.ts";

/** Files of one name in one folder: more are hardly meant. */
const MOST = 99;

export interface SavedTextsDependencies {
  /** @throws AppError of the place */
  openFolder(directory: string): Promise<AddedFiles>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** @throws AppError of the place; "file-exists" when the folder is full of files of this name */
export async function saveText(
  { openFolder, now }: SavedTextsDependencies,
  { directory, title, text }: CommandArguments<"items.save">,
): Promise<CommandValue<"items.save">> {
  const folder = await openFolder(directory);
  const bytes = new TextEncoder().encode(text);
  const stem = safeSegment(title);
  for (let number = 1; number <= MOST; number++) {
    const file = `${stem}${number === 1 ? "" : ` ${number}`}.ics`;
    if (await folder.create(file, bytes, now())) return { file };
  }
  throw new AppError("file-exists", "This folder holds too many files of this name already.", {
    hint: "Nothing was saved. Choose another folder.",
    retry: "after-user",
  });
}
