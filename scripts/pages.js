// The pages as they are shipped: what all of them have in their head stands in one file.
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

const HEAD = "common-head.html";
const PLACE = `    <!-- ${HEAD} -->\n`;

/**
 * @param {string} text of a page
 * @param {string} head what all pages have in theirs
 * @returns {string}
 */
export function pageWithHead(text, head) {
  if (!text.includes(PLACE)) throw new Error(`A page has no place for ${HEAD}`);
  return text.replace(PLACE, () => head);
}

/**
 * @param {string} from folder of the pages
 * @param {string} to
 */
export async function writePages(from, to) {
  const head = await readFile(path.join(from, HEAD), "utf8");
  for (const name of (await readdir(from)).filter(
    (file) => /\.html$/.test(file) && file !== HEAD,
  )) {
    const text = await readFile(path.join(from, name), "utf8");
    await writeFile(path.join(to, name), pageWithHead(text, head));
  }
}
