/** The store of the running Thunderbird: each add-on has its own folder in the profile. */
import { AppError } from "../../../shared/errors.ts";
import { geckoFiles } from "./gecko-files.ts";
import { openGeckoSql } from "./gecko-sql.ts";
import type { MachineMark } from "./instance.ts";
import type { ItemStore } from "./item-store.ts";
import { openItemStore } from "./open-item-store.ts";

/** The manifest's `calendar_provider.store_folder`, else a name that no other add-on has. */
export function storeFolder({ id, manifest }: Pick<GeckoExtension, "id" | "manifest">): string {
  return manifest.calendar_provider?.store_folder ?? `calendar-store-${id}`;
}

/**
 * Closes by itself at the end of Thunderbird, which an open connection would hold up.
 * @param folder a name, in the profile
 * @throws AppError "item-store-newer", "item-store"
 */
export async function openProfileItemStore(folder: string): Promise<ItemStore> {
  const { Sqlite } = ChromeUtils.importESModule("resource://gre/modules/Sqlite.sys.mjs");
  const { profileDir } = PathUtils;
  const store = await openItemStore({
    open: openGeckoSql,
    files: geckoFiles,
    directory: PathUtils.join(profileDir, folder),
    machine: geckoMachineMark(profileDir, folder),
    now: () => Date.now(),
    newId: () => Services.uuid.generateUUID().toString().slice(1, -1),
  });
  const close = (): Promise<void> => store.close();
  try {
    Sqlite.shutdown.addBlocker(`Calendar items in ${folder}`, close);
  } catch {
    // Thunderbird ends already.
    await close();
    throw new AppError("item-store", "Thunderbird is about to end.", { retry: "later" });
  }
  return store;
}

/**
 * The mark lies in the local directory of the profile (caches), which is
 * outside of the profile on most systems and not copied with it.
 */
function geckoMachineMark(profileDir: string, folder: string): MachineMark {
  const path = PathUtils.join(PathUtils.localProfileDir, `${folder}.mark`);
  return {
    place: () => `${Services.dns.myHostName} ${profileDir}`,
    async read() {
      try {
        return await IOUtils.readUTF8(path);
      } catch {
        return null;
      }
    },
    async write(instanceId) {
      try {
        await IOUtils.writeUTF8(path, instanceId);
      } catch {
        // Without the mark the place alone decides.
      }
    },
  };
}
