/**
 * Snapshots that are never removed. A snapshot's header never changes, so pins lie in a file of their own beside the
 * store's: they stay with the store when the profile is lost. plakar passes over the file.
 */
import * as v from "valibot";
import { AppError } from "../../shared/errors.ts";
import type { Kloset } from "../kloset/kloset.ts";

export const PINS_FILE = "caldav-keeper-pins.json";

const Pins = v.object({ version: v.literal(1), pinned: v.array(v.string()) });

/** @throws AppError "store-corrupt" for a file that cannot be read: what it protects is unknown then */
export async function readPins(store: Kloset): Promise<ReadonlySet<string>> {
  const bytes = await store.readSideFile(PINS_FILE);
  if (!bytes) return new Set();
  try {
    return new Set(v.parse(Pins, JSON.parse(new TextDecoder().decode(bytes))).pinned);
  } catch (cause) {
    throw new AppError("store-corrupt", "The list of pinned snapshots cannot be read.", {
      hint: `Nothing was removed and nothing was changed. Remove the file ${PINS_FILE} from the store's directory to pin anew.`,
      retry: "after-user",
      cause,
    });
  }
}

/** @returns the pinned ids that are listed, newest snapshot first */
export async function setPin(
  store: Kloset,
  snapshotId: string,
  pinned: boolean,
): Promise<string[]> {
  const pins = new Set(await readPins(store));
  if (pinned) pins.add(snapshotId);
  else pins.delete(snapshotId);
  // A snapshot may be missing in the list for as long as its header cannot be read: its pin stays.
  const text = `${JSON.stringify({ version: 1, pinned: [...pins] }, null, 2)}\n`;
  await store.writeSideFile(PINS_FILE, new TextEncoder().encode(text));
  return (await store.listSnapshots()).map(({ id }) => id).filter((id) => pins.has(id));
}
