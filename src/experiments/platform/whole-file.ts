/**
 * A file written so that a reader sees the whole of it or none: under a temporary name `tmp.<uuid>` beside the target, each write through
 * to the disk, then renamed. IOUtils does one thing after the other for all of Thunderbird; Gecko's stream threads wait for the
 * disk side by side, which file systems answer by one commit of their journal for several files.
 */
import { fileError } from "./place-errors.ts";
import { createInstance, getService } from "./xpcom.ts";

export interface FileContent {
  readonly bytes: Uint8Array;
  /** Fails with file-exists instead of replacing. */
  readonly create?: boolean | null;
  /** Milliseconds since the epoch. */
  readonly modifiedMs?: number | null;
}

/** Backups are private: only the user's own account may read them. */
const FILE_MODE = 0o600;
const TEMPORARY = /^tmp\.[0-9a-f]{8}-[0-9a-f-]{27}$/;

/** NSPR's flags: for writing only, made here and nowhere before, every write answered once it is on the disk. */
const WRITE_ONLY = 0x02;
const CREATE = 0x08;
const WRITE_THROUGH = 0x40;
const EXCLUSIVE = 0x80;
/** The file is opened by the thread that writes, not by Thunderbird's main one. */
const DEFER_OPEN = 1;

/** IOUtils' names for what the streams' results mean. */
const KINDS: Readonly<Record<string, string>> = {
  NS_ERROR_FILE_NOT_FOUND: "NotFoundError",
  NS_ERROR_FILE_ACCESS_DENIED: "NotAllowedError",
  NS_ERROR_FILE_READ_ONLY: "ReadOnlyError",
  NS_ERROR_FILE_ALREADY_EXISTS: "NoModificationAllowedError",
};

export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

/** @param directory of the target, which is there. Throws as IOUtils does. */
export async function writeWhole(
  directory: string,
  target: string,
  { bytes, create, modifiedMs }: FileContent,
): Promise<void> {
  const temporary = PathUtils.join(
    directory,
    `tmp.${Services.uuid.generateUUID().toString().slice(1, -1)}`,
  );
  if (create && (await IOUtils.exists(target)))
    throw fileError({ name: "NoModificationAllowedError" }, "write");
  try {
    await writeThrough(temporary, bytes);
    if (modifiedMs != null) {
      // Gecko refuses 0, which it could not tell from "now".
      await IOUtils.setModificationTime(temporary, Math.max(1, Math.trunc(modifiedMs)));
    }
    await IOUtils.move(temporary, target, { noOverwrite: create === true });
  } catch (error) {
    await IOUtils.remove(temporary, { ignoreAbsent: true }).catch(() => undefined);
    throw error;
  }
}

async function writeThrough(path: string, bytes: Uint8Array): Promise<void> {
  if (bytes.length === 0) {
    // A stream that is opened by its first write would make no file.
    await IOUtils.write(path, bytes, { mode: "create", flush: true });
    await IOUtils.setPermissions(path, FILE_MODE);
    return;
  }
  const file = createInstance<nsIFile>("@mozilla.org/file/local;1", "nsIFile");
  file.initWithPath(path);
  const sink = createInstance<nsIFileOutputStream>(
    "@mozilla.org/network/file-output-stream;1",
    "nsIFileOutputStream",
  );
  sink.init(file, WRITE_ONLY | CREATE | WRITE_THROUGH | EXCLUSIVE, FILE_MODE, DEFER_OPEN);
  const source = createInstance<nsIArrayBufferInputStream>(
    "@mozilla.org/io/arraybuffer-input-stream;1",
    "nsIArrayBufferInputStream",
  );
  source.setData(bytes.buffer, bytes.byteOffset, bytes.length);
  const copier = createInstance<nsIAsyncStreamCopier>(
    "@mozilla.org/network/async-stream-copier;1",
    "nsIAsyncStreamCopier",
  );
  const threads = getService<nsIEventTarget>(
    "@mozilla.org/network/stream-transport-service;1",
    "nsIEventTarget",
  );
  copier.init(source, sink, threads, true, false, bytes.length, true, true);
  const status = await new Promise<number>((resolve) => {
    const observer = {
      onStartRequest() {},
      onStopRequest: (_request: unknown, result: number) => resolve(result),
    };
    copier.asyncCopy(observer, null);
  });
  if (Components.isSuccessCode(status)) return;
  const message = ChromeUtils.getXPCOMErrorName(status);
  throw { name: KINDS[message] ?? "OperationError", message };
}
