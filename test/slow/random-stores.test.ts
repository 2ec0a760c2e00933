/** Fifty random stores, each written by one program and then the other, and read by both: `npm run test:slow`. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createStore, openStore } from "../../src/background/kloset/kloset.ts";
import { noise } from "../support/calendar-files.ts";
import { NodeStorage } from "../support/node-storage.ts";
import { describePlakar, PlakarHome } from "../support/plakar.ts";

const STORES = 50;

const segment = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
  .map((name) => name.replaceAll(/[/\0\p{Surrogate}\p{Control}]/gu, "_"))
  .filter((name) => !/^\.{1,2}$/.test(name));
const size = fc.oneof(
  { weight: 8, arbitrary: fc.nat(3000) },
  { weight: 2, arbitrary: fc.nat(700 * 1024) },
  { weight: 1, arbitrary: fc.constantFrom(0, 512 * 1024, 1024 * 1024 + 1, 5 * 1024 * 1024) },
);
/** Depth is fixed, so that no file has the name of a folder. */
const files = fc.uniqueArray(fc.tuple(segment, segment, size, fc.integer()), {
  minLength: 1,
  maxLength: 120,
  selector: ([folder, file]) => `${folder}/${file}`.normalize("NFC").toLowerCase(),
});
const kinds = fc.constantFrom<readonly string[]>([], ["-no-compression"], ["-hashing", "sha256"]);
const cases = fc.sample(fc.tuple(files, files, kinds, fc.boolean()), {
  numRuns: STORES,
  seed: 20_261_121,
});

describePlakar("random stores of plakar 1.1.4 and ours", () => {
  let plakar: PlakarHome;
  beforeEach(async () => {
    plakar = await PlakarHome.make();
  });
  afterEach(() => plakar.remove());

  test.each(cases.map((values, index) => [index + 1, ...values] as const))(
    "store %i",
    async (_index, theirs, ours, flags, weMake) => {
      const location = plakar.path("store");
      const source = plakar.path("source");
      for (const [folder, file, length, seed] of theirs) {
        await mkdir(path.join(source, folder), { recursive: true });
        await writeFile(path.join(source, folder, file), noise(length, seed));
      }
      if (weMake) await createStore(new NodeStorage(location));
      else await plakar.ok("at", location, "create", "-plaintext", ...flags);
      await plakar.ok("at", location, "backup", source);
      const store = await openStore(new NodeStorage(location));
      const writer = await store.startSnapshot({ type: "caldav", origin: "us", directory: "/" });
      for (const [folder, file, length, seed] of ours)
        await writer.addFile({
          path: `/${folder}/${file}`,
          bytes: noise(length, seed),
          modifiedMs: 0,
        });
      const { snapshotId } = await writer.commit();

      await plakar.ok("at", location, "check");
      await plakar.ok("at", location, "restore", "-to", plakar.path("out"), snapshotId);
      const restored = await readdir(plakar.path("out"), { recursive: true, withFileTypes: true });
      expect(restored.filter((entry) => entry.isFile())).toHaveLength(ours.length);
      for (const [folder, file, length, seed] of ours) {
        const bytes = await readFile(plakar.path("out", folder, file));
        expect(Buffer.compare(bytes, noise(length, seed)), `${folder}/${file}`).toBe(0);
      }
      const again = await openStore(new NodeStorage(location));
      expect(await again.check({ full: true })).toMatchObject({ ok: true, snapshots: 2 });
      const theirId = (await again.listSnapshots()).find(({ type }) => type === "fs")?.id ?? "";
      const reader = await again.openSnapshot(theirId);
      for (const [folder, file, length, seed] of theirs) {
        const bytes = await reader.readFile(path.join(source, folder, file));
        expect(Buffer.compare(bytes, noise(length, seed)), `${folder}/${file}`).toBe(0);
      }
    },
  );
});
