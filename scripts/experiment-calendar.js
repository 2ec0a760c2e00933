// dist/experiment-calendar: the calendar API as a folder that another add-on takes along, in place of the reference
// implementation's. Nothing of the product is in it.
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { experimentApis, experimentBundles, schemaText } from "./experiments.js";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");

const README = `# The messenger.calendar API as a Thunderbird experiment

1. Copy the folder \`experiments\` into your add-on and put the members of \`experiment_apis.json\` into the
   \`experiment_apis\` of its manifest, in place of \`calendar_calendars\`, \`calendar_items\`, \`calendar_provider\`
   and \`calendar_timezones\` of the reference implementation. A fixed \`browser_specific_settings.gecko.id\` is needed.
2. A provider has the manifest key \`calendar_provider\`; calendars of other types want the permissions
   \`calendarItemsRead\` and \`calendarItemsWrite\`.
3. \`calendar-api.md\` has every function and event with an example, \`calendar-api.d.ts\` the types
   (beside \`@types/thunderbird-webext-browser\`).

For Thunderbird 140 to 153. Items lie in the profile, in a folder named for your add-on. Licence: MPL 2.0.
`;

/** Makes the folder anew from the sources. */
export async function writeSharedExperiment(folder) {
  const all = await experimentApis();
  const apis = await experimentApis(
    Object.keys(all).filter((name) => name.startsWith("calendar_")),
  );
  await mkdir(folder, { recursive: true });
  await Promise.all(experimentBundles(apis, folder).map((options) => build(options)));
  for (const api of Object.values(apis))
    await writeFile(path.join(folder, api.schema), await schemaText(api));
  await writeFile(path.join(folder, "experiment_apis.json"), `${JSON.stringify(apis, null, 2)}\n`);
  await writeFile(path.join(folder, "README.md"), README);
  await cp(path.join(root, "LICENSE"), path.join(folder, "LICENSE"));
  for (const name of ["calendar-api.d.ts", "item-store.ts"])
    await cp(path.join(root, "src/shared", name), path.join(folder, name));
  const docs = await readFile(path.join(root, "docs/calendar-api.md"), "utf8");
  await writeFile(path.join(folder, "calendar-api.md"), withLinksInto(docs, await readdir(folder)));
}

/** Links to files that are in the folder lead there; of others the words stay. */
function withLinksInto(text, names) {
  return text.replace(/\[([^\]]+)\]\((?!#|https:)([^)]+)\)/g, (_link, words, target) => {
    const name = path.posix.basename(target);
    return names.includes(name) ? `[${words}](${name})` : words;
  });
}
