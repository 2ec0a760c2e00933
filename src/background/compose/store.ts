/** The part of the composition root that joins the store with its place, its keys, its recovery sheet and other stores. */
import { BackupStore } from "../backup/backup-store.ts";
import type { Texts } from "../backup/recovery-sheet.ts";
import { StoreKeys } from "../backup/store-keys.ts";
import type { BackupPlace } from "../commands/backup-place.ts";
import { KnownStores } from "../commands/known-stores.ts";
import { shortPatience } from "../commands/patience.ts";
import { RecoverySheets } from "../commands/recovery-sheets.ts";
import { deriveInWorker, type KeyThread } from "../kloset/derive-in-worker.ts";
import { inspectStore } from "../kloset/kloset.ts";
import type { StoredBackupSettings } from "../settings/backup-settings.ts";
import type { StoredValue } from "../settings/stored-value.ts";
import { PlaceStorage } from "../storage/place-storage.ts";
import { openRestoreFolder } from "../storage/restore-folder.ts";

export interface StoreParts {
  readonly platform: typeof messenger.platform;
  readonly settings: StoredValue<StoredBackupSettings>;
  /** Asked when needed: the place and the store know each other. */
  readonly place: () => BackupPlace;
  /** As {@link KnownStores} asks for it. */
  readonly unmarkSaved: () => Promise<void>;
  /** The store is another one now. */
  readonly replan: () => Promise<void>;
  /** As {@link KnownStores} tells it. */
  readonly placeAnswered: () => void;
  readonly startKeyThread: () => KeyThread;
  readonly text: Texts;
  readonly language: string;
}

export function composeStore(parts: StoreParts): {
  readonly backupStore: BackupStore;
  readonly recoverySheets: RecoverySheets;
  readonly knownStores: KnownStores;
} {
  const {
    platform,
    settings,
    place,
    unmarkSaved,
    replan,
    placeAnswered,
    startKeyThread,
    text,
    language,
  } = parts;
  const backupStore = new BackupStore({
    place: {
      openStorage: async (work) => PlaceStorage.open(platform, await place().directory(), work),
      expectsStore: () => place().expectsStore(),
      isDefault: () => place().isDefault(),
    },
    keys: new StoreKeys({ platform, derive: deriveInWorker(startKeyThread) }),
    unlockingNote: () => text("unlockingStore"),
  });
  const recoverySheets = new RecoverySheets({
    store: backupStore,
    directory: () => place().directory(),
    openFolder: (directory) => openRestoreFolder(platform, directory),
    text,
    formatDate: (time) => new Date(time).toLocaleDateString(language, { dateStyle: "long" }),
    now: Date.now,
  });
  const knownStores = new KnownStores({
    settings,
    platform,
    directory: () => place().directory(),
    open: async (directory) => {
      const storage = await PlaceStorage.open(platform, directory);
      const { freeBytes } = storage;
      const list = (path: string) => storage.list(path);
      const measure = (path: string) => storage.measureBelow(path);
      return { freeBytes, list, measure, inspect: () => inspectStore(storage) };
    },
    unmarkSaved,
    patience: shortPatience,
    onAnswered: placeAnswered,
    now: Date.now,
    changed: async () => {
      await replan();
      return place().describe();
    },
  });
  return { backupStore, recoverySheets, knownStores };
}
