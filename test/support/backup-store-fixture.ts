/** The store of a backup service in a test: any storage, a vault in memory, keys that cost nothing. */
import { createHash } from "node:crypto";
import { BackupStore } from "../../src/background/backup/backup-store.ts";
import { StoreKeys } from "../../src/background/backup/store-keys.ts";
import type { Derive } from "../../src/background/kloset/derive-in-worker.ts";
import type { Storage } from "../../src/background/storage/storage.ts";
import { MemoryVault } from "./memory-vault.ts";

/** Another key for each passphrase and salt, at once. */
export const cheapDerivation: Derive = async (passphrase, { salt }) =>
  new Uint8Array(createHash("sha256").update(salt).update(passphrase).digest());

export interface BackupStoreSetting {
  readonly expectsStore?: () => boolean;
  readonly isDefault?: () => boolean;
  readonly vault?: MemoryVault;
  readonly derive?: Derive;
}

/** Without further words: the default place, where a first backup may begin. */
export function backupStoreIn(
  openStorage: () => Storage,
  setting: BackupStoreSetting = {},
): BackupStore {
  const { expectsStore = () => false, isDefault = () => true, vault = new MemoryVault() } = setting;
  return new BackupStore({
    place: {
      openStorage: async () => openStorage(),
      expectsStore: async () => expectsStore(),
      isDefault: async () => isDefault(),
    },
    keys: new StoreKeys({ platform: vault, derive: setting.derive ?? cheapDerivation }),
    unlockingNote: () => "unlocking",
  });
}
