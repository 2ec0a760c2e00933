import { beforeEach, expect, test } from "vitest";
import { OwnPages, placeOf } from "../../../src/background/commands/own-pages.ts";

let tabs: { documentUrl: string; tabId: number }[];
let done: string[];

const pages = new OwnPages({
  tabs: {
    create: async ({ url }) => done.push(`new ${url}`),
    update: async (tabId, { url }) => done.push(`${tabId} ${url ?? "in front"}`),
  },
  openTabs: async () => tabs,
  getUrl: (path) => `moz-extension://x/${path}`,
});

beforeEach(() => {
  tabs = [];
  done = [];
});

test("a page is opened in a tab, and one that shows it already comes to the front", async () => {
  await pages.openSection("backups");
  tabs = [{ documentUrl: "moz-extension://x/options/options.html#backups", tabId: 7 }];
  await pages.openSection("backups");
  expect(done).toEqual(["new moz-extension://x/options/options.html#backups", "7 in front"]);
});

test("a page that shows another place of it goes there: there is one of it", async () => {
  tabs = [
    { documentUrl: "moz-extension://x/options/history.html", tabId: 6 },
    { documentUrl: "moz-extension://x/options/options.html#backups", tabId: 7 },
  ];
  await pages.openSection("accounts", "account-a1");
  expect(done).toEqual(["7 moz-extension://x/options/options.html#accounts/account-a1"]);
});

test("the history of another calendar is another page", async () => {
  tabs = [{ documentUrl: "moz-extension://x/options/history.html?calendar=c1", tabId: 7 }];
  await pages.openHistory("c2");
  expect(done).toEqual(["new moz-extension://x/options/history.html?calendar=c2"]);
});

test.each([
  ["backup", "backups", "backup-now"],
  ["sign-in-1b-2c", "accounts", "account-1b-2c"],
  ["offered-1b", "accounts", "account-1b"],
  ["held-c1", "accounts", "decisions"],
  ["left-over-c1", "accounts", "left-overs"],
  ["item-store-0", "accounts", undefined],
])("a click on the notification %s leads to %s, %s", (id, section, card) => {
  const [where, what] = placeOf(id);
  expect([where, what]).toEqual([section, card]);
});
