import { beforeEach, expect, test } from "vitest";
import { BackupPlace } from "../../../src/background/commands/backup-place.ts";
import {
  backupSettingsShape,
  lastBackupShape,
} from "../../../src/background/settings/backup-settings.ts";
import { StoredValue } from "../../../src/background/settings/stored-value.ts";
import { openRestoreFolder } from "../../../src/background/storage/restore-folder.ts";
import type { CommandArguments, StoreProtection } from "../../../src/shared/commands.ts";
import { AppError, type WireError } from "../../../src/shared/errors.ts";
import { MemoryArea } from "../../support/memory-area.ts";

const refused: { error: WireError } = {
  error: { code: "place-not-allowed", message: "No.", hint: "", details: {} },
};

let allowed: Map<string, "profile-disk" | "other-disk" | "unknown">;
let place: BackupPlace;
let replanned = 0;
/** How often it had been planned anew whenever changes began to be counted. */
let countedBefore: number[];
let unmarked = 0;
let refusal: AppError | null;
let whileUnlocking: () => Promise<unknown>;
let protection: StoreProtection;
let settings: StoredValue<ReturnType<typeof backupSettingsShape.initial>>;
let silent: boolean;

const platform = {
  listPlaces: async () => ({ defaultDirectory: "/profile/store", directories: [] }),
  openPlace: async (directory: string) => {
    if (silent) await new Promise(() => {});
    const device = allowed.get(directory);
    return device ? { place: directory, device, freeBytes: null } : refused;
  },
  pickPlace: async () => ({ cancelled: true as const }),
};

const configure = (args: CommandArguments<"backup.configure">) =>
  place.configure(args, { signal: new AbortController().signal, onProgress: () => {} });

beforeEach(() => {
  refusal = null;
  whileUnlocking = async () => {};
  protection = "undecided";
  silent = false;
  allowed = new Map([
    ["/profile/store", "profile-disk"],
    ["/mnt/backup", "other-disk"],
  ]);
  replanned = 0;
  countedBefore = [];
  unmarked = 0;
  const area = new MemoryArea();
  settings = new StoredValue(area, backupSettingsShape);
  place = new BackupPlace({
    platform,
    settings,
    patience: () => (silent ? Promise.resolve() : new Promise(() => {})),
    last: new StoredValue(area, lastBackupShape),
    store: {
      setUp: async (passphrase) => {
        await whileUnlocking();
        if (refusal) throw refusal;
        protection = passphrase === null ? "none" : "ready";
      },
      protection: async () => protection,
    },
    unmarkSaved: async () => {
      unmarked++;
    },
    checks: {
      last: async () => null,
      damageMet: async () => 3,
      next: async () => null,
      replan: async () => {},
    },
    automatic: {
      next: async () => (replanned > 0 ? 5000 : null),
      startCounting: async () => {
        countedBefore.push(replanned);
      },
      replan: async () => {
        replanned++;
      },
    },
  });
});

test("the default place is used until another one is chosen, and said to be on the same disk", async () => {
  expect(await configure({})).toMatchObject({
    directory: "/profile/store",
    isDefaultDirectory: true,
    onProfileDisk: true,
  });
  expect(await configure({ directory: "/mnt/backup" })).toMatchObject({
    directory: "/mnt/backup",
    isDefaultDirectory: false,
    onProfileDisk: false,
  });
  expect(await place.directory()).toBe("/mnt/backup");
});

test("a directory that was not picked is refused and the old one stays", async () => {
  await expect(configure({ directory: "/etc" })).rejects.toMatchObject({
    code: "place-not-allowed",
  });
  expect(await place.directory()).toBe("/profile/store");
});

test("a place that has vanished can still be shown", async () => {
  await configure({ directory: "/mnt/backup" });
  allowed.delete("/mnt/backup");
  expect(await configure({})).toMatchObject({
    directory: "/mnt/backup",
    onProfileDisk: null,
  });
});

test("a store is expected where one was, until the directory is chosen anew", async () => {
  await configure({ directory: "/mnt/backup" });
  expect(await place.expectsStore()).toBe(false);
  await place.noteStore();
  await place.noteStore();
  expect(await place.expectsStore()).toBe(true);
  await configure({ directory: "/profile/store" });
  expect(await place.expectsStore()).toBe(false);
  await configure({ directory: "/mnt/backup" });
  expect(await place.expectsStore()).toBe(false);
});

test("a store that is chosen is to get every replaced version", async () => {
  await configure({ schedule: "daily" });
  await expect(configure({ directory: "/etc" })).rejects.toThrow();
  expect(unmarked).toBe(0);
  await configure({ directory: "/mnt/backup" });
  expect(unmarked).toBe(1);
});

test("the schedule is off until one is chosen, and then kept", async () => {
  expect(await configure({})).toMatchObject({ schedule: "off", nextAutomatic: null });
  expect(await configure({ schedule: "daily" })).toMatchObject({
    schedule: "daily",
    nextAutomatic: 5000,
  });
  await configure({ directory: "/mnt/backup" });
  expect((await configure({})).schedule).toBe("daily");
});

test("changes are counted from the moment that the schedule goes by them, and the plan made after that", async () => {
  await configure({ schedule: "daily" });
  expect(countedBefore).toEqual([]);
  await configure({ schedule: "change" });
  await configure({ schedule: "change" });
  expect(countedBefore).toEqual([1]);
  expect(replanned).toBe(3);
});

