/** The schema that Thunderbird reads, the types that add-ons compile against and the documentation say the same. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import {
  declarationsFile,
  declared,
  docEntries,
  type SchemaFunction,
  schemaNamespaces,
  schemaSignature,
} from "../support/api-declarations.ts";

const root = path.join(import.meta.dirname, "../..");
const namespaces = schemaNamespaces();
const entries = docEntries();
const names = (text: string) => new Set([...text.matchAll(/`(\w+)`/g)].map((match) => match[1]));

describe.each(namespaces)("calendar.$name", ({ name, types, properties, functions, events }) => {
  const signatures = [...functions, ...events].map(schemaSignature);
  const documented = entries.flatMap(({ heading }) =>
    heading.startsWith(`${name}.`) ? [heading.slice(name.length + 1)] : [],
  );
  const entry = (heading: string) =>
    entries.find((each) => each.heading === `${name}.${heading}`)?.text ?? "";

  test("types and documentation have its functions, events and properties, and no others", () => {
    expect(new Set(declared(name).signatures), "calendar-api.d.ts").toEqual(new Set(signatures));
    expect(new Set(declared(name).properties), "calendar-api.d.ts").toEqual(new Set(properties));
    expect(new Set(documented), "docs/calendar-api.md").toEqual(
      new Set([...signatures, ...properties, ...types.map(({ id }) => id)]),
    );
    expect(new Set(documented).size, "one entry each").toBe(documented.length);
  });

  test("every parameter and every member of one is described", () => {
    for (const each of [...functions, ...events]) {
      const described = names(entry(schemaSignature(each)));
      for (const parameter of [...(each.parameters ?? []), ...(each.extraParameters ?? [])]) {
        expect(described, schemaSignature(each)).toContain(parameter.name);
        for (const member of Object.keys(parameter.properties ?? {}))
          expect(described, schemaSignature(each)).toContain(member);
      }
    }
  });

  test("every property of a type is described, and no other", () => {
    for (const type of types) {
      const text = entry(type.id);
      const has = Object.keys(type.properties ?? {});
      expect([...names(text)], type.id).toEqual(expect.arrayContaining(has));
      const rows = [...text.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1]);
      expect(has, type.id).toEqual(expect.arrayContaining(rows));
    }
  });

  test("every function, event and property has an example", () => {
    for (const heading of [...signatures, ...properties])
      expect(entry(heading), heading).toContain("```js\n");
  });
});

/** Types of the schema that calendar-api.d.ts has in several parts, or in place. */
const DECLARED_AS: Record<string, string[]> = {
  "items.CalendarItem": ["items.CalendarItem", "items.ItemProperties", "provider.HookItem"],
  "items.ReadOptions": ["Parameters<typeof messenger.calendar.items.get>[2]"],
};

test("types have the properties that the schema's have", () => {
  const lines = [
    "type Named<T> = T extends unknown ? keyof { [K in keyof T as string extends K ? never : K]: 0 } : never;",
  ];
  const same = (types: readonly string[], keys: readonly string[]) => {
    const union = types.map((type) => `Named<NonNullable<${type}>>`).join(" | ");
    const wanted = keys.map((key) => JSON.stringify(key)).join(" | ");
    lines.push(`{ let there!: ${union}; let wanted: ${wanted} = there; there = wanted; }`);
  };
  const inPlace = (namespace: string, { name, parameters = [] }: SchemaFunction) => {
    for (const [index, { properties }] of parameters.entries())
      if (properties)
        same(
          [`Parameters<typeof messenger.calendar.${namespace}.${name}>[${index}]`],
          Object.keys(properties),
        );
  };
  for (const { name, types, functions } of namespaces) {
    for (const { id, properties } of types) {
      if (!properties) continue;
      const parts = (DECLARED_AS[`${name}.${id}`] ?? [`${name}.${id}`]).map((part) =>
        part.includes("<") ? part : `messenger.calendar.${part}`,
      );
      same(parts, Object.keys(properties));
    }
    for (const each of functions) inPlace(name, each);
  }
  expect(lines.length).toBeGreaterThan(10);
  expect(compile(lines.join("\n"))).toBe("");
});

test("types say of functions that answer at once that they do, and of the others that they promise", () => {
  const lines = namespaces.flatMap(({ name, functions }) =>
    functions.map((each) => {
      const result = `ReturnType<typeof messenger.calendar.${name}.${each.name}>`;
      return `{ const promises: ${result} extends Promise<unknown> ? true : false = ${each.async === true}; }`;
    }),
  );
  expect(compile(lines.join("\n"))).toBe("");
});

/** @returns what the compiler has against a program over calendar-api.d.ts */
function compile(program: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), "keeper-types-"));
  try {
    writeFileSync(path.join(folder, "program.ts"), `${program}\nexport {};\n`);
    const options = {
      compilerOptions: {
        strict: true,
        noEmit: true,
        target: "es2023",
        lib: ["es2023", "dom"],
        skipLibCheck: true,
        typeRoots: [path.join(root, "node_modules/@types")],
        types: ["thunderbird-webext-browser"],
      },
      files: [path.join(folder, "program.ts"), declarationsFile],
    };
    writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify(options));
    const tsc = path.join(root, "node_modules/typescript/lib/tsc.js");
    const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, "-p", folder], {
      encoding: "utf8",
    });
    return status === 0 ? "" : `${stdout}${stderr}\n${program}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
