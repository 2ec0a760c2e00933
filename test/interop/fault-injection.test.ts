/** Stores left behind by a disk that went wrong in the middle of a backup, judged by the real plakar. */
import { cp, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isAppError } from "../../src/shared/errors.ts";
import {
  calendarOf,
  eventText,
  serviceOver,
  storeOfSmallPackfiles,
  work,
} from "../support/backup-fixture.ts";
import { type Fault, FaultyStorage } from "../support/faulty-storage.ts";
import { NodeStorage } from "../support/node-storage.ts";
import { describePlakar, PlakarHome } from "../support/plakar.ts";

const sampled: readonly Fault[] = ["stalls", "stops within", "stops behind"];

describePlakar("what a failing disk leaves of a store, in plakar 1.1.4", () => {
  let plakar: PlakarHome;
  const calendars = calendarOf(20);

  beforeAll(async () => {
    plakar = await PlakarHome.make();
    const storage = new NodeStorage(plakar.path("before"));
    await storeOfSmallPackfiles(storage);
    await serviceOver(storage, calendars).run({ label: "earlier" }, work());
    for (let n = 10; n < 30; n++) {
      calendars.put("work", `${n}.ics`, eventText(`uid-${n}`, `Changed ${n}`));
    }
  });
  afterAll(() => plakar.remove());

  async function copyOfStore(name: string): Promise<string> {
    const location = plakar.path(name);
    await cp(plakar.path("before"), location, { recursive: true });
    return location;
  }

  test.each(sampled)(
    "that %s: it passes check, before and after the next backup",
    async (fault) => {
      const dry = new FaultyStorage(new NodeStorage(await copyOfStore(`${fault}-dry`)));
      await serviceOver(dry, calendars).run({}, work());
      for (let at = 1; at < dry.operations; at += 9) {
        const location = await copyOfStore(`${fault}-${at}`);
        const disk = new FaultyStorage(new NodeStorage(location), fault, at);
        try {
          await serviceOver(disk, calendars).run({}, work());
        } catch (error) {
          if (!isAppError(error, "place-io")) throw error;
        }
        await disk.settle();
        // One store in many copies has one id, and plakar keeps what it read of a store by that.
        const fresh = ["-cachedir", plakar.path(`cache-${fault}-${at}`)];
        await plakar.ok(...fresh, "at", location, "check");
        expect(
          (await plakar.ok(...fresh, "at", location, "ls", "-name", "earlier")).toString(),
        ).not.toBe("");
        const storage = new NodeStorage(location);
        const { snapshotId } = await serviceOver(storage, calendars).run({}, work());
        await plakar.ok(...fresh, "at", location, "check");
        const out = plakar.path(`out-${fault}-${at}`);
        const source = `${snapshotId}:/calendars/me@here/work`;
        await plakar.ok(...fresh, "at", location, "restore", "-to", out, source);
        expect(await readdir(out)).toHaveLength(30);
        for (const [name, text] of calendars.texts("work")) {
          expect(await readFile(path.join(out, name), "utf8")).toBe(text);
        }
      }
    },
  );
});
