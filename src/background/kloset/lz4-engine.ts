/**
 * The loops of LZ4: in JavaScript until {@link prepareLz4} has had WebAssembly compiled, and where that is not to be had.
 * Both give the same bytes. Where the browser does not compile JavaScript they are nearly all the time of a backup.
 */
import { compileLz4 } from "./lz4-assembly-engine.ts";
import { compressBlock, decompressBlock, type Lz4, plainSize } from "./lz4-block.ts";
import { xxh32 } from "./xxh32.ts";

export const lz4InJavaScript: Lz4 = {
  compressBlock,
  plainSize,
  decompressBlock,
  checksum: xxh32,
};

let best = lz4InJavaScript;
let preparing: Promise<void> | undefined;

/** Makes what follows faster where it can be; never rejects. */
export function prepareLz4(): Promise<void> {
  preparing ??= compileLz4().then(
    (compiled) => {
      best = compiled;
    },
    () => undefined,
  );
  return preparing;
}

export function lz4(): Lz4 {
  return best;
}
