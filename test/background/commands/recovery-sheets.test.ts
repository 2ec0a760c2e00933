import { expect, test } from "vitest";
import { RecoverySheets } from "../../../src/background/commands/recovery-sheets.ts";
import { LocaleMessages } from "../../support/locale-messages.ts";

function sheetsIn(present: readonly string[]) {
  const messages = new LocaleMessages();
  const files = new Map(present.map((name) => [name, "older"]));
  const sheets = new RecoverySheets({
    store: { inspect: async () => ({ id: "ab".repeat(16) }) },
    directory: async () => "/mnt/backup",
    openFolder: async () => ({
      create: async (name, bytes) => {
        if (files.has(name)) return false;
        files.set(name, new TextDecoder().decode(bytes));
        return true;
      },
    }),
    text: (key, values) => messages.getMessage(key, values),
    formatDate: () => "today",
    now: () => 0,
  });
  return { sheets, files };
}

test("a sheet is made without being saved", async () => {
  const { sheets, files } = sheetsIn([]);
  const { text, file } = await sheets.make({});
  expect(text).toContain("/mnt/backup");
  expect(file).toBeNull();
  expect(files.size).toBe(0);
});

test("a saved one never replaces an older one", async () => {
  const { sheets, files } = sheetsIn(["CalDAV Keeper recovery sheet.txt"]);
  const { text, file } = await sheets.make({ directory: "/papers" });
  expect(file).toBe("CalDAV Keeper recovery sheet 2.txt");
  expect(files.get(file as string)).toBe(text);
  expect(files.get("CalDAV Keeper recovery sheet.txt")).toBe("older");
});
