import { expect, test } from "vitest";
import { saveText } from "../../../src/background/commands/saved-texts.ts";
import { MemoryFolder } from "../../support/memory-folder.ts";

const save = (folder: MemoryFolder, title: string, text: string) =>
  saveText({ openFolder: async () => folder, now: () => 0 }, { directory: "/picked", title, text });

test("a text is saved as it is, and an older file of the name stays", async () => {
  const folder = new MemoryFolder();
  expect(await save(folder, "Lunch", "BEGIN:VCALENDAR\r\nfirst")).toEqual({ file: "Lunch.ics" });
  expect(await save(folder, "Lunch", "second")).toEqual({ file: "Lunch 2.ics" });
  expect(folder.text("Lunch.ics")).toBe("BEGIN:VCALENDAR\r\nfirst");
  expect(folder.text("Lunch 2.ics")).toBe("second");
});

test("no title leads out of the folder", async () => {
  const folder = new MemoryFolder();
  await save(folder, "../../etc/passwd", "x");
  await save(folder, "", "y");
  expect(folder.paths()).toHaveLength(2);
  for (const name of folder.paths()) expect(name).not.toMatch(/\/|^\.\./);
});
