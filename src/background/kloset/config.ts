/** The CONFIG record: the store's id and parameters (kloset/connectors/storage, section CONFIG of docs/store-format.md). */
import { corrupt } from "./corruption.ts";
import { decodeEncryption, type Encryption, encodeEncryption } from "./encryption.ts";
import { decodeFields, type Fields } from "./msgpack-reader.ts";
import { MsgpackWriter } from "./msgpack-writer.ts";
import type { Timestamp } from "./timestamp.ts";

export interface StoreConfig {
  readonly timestamp: Timestamp;
  /** 16 bytes. */
  readonly repositoryId: Uint8Array;
  readonly packfile: {
    readonly minSize: number;
    readonly avgSize: number;
    readonly maxSize: number;
  };
  readonly chunking: {
    readonly algorithm: string;
    readonly minSize: number;
    readonly normalSize: number;
    readonly maxSize: number;
  };
  readonly hashing: { readonly algorithm: string; readonly bits: number };
  /** Absent: stored as it is. */
  readonly compression?: {
    readonly algorithm: string;
    readonly level: number;
    readonly windowSize: number;
    readonly chunkSize: number;
    readonly blockSize: number;
    readonly enableCrc: boolean;
  };
  /** Absent: a store without passphrase. */
  readonly encryption?: Encryption;
}

/** What `plakar create -plaintext` 1.1 chooses. */
export function defaultConfig(repositoryId: Uint8Array, timestamp: Timestamp): StoreConfig {
  return {
    timestamp,
    repositoryId,
    packfile: { minSize: 0, avgSize: 0, maxSize: 64 * 1024 * 1024 },
    chunking: {
      algorithm: "fastcdc-v1.0.0",
      minSize: 512 * 1024,
      normalSize: 1024 * 1024,
      maxSize: 8 * 1024 * 1024,
    },
    hashing: { algorithm: "BLAKE3", bits: 256 },
    compression: {
      algorithm: "LZ4",
      level: 131072,
      windowSize: -1,
      chunkSize: -1,
      blockSize: -1,
      enableCrc: false,
    },
  };
}

export function encodeConfig(config: StoreConfig): Uint8Array {
  const { packfile, chunking, hashing, compression, encryption } = config;
  const out = new MsgpackWriter().map(7);
  out.text("Timestamp").time(config.timestamp);
  out.text("RepositoryID").bin(config.repositoryId);
  out.text("Packfile").map(3);
  out.text("MinSize").u64(packfile.minSize);
  out.text("AvgSize").u64(packfile.avgSize);
  out.text("MaxSize").u64(packfile.maxSize);
  out.text("Chunking").map(4);
  out.text("Algorithm").text(chunking.algorithm);
  out.text("MinSize").u32(chunking.minSize);
  out.text("NormalSize").u32(chunking.normalSize);
  out.text("MaxSize").u32(chunking.maxSize);
  out.text("Hashing").map(2);
  out.text("Algorithm").text(hashing.algorithm);
  out.text("Bits").u32(hashing.bits);
  out.text("Compression");
  if (compression) {
    out.map(6);
    out.text("Algorithm").text(compression.algorithm);
    out.text("Level").int(compression.level);
    out.text("WindowSize").int(compression.windowSize);
    out.text("ChunkSize").int(compression.chunkSize);
    out.text("BlockSize").int(compression.blockSize);
    out.text("EnableCRC").bool(compression.enableCrc);
  } else out.nil();
  out.text("Encryption");
  if (encryption) encodeEncryption(out, encryption);
  else out.nil();
  return out.finish();
}

/** @throws AppError "store-corrupt"; "store-unknown-version" for an encryption that is not known */
export function decodeConfig(body: Uint8Array): StoreConfig {
  const fields = decodeFields(body, "CONFIG");
  const repositoryId = fields.bytes("RepositoryID");
  if (repositoryId.length !== 16) throw corrupt("CONFIG has no store id");
  const packfile = fields.record("Packfile");
  const chunking = fields.record("Chunking");
  const hashing = fields.record("Hashing");
  return {
    timestamp: fields.time("Timestamp"),
    repositoryId,
    packfile: {
      minSize: packfile.number("MinSize"),
      avgSize: packfile.number("AvgSize"),
      maxSize: packfile.number("MaxSize"),
    },
    chunking: {
      algorithm: chunking.text("Algorithm"),
      minSize: chunking.number("MinSize"),
      normalSize: chunking.number("NormalSize"),
      maxSize: chunking.number("MaxSize"),
    },
    hashing: { algorithm: hashing.text("Algorithm"), bits: hashing.number("Bits") },
    ...(fields.has("Compression") && { compression: decodeCompression(fields) }),
    ...(fields.has("Encryption") && {
      encryption: decodeEncryption(fields.record("Encryption")),
    }),
  };
}

function decodeCompression(config: Fields): NonNullable<StoreConfig["compression"]> {
  const fields = config.record("Compression");
  return {
    algorithm: fields.text("Algorithm"),
    level: fields.number("Level"),
    windowSize: fields.number("WindowSize"),
    chunkSize: fields.number("ChunkSize"),
    blockSize: fields.number("BlockSize"),
    enableCrc: fields.bool("EnableCRC"),
  };
}
