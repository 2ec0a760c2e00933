/** A disk that fails once in the middle of a backup: whatever is done afterwards, no snapshot claims what is not there. */
import { expect, test } from "vitest";
import { BackupService } from "../../../src/background/backup/backup-service.ts";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import type { FileToWrite } from "../../../src/background/storage/storage.ts";
import { AppError } from "../../../src/shared/errors.ts";
import { backupStoreIn } from "../../support/backup-store-fixture.ts";
import { MemoryCalendars } from "../../support/memory-calendars.ts";

class FailingOnceStorage extends MemoryStorage {
  failNextPackfile: boolean = false;

  override async write(files: readonly FileToWrite[]): Promise<void> {
    if (this.failNextPackfile && files.some(({ path }) => path.startsWith("packfiles/"))) {
      this.failNextPackfile = false;
      throw new AppError("place-io", "The disk did not answer.", { retry: "later" });
    }
    await super.write(files);
  }
}

/** Hard to compress, so that packfiles fill up while the calendars are read. */
function noise(seed: number, bytes: number): string {
  let state = seed + 1;
  let text = "";
  while (text.length < bytes) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    text += state.toString(36);
  }
  return text;
}

test("a write that failed while a calendar was read leaves no snapshot, and the next backup is whole", async () => {
  const storage = new FailingOnceStorage();
  const calendars = new MemoryCalendars();
  calendars.add({ calendarId: "work", account: "me@here", collection: "work", own: true });
  for (let n = 0; n < 14; n++) {
    calendars.put("work", `${n}.ics`, `BEGIN:VCALENDAR\r\nUID:${n}\r\nX:${noise(n, 1_000_000)}`);
  }
  const service = new BackupService({
    store: backupStoreIn(() => storage),
    openFolder: async () => ({ createAll: async () => {}, readAll: async () => [] }),
    environment: async () => ({ profileName: "test", hostname: "here" }),
    calendars,
    maker: calendars,
  });
  const work = () => ({ signal: new AbortController().signal, onProgress: () => {} });
  storage.failNextPackfile = true;
  await expect(service.run({}, work())).rejects.toMatchObject({ code: "place-io" });
  expect(storage.failNextPackfile).toBe(false);
  expect(await service.list({}, work())).toEqual([]);
  expect(await service.run({}, work())).toMatchObject({ items: 14, incomplete: [] });
  expect(await service.check({ full: true }, work())).toMatchObject({ ok: true, errors: [] });
}, 60_000);
