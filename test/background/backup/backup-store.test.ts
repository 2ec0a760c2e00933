/** Making and unlocking the store in the chosen place, and what it never does without a word of the user's. */
import { beforeEach, expect, test } from "vitest";
import type { BackupStore } from "../../../src/background/backup/backup-store.ts";
import type { Derive } from "../../../src/background/kloset/derive-in-worker.ts";
import { inspectStore } from "../../../src/background/kloset/kloset.ts";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import { AppError } from "../../../src/shared/errors.ts";
import { backupStoreIn, cheapDerivation } from "../../support/backup-store-fixture.ts";
import { MemoryVault } from "../../support/memory-vault.ts";
import { addSnapshot } from "../../support/store-fixture.ts";

const PASSPHRASE = "five words that do not belong";
const file = { path: "/calendars/a/b/1.ics", bytes: new Uint8Array([1, 2, 3]), modifiedMs: 0 };

let storage: MemoryStorage;
let vault: MemoryVault;
let derivations: string[];
let known: boolean;
let isDefault: boolean;

const derive: Derive = async (passphrase, how, options) => {
  derivations.push(new TextDecoder().decode(passphrase));
  await null;
  for (const done of [0.25, 1]) options.onProgress?.(done);
  return cheapDerivation(passphrase, how, options);
};
/** What the page finds after each start: only the vault and the keys outlive it. */
const page = (): BackupStore =>
  backupStoreIn(() => storage, {
    vault,
    derive,
    expectsStore: () => known,
    isDefault: () => isDefault,
  });
const steps: { done: number; total: number; note: string }[] = [];
const work = () => ({
  signal: new AbortController().signal,
  onProgress: (step: { done: number; total: number; note: string }) => void steps.push(step),
});
const snapshotOfEverything = () => new Map(storage.files);

beforeEach(() => {
  storage = new MemoryStorage();
  vault = new MemoryVault();
  derivations = [];
  known = false;
  isDefault = false;
  steps.length = 0;
});

test("a passphrase makes an encrypted store, is saved, and asked for never again", async () => {
  expect(await page().protection()).toBe("undecided");
  await page().setUp(PASSPHRASE, false, work());
  expect((await inspectStore(storage)).encryption).toBeDefined();
  expect([...vault.passwords.values()]).toEqual([PASSPHRASE]);
  expect(steps).toContainEqual({ done: 25, total: 100, note: "" });
  expect(await page().protection()).toBe("ready");
  await addSnapshot(await page().openOrCreate(work()), [file]);
  expect(await (await page().open(work())).listSnapshots()).toHaveLength(1);
  expect(derivations).toEqual([PASSPHRASE]);
});

test("in the next session the key is derived once, from the saved passphrase, and says so", async () => {
  await page().setUp(PASSPHRASE, false, work());
  vault.keys.clear();
  derivations.length = 0;
  steps.length = 0;
  expect(await page().protection()).toBe("ready");
  for (let i = 0; i < 3; i++) await page().open(work());
  expect(derivations).toEqual([PASSPHRASE]);
  expect(steps).toContainEqual({ done: 0, total: 0, note: "unlocking" });
});

test("two openings at once derive the key once; one of them may be cancelled", async () => {
  await page().setUp(PASSPHRASE, false, work());
  vault.keys.clear();
  derivations.length = 0;
  const store = page();
  const cancelled = new AbortController();
  const opened = [store.open(work()), store.open({ signal: cancelled.signal }), store.open(work())];
  cancelled.abort(new AppError("aborted", "Cancelled."));
  const results = await Promise.allSettled(opened);
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(derivations).toEqual([PASSPHRASE]);
});

test("without a word a new store is made in the default place only", async () => {
  await expect(page().openOrCreate(work())).rejects.toMatchObject({
    code: "protection-undecided",
    hint: expect.stringContaining("Nothing was written"),
  });
  expect(storage.files.size).toBe(0);
  isDefault = true;
  await page().openOrCreate(work());
  expect(await page().protection()).toBe("none");
});

test("null makes a store without encryption, and is content with the one that is there", async () => {
  await page().setUp(null, false, work());
  const before = snapshotOfEverything();
  await page().setUp(null, false, work());
  expect(storage.files).toEqual(before);
  expect(await page().protection()).toBe("none");
  expect(derivations).toEqual([]);
});

test("a weak passphrase for a new store needs a second word; an old store's may be weak", async () => {
  await expect(page().setUp("secret", false, work())).rejects.toMatchObject({
    code: "passphrase-weak",
    details: { enough: 80 },
  });
  expect(storage.files.size).toBe(0);
  await page().setUp("secret", true, work());
  vault.passwords.clear();
  vault.keys.clear();
  await page().setUp("secret", false, work());
  expect(await page().protection()).toBe("ready");
});

