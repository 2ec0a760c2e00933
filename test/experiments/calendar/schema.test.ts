/** The three descriptions of the API agree: the schema Thunderbird reads, the types pages compile against, the code. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, expect, test, vi } from "vitest";

const source = path.join(import.meta.dirname, "../../../src");
const read = (file: string) => readFileSync(path.join(source, file), "utf8");

interface SchemaEntry {
  namespace: string;
  functions?: { name: string; async?: boolean; parameters: { name: string }[] }[];
  events?: { name: string }[];
}

const schema = JSON.parse(read("experiments/calendar/schema/provider.json")) as SchemaEntry[];

/** Names declared in one namespace of calendar-api.d.ts, functions with their number of parameters. */
function declared(namespace: string): { functions: Map<string, number>; events: string[] } {
  const text = read("shared/calendar-api.d.ts").replace(/\/\*\*[\s\S]*?\*\//g, "");
  const start = text.indexOf(`namespace ${namespace} {`);
  const next = text.indexOf("\n  namespace ", start + 1);
  const body = text.slice(start, next < 0 ? undefined : next);
  const functions = new Map<string, number>();
  for (const match of body.matchAll(/function (\w+)\(([\s\S]*?)\): Promise/g)) {
    const parameters = (match[2] ?? "").replace(/\{[^}]*\}/g, "");
    functions.set(match[1] ?? "", [...parameters.matchAll(/\w+\??:/g)].length);
  }
  const events = [...body.matchAll(/const (on\w+): WebExtEvent/g)].map((match) => match[1] ?? "");
  return { functions, events };
}

const namespaces = ["calendars", "items", "provider"];

test.each(namespaces)("calendar.%s: the schema has what the types declare", (name) => {
  const entry = schema.find((each) => each.namespace === `calendar.${name}`);
  const types = declared(name);
  expect(new Set(entry?.functions?.map((each) => each.name))).toEqual(
    new Set(types.functions.keys()),
  );
  expect(new Set(entry?.events?.map((each) => each.name))).toEqual(new Set(types.events));
  for (const each of entry?.functions ?? []) {
    expect(each.parameters.length, each.name).toBe(types.functions.get(each.name));
    expect(each.async, `${each.name} answers with a promise`).toBe(true);
  }
});

/** The API object of the parent script, over just enough of Thunderbird to be made. */
async function implemented(): Promise<Record<string, Record<string, unknown>>> {
  const registered: string[] = [];
  const globals = {
    ExtensionAPIPersistent: class {
      readonly extension: unknown;
      constructor(extension: unknown) {
        this.extension = extension;
      }
    },
    ExtensionCommon: {
      EventManager: class {
        readonly #event: string;
        constructor(options: { module: string; event: string }) {
          expect(options.module, "the key under experiment_apis").toBe("calendar_provider");
          this.#event = options.event;
        }
        api(): object {
          registered.push(this.#event);
          return { addListener: true };
        }
      },
    },
    ChromeUtils: { generateQI: () => () => undefined },
  };
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
  const { calendar_provider } = await import("../../../src/experiments/calendar/parent.ts");
  const instance = new calendar_provider({ id: "a@b", manifest: {} } as never);
  const api = instance.getAPI({} as never) as {
    calendar: Record<string, Record<string, unknown>>;
  };
  expect(
    new Set(Object.keys(instance.PERSISTENT_EVENTS)),
    "remembered while the page is suspended",
  ).toEqual(new Set(registered));
  return api.calendar;
}

afterEach(() => vi.unstubAllGlobals());

test("the code has what the schema declares, and nothing else", async () => {
  const api = await implemented();
  for (const name of namespaces) {
    const entry = schema.find((each) => each.namespace === `calendar.${name}`);
    const declaredNames = [...(entry?.functions ?? []), ...(entry?.events ?? [])].map(
      (each) => each.name,
    );
    expect(new Set(Object.keys(api[name] ?? {})), name).toEqual(new Set(declaredNames));
    for (const each of entry?.functions ?? [])
      expect(typeof api[name]?.[each.name]).toBe("function");
  }
});
