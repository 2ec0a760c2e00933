/** Saves what was chosen as .ics files that other programs import. */
import { isAppError } from "../../shared/errors.ts";
import { errorNotice, resultNotice, warningNotice } from "../components/notice.ts";
import { element, show } from "../element.ts";
import type { Page } from "../page.ts";
import { type Chosen, fileName, pathIn } from "./chosen.ts";

/** Files of the same name that are tried before giving up. */
const MOST_NAMES = 50;

/** @param place where the outcome is said */
export async function saveAsFiles(
  page: Page,
  chosen: Chosen,
  title: string,
  place: HTMLElement,
): Promise<void> {
  const { client, words, announce } = page;
  try {
    const { directory } = await client.call("places.pick", { purpose: "restore" });
    if (directory === null) return;
    const names: string[] = [];
    const failed: string[] = [];
    const wanted = fileName(title, words.text("savedFileName"));
    for (const part of chosen) {
      const report = await exportTo(page, part, directory, wanted);
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

/** Never into a file that is there: the next free name is taken. */
async function exportTo(
  { client }: Page,
  part: Chosen[number],
  directory: string,
  wanted: string,
): Promise<{ names: string[]; failed: string[] }> {
  for (let attempt = 1; ; attempt++) {
    const name = attempt === 1 ? `${wanted}.ics` : `${wanted} (${attempt}).ics`;
    try {
      const { files, failed } = await client.call("snapshots.export", {
        ...part,
        target: { kind: "file", path: pathIn(directory, name) },
      });
      return {
        names: files.map((file) => file.name),
        failed: failed.map(({ item, message }) => `${item}: ${message}`),
      };
    } catch (error) {
      if (!isAppError(error, "file-exists") || attempt >= MOST_NAMES) throw error;
    }
  }
}