test("an encrypted store that is not known yet asks for its passphrase, and takes only the right one", async () => {
  await page().setUp(PASSPHRASE, false, work());
  vault = new MemoryVault();
  const before = snapshotOfEverything();
  expect(await page().protection()).toBe("passphrase-missing");
  for (const refused of [
    page().openOrCreate(work()),
    page().open(work()),
    page().ifAny(() => page().open(work())),
  ])
    await expect(refused).rejects.toMatchObject({ code: "store-encrypted" });
  await expect(page().setUp("something else", false, work())).rejects.toMatchObject({
    code: "wrong-passphrase",
  });
  expect(vault.passwords.size).toBe(0);
  expect(storage.files).toEqual(before);
  await page().setUp(PASSPHRASE, false, work());
  expect(await page().protection()).toBe("ready");
});

test("the two halves of an accented letter open it as well as the letter", async () => {
  const accented = "fünf grüne Äpfel über Köln";
  await page().setUp(accented.normalize("NFD"), false, work());
  expect(derivations).toEqual([accented.normalize("NFC")]);
  vault = new MemoryVault();
  await page().setUp(accented.normalize("NFD"), false, work());
  expect([...vault.passwords.values()]).toEqual([accented.normalize("NFC")]);
});

test("null never turns an encrypted store into a plain one, nor a passphrase a plain one into another", async () => {
  await page().setUp(PASSPHRASE, false, work());
  await expect(page().setUp(null, false, work())).rejects.toMatchObject({
    code: "store-encrypted",
  });
  storage = new MemoryStorage();
  await page().setUp(null, false, work());
  await expect(page().setUp(PASSPHRASE, false, work())).rejects.toMatchObject({
    code: "store-not-encrypted",
  });
  await expect(page().test(PASSPHRASE, work())).rejects.toMatchObject({
    code: "store-not-encrypted",
  });
});

test("a saved passphrase that became wrong refuses the backup and is shown, and is not deleted", async () => {
  await page().setUp(PASSPHRASE, false, work());
  for (const name of vault.passwords.keys()) vault.passwords.set(name, "edited by hand");
  vault.keys.clear();
  const before = snapshotOfEverything();
  const store = page();
  await expect(store.openOrCreate(work())).rejects.toMatchObject({ code: "wrong-passphrase" });
  expect(await store.protection()).toBe("passphrase-wrong");
  expect([...vault.passwords.values()]).toEqual(["edited by hand"]);
  expect(storage.files).toEqual(before);
  await store.setUp(PASSPHRASE, false, work());
  expect(await store.protection()).toBe("ready");
});

test("behind a locked primary password work waits, unless the key is remembered from before", async () => {
  await page().setUp(PASSPHRASE, false, work());
  vault.locked = true;
  expect(await page().protection()).toBe("ready");
  await page().openOrCreate(work());
  vault.keys.clear();
  expect(await page().protection()).toBe("locked");
  await expect(page().openOrCreate(work())).rejects.toMatchObject({ code: "credentials-locked" });
  await expect(page().setUp(PASSPHRASE, false, work())).rejects.toMatchObject({
    code: "credentials-locked",
  });
  storage = new MemoryStorage();
  await expect(page().setUp(PASSPHRASE, false, work())).rejects.toMatchObject({
    code: "credentials-locked",
  });
  expect(storage.files.size).toBe(0);
  vault.locked = false;
});

test("a store that was there and is gone is not begun anew, whatever is said", async () => {
  known = true;
  expect(await page().protection()).toBe("unknown");
  for (const passphrase of [PASSPHRASE, null])
    await expect(page().setUp(passphrase, false, work())).rejects.toMatchObject({
      code: "store-missing",
    });
  await expect(page().openOrCreate(work())).rejects.toMatchObject({ code: "store-missing" });
  await expect(page().ifAny(() => page().open(work()))).rejects.toMatchObject({
    code: "store-missing",
  });
  expect(storage.files.size).toBe(0);
});

test("the test of a passphrase says whether it opens the store, and changes nothing", async () => {
  await page().setUp(PASSPHRASE, false, work());
  const before = snapshotOfEverything();
  expect(await page().test(PASSPHRASE, work())).toBe(true);
  expect(await page().test(PASSPHRASE.toUpperCase(), work())).toBe(false);
  expect(storage.files).toEqual(before);
  expect([...vault.passwords.values()]).toEqual([PASSPHRASE]);
});

test("cancelling while the key is derived leaves an empty place", async () => {
  const controller = new AbortController();
  const store = backupStoreIn(() => storage, {
    vault,
    derive: (_passphrase, _how, { signal }) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener("abort", () => reject(new AppError("aborted", "Cancelled.")));
        controller.abort(new AppError("aborted", "Cancelled."));
      }),
  });
  await expect(
    store.setUp(PASSPHRASE, false, { signal: controller.signal, onProgress: () => {} }),
  ).rejects.toMatchObject({ code: "aborted" });
  expect(storage.files.size).toBe(0);
  expect(vault.passwords.size).toBe(0);
});
