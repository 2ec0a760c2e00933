import { expect, test } from "vitest";
import { SignIns } from "../../../src/background/accounts/sign-ins.ts";
import type { StoredAccount } from "../../../src/background/settings/account-settings.ts";
import { AppError } from "../../../src/shared/errors.ts";
import { storedAccount, storedCalendarSample } from "../../support/account-samples.ts";
import { MemoryVault } from "../../support/memory-vault.ts";
import { passwordLogins } from "../../support/password-logins.ts";

const ACCOUNT = storedAccount({
  calendars: [storedCalendarSample("cal1", "https://dav.example.org/ada/work/")],
});

/** A server that takes one password. */
function setUp(right: string, changes: Partial<StoredAccount> = {}) {
  const vault = new MemoryVault();
  const told: string[] = [];
  const signIns = new SignIns({
    account: async () => ({ ...ACCOUNT, ...changes }),
    ...passwordLogins({ ...vaultOf(vault), removePassword: async () => {} }),
    discovery: {
      discover: async (_, login) => {
        if (!("password" in login) || login.password !== right)
          throw new AppError("unauthorized", "no");
        const nothing = {
          homes: [],
          delegatedHomes: [],
          mailboxes: [],
          calendars: [],
          otherHosts: [],
          log: [],
        };
        return { ...nothing, principal: "", insecure: false };
      },
    },
    onSignedIn: (id) => told.push(`signed in ${id}`),
    requestSync: (ids) => told.push(`sync ${ids.join()}`),
    onChanged: () => {},
  });
  return { vault, told, signIn: (password?: string) => signIns.signIn(args(password), signal) };
}

const signal = new AbortController().signal;
const args = (password?: string) => ({
  accountId: "a1",
  ...(password === undefined ? {} : { password }),
});
const vaultOf = (vault: MemoryVault) => ({
  getPassword: vault.getPassword.bind(vault),
  setPassword: vault.setPassword.bind(vault),
  rememberKey: vault.rememberKey.bind(vault),
  recallKey: vault.recallKey.bind(vault),
});

test("a new password that the server takes is saved, and what waited is sent", async () => {
  const { vault, told, signIn } = setUp("new");
  await signIn("new");
  expect([...vault.passwords.values()]).toEqual(["new"]);
  expect(told).toEqual(["signed in a1", "sync cal1"]);
});

test("one that the server refuses leaves the saved one alone", async () => {
  const { vault, told, signIn } = setUp("new");
  vault.passwords.set("https://dav.example.org ada", "old");
  await expect(signIn("wrong")).rejects.toMatchObject({ code: "unauthorized" });
  expect([...vault.passwords.values()]).toEqual(["old"]);
  expect(told).toEqual([]);
});

test("where nothing is to be saved, a new password lasts until Thunderbird ends", async () => {
  const { vault, told, signIn } = setUp("new", { savesPassword: false });
  await signIn("new");
  expect([...vault.passwords.values()]).toEqual([]);
  expect(told).toEqual(["signed in a1", "sync cal1"]);
  await signIn();
  vault.keys.clear();
  await expect(signIn()).rejects.toMatchObject({ code: "credentials-missing" });
});

test("without a new one the saved one is tried again; without either it is asked for", async () => {
  const { vault, told, signIn } = setUp("saved");
  await expect(signIn()).rejects.toMatchObject({ code: "credentials-missing" });
  vault.passwords.set("https://dav.example.org ada", "saved");
  await signIn();
  expect(told).toEqual(["signed in a1", "sync cal1"]);
});
