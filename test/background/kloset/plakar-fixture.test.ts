/**
 * A store with a passphrase that plakar 1.1.4 made (`plakar create`, then `backup -name fixture` of three files), read
 * where plakar is not at hand.
 */
import path from "node:path";
import { expect, test } from "vitest";
import { deriveKey } from "../../../src/background/kloset/key-derivation.ts";
import { inspectStore, openStore } from "../../../src/background/kloset/kloset.ts";
import { NodeStorage } from "../../support/node-storage.ts";

const storage = () =>
  new NodeStorage(path.join(import.meta.dirname, "../../fixtures/kloset/plakar-1.1.4-encrypted"));
const PASSPHRASE = "Grüße aus dem Regal, fünf Wörter";

const event = [
  "BEGIN:VCALENDAR",
  "VERSION:2.0",
  "PRODID:-//example//EN",
  "BEGIN:VEVENT",
  "UID:1@example",
  "DTSTAMP:20260102T030405Z",
  "DTSTART:20260103T090000Z",
  "SUMMARY:Grüße 🗓️",
  "END:VEVENT",
  "END:VCALENDAR",
  "",
].join("\r\n");
/** More than one slice of the cipher. */
const slices = Uint8Array.from(
  { length: 70_000 },
  (_, i) => (i * i * 31 + Math.floor(i / 251)) % 251,
);
const files = new Map([
  ["Grüße 🗓️.ics", new TextEncoder().encode(event)],
  ["empty.ics", new Uint8Array()],
  ["slices.bin", slices],
]);

test("plakar's encrypted store is opened with its passphrase and read byte for byte", {
  timeout: 120_000,
}, async () => {
  const { encryption } = await inspectStore(storage());
  expect(encryption?.derivation).toMatchObject({
    kdf: "ARGON2ID",
    time: 4,
    memory: 262_144,
    threads: 1,
  });
  expect(encryption?.sliceSize).toBe(65_536);
  const store = await openStore(storage(), {
    keys: async ({ derivation }) => deriveKey(new TextEncoder().encode(PASSPHRASE), derivation),
  });
  const [snapshot] = await store.listSnapshots();
  expect(snapshot).toMatchObject({ label: "fixture", type: "fs", files: files.size });
  // Nothing of the computer that made it.
  expect(snapshot?.context.get("Hostname")).toBe("desk");
  expect(snapshot?.context.get("MachineID")).toMatch(/^0+$/);
  const reader = await store.openSnapshot(snapshot?.id ?? "");
  for (const [name, bytes] of files) {
    const read = await reader.readFile(`/mnt/calendars/${name}`);
    expect(Buffer.compare(read, bytes), name).toBe(0);
  }
  expect(await store.check({ full: true })).toMatchObject({ ok: true, checked: files.size });
});

test("it is refused without a passphrase, and with a wrong key", async () => {
  await expect(openStore(storage())).rejects.toMatchObject({ code: "store-encrypted" });
  await expect(
    openStore(storage(), { keys: async () => new Uint8Array(32) }),
  ).rejects.toMatchObject({ code: "wrong-passphrase" });
});
