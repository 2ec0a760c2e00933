/**
 * Which folder may import which: the arrows of ARCHITECTURE.md as data. A wrong table is changed here,
 * in the change that needs it.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";

const source = path.join(import.meta.dirname, "../src");

/** Besides itself and `shared`. A file path stands for just that file. */
const allowed: Record<string, readonly string[]> = {
  // Sentences in other languages than the source's.
  shared: ["../_locales"],
  "background/transport": [],
  "background/storage": [],
  "background/settings": [],
  "background/icalendar": [],
  "background/webdav": ["background/transport"],
  "background/caldav": [
    "background/webdav",
    "background/transport",
    "background/icalendar",
    "background/sync/ports.ts",
  ],
  "background/sync": ["background/icalendar"],
  "background/provider": ["background/sync", "background/icalendar"],
  "background/kloset": ["background/storage/storage.ts"],
  "background/backup": [
    "background/kloset",
    "background/icalendar",
    "background/storage/storage.ts",
  ],
  "background/accounts": [
    "background/settings",
    "background/caldav",
    "background/webdav",
    "background/transport",
  ],
  "background/commands": [
    "background/icalendar",
    "background/sync",
    "background/backup",
    "background/settings",
    "background/accounts",
    "background/provider",
  ],
  "background/main.ts": ["background"],
  "background/compose": ["background"],
  "experiments/calendar": ["experiments/gecko.d.ts", "experiments/windows.ts"],
  "experiments/platform": ["experiments/gecko.d.ts", "experiments/windows.ts"],
  "experiments/timezones": ["experiments/gecko.d.ts"],
  options: [],
};

/** Packages that only one folder may import. */
const packageOwners: Record<string, readonly string[]> = {
  "ical.js": ["background/icalendar"],
  "@msgpack/msgpack": ["background/kloset"],
  "@noble/hashes": ["background/kloset", "background/transport"],
  "hash-wasm": ["background/kloset"],
  "@noble/ciphers": ["background/kloset"],
  fzstd: ["background/kloset"],
};

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const full = path.join(folder, name);
    if (statSync(full).isDirectory()) return files(full);
    return /\.ts$/.test(name) ? [path.relative(source, full)] : [];
  });
}

function owner(file: string): string | undefined {
  return Object.keys(allowed)
    .filter((key) => file === key || file.startsWith(`${key}/`))
    .sort((a, b) => b.length - a.length)[0];
}

function imports(file: string): string[] {
  const text = readFileSync(path.join(source, file), "utf8");
  const specifiers = text.matchAll(/(?:from\s+|import\s+|import\()\s*["']([^"']+)["']/g);
  return [...specifiers].map((match) => match[1] as string);
}

/** Files of src/experiments itself (ambient types) are owned by nobody. */
const everyFile = files(source).filter((file) => !/^experiments\/[^/]+$/.test(file));

describe("imports go one way", () => {
  test.each(everyFile)("%s", (file) => {
    const home = owner(file);
    expect(home, `${file} lies in no known folder`).toBeDefined();
    for (const specifier of imports(file)) {
      if (!specifier.startsWith(".")) {
        const owners = Object.entries(packageOwners).find(
          ([name]) => specifier === name || specifier.startsWith(`${name}/`),
        )?.[1];
        if (owners) expect(owners, `${file} imports ${specifier}`).toContain(home);
        continue;
      }
      const target = path.join(path.dirname(file), specifier);
      const permitted = [home as string, "shared", ...(allowed[home as string] ?? [])];
      expect(
        permitted.some((entry) => target === entry || target.startsWith(`${entry}/`)),
        `${file} imports ${target}`,
      ).toBe(true);
    }
  });
});
