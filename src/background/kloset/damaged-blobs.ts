/** Names for blobs found damaged, as text that outlives the opened store: `<type>:<64 hex digits>`. */
import { fromHex, toHex } from "../../shared/bytes.ts";
import type { BlobIndex } from "./blob-index.ts";
import { MAC_LENGTH } from "./mac.ts";

export function damagedBlobs(index: BlobIndex): string[] {
  return index.distrusted().map(({ type, mac }) => `${type}:${toHex(mac)}`);
}

/** Names that are none are passed over: they cost nothing but a blob that is not stored anew. */
export function distrustBlobs(index: BlobIndex, names: readonly string[]): void {
  for (const name of names) {
    const [, type = "", hex = ""] = /^(\d{1,3}):([0-9a-f]+)$/.exec(name) ?? [];
    const mac = fromHex(hex);
    if (type !== "" && Number(type) < 256 && mac?.length === MAC_LENGTH)
      index.distrust(Number(type), mac);
  }
}
