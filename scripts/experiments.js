// The experiments as manifest.json declares them: how their scripts are bundled and their schemas joined. For the build
// and for the small add-ons of the tests, which must get the same files.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");

export const commonOptions = {
  bundle: true,
  target: "firefox140",
  charset: "utf8",
  legalComments: "inline",
  logLevel: "warning",
  absWorkingDir: root,
};

/** The `experiment_apis` of manifest.json, or the named ones of them. */
export async function experimentApis(names) {
  const manifest = JSON.parse(await readFile(path.join(root, "manifest.json"), "utf8"));
  const all = manifest.experiment_apis;
  return Object.fromEntries(
    (names ?? Object.keys(all)).map((name) => {
      if (!all[name]) throw new Error(`manifest.json has no experiment "${name}"`);
      return [name, all[name]];
    }),
  );
}

/** esbuild's options for every script of some experiments, written below `folder` at the manifest's paths. */
export function experimentBundles(apis, folder) {
  return Object.entries(apis).flatMap(([name, api]) =>
    [api.parent, api.child].filter(Boolean).map(({ script }) => ({
      ...commonOptions,
      entryPoints: [`src/${script.replace(/\.js$/, ".ts")}`],
      outfile: `${folder}/${script}`,
      format: "iife",
      // Thunderbird runs the API scripts of an extension as classic scripts in one shared global and then reads
      // global[name]: so each is an IIFE under a name of its own, with a footer that assigns just the class.
      globalName: `__bundled_${name}`,
      footer: { js: `this.${name} = __bundled_${name}.${name};` },
      tsconfig: "src/experiments/tsconfig.json",
    })),
  );
}

/** An experiment has one schema file: the namespaces, one a file in the sources, joined in order of their names. */
export async function schemaText(api) {
  const folder = path.join(root, "src", path.dirname(api.schema), "schema");
  const namespaces = [];
  for (const name of (await readdir(folder)).sort())
    namespaces.push(...JSON.parse(await readFile(path.join(folder, name), "utf8")));
  for (const { functions = [] } of namespaces)
    for (const { async, parameters = [] } of functions) if (async) parameters.forEach(takeAnyType);
  return `${JSON.stringify(namespaces, null, 2)}\n`;
}

const OTHERS = [
  { type: "string" },
  { type: "number" },
  { type: "boolean" },
  { type: "array", items: { type: "any" } },
];

/**
 * Thunderbird's check of positional arguments names the function, not the argument. Values of any type but an object
 * pass it in the built schema, and the API refuses the wrong ones by name (positional-arguments.ts). What is in an
 * object is checked by Thunderbird, which names its members.
 */
function takeAnyType(parameter) {
  const { type, $ref, choices = [$ref ? { $ref } : { type }] } = parameter;
  const wanted = choices.map((choice) => (choice.$ref ? "object" : choice.type));
  if (wanted.includes("any")) return;
  // The whole choice as it was comes first: its limits and its enumeration hold.
  const { name, optional, description, ...rest } = parameter;
  const others = OTHERS.filter((other) => !wanted.includes(other.type));
  for (const key of Object.keys(rest)) delete parameter[key];
  parameter.choices = [...(rest.choices ?? [rest]), ...others];
}