test("settings stored before there were schedules stay valid, with none", async () => {
  const area = new MemoryArea({
    backup: { version: 1, value: { directory: "/mnt/backup", stores: ["/mnt/backup"] } },
  });
  expect(await new StoredValue(area, backupSettingsShape).read()).toEqual({
    directory: "/mnt/backup",
    stores: ["/mnt/backup"],
    schedule: "off",
    retention: null,
  });
});

test("a cancelled picker gives no directory", async () => {
  expect(await place.pick("Choose")).toBe(null);
});

test("files appear in a restore folder once; one that is there is not replaced", async () => {
  const files = new Map<string, Uint8Array>();
  const folder = await openRestoreFolder(
    {
      openPlace: platform.openPlace,
      writeFiles: async (_, wanted) => {
        if (wanted.some(({ path, create }) => create && files.has(path)))
          return { error: { ...refused.error, code: "file-exists" } };
        for (const { path, bytes } of wanted) files.set(path, bytes);
        return { ok: true };
      },
      // One file an answer, as when they are large.
      readFiles: async (_, [path = ""]) => ({ files: [files.get(path) ?? null] }),
    },
    "/mnt/backup",
  );
  const file = (path: string, ...bytes: number[]) => ({
    path,
    bytes: new Uint8Array(bytes),
    modifiedMs: 0,
  });
  expect(await folder.readAll(["a/b.ics"])).toEqual([undefined]);
  await folder.createAll([file("a/b.ics", 1, 2), file("a/c.ics", 4)]);
  await expect(folder.createAll([file("a/b.ics", 3)])).rejects.toMatchObject({
    code: "file-exists",
  });
  expect(await folder.create("a/b.ics", new Uint8Array([3]), 0)).toBe(false);
  expect(await folder.create("a/d.ics", new Uint8Array([5]), 0)).toBe(true);
  expect(await folder.readAll(["a/b.ics", "a/x.ics", "a/c.ics"])).toEqual([
    new Uint8Array([1, 2]),
    undefined,
    new Uint8Array([4]),
  ]);
});

test("a passphrase makes or unlocks the store there, which is expected from then on", async () => {
  expect((await configure({})).protection).toBe("undecided");
  const settings = await configure({ directory: "/mnt/backup", passphrase: "secret words" });
  expect(settings).toMatchObject({ directory: "/mnt/backup", protection: "ready" });
  expect(JSON.stringify(settings)).not.toContain("secret");
  expect(await place.expectsStore()).toBe(true);
});

test("a passphrase that does not go with the store leaves directory and schedule as they were", async () => {
  await configure({ directory: "/profile/store" });
  await place.noteStore();
  refusal = new AppError("wrong-passphrase", "No.");
  await expect(
    configure({ directory: "/mnt/backup", schedule: "daily", passphrase: "secret words" }),
  ).rejects.toMatchObject({ code: "wrong-passphrase" });
  expect(await configure({})).toMatchObject({ directory: "/profile/store", schedule: "off" });
  expect(await place.expectsStore()).toBe(true);
  expect(replanned).toBe(0);
});

test("a schedule and a policy chosen while a passphrase is tried stay when it is wrong", async () => {
  refusal = new AppError("wrong-passphrase", "No.");
  whileUnlocking = () => configure({ schedule: "weekly", retention: { last: 3 } });
  await expect(
    configure({ directory: "/mnt/backup", passphrase: "secret words" }),
  ).rejects.toMatchObject({ code: "wrong-passphrase" });
  expect(await configure({})).toMatchObject({
    directory: "/profile/store",
    schedule: "weekly",
    retention: { last: 3 },
  });
});

test("folders forgotten while a passphrase is tried stay forgotten when it is wrong", async () => {
  const stores = ["/profile/store", "/mnt/backup", "/mnt/old"];
  await settings.update((old) => ({ ...old, stores }));
  refusal = new AppError("wrong-passphrase", "No.");
  whileUnlocking = () => settings.update((old) => ({ ...old, stores: without("/mnt/old", old) }));
  await expect(
    configure({ directory: "/mnt/backup", passphrase: "secret words" }),
  ).rejects.toMatchObject({ code: "wrong-passphrase" });
  expect(new Set((await settings.read()).stores)).toEqual(
    new Set(["/mnt/backup", "/profile/store"]),
  );
});

test("the folder that is used again after a wrong passphrase is missed when it is empty, whatever was forgotten", async () => {
  await settings.update((old) => ({ ...old, stores: ["/profile/store"] }));
  refusal = new AppError("wrong-passphrase", "No.");
  whileUnlocking = () =>
    settings.update((old) => ({ ...old, stores: without("/profile/store", old) }));
  await expect(
    configure({ directory: "/mnt/backup", passphrase: "secret words" }),
  ).rejects.toMatchObject({ code: "wrong-passphrase" });
  expect(await place.expectsStore()).toBe(true);
});

test("the settings are told although the folder does not answer", async () => {
  await configure({ schedule: "daily" });
  silent = true;
  expect(await configure({})).toMatchObject({ schedule: "daily", onProfileDisk: null });
});

const without = (name: string, { stores }: { readonly stores: readonly string[] }) =>
  stores.filter((store) => store !== name);
