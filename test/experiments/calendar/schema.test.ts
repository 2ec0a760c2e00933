/** The code offers what the schema declares. Types and documentation: test/experiments/api-in-step.test.ts. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, expect, test, vi } from "vitest";

const source = path.join(import.meta.dirname, "../../../src");
const read = (file: string) => readFileSync(path.join(source, file), "utf8");

interface SchemaEntry {
  namespace: string;
  functions?: { name: string }[];
  events?: { name: string }[];
}

const schema = ["calendars", "items", "provider", "free-busy", "utilities"].flatMap(
  (name) => JSON.parse(read(`experiments/calendar/schema/${name}.json`)) as SchemaEntry[],
);

const namespaces = ["calendars", "items", "provider", "freeBusy", "utilities"];

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
  // All of the experiment is loaded for it.
}, 60_000);
