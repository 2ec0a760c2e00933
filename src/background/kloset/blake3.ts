/**
 * Keyed BLAKE3, much faster once {@link Blake3.prepare} has had WebAssembly compiled; in JavaScript before that,
 * and where WebAssembly is not to be had. Both give the same bytes.
 */
import { blake3 } from "@noble/hashes/blake3.js";
import { createBLAKE3, type IHasher } from "hash-wasm";
import type { Mac, RunningMac } from "./running-mac.ts";

const BITS = 256;
/** Hashes that run side by side: a packfile has two, a file one. Further ones are done in JavaScript. */
const RUNNING = 4;

export class Blake3 {
  readonly #key: Uint8Array;
  /** Keeps nothing between two calls. */
  #single: IHasher | undefined;
  readonly #idle: IHasher[] = [];
  #preparing: Promise<void> | undefined;

  /** @param key 32 bytes */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  prepare(): Promise<void> {
    this.#preparing ??= this.#compile().catch(() => undefined);
    return this.#preparing;
  }

  mac(bytes: Uint8Array): Mac {
    if (this.#single === undefined) return blake3(bytes, { key: this.#key });
    return this.#single.init().update(bytes).digest("binary");
  }

  start(): RunningMac {
    const hash = this.#idle.pop();
    if (hash === undefined) return inJavaScript(this.#key);
    hash.init();
    return {
      update: (bytes) => void hash.update(bytes),
      digest: () => {
        const mac = hash.digest("binary");
        this.#idle.push(hash);
        return mac;
      },
    };
  }

  async #compile(): Promise<void> {
    const make = () => createBLAKE3(BITS, this.#key);
    const single = await make();
    for (let count = 0; count < RUNNING; count++) this.#idle.push(await make());
    this.#single = single;
  }
}

function inJavaScript(key: Uint8Array): RunningMac {
  const hash = blake3.create({ key });
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
}
