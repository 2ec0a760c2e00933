/**
 * Opening places and handing out handles: the only way from a directory's name to its files. A place is made
 * once, at its first use; after that a missing one has vanished, and is reported instead of made again.
 */
import { toHex } from "../../shared/bytes.ts";
import type { Timers } from "./deadline.ts";
import { withDeadline } from "./deadline.ts";
import { compareDisks, type Device, mayStall } from "./disk.ts";
import { PlacedFiles } from "./files.ts";
import { fileError, placeGone, placeNotAllowed, placeSilent } from "./place-errors.ts";
import { placeAbove } from "./place-path.ts";
import type { Places } from "./places.ts";
import { createInstance } from "./xpcom.ts";

const OPEN_DEADLINE_MS = 30_000;
const DIRECTORY_MODE = 0o700;

export interface OpenedPlace {
  readonly place: string;
  readonly device: Device;
  /** `null` where the system does not say, and of network drives: asking blocks Thunderbird's main thread. */
  readonly freeBytes: number | null;
}

export class OpenPlaces {
  readonly #places: Places;
  readonly #os: "linux" | "windows" | "darwin" | "other";
  readonly #timers: Timers;
  readonly #opened = new Map<string, { handle: string; files: PlacedFiles }>();

  constructor(places: Places, os: "linux" | "windows" | "darwin" | "other", timers: Timers) {
    this.#places = places;
    this.#os = os;
    this.#timers = timers;
  }

  /** @throws AppError place-not-allowed, place-gone, place-denied, place-full, place-io */
  async open(directory: string): Promise<OpenedPlace> {
    const windows = this.#os === "windows";
    const above = placeAbove(directory, this.#places.all(), windows);
    if (above === null) throw placeNotAllowed();
    try {
      await withDeadline(
        this.#ensure(directory, above),
        OPEN_DEADLINE_MS,
        this.#timers,
        placeSilent,
      );
    } catch (error) {
      if ((error as { name?: unknown } | null)?.name === "NotFoundError") throw placeGone();
      throw fileError(error, "write");
    }
    this.#places.markSeen(directory);
    let entry = this.#opened.get(directory);
    if (!entry) {
      entry = {
        handle: Services.uuid.generateUUID().toString(),
        files: new PlacedFiles(directory, windows, this.#timers),
      };
      this.#opened.set(directory, entry);
    }
    const mountinfo = this.#os === "linux" ? await readMountinfo() : null;
    return {
      place: entry.handle,
      device: compareDisks(mountinfo, PathUtils.profileDir, directory, this.#os),
      freeBytes: mayStall(mountinfo, directory) ? null : freeBytes(directory),
    };
  }

  /** @throws AppError place-not-allowed for a handle that was not handed out since the add-on started */
  files(handle: string): PlacedFiles {
    for (const entry of this.#opened.values()) if (entry.handle === handle) return entry.files;
    throw placeNotAllowed();
  }

  async #ensure(directory: string, above: string): Promise<void> {
    const stat = await IOUtils.stat(directory).catch((error: { name?: unknown }) => {
      if (error.name === "NotFoundError") return null;
      throw error;
    });
    if (stat) {
      if (stat.type !== "directory") throw placeGone();
      return;
    }
    if (this.#places.wasSeen(directory)) throw placeGone();
    if (directory !== above) {
      // Below a place everything may be made, the place itself only by the rule just applied to it.
      await this.#ensure(above, above);
    }
    await IOUtils.makeDirectory(directory, {
      // The default place lies in the profile, which is there. Of another one at least the parent must exist:
      // an administrator's list may name a disk that is not connected.
      createAncestors: directory !== above || directory === this.#places.defaultDirectory,
      ignoreExisting: true,
      permissions: DIRECTORY_MODE,
    });
  }
}

function freeBytes(directory: string): number | null {
  try {
    const file = createInstance<nsIFile>("@mozilla.org/file/local;1", "nsIFile");
    file.initWithPath(directory);
    return file.diskSpaceAvailable;
  } catch {
    return null;
  }
}

/** The kernel tells no size for this file, so a limit has to be given to get anything at all. */
async function readMountinfo(): Promise<string | null> {
  try {
    const bytes = await IOUtils.read("/proc/self/mountinfo", { maxBytes: 1 << 20 });
    // The sandbox has no TextDecoder.
    return decodeURIComponent(toHex(bytes).replaceAll(/../g, "%$&"));
  } catch {
    return null;
  }
}
