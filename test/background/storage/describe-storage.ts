/** What every Storage does alike: run for each implementation. */
import { beforeEach, describe, expect, test } from "vitest";
import type { Storage } from "../../../src/background/storage/storage.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (content: Uint8Array) => new TextDecoder().decode(content);

export function describeStorage(name: string, make: () => Promise<Storage>): void {
  describe(`${name} as a storage`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await make();
    });

    test("gives back what was written, in folders made on the way", async () => {
      await storage.write([
        { path: "CONFIG", bytes: bytes("config") },
        { path: "packfiles/ab/cdef", bytes: bytes("packed") },
      ]);
      expect(text(await storage.read("CONFIG"))).toBe("config");
      expect(text(await storage.read("packfiles/ab/cdef"))).toBe("packed");
      expect(await storage.size("packfiles/ab/cdef")).toBe(6);
    });

    test("keeps an empty file apart from a missing one", async () => {
      await storage.write([{ path: "locks/empty", bytes: new Uint8Array() }]);
      expect(await storage.size("locks/empty")).toBe(0);
      expect(await storage.read("locks/empty")).toHaveLength(0);
      expect(await storage.size("locks/other")).toBeUndefined();
      await expect(storage.read("locks/other")).rejects.toMatchObject({ code: "blob-missing" });
      await expect(storage.readRange("locks/other", 0, 1)).rejects.toMatchObject({
        code: "blob-missing",
      });
    });

    test("reads exactly the range asked for, and names a file that is too short damaged", async () => {
      await storage.write([{ path: "file", bytes: bytes("0123456789") }]);
      expect(text(await storage.readRange("file", 3, 4))).toBe("3456");
      expect(text(await storage.readRange("file", 6, 4))).toBe("6789");
      await expect(storage.readRange("file", 7, 4)).rejects.toMatchObject({
        code: "store-corrupt",
      });
      await expect(storage.readRange("file", 20, 1)).rejects.toMatchObject({
        code: "store-corrupt",
      });
    });

    test("replaces by write, and refuses to by create", async () => {
      expect(await storage.create({ path: "CONFIG", bytes: bytes("first") })).toBe(true);
      expect(await storage.create({ path: "CONFIG", bytes: bytes("second") })).toBe(false);
      expect(text(await storage.read("CONFIG"))).toBe("first");
      await storage.write([{ path: "CONFIG", bytes: bytes("third") }]);
      expect(text(await storage.read("CONFIG"))).toBe("third");
    });

    test("is not changed by later changes of the bytes given or returned", async () => {
      const given = bytes("kept");
      await storage.write([{ path: "file", bytes: given }]);
      given.fill(0);
      const returned = await storage.read("file");
      returned.fill(0);
      expect(text(await storage.read("file"))).toBe("kept");
    });

    test("lists the names directly below a directory", async () => {
      await storage.makeDirectories(["states/00", "states/01"]);
      await storage.write([
        { path: "states/00/abc", bytes: bytes("x") },
        { path: "states/note", bytes: bytes("yz") },
      ]);
      const sorted = (await storage.list("states")).toSorted((a, b) => (a.name < b.name ? -1 : 1));
      expect(sorted).toEqual([
        { name: "00", directory: true, size: 0 },
        { name: "01", directory: true, size: 0 },
        { name: "note", directory: false, size: 2 },
      ]);
      expect(await storage.list("states/01")).toEqual([]);
      expect(await storage.list("nowhere")).toEqual([]);
      expect((await storage.list("")).map((entry) => entry.name)).toEqual(["states"]);
    });

    test("reads many files at once, in their order, missing ones told", async () => {
      const names = ["states/00/a", "states/01/b", "CONFIG"];
      await storage.write(names.map((path) => ({ path, bytes: bytes(path) })));
      const read = await storage.readMany([...names, "states/00/gone", "CONFIG"]);
      expect(read.map((file) => file && text(file))).toEqual([...names, undefined, "CONFIG"]);
      expect(await storage.readMany([])).toEqual([]);
    });

    test("lists what lies in all directories below one", async () => {
      await storage.makeDirectories(["packfiles/00", "packfiles/ff"]);
      const paths = ["packfiles/ab/one", "packfiles/ab/two", "packfiles/cd/three"];
      await storage.write(paths.map((path) => ({ path, bytes: bytes("x") })));
      await storage.write([{ path: "packfiles/stray", bytes: bytes("x") }]);
      await storage.write([{ path: "packfiles/ab/tmp.begun", bytes: bytes("x") }]);
      expect((await storage.listBelow("packfiles")).toSorted()).toEqual([
        "ab/one",
        "ab/two",
        "cd/three",
      ]);
      expect(await storage.listBelow("packfiles", ["cd", "00", "absent"])).toEqual(["cd/three"]);
      expect(await storage.listBelow("packfiles", [])).toEqual([]);
      expect(await storage.listBelow("nowhere")).toEqual([]);
    });

    test("removes files, also those that are not there", async () => {
      await storage.write([{ path: "locks/one", bytes: bytes("1") }]);
      await storage.remove(["locks/one", "locks/two"]);
      expect(await storage.size("locks/one")).toBeUndefined();
      await storage.remove([]);
    });
  });
}
