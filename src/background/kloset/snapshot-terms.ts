/** What a caller of the snapshot writer gives and gets. */
import type { SnapshotSource } from "./header.ts";

export interface SnapshotOptions extends SnapshotSource {
  /** The user's words; "" for none. */
  readonly label?: string;
  readonly tags?: readonly string[];
  /** Facts about the writer, shown by plakar, e.g. OperatingSystem. */
  readonly context?: Readonly<Record<string, string>>;
  /** Named in the lock, for whoever meets it. */
  readonly hostname?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SnapshotProgress) => void;
}

export interface SnapshotProgress {
  readonly files: number;
  /** Plain bytes taken in. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

export interface NewFile {
  /** Absolute, "/"-separated, without "." and "..". */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Unix milliseconds. */
  readonly modifiedMs: number;
}

export interface CommittedSnapshot {
  readonly snapshotId: string;
  /** When the backup started, Unix milliseconds. */
  readonly timestamp: number;
  readonly files: number;
  /** Plain bytes of the files given to `addFile`. */
  readonly bytesRead: number;
  /** Bytes added to the store: packfiles and state. */
  readonly bytesWritten: number;
  readonly newBlobs: number;
}

/** What the writer takes from its surroundings; tests give fixed ones. */
export interface Surroundings {
  readonly now: () => number;
  readonly random: (size: number) => Uint8Array;
}

export const realSurroundings: Surroundings = {
  now: () => Date.now(),
  random: (size) => crypto.getRandomValues(new Uint8Array(size)),
};
