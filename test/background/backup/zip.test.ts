/** Archives as another program unpacks them. */
import { unzipSync } from "fflate";
import { expect, test } from "vitest";
import { zipOf } from "../../../src/background/backup/zip.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

test("every file is found whole, names beyond ASCII included", () => {
  const files = [
    { name: "Arbeit ä 日本.ics", bytes: bytesOf("BEGIN:VCALENDAR\r\n") },
    { name: "empty.ics", bytes: new Uint8Array() },
    { name: "large.ics", bytes: Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7) & 255) },
  ];
  const unpacked = unzipSync(zipOf(files));
  expect(Object.keys(unpacked)).toEqual(files.map(({ name }) => name));
  for (const { name, bytes } of files)
    expect(Buffer.compare(Buffer.from(unpacked[name] ?? []), Buffer.from(bytes)), name).toBe(0);
});

test("the checksum is the one of ISO 3309", () => {
  const archive = Buffer.from(zipOf([{ name: "a", bytes: bytesOf("123456789") }]));
  // The standard's check value, in a local header (APPNOTE §4.3.7) and in the directory (§4.3.12).
  expect(archive.readUInt32LE(14)).toBe(0xcbf43926);
  expect(archive.readUInt32LE(archive.indexOf(bytesOf("PK\x01\x02")) + 16)).toBe(0xcbf43926);
});
