/** A version of an item, saved as an .ics file in a folder the user picks. */
import { resultNotice } from "../components/notice.ts";
import type { Page } from "../page.ts";

/** @returns what is to be said of it; `null` when the picker was cancelled. @throws AppError of the place */
export async function saveVersion(
  { client, words }: Page,
  title: string,
  text: string,
): Promise<HTMLElement | null> {
  const { directory } = await client.call("places.pick", { purpose: "restore" });
  if (directory === null) return null;
  const { file } = await client.call("items.save", { directory, title, text });
  return resultNotice("success", words.text("versionSaved", file, directory));
}
