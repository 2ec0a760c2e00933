/**
 * A .zip archive of a few text files (PKWARE APPNOTE 6.3.10, §4.3): stored, not compressed, names in UTF-8. Equal files make
 * equal archives: the times in it are fixed.
 */

export interface ZippedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_OF_CENTRAL = 0x06054b50;
const VERSION = 20;
/** §4.4.4, bit 11: names are UTF-8. */
const UTF8_NAMES = 0x0800;
/** §4.4.6: the first of January 1980, the earliest there is. */
const EARLIEST_DATE = 0x0021;

/** Below 4 GiB and 65,536 files: far above what calendars are. */
export function zipOf(files: readonly ZippedFile[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, bytes } of files) {
    const encoded = new TextEncoder().encode(name);
    const facts = [VERSION, UTF8_NAMES, 0, 0, EARLIEST_DATE] as const;
    const sizes = [crc32(bytes), bytes.length, bytes.length] as const;
    const local = [
      u32(LOCAL_HEADER),
      ...facts.map(u16),
      ...sizes.map(u32),
      u16(encoded.length),
      u16(0),
    ];
    const central = [
      u32(CENTRAL_HEADER),
      u16(VERSION),
      ...facts.map(u16),
      ...sizes.map(u32),
      ...[encoded.length, 0, 0, 0, 0].map(u16),
      u32(0),
      u32(offset),
      encoded,
    ];
    const entry = joined([...local, encoded, bytes]);
    parts.push(entry);
    directory.push(joined(central));
    offset += entry.length;
  }
  const listing = joined(directory);
  const end = [
    u32(END_OF_CENTRAL),
    ...[0, 0, files.length, files.length].map(u16),
    u32(listing.length),
    u32(offset),
    u16(0),
  ];
  return joined([...parts, listing, ...end]);
}

function u16(value: number): Uint8Array {
  return new Uint8Array([value & 255, (value >>> 8) & 255]);
}

function u32(value: number): Uint8Array {
  return new Uint8Array([value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** §4.4.7: the CRC-32 of ISO 3309. */
function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (TABLE[(value ^ byte) & 255] as number) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
