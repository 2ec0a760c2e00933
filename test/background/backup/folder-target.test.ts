import { expect, test } from "vitest";
import { putFile, putFiles } from "../../../src/background/backup/folder-target.ts";
import { AppError } from "../../../src/shared/errors.ts";
import { MemoryFolder } from "../../support/memory-folder.ts";

const file = (path: string, text: string) => ({
  path,
  bytes: new TextEncoder().encode(text),
  modifiedMs: 0,
});
const code = (outcome: unknown) => (outcome instanceof AppError ? outcome.code : outcome);

test("of files put together each has its own outcome, and none is written over", async () => {
  const folder = new MemoryFolder();
  await folder.createAll([file("same", "1"), file("other", "mine")]);
  const files = [file("new", "1"), file("same", "1"), file("other", "theirs")];
  expect((await putFiles(folder, files, true)).map(code)).toEqual([
    "created",
    "unchanged",
    "file-exists",
  ]);
  expect(folder.paths()).toEqual(["other", "same"]);
  expect((await putFiles(folder, files, false)).map(code)).toEqual([
    "created",
    "unchanged",
    "file-exists",
  ]);
  expect([folder.text("new"), folder.text("other")]).toEqual(["1", "mine"]);
});

test("a name that is refused keeps no other file from being written", async () => {
  const folder = new MemoryFolder();
  const refusing = new (class extends MemoryFolder {
    override async readAll(paths: readonly string[]) {
      if (paths.includes("aux"))
        throw new AppError("place-not-allowed", "No.", { details: { refusal: "device" } });
      return folder.readAll(paths);
    }
    override createAll = folder.createAll.bind(folder);
  })();
  const outcomes = await putFiles(
    refusing,
    [file("a", "1"), file("aux", "2"), file("b", "3")],
    false,
  );
  expect(outcomes.map(code)).toEqual(["created", "place-not-allowed", "created"]);
  expect(folder.paths()).toEqual(["a", "b"]);
});

test("where names differ in case only and the disk takes them for one, the first is written and the second told of", async () => {
  const folder = new MemoryFolder();
  const oneCase = new (class extends MemoryFolder {
    override readAll = (paths: readonly string[]) =>
      folder.readAll(paths.map((path) => path.toLowerCase()));
    override createAll = (files: Parameters<MemoryFolder["createAll"]>[0]) =>
      folder.createAll(files.map((one) => ({ ...one, path: one.path.toLowerCase() })));
  })();
  const outcomes = await putFiles(
    oneCase,
    [file("x", "0"), file("a", "1"), file("A", "2"), file("y", "3")],
    false,
  );
  expect(outcomes.map(code)).toEqual(["created", "created", "file-exists", "created"]);
  expect(folder.paths().map((path) => folder.text(path))).toEqual(["1", "0", "3"]);
});

test("what cannot be read back as it was written is not called written", async () => {
  const lying = new (class extends MemoryFolder {
    override async createAll(files: Parameters<MemoryFolder["createAll"]>[0]) {
      await super.createAll(files.map((one) => ({ ...one, bytes: one.bytes.subarray(1) })));
    }
  })();
  await expect(putFiles(lying, [file("a", "12"), file("b", "34")], false)).rejects.toMatchObject({
    code: "place-io",
  });
  await expect(putFile(lying, file("c", "56"), false)).rejects.toMatchObject({ code: "place-io" });
});

test("a disk that fails ends the whole batch", async () => {
  const full = new (class extends MemoryFolder {
    override async createAll(): Promise<void> {
      throw new AppError("place-full", "Full.");
    }
  })();
  await expect(putFiles(full, [file("a", "1"), file("b", "2")], false)).rejects.toMatchObject({
    code: "place-full",
  });
});
