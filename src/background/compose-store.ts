/** The part of the composition root that joins the store with its place, its keys and its recovery sheet. */
import { BackupStore } from "./backup/backup-store.ts";
import type { Texts } from "./backup/recovery-sheet.ts";
import { StoreKeys } from "./backup/store-keys.ts";
import type { BackupPlace } from "./commands/backup-place.ts";
import { RecoverySheets } from "./commands/recovery-sheets.ts";
import { openRestoreFolder } from "./commands/restore-folder.ts";
import { deriveInWorker, type KeyThread } from "./kloset/derive-in-worker.ts";
import { PlaceStorage } from "./storage/place-storage.ts";

export interface StoreParts {
  readonly platform: typeof messenger.platform;
  /** Asked when needed: the place and the store know each other. */
  readonly place: () => BackupPlace;
  readonly startKeyThread: () => KeyThread;
  readonly text: Texts;
  readonly language: string;
}

export function composeStore({ platform, place, startKeyThread, text, language }: StoreParts): {
  readonly backupStore: BackupStore;
  readonly recoverySheets: RecoverySheets;
} {
  const backupStore = new BackupStore({
    place: {
      openStorage: async () => PlaceStorage.open(platform, await place().directory()),
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
  return { backupStore, recoverySheets };
}
