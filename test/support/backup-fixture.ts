/** A backup service over any storage, with calendars in memory. */
import { BackupService } from "../../src/background/backup/backup-service.ts";
import type { FolderTarget } from "../../src/background/backup/folder-target.ts";
import type { DamageMemory } from "../../src/background/backup/known-damage.ts";
import type { Work } from "../../src/background/backup/ports.ts";
import { defaultConfig, encodeConfig } from "../../src/background/kloset/config.ts";
import { wrap } from "../../src/background/kloset/envelope.ts";
import { configHashing } from "../../src/background/kloset/mac.ts";
import { Resource, VERSION_1_0_0 } from "../../src/background/kloset/resource.ts";
import { MemoryStorage } from "../../src/background/storage/memory-storage.ts";
import type { Storage } from "../../src/background/storage/storage.ts";
import { backupStoreIn } from "./backup-store-fixture.ts";
import { MemoryCalendars } from "./memory-calendars.ts";
import { MemoryFolder } from "./memory-folder.ts";

export function serviceOver(
  storage: Storage,
  calendars: MemoryCalendars,
  folder: FolderTarget = new MemoryFolder(),
  damage?: DamageMemory,
): BackupService {
  return new BackupService({
    store: backupStoreIn(() => storage),
    openFolder: async () => folder,
    environment: async () => ({ profileName: "test", hostname: "here" }),
    calendars,
    maker: calendars,
    ...(damage && { damage }),
  });
}

export function work(): Work {
  return { signal: new AbortController().signal, onProgress: () => {} };
}

/** An empty store whose packfiles are closed at 4 KiB, so that a small backup writes several. */
export async function storeOfSmallPackfiles(storage: Storage): Promise<void> {
  const id = crypto.getRandomValues(new Uint8Array(16));
  const config = defaultConfig(id, { seconds: 1_767_323_045, nanoseconds: 0 });
  const body = encodeConfig({ ...config, packfile: { ...config.packfile, maxSize: 4096 } });
  const bytes = wrap(Resource.config, VERSION_1_0_0, body, configHashing);
  await storage.write([{ path: "CONFIG", bytes }]);
}

export function eventText(uid: string, summary: string): string {
  return [
    "BEGIN:VCALENDAR",
    "BEGIN:VEVENT",
    `UID:${uid}`,
    `SUMMARY:${summary}`,
    "DTSTART:20260610T100000Z",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}

/** One calendar "work" with the events 0.ics, 1.ics, … */
export function calendarOf(events: number): MemoryCalendars {
  const calendars = new MemoryCalendars();
  calendars.add({ calendarId: "work", account: "me@here", collection: "work", own: true });
  for (let n = 0; n < events; n++) {
    calendars.put("work", `${n}.ics`, eventText(`uid-${n}`, `Event ${n}`));
  }
  return calendars;
}

export function copyOf(storage: MemoryStorage): MemoryStorage {
  const copy = new MemoryStorage();
  for (const [path, bytes] of storage.files) copy.files.set(path, bytes.slice());
  return copy;
}
