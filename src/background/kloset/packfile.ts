/**
 * Packfiles: encoded blobs back to back, then index and footer (kloset/packfile). Offsets count from the end of
 * the envelope header. Every packfile ends with padding: plakar reads a random number of bytes behind each blob.
 */
import { concatBytes, equalBytes, toHex } from "../../shared/bytes.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { Codec } from "./codec.ts";
import { corrupt } from "./corruption.ts";
import { ENVELOPE_HEADER, envelopeHeader } from "./envelope.ts";
import { type Hashing, MAC_LENGTH, type Mac } from "./mac.ts";
import type { Pace } from "./pace.ts";
import { Resource, type ResourceType, VERSION_1_0_0 } from "./resource.ts";

const INDEX_RECORD = 56;
const FOOTER = 56;
/** plakar over-reads at most 4095 bytes behind the largest read it makes. */
export const PADDING = 8192;
const HASHED_AT_ONCE = 1024 * 1024;

export interface PackedBlob {
  readonly type: ResourceType;
  readonly mac: Mac;
  readonly offset: number;
  /** Encoded bytes. */
  readonly length: number;
}

export interface FinishedPackfile {
  readonly name: Mac;
  readonly path: string;
  readonly file: Uint8Array;
  readonly blobs: readonly PackedBlob[];
}

export function packfilePath(name: string): string {
  return `packfiles/${name.slice(0, 2)}/${name}`;
}

/** Collects blobs for one packfile. */
export class PackfileWriter {
  readonly #parts: Uint8Array[] = [];
  readonly #blobs: PackedBlob[] = [];
  #size = 0;

  /** Encoded bytes so far. */
  get size(): number {
    return this.#size;
  }

  add(type: ResourceType, mac: Mac, encoded: Uint8Array): void {
    this.#blobs.push({ type, mac, offset: this.#size, length: encoded.length });
    this.#parts.push(encoded);
    this.#size += encoded.length;
  }

  /** @param timestamp Unix nanoseconds. @param random source of padding */
  async finish(
    codec: Codec,
    hashing: Hashing,
    timestamp: bigint,
    random: (size: number) => Uint8Array,
    pace: Pace,
  ): Promise<FinishedPackfile> {
    this.add(Resource.random, random(MAC_LENGTH), random(PADDING));
    const records = new ByteWriter(INDEX_RECORD * this.#blobs.length);
    for (const blob of this.#blobs) {
      records.u32(blob.type).u32(VERSION_1_0_0).bytes(blob.mac);
      records.u64(BigInt(blob.offset)).u32(blob.length).u32(0);
    }
    const footer = new ByteWriter(FOOTER)
      .u64(timestamp)
      .u32(this.#blobs.length)
      .u64(BigInt(this.#size))
      .bytes(hashing.mac(records.view()))
      .u32(0);
    const index = await codec.encode(records.finish());
    const encodedFooter = await codec.encode(footer.finish());
    const header = envelopeHeader(Resource.packfile, VERSION_1_0_0);
    const end = new ByteWriter(4).u32(encodedFooter.length).finish();
    const file = concatBytes([
      header,
      ...this.#parts,
      index,
      encodedFooter,
      end,
      new Uint8Array(MAC_LENGTH),
    ]);
    const body = file.subarray(ENVELOPE_HEADER, file.length - MAC_LENGTH);
    const name = hashing.start();
    const trailer = hashing.start();
    trailer.update(header);
    for (let at = 0; at < body.length; at += HASHED_AT_ONCE) {
      const piece = body.subarray(at, at + HASHED_AT_ONCE);
      name.update(piece);
      trailer.update(piece);
      await pace.breathe();
    }
    file.set(trailer.digest(), file.length - MAC_LENGTH);
    const mac = name.digest();
    return { name: mac, path: packfilePath(toHex(mac)), file, blobs: this.#blobs };
  }
}

/**
 * The index of a whole packfile, for checking; the envelope is verified by the caller.
 * @param body between envelope header and MAC
 * @throws AppError "store-corrupt"
 */
export async function readPackfileIndex(
  body: Uint8Array,
  codec: Codec,
  hashing: Hashing,
  what: string,
): Promise<PackedBlob[]> {
  if (body.length < 4) throw corrupt(`${what} is cut off`);
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const footerEnd = body.length - 4;
  const footerStart = footerEnd - view.getUint32(footerEnd, true);
  if (footerStart < 0) throw corrupt(`${what} has a damaged footer`);
  const footer = await codec.decode(body.subarray(footerStart, footerEnd), `The footer of ${what}`);
  if (footer.length !== FOOTER) throw corrupt(`${what} has a damaged footer`);
  const footerView = new DataView(footer.buffer, footer.byteOffset, footer.length);
  const count = footerView.getUint32(8, true);
  const indexStart = Number(footerView.getBigUint64(12, true));
  if (indexStart > footerStart) throw corrupt(`${what} has a damaged footer`);
  const index = await codec.decode(body.subarray(indexStart, footerStart), `The index of ${what}`);
  if (index.length !== count * INDEX_RECORD) throw corrupt(`${what} has a damaged index`);
  if (!equalBytes(hashing.mac(index), footer.subarray(20, 52)))
    throw corrupt(`${what} has a damaged index`);
  const indexView = new DataView(index.buffer, index.byteOffset, index.length);
  return Array.from({ length: count }, (_, i) => {
    const at = i * INDEX_RECORD;
    return {
      type: indexView.getUint32(at, true),
      mac: index.slice(at + 8, at + 40),
      offset: Number(indexView.getBigUint64(at + 40, true)),
      length: indexView.getUint32(at + 48, true),
    };
  });
}
