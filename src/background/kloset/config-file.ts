/** The CONFIG file: what makes a directory a store, read before any key is known. */
import { AppError, isAppError } from "../../shared/errors.ts";
import type { Storage } from "../storage/storage.ts";
import { decodeConfig, encodeConfig, type StoreConfig } from "./config.ts";
import { unknownVersion } from "./corruption.ts";
import { looksLikeKloset, parseEnvelope, verifyEnvelope, wrap } from "./envelope.ts";
import { configHashingWith } from "./mac.ts";
import { Resource, VERSION_1_0_0, versionText } from "./resource.ts";

const CONFIG = "CONFIG";

export interface ConfigFile {
  readonly config: StoreConfig;
  /**
   * The checksum of a store with a passphrase needs its key.
   * @throws AppError "store-corrupt"
   */
  verify(macKey: Uint8Array | undefined): void;
}

/** @throws AppError "store-missing", "not-a-store", "store-unknown-version", "store-corrupt", and those of Storage */
export async function readConfigFile(storage: Storage): Promise<ConfigFile> {
  const file = await readFile(storage);
  if (!looksLikeKloset(file))
    throw new AppError("not-a-store", "This directory holds a CONFIG file of something else.", {
      hint: `Nothing was changed in ${storage.label}. Choose the directory of a backup store, or an empty one.`,
      retry: "after-user",
    });
  const { version, body } = parseEnvelope(file, Resource.config, "CONFIG");
  if (version !== VERSION_1_0_0)
    throw unknownVersion(`its CONFIG has version ${versionText(version)}`, { version });
  return {
    config: decodeConfig(body),
    verify: (macKey) => verifyEnvelope(file, configHashingWith(macKey), "CONFIG"),
  };
}

async function readFile(storage: Storage): Promise<Uint8Array> {
  try {
    return await storage.read(CONFIG);
  } catch (error) {
    if (!isAppError(error, "blob-missing")) throw error;
    throw new AppError("store-missing", "There is no backup store here: CONFIG is missing.", {
      hint: `Nothing was changed in ${storage.label}. If a store should be there, look whether its disk is connected; otherwise choose another directory.`,
      retry: "after-user",
      cause: error,
    });
  }
}

/** @returns false when there is one already */
export function createConfigFile(
  storage: Storage,
  config: StoreConfig,
  macKey: Uint8Array | undefined,
): Promise<boolean> {
  const hashing = configHashingWith(macKey);
  const bytes = wrap(Resource.config, VERSION_1_0_0, encodeConfig(config), hashing);
  return storage.create({ path: CONFIG, bytes });
}
