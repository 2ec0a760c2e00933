import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import {
  directoryParts,
  placeAbove,
  relativeParts,
} from "../../../src/experiments/platform/place-path.ts";

const refusal = (path: string, windows = false) => {
  const checked = relativeParts(path, windows);
  return "refused" in checked ? checked.refused : null;
};

describe("relative paths", () => {
  test.each([
    ["../secret", "dot-part"],
    ["packfiles/../../secret", "dot-part"],
    ["a/./b", "dot-part"],
    ["/etc/passwd", "absolute"],
    ["a//b", "empty-part"],
    ["a/", "empty-part"],
    ["..\\secret", "forbidden-character"],
    ["a\0b", "forbidden-character"],
    ["a\nb", "forbidden-character"],
    ["a\ud800b", "forbidden-character"],
    [`${"ä".repeat(128)}`, "too-long"],
  ])("%j is refused as %s", (path, reason) => {
    expect(refusal(path)).toBe(reason);
  });

  test.each([
    "CONFIG",
    "packfiles/ab/abcd",
    "Zürich ☕.ics",
    "a:b.ics",
    "..hidden/...",
    "ä".repeat(127),
  ])("%j is taken", (path) => {
    expect(relativeParts(path, false)).toEqual({ parts: path.split("/") });
  });

  test("the empty path is the place itself", () => {
    expect(relativeParts("", false)).toEqual({ parts: [] });
  });

  test.each([
    ["C:/Windows", "forbidden-character"],
    ["file.ics:stream", "forbidden-character"],
    ["con", "reserved-name"],
    ["x/NUL.ics", "reserved-name"],
    ["trailing.", "reserved-name"],
    ["trailing ", "reserved-name"],
  ])("%j is refused on Windows", (path, reason) => {
    expect(refusal(path, true)).toBe(reason);
    expect(refusal(path.replace("C:/", "c/"), false)).toBe(null);
  });

  property.prop([fc.string({ unit: "binary" }), fc.boolean()])(
    "what is taken never leads upwards, whatever the text",
    (path, windows) => {
      const checked = relativeParts(path, windows);
      if ("refused" in checked) return;
      for (const part of checked.parts) {
        expect(part).not.toMatch(/^\.{0,2}$|[/\\\0]/);
      }
      expect(checked.parts.join("/")).toBe(path);
    },
  );
});

describe("allowed directories", () => {
  const places = ["/home/u/backups", "/home/u/backups/deep", "/media/disk/"];

  test.each([
    ["/home/u/backups", "/home/u/backups"],
    ["/home/u/backups/", "/home/u/backups"],
    ["/home/u/backups/2026", "/home/u/backups"],
    ["/home/u/backups/deep/er", "/home/u/backups/deep"],
    ["/media/disk/x", "/media/disk/"],
    ["/home/u/backups2", null],
    ["/home/u", null],
    ["/home/u/backups/../.ssh", null],
    ["/", null],
    ["backups", null],
    ["", null],
  ])("%j lies in %j", (directory, place) => {
    expect(placeAbove(directory, places, false)).toBe(place);
  });

  test("a whole disk as a place allows nothing", () => {
    expect(placeAbove("/etc", ["/"], false)).toBe(null);
  });

  test("Windows names are compared without case, with either separator", () => {
    expect(placeAbove("c:/users/U/Backups/x", ["C:\\Users\\u\\backups"], true)).toBe(
      "C:\\Users\\u\\backups",
    );
    expect(placeAbove("D:\\Users\\u\\backups", ["C:\\Users\\u\\backups"], true)).toBe(null);
    expect(directoryParts("\\\\server\\share\\x", true)).toEqual(["server", "share", "x"]);
    expect(directoryParts("users\\u", true)).toBe(null);
  });
});
