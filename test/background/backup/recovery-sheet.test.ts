import { expect, test } from "vitest";
import { recoverySheet } from "../../../src/background/backup/recovery-sheet.ts";
import { LocaleMessages } from "../../support/locale-messages.ts";

const messages = new LocaleMessages();
const localeText = (key: string, values?: string[]) => messages.getMessage(key, values);

const facts = {
  directory: "/mnt/usb/calendars",
  storeId: "00112233445546778899aabbccddeeff",
  encrypted: true,
  date: "2 January 2026",
};

test("says where the backups are, how they are opened, and leaves room for the passphrase", () => {
  const sheet = recoverySheet(facts, localeText);
  expect(sheet).toContain("2 January 2026");
  expect(sheet).toContain("\n    /mnt/usb/calendars\n");
  expect(sheet).toContain(facts.storeId);
  expect(sheet).toContain("plakar at /mnt/usb/calendars restore -to calendars SNAPSHOT");
  expect(sheet).toMatch(/_{40,}/);
});

test("of a store without passphrase it says that anybody can read it", () => {
  const sheet = recoverySheet({ ...facts, encrypted: false }, localeText);
  expect(sheet).toContain("not encrypted");
  expect(sheet).not.toMatch(/___/);
  expect(sheet).not.toContain("asks for the passphrase");
});

test.each([
  ["/home/me/My backups", "'/home/me/My backups'"],
  ["/home/o'neill/$HOME", "'/home/o'\\''neill/$HOME'"],
  ["C:\\Users\\me\\Backups", '"C:\\Users\\me\\Backups"'],
  ["\\\\nas\\share\\store", '"\\\\nas\\share\\store"'],
])("the command for %s can be typed as it stands", (directory, quoted) => {
  expect(recoverySheet({ ...facts, directory }, localeText)).toContain(`plakar at ${quoted} ls`);
});
