/** Saves what was chosen as .ics files that other programs import. */
import type { CommandArguments } from "../../shared/commands.ts";
import { isAppError } from "../../shared/errors.ts";
import { errorNotice, resultNotice, warningNotice } from "../components/notice.ts";
import { element, show } from "../element.ts";
import type { Page } from "../page.ts";
import { type Chosen, fileName, pathIn } from "./chosen.ts";

/** One file with everything; one for each calendar, in a folder of their own or packed. */
export type SavedForm = "ics" | "folder" | "zip";

type ExportTarget = CommandArguments<"snapshots.export">["target"];

/** Files of the same name that are tried before giving up. */
const MOST_NAMES = 50;

/** @param place where the outcome is said */
export async function saveAsFiles(
  page: Page,
  chosen: Chosen,
  title: string,
  place: HTMLElement,
  form: SavedForm = "ics",
): Promise<void> {
  const { client, words, announce } = page;
  try {
    const { directory } = await client.call("places.pick", { purpose: "restore" });
    if (directory === null) return;
    const names: string[] = [];
    const failed: string[] = [];
    const wanted = fileName(title, words.text("savedFileName"));
    for (const part of chosen) {
      const report = await exportTo(page, part, targets(directory, wanted, form));
      names.push(...report.names);
      failed.push(...report.failed);
    }
    const saved = words.text("savedAs", words.list(names));
    show(
      place,
      resultNotice("success", saved, element("p", { class: "path" }, directory)),
      failed.length > 0 &&
        warningNotice(
          words.counted("notSaved", failed.length),
          element("ul", {}, ...failed.map((line) => element("li", {}, line))),
        ),
    );
    announce(saved);
  } catch (error) {
    show(place, errorNotice(error));
  }
}

interface NamedTarget {
  readonly name: string;
  readonly target: ExportTarget;
}

/** @param attempt from 1 */
function targets(directory: string, wanted: string, form: SavedForm) {
  return (attempt: number): NamedTarget => {
    const ending = form === "folder" ? "" : `.${form}`;
    const name = attempt === 1 ? `${wanted}${ending}` : `${wanted} (${attempt})${ending}`;
    const path = pathIn(directory, name);
    const target: ExportTarget =
      form === "folder" ? { kind: "folder", directory: path } : { kind: "file", path };
    return { name, target };
  };
}

/** Never into a file that is there: the next free name is taken. */
async function exportTo(
  { client }: Page,
  part: Chosen[number],
  targetOf: (attempt: number) => NamedTarget,
): Promise<{ names: string[]; failed: string[] }> {
  for (let attempt = 1; ; attempt++) {
    const { name, target } = targetOf(attempt);
    try {
      const { failed } = await client.call("snapshots.export", { ...part, target });
      return { names: [name], failed: failed.map(({ item, message }) => `${item}: ${message}`) };
    } catch (error) {
      if (!isAppError(error, "file-exists") || attempt >= MOST_NAMES) throw error;
    }
  }
}
