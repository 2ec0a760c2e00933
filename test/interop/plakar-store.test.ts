/** Stores that the real plakar made, read by us. */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openStore } from "../../src/background/kloset/kloset.ts";
import { noise } from "../support/calendar-files.ts";
import { NodeStorage } from "../support/node-storage.ts";
import { describePlakar, PlakarHome } from "../support/plakar.ts";

const KIB = 1024;
const files: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ["empty.ics", new Uint8Array()],
  ["one-byte", Uint8Array.of(10)],
  ["event.ics", new TextEncoder().encode("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")],
  ["deep/below/600-kib", noise(600 * KIB, 1)],
  ["exactly-4-mib", noise(4096 * KIB, 2)],
  ["zeros-4-mib", new Uint8Array(4096 * KIB)],
  ["20-mib", noise(20 * 1024 * KIB, 3)],
  ["Grüße – 家 🗓️.ics", new TextEncoder().encode("non-ASCII name")],
  ["deep/ﬀ and 🗓️/x.ics", new TextEncoder().encode("sorted by bytes")],
  ...Array.from({ length: 400 }, (_, i): [string, Uint8Array] => [
    `many/${i}.ics`,
    new TextEncoder().encode(`BEGIN:VCALENDAR\r\nUID:${i}\r\nEND:VCALENDAR\r\n`),
  ]),
];

const kinds: readonly (readonly [name: string, flags: readonly string[]])[] = [
  ["by default", []],
  ["without compression", ["-no-compression"]],
  ["with SHA-256", ["-hashing", "sha256"]],
];

describePlakar("a store that plakar 1.1.4 made without passphrase", () => {
  let plakar: PlakarHome;

  beforeEach(async () => {
    plakar = await PlakarHome.make();
    for (const [name, bytes] of files) {
      const full = plakar.path("source", name);
      await mkdir(path.dirname(full), { recursive: true });
      await writeFile(full, bytes);
    }
  });

  afterEach(() => plakar.remove());

  test.each(kinds)("%s is read byte for byte, and written to", async (_name, flags) => {
    const location = plakar.path("store");
    await plakar.ok("at", location, "create", "-plaintext", ...flags);
    await plakar.ok("at", location, "backup", "-name", "theirs", plakar.path("source"));

    const store = await openStore(new NodeStorage(location));
    const [snapshot] = await store.listSnapshots();
    const source = plakar.path("source");
    expect(snapshot).toMatchObject({ type: "fs", label: "theirs", directory: source });
    expect(snapshot?.files).toBe(files.length);
    const reader = await store.openSnapshot(snapshot?.id ?? "");
    for (const [name, bytes] of files) {
      const read = await reader.readFile(path.join(source, name));
      expect(Buffer.compare(read, bytes), name).toBe(0);
    }
    const walked: string[] = [];
    for await (const entry of reader.walk(source))
      if (entry.kind === "file") walked.push(path.relative(source, entry.path));
    expect(walked).toHaveLength(files.length);
    expect(new Set(walked)).toEqual(new Set(files.map(([name]) => name)));
    expect(await store.check({ full: true })).toMatchObject({ ok: true, checked: files.length });

    const writer = await store.startSnapshot({ type: "caldav", origin: "us", directory: "/" });
    for (const [name, bytes] of files)
      await writer.addFile({ path: `/${name}`, bytes, modifiedMs: 0 });
    const { snapshotId } = await writer.commit();
    await plakar.ok("at", location, "check");
    for (const name of ["exactly-4-mib", "empty.ics", "Grüße – 家 🗓️.ics"]) {
      const bytes = await plakar.ok("at", location, "cat", `${snapshotId}:/${name}`);
      const expected = files.find(([file]) => file === name)?.[1] ?? new Uint8Array();
      expect(Buffer.compare(bytes, expected), name).toBe(0);
    }
  });
});
