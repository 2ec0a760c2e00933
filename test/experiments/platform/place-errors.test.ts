import { expect, test } from "vitest";
import { fileError, placeGone } from "../../../src/experiments/platform/place-errors.ts";

test.each([
  ["NotFoundError", "Could not open the file", "blob-missing"],
  ["NotAllowedError", "Could not open the file: access denied", "place-denied"],
  ["ReadOnlyError", "Target file is read only", "place-denied"],
  ["NoModificationAllowedError", "already exists", "file-exists"],
  ["NotReadableError", "failed to write chunk (NS_ERROR_FILE_NO_DEVICE_SPACE)", "place-full"],
  ["OperationError", "Failed with unexpected error (NS_ERROR_FILE_NO_DEVICE_SPACE)", "place-full"],
  ["OperationError", "Failed with unexpected error (NS_ERROR_FAILURE)", "place-io"],
])("%s (%s) becomes %s, in words with a hint and no path", (name, message, code) => {
  const failure = { name, message: `${message} /home/u/secret name.ics` };
  const error = fileError(failure, "write");
  expect(error.code).toBe(code);
  expect(error.hint).not.toBe("");
  expect(`${error.message} ${error.hint} ${JSON.stringify(error.details)}`).not.toContain("secret");
});

test("an error that is ours already is kept", () => {
  const gone = placeGone();
  expect(fileError(gone, "read")).toBe(gone);
});

test("what no file operation throws is an I/O error", () => {
  expect(fileError(null, "read").code).toBe("place-io");
  expect(fileError("text", "read").code).toBe("place-io");
});
