/** Files of many chunks: whichever of the two programs stores one first, the other stores almost nothing. */
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createStore, openStore } from "../../src/background/kloset/kloset.ts";
import { noise } from "../support/calendar-files.ts";
import { NodeStorage } from "../support/node-storage.ts";
import { describePlakar, PlakarHome } from "../support/plakar.ts";

/** Six megabytes of a calendar with pictures in it. */
function largeCalendar(): Uint8Array {
  const events = Array.from({ length: 64 }, (_, i) => {
    const picture = Buffer.from(noise(72 * 1024, i + 1)).toString("base64");
    const lines = picture.match(/.{1,70}/g) ?? [];
    return `BEGIN:VEVENT\r\nUID:${i}\r\nATTACH;ENCODING=BASE64;VALUE=BINARY:\r\n ${lines.join("\r\n ")}\r\nEND:VEVENT\r\n`;
  });
  return new TextEncoder().encode(`BEGIN:VCALENDAR\r\n${events.join("")}END:VCALENDAR\r\n`);
}

async function sizeOf(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => (await stat(path.join(entry.parentPath, entry.name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

describePlakar("a file of several megabytes, stored by us and by plakar 1.1.4", () => {
  let plakar: PlakarHome;
  let location: string;
  const bytes = largeCalendar();
  const file = { path: "/large.ics", bytes, modifiedMs: 0 };

  beforeEach(async () => {
    plakar = await PlakarHome.make();
    location = plakar.path("store");
    await mkdir(plakar.path("source"));
    await writeFile(plakar.path("source", "large.ics"), bytes);
  });
  afterEach(() => plakar.remove());

  async function writeOurs(): Promise<{ snapshotId: string; bytesWritten: number }> {
    const store = await openStore(new NodeStorage(location));
    const writer = await store.startSnapshot({ type: "caldav", origin: "us", directory: "/" });
    await writer.addFile(file);
    return writer.commit();
  }

  async function expectBothRead(snapshotId: string): Promise<void> {
    await plakar.ok("at", location, "check");
    const ours = await plakar.ok("at", location, "cat", `${snapshotId}:/large.ics`);
    expect(Buffer.compare(ours, bytes)).toBe(0);
    const store = await openStore(new NodeStorage(location));
    const theirs = (await store.listSnapshots()).find(({ type }) => type === "fs");
    const reader = await store.openSnapshot(theirs?.id ?? "");
    const read = await reader.readFile(plakar.path("source", "large.ics"));
    expect(Buffer.compare(read, bytes)).toBe(0);
  }

  test("first by plakar", async () => {
    await plakar.ok("at", location, "create", "-plaintext");
    await plakar.ok("at", location, "backup", plakar.path("source"));
    const { snapshotId, bytesWritten } = await writeOurs();
    expect(bytesWritten).toBeLessThan(100_000);
    await expectBothRead(snapshotId);
  });

  test("first by us", async () => {
    await createStore(new NodeStorage(location));
    const { snapshotId, bytesWritten } = await writeOurs();
    expect(bytesWritten).toBeGreaterThan(4_000_000);
    const before = await sizeOf(location);
    await plakar.ok("at", location, "backup", plakar.path("source"));
    // plakar pads each packfile with up to one MinSize at both ends.
    expect((await sizeOf(location)) - before).toBeLessThan(2_500_000);
    await expectBothRead(snapshotId);
  });
});
