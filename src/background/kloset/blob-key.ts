/** A blob's type and name as one short text: what maps of ten thousands of blobs are keyed by. */
import type { Mac } from "./mac.ts";
import type { ResourceType } from "./resource.ts";

/** A blob as one short text: two bytes of the name a character, behind one for the type. */
export function blobKey(type: ResourceType, mac: Mac): string {
  // Spelt out: spreading an array or calling a function takes several times as long, for every blob of every state.
  const m = mac as unknown as MacBytes;
  return String.fromCharCode(
    type,
    m[0] | (m[1] << 8),
    m[2] | (m[3] << 8),
    m[4] | (m[5] << 8),
    m[6] | (m[7] << 8),
    m[8] | (m[9] << 8),
    m[10] | (m[11] << 8),
    m[12] | (m[13] << 8),
    m[14] | (m[15] << 8),
    m[16] | (m[17] << 8),
    m[18] | (m[19] << 8),
    m[20] | (m[21] << 8),
    m[22] | (m[23] << 8),
    m[24] | (m[25] << 8),
    m[26] | (m[27] << 8),
    m[28] | (m[29] << 8),
    m[30] | (m[31] << 8),
  );
}

// biome-ignore format: 32 numbers
type MacBytes = [
  number, number, number, number, number, number, number, number, number, number, number,
  number, number, number, number, number, number, number, number, number, number, number,
  number, number, number, number, number, number, number, number, number, number,
];

export function macOfKey(key: string): Mac {
  const mac = new Uint8Array(2 * (key.length - 1));
  for (let i = 1; i < key.length; i++) {
    mac[2 * i - 2] = key.charCodeAt(i) & 0xff;
    mac[2 * i - 1] = key.charCodeAt(i) >> 8;
  }
  return mac;
}
