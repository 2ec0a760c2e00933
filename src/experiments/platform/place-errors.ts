/**
 * What a failed file operation means to the user. IOUtils rejects with DOMExceptions whose name tells the
 * kind; only a full disk has to be told from the message, which is not translated.
 */
import { AppError, isAppError } from "../../shared/errors.ts";

/** What Gecko's IOUtils rejects with, as far as it counts here. */
interface FileFailure {
  readonly name?: unknown;
  readonly message?: unknown;
}

/**
 * @param doing whether the operation read or changed something: decides what the hint says about the data
 * @returns place-full, place-denied, file-exists, blob-missing (no such file), else place-io
 */
export function fileError(failure: unknown, doing: "read" | "write"): AppError {
  if (isAppError(failure)) return failure;
  const { name, message } = (failure ?? {}) as FileFailure;
  const text = typeof message === "string" ? message : "";
  const kept =
    doing === "write"
      ? "What was there before is unchanged."
      : "Nothing was changed. What lies there may be complete all the same.";
  if (/NO_DEVICE_SPACE|device is full|disk.{0,10}full/i.test(text)) {
    return new AppError("place-full", "The disk of the chosen folder is full.", {
      hint: `${kept} Make room on it, or choose a folder on another disk.`,
      retry: "after-user",
    });
  }
  switch (name) {
    case "NotFoundError":
      return new AppError("blob-missing", "A file is missing in the chosen folder.", {
        hint: "Nothing was changed. If the folder was moved or copied only in part, bring the rest back.",
      });
    case "NotAllowedError":
    case "ReadOnlyError":
    case "SecurityError":
      return new AppError(
        "place-denied",
        doing === "write"
          ? "Thunderbird may not write to the chosen folder."
          : "Thunderbird may not read the chosen folder.",
        {
          hint: `${kept} Check the folder's permissions and whether the disk is write-protected.`,
          retry: "after-user",
        },
      );
    case "NoModificationAllowedError":
      return new AppError("file-exists", "A file of that name is there already.", { hint: kept });
    default:
      return new AppError("place-io", "The chosen folder cannot be used right now.", {
        hint: `${kept} Check the disk or the network drive, then try again.`,
        retry: "later",
        details: { kind: typeof name === "string" ? name : typeof failure },
      });
  }
}

export function placeGone(): AppError {
  return new AppError("place-gone", "The chosen folder is not there any more.", {
    hint: "Nothing was changed, and no new folder was made in its place. Connect the disk it lies on, or choose a folder again.",
    retry: "after-user",
  });
}

export function placeNotAllowed(): AppError {
  return new AppError("place-not-allowed", "CalDAV Keeper may not use this folder.", {
    hint: "Nothing was changed. Choose the folder with the folder picker; only folders chosen there are used.",
    retry: "after-user",
  });
}

export function pathRefused(refusal: string): AppError {
  return new AppError("place-not-allowed", "A file name was refused because it is not safe.", {
    hint: "Nothing was written under that name.",
    details: { refusal },
  });
}

export function placeSilent(): AppError {
  return new AppError("place-io", "The disk of the chosen folder does not answer.", {
    hint: "Check the disk or the network drive, then try again. Files that were complete before stay as they are.",
    retry: "later",
  });
}
