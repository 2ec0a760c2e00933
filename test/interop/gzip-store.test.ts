/** Stores compressed by GZIP, which plakar's command line does not make but uses once they are there. */
import { writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createStore, openStore } from "../../src/background/kloset/kloset.ts";
import { calendarFiles } from "../support/calendar-files.ts";
import { NodeStorage } from "../support/node-storage.ts";
import { describePlakar, PlakarHome } from "../support/plakar.ts";

describePlakar("a store of ours that is compressed by GZIP", () => {
  let plakar: PlakarHome;
  beforeEach(async () => {
    plakar = await PlakarHome.make();
  });
  afterEach(() => plakar.remove());

  test("is read and extended by plakar 1.1.4, and what it wrote is read by us", async () => {
    const location = plakar.path("store");
    const store = await createStore(new NodeStorage(location), { compression: "GZIP" });
    const writer = await store.startSnapshot({ type: "caldav", origin: "us", directory: "/" });
    const files = calendarFiles(30);
    for (const file of files) await writer.addFile(file);
    const { snapshotId } = await writer.commit();
    await plakar.ok("at", location, "check");
    const [first] = files;
    const bytes = await plakar.ok("at", location, "cat", `${snapshotId}:${first?.path}`);
    expect(Buffer.compare(bytes, first?.bytes ?? new Uint8Array())).toBe(0);

    await writeFile(plakar.path("theirs.ics"), "text of theirs\n".repeat(1000));
    await plakar.ok("at", location, "backup", plakar.path("theirs.ics"));
    const again = await openStore(new NodeStorage(location));
    expect(await again.check({ full: true })).toMatchObject({ ok: true, snapshots: 2 });
    const theirs = (await again.listSnapshots()).find(({ type }) => type === "fs");
    const reader = await again.openSnapshot(theirs?.id ?? "");
    const text = new TextDecoder().decode(await reader.readFile(plakar.path("theirs.ics")));
    expect(text).toBe("text of theirs\n".repeat(1000));
  });
});
