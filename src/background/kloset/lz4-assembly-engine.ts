/** {@link Lz4} in WebAssembly. */
import { LZ4_ASSEMBLY } from "./lz4-assembly.ts";
import { compressedBound, decompressBlock, type Lz4 } from "./lz4-block.ts";

const PAGE = 64 * 1024;
/** Taken into the module's memory at once to be summed up; a multiple of 16. */
const SUMMED_AT_ONCE = 1024 * 1024;

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly FREE: WebAssembly.Global;
  compress(source: number, size: number, target: number): number;
  plainSize(block: number, size: number): number;
  decompress(block: number, size: number, target: number, room: number): number;
  checksumStart(): void;
  checksumUpdate(source: number, size: number): void;
  checksumFinish(source: number, rest: number, total: number): number;
}

/** @throws where WebAssembly is not to be had */
export async function compileLz4(): Promise<Lz4> {
  const code = Uint8Array.from(atob(LZ4_ASSEMBLY.replaceAll("\n", "")), (c) => c.charCodeAt(0));
  // AssemblyScript imports this for failed assertions, of which there are none.
  const { instance } = await WebAssembly.instantiate(code, { env: { abort: () => undefined } });
  return new Lz4Assembly(instance.exports as unknown as Exports);
}

class Lz4Assembly implements Lz4 {
  readonly #exports: Exports;
  readonly #free: number;
  #memory: Uint8Array;

  constructor(exports: Exports) {
    this.#exports = exports;
    this.#free = exports.FREE.value;
    this.#memory = new Uint8Array(exports.memory.buffer);
  }

  /** Puts the bytes into the module's memory, with room behind them. @returns the memory */
  #put(bytes: Uint8Array, room: number): Uint8Array {
    const missing = this.#free + bytes.length + room - this.#memory.length;
    if (missing > 0) {
      this.#exports.memory.grow(Math.ceil(missing / PAGE));
      this.#memory = new Uint8Array(this.#exports.memory.buffer);
    }
    this.#memory.set(bytes, this.#free);
    return this.#memory;
  }

  compressBlock(source: Uint8Array, target: Uint8Array, start: number): number {
    const memory = this.#put(source, compressedBound(source.length));
    const result = this.#free + source.length;
    const size = this.#exports.compress(this.#free, source.length, result);
    target.set(memory.subarray(result, result + size), start);
    return size;
  }

  plainSize(block: Uint8Array): number {
    this.#put(block, 0);
    return this.#exports.plainSize(this.#free, block.length);
  }

  decompressBlock(block: Uint8Array, target: Uint8Array, at: number): number {
    // What lies before is not in the module's memory; plakar writes no such blocks.
    if (at > 0) return decompressBlock(block, target, at);
    const memory = this.#put(block, target.length);
    const result = this.#free + block.length;
    const size = this.#exports.decompress(this.#free, block.length, result, target.length);
    if (size > 0) target.set(memory.subarray(result, result + size));
    return size;
  }

  checksum(bytes: Uint8Array): number {
    const { checksumStart, checksumUpdate, checksumFinish } = this.#exports;
    checksumStart();
    const whole = bytes.length - (bytes.length % 16);
    for (let at = 0; at < whole; at += SUMMED_AT_ONCE) {
      const piece = bytes.subarray(at, Math.min(at + SUMMED_AT_ONCE, whole));
      this.#put(piece, 0);
      checksumUpdate(this.#free, piece.length);
    }
    this.#put(bytes.subarray(whole), 0);
    return checksumFinish(this.#free, bytes.length - whole, bytes.length) >>> 0;
  }
}
