/** The platform experiment in the real Thunderbird, in a small add-on of its own. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { selfSignedCertificate } from "../support/certificate.ts";
import { writeFixtureAddon } from "../support/fixture-addon.ts";
import { answerFolderPicker } from "../support/folder-picker.ts";
import { launchThunderbird, type Thunderbird } from "../support/thunderbird.ts";

const id = "platform-fixture@caldav-keeper.github.io";

/** The security token that the primary password locks; 140 and 153 hand it out differently. */
const TOKEN = `const token =
  Cc["@mozilla.org/security/internalkeytoken;1"]?.createInstance(Ci.nsIPKCS11Token) ??
  Cc["@mozilla.org/security/pk11tokendb;1"].getService(Ci.nsIPK11TokenDB).getInternalKeyToken();`;

/** A disk of 64 KB; `null` where we may not mount one. */
const tinyDisk = mountTinyDisk();

function mountTinyDisk(): string | null {
  const point = mkdtempSync(path.join(tmpdir(), "keeper-tiny-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", point]);
  if (mounted.status === 0) return point;
  rmdirSync(point);
  return null;
}

let folder: string;
let listed: string;
let thunderbird: Thunderbird;

/** Calls a function of `messenger.platform` in the background page; bytes come back as arrays of numbers. */
function call<T = Record<string, unknown>>(name: string, ...args: unknown[]): Promise<T> {
  return thunderbird.background<T>(
    `const [name, args] = arguments;
     const bytes = (value) => Array.isArray(value) ? value.map(bytes)
       : value && typeof value === "object"
         ? typeof value.text === "string" && "path" in value
           ? { ...value, text: undefined, bytes: new TextEncoder().encode(value.text) }
           : value
         : value;
     const files = args.map((arg) => Array.isArray(arg) ? arg.map((entry) => {
       const changed = bytes(entry);
       if (changed && typeof changed === "object") delete changed.text;
       return changed;
     }) : arg);
     const answer = await browser.platform[name](...files);
     if (answer && typeof answer.bytes === "object") answer.bytes = Array.from(answer.bytes);
     if (answer && Array.isArray(answer.files)) answer.files = answer.files.map((file) => file && Array.from(file));
     return answer;`,
    name,
    args,
  );
}

async function open(directory: string): Promise<string> {
  const opened = await call<{ place?: string; error?: { code: string } }>("openPlace", directory);
  if (opened.place === undefined) throw new Error(`not opened: ${opened.error?.code}`);
  return opened.place;
}

const code = (answer: unknown) => (answer as { error?: { code: string } }).error?.code;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "keeper-platform-"));
  listed = path.join(folder, "listed");
  const xpi = await writeFixtureAddon(path.join(folder, "platform.xpi"), {
    id,
    background: `
      globalThis.online = 0;
      browser.platform.onOnline.addListener(async () => {
        const { online = 0 } = await browser.storage.local.get("online");
        await browser.storage.local.set({ online: online + 1 });
      });`,
    experiments: ["platform"],
    manifest: { permissions: ["storage"] },
  });
  thunderbird = await launchThunderbird({
    xpi,
    addonId: id,
    prefs: {
      "extensions.caldav-keeper.places": JSON.stringify(
        [listed, path.join(folder, "no/parent"), tinyDisk].filter((place) => place !== null),
      ),
      "extensions.background.idle.timeout": 2000,
    },
  });
});
afterAll(async () => {
  await thunderbird.quit();
  await rm(folder, { recursive: true, force: true });
  if (tinyDisk !== null) {
    spawnSync("umount", [tinyDisk]);
    rmdirSync(tinyDisk);
  }
});

describe("passwords", () => {
  const origin = "https://dav.example.org:8443";

  test("are saved, changed, found by user and removed", async () => {
    expect(await call("getPassword", origin, "alice")).toEqual({ missing: true });
    expect(await call("setPassword", origin, "alice", "first")).toEqual({ ok: true });
    expect(await call("setPassword", origin, "bob", "other")).toEqual({ ok: true });
    expect(await call("setPassword", origin, "alice", "pässwörd ☕")).toEqual({ ok: true });
    expect(await call("getPassword", origin, "alice")).toEqual({ password: "pässwörd ☕" });
    await call("removePassword", origin, "alice");
    expect(await call("getPassword", origin, "alice")).toEqual({ missing: true });
    expect(await call("getPassword", origin, "bob")).toEqual({ password: "other" });
  });

  test("behind a locked primary password are 'locked', and no prompt opens", async () => {
    await call("setPassword", origin, "carol", "kept");
    await thunderbird.chrome(
      `${TOKEN}
       if (token.needsUserInit) token.initPassword("master");
       else token.changePassword("", "master");
       if (token.logoutSimple) token.logoutSimple();
       else token.logout();`,
    );
    const windows = () =>
      thunderbird.chrome<number>("return [...Services.wm.getEnumerator(null)].length;");
    const before = await windows();
    expect(await call("getPassword", origin, "carol")).toEqual({ locked: true });
    expect(await call("setPassword", origin, "carol", "lost?")).toEqual({ locked: true });
    await call("removePassword", origin, "carol");
    expect(await windows()).toBe(before);
    await thunderbird.chrome(
      `${TOKEN}
       if (token.checkPassword) token.checkPassword("master");
       token.changePassword("master", "");`,
    );
    expect(await call("getPassword", origin, "carol")).toEqual({ password: "kept" });
  });
});

describe("places", () => {
  test("the default one is made at its first use, in the profile", async () => {
    const { defaultDirectory, directories } = await call<{
      defaultDirectory: string;
      directories: string[];
    }>("listPlaces");
    expect(defaultDirectory).toBe(path.join(thunderbird.profile, "caldav-keeper/store"));
    expect(directories).toContain(listed);
    const opened = await call<{ freeBytes: number; device: string }>("openPlace", defaultDirectory);
    expect(opened.freeBytes).toBeGreaterThan(0);
    expect(opened.device).toBe("profile-disk");
    expect((await stat(defaultDirectory)).mode & 0o777).toBe(0o700);
  });

  test.each([
    ["a directory nobody allowed", () => folder],
    ["the way up from an allowed one", () => `${listed}/../other`],
    ["a relative path", () => "listed"],
  ])("%s is refused", async (_case, directory) => {
    expect(code(await call("openPlace", directory()))).toBe("place-not-allowed");
  });

  test("a listed place whose disk is not there is not made up", async () => {
    expect(code(await call("openPlace", path.join(folder, "no/parent")))).toBe("place-gone");
    expect(await readdir(folder)).not.toContain("no");
  });

  test("a picked folder becomes a place and stays one after a restart", async () => {
    const picked = path.join(folder, "picked ☕");
    await mkdir(picked);
    await answerFolderPicker(thunderbird, picked);
    expect(await call("pickPlace", "Where to?")).toEqual({ directory: picked });
    await thunderbird.restart();
    expect(await open(picked)).not.toBe("");
    await rm(picked, { recursive: true });
    expect(code(await call("openPlace", picked))).toBe("place-gone");
    expect(await readdir(folder)).not.toContain("picked ☕");
  });
});

describe("files", () => {
  test("are written whole with their directories, read back whole or in part, and removed", async () => {
    const place = await open(listed);
    expect(
      await call("writeFiles", place, [
        { path: "a/b/one.txt", text: "0123456789", modifiedMs: 1_700_000_000_000 },
        { path: "two ☕.txt", text: "zwei" },
        { path: "epoch.txt", text: "", modifiedMs: 0 },
      ]),
    ).toEqual({ ok: true });
    expect(await readFile(path.join(listed, "a/b/one.txt"), "utf8")).toBe("0123456789");
    const written = await stat(path.join(listed, "a/b/one.txt"));
    expect([written.mtimeMs, written.mode & 0o777]).toEqual([1_700_000_000_000, 0o600]);
    expect(await call("readFile", place, "a/b/one.txt", 3, 4)).toEqual({
      bytes: [..."3456"].map((digit) => digit.charCodeAt(0)),
    });
    expect(await call("statFile", place, "two ☕.txt")).toMatchObject({ size: 4 });
    expect(await call("statFile", place, "three.txt")).toMatchObject({ size: -1 });
    expect(code(await call("readFile", place, "three.txt"))).toBe("blob-missing");
    expect(await call("listDirectory", place, "a")).toEqual({
      exists: true,
      entries: [{ name: "b", directory: true, size: 0 }],
    });
    expect(await call("listDirectory", place, "z")).toEqual({ exists: false, entries: [] });
    expect(await call("removeFiles", place, ["two ☕.txt", "not-there"])).toEqual({ ok: true });
    const { entries } = await call<{ entries: { name: string }[] }>("listDirectory", place, "");
    expect(new Set(entries.map(({ name }) => name))).toEqual(new Set(["a", "epoch.txt"]));
  });

  test("'create' refuses to replace and leaves the old bytes; without it they are replaced", async () => {
    const place = await open(listed);
    const write = (text: string, create: boolean) =>
      call("writeFiles", place, [{ path: "lock", text, create }]);
    expect(await write("old", true)).toEqual({ ok: true });
    expect(code(await write("new", true))).toBe("file-exists");
    expect(await readFile(path.join(listed, "lock"), "utf8")).toBe("old");
    expect(await write("new", false)).toEqual({ ok: true });
    expect(await readFile(path.join(listed, "lock"), "utf8")).toBe("new");
    expect((await readdir(listed)).filter((name) => name.startsWith("tmp."))).toEqual([]);
  });

  test.each(["../escape", "/tmp/escape", "a\\..\\..\\escape", "a/../../escape", ""])(
    "the path %j is refused by every call",
    async (bad) => {
      const place = await open(listed);
      const refused = "place-not-allowed";
      expect(code(await call("writeFiles", place, [{ path: bad, text: "x" }]))).toBe(refused);
      expect(code(await call("removeFiles", place, [bad]))).toBe(refused);
      if (bad === "") return;
      expect(code(await call("readFile", place, bad))).toBe(refused);
      expect(code(await call("statFile", place, bad))).toBe(refused);
      expect(code(await call("listDirectory", place, bad))).toBe(refused);
      expect(code(await call("makeDirectories", place, [bad]))).toBe(refused);
    },
  );

  test("an unknown handle opens nothing", async () => {
    expect(code(await call("readFile", "{guess}", "CONFIG"))).toBe("place-not-allowed");
  });

  test("a folder that vanishes under way is reported, not made anew", async () => {
    const place = await open(path.join(listed, "stick"));
    await call("writeFiles", place, [{ path: "x/one", text: "1" }]);
    await rename(path.join(listed, "stick"), path.join(folder, "unplugged"));
    expect(code(await call("writeFiles", place, [{ path: "x/two", text: "2" }]))).toBe(
      "place-gone",
    );
    expect(code(await call("makeDirectories", place, ["y"]))).toBe("place-gone");
    expect(code(await call("readFile", place, "x/one"))).toBe("place-gone");
    expect(code(await call("statFile", place, "x/one"))).toBe("place-gone");
    expect(code(await call("listDirectory", place, ""))).toBe("place-gone");
    expect(code(await call("openPlace", path.join(listed, "stick")))).toBe("place-gone");
    expect(await readdir(listed)).not.toContain("stick");
    await rename(path.join(folder, "unplugged"), path.join(listed, "stick"));
    expect(await call("readFile", place, "x/one")).toEqual({ bytes: [49] });
  });

  test("many are read in one call, and listed below all directories", async () => {
    const place = await open(listed);
    const files = ["s/00/a", "s/01/b", "s/01/c"].map((path) => ({ path, text: path.at(-1) }));
    expect(await call("writeFiles", place, [...files, { path: "s/stray", text: "x" }])).toEqual({
      ok: true,
    });
    const { paths } = await call<{ paths: string[] }>("listBelow", place, "s");
    expect(new Set(paths)).toEqual(new Set(["00/a", "01/b", "01/c"]));
    expect(await call("listBelow", place, "nowhere")).toEqual({ paths: [] });
    expect(await call("listBelow", place, "s", ["01", "absent", "stray"])).toMatchObject({
      paths: expect.arrayContaining(["01/b", "01/c"]),
    });
    expect(code(await call("listBelow", place, "s", [".."]))).toBe("place-not-allowed");
    expect(await call("measureBelow", place, "s")).toEqual({ bytes: 3, files: 3 });
    expect(await call("readFiles", place, ["s/00/a", "s/gone", "s/01/c"])).toEqual({
      files: [[97], null, [99]],
    });
    expect(await call("readFiles", place, [])).toEqual({ files: [] });
  });

  test("links below a place are followed nowhere, and nothing behind them changes", async () => {
    const place = await open(listed);
    const secret = path.join(folder, "secret");
    await mkdir(secret);
    await writeFile(path.join(secret, "key"), "private");
    await mkdir(path.join(listed, "l"));
    await symlink(secret, path.join(listed, "l/out"));
    await symlink(path.join(secret, "key"), path.join(listed, "l/file"));
    await symlink("/dev/zero", path.join(listed, "l/endless"));
    const refused = "place-not-allowed";
    for (const file of ["l/out/key", "l/file", "l/endless"]) {
      expect(code(await call("readFile", place, file)), file).toMatch(/place-(?:not-allowed|io)/);
      expect(code(await call("readFiles", place, [file])), file).toMatch(
        /place-(?:not-allowed|io)/,
      );
    }
    expect(code(await call("statFile", place, "l/out/key"))).toBe(refused);
    expect(code(await call("listDirectory", place, "l/out"))).toBe(refused);
    expect(code(await call("listBelow", place, "l/out"))).toBe(refused);
    expect(await call("listBelow", place, "l")).toEqual({ paths: [] });
    expect(code(await call("writeFiles", place, [{ path: "l/out/new", text: "x" }]))).toBe(refused);
    expect(code(await call("makeDirectories", place, ["l/out/deeper"]))).toBe(refused);
    expect(code(await call("removeFiles", place, ["l/out/key"]))).toBe(refused);
    // What is written takes the link's own place.
    expect(await call("writeFiles", place, [{ path: "l/file", text: "mine" }])).toEqual({
      ok: true,
    });
    expect(await call("removeFiles", place, ["l/endless"])).toEqual({ ok: true });
    expect(await readdir(secret)).toEqual(["key"]);
    expect(await readFile(path.join(secret, "key"), "utf8")).toBe("private");
    expect(await readFile(path.join(listed, "l/file"), "utf8")).toBe("mine");
  });

  test.skipIf(tinyDisk === null)(
    "a read-only medium is reported as that, and is still read",
    async () => {
      const place = await open(String(tinyDisk));
      await call("writeFiles", place, [{ path: "kept", text: "k" }]);
      const remount = (how: string) =>
        spawnSync("mount", ["-o", `remount,${how}`, String(tinyDisk)]).status;
      expect(remount("ro")).toBe(0);
      try {
        const answer = await call("writeFiles", place, [{ path: "kept", text: "new" }]);
        expect(code(answer)).toBe("place-denied");
        expect(code(await call("makeDirectories", place, ["folder"]))).toBe("place-denied");
        expect(code(await call("removeFiles", place, ["kept"]))).toBe("place-denied");
        expect(await call("readFile", place, "kept")).toEqual({ bytes: [107] });
        // Opening it needs no writing.
        expect(await open(String(tinyDisk))).not.toBe("");
      } finally {
        remount("rw");
      }
      expect(await call("removeFiles", place, ["kept"])).toEqual({ ok: true });
    },
  );

  test("a file where a directory should be is an error in words", async () => {
    const place = await open(listed);
    await writeFile(path.join(listed, "plain"), "x");
    const answer = await call("writeFiles", place, [{ path: "plain/inside", text: "x" }]);
    expect(["place-io", "place-denied", "file-exists"]).toContain(code(answer));
    expect(await readFile(path.join(listed, "plain"), "utf8")).toBe("x");
  });

  test.skipIf(tinyDisk === null)(
    "a full disk (a mounted one, where that is allowed) is reported, and what was there stays",
    async () => {
      const place = await open(String(tinyDisk));
      await call("writeFiles", place, [{ path: "state", text: "old" }]);
      const large = "x".repeat(300_000);
      const answer = await call("writeFiles", place, [{ path: "state", text: large }]);
      expect(code(answer)).toBe("place-full");
      expect(await readdir(String(tinyDisk))).toEqual(["state"]);
      expect(await call("readFile", place, "state")).toEqual({ bytes: [111, 108, 100] });
      const { device } = await call<{ device: string }>("openPlace", String(tinyDisk));
      expect(device).not.toBe("profile-disk");
    },
  );

  test("a thousand files in one call", async () => {
    const place = await open(listed);
    const files = Array.from({ length: 1000 }, (_, n) => ({ path: `many/${n}`, text: `${n}` }));
    // As every long work of the add-on's: one call may take longer than the page's idle time.
    const lease = await call<string>("holdAwake", "many files");
    expect(await call("writeFiles", place, files)).toEqual({ ok: true });
    const { entries } = await call<{ entries: unknown[] }>("listDirectory", place, "many");
    expect(entries).toHaveLength(1000);
    await call("releaseAwake", lease);
  });
});

describe("the event page", () => {
  const running = () =>
    thunderbird.chrome<boolean>(
      `const { ExtensionParent } = ChromeUtils.importESModule("resource://gre/modules/ExtensionParent.sys.mjs");
       return ExtensionParent.GlobalManager.getExtension(arguments[0]).backgroundState === "running";`,
      id,
    );

  test("outlives its idle timeout while a lease is held, and stops after its release", async () => {
    const lease = await call<string>("holdAwake", "test");
    const start = Date.now();
    await thunderbird.waitFor(() => Date.now() - start > 6000, "three idle timeouts");
    expect(await running()).toBe(true);
    await call("releaseAwake", lease);
    await thunderbird.waitFor(async () => !(await running()), "the page to stop");
  });

  test("is woken when Thunderbird goes online again", async () => {
    await thunderbird.waitFor(async () => !(await running()), "the page to stop");
    await thunderbird.setOffline(true);
    await thunderbird.setOffline(false);
    await thunderbird.waitFor(
      () =>
        thunderbird.background<number>(
          "return (await browser.storage.local.get('online')).online;",
        ),
      "the listener to run",
    );
  });

  test("is the only one that is answered", async () => {
    const page = await thunderbird.page("options/options.html");
    for (const name of ["listPlaces", "getEnvironment"]) {
      await expect(page.evaluate(`return browser.platform.${name}();`)).rejects.toThrow(
        "answers only the background page",
      );
    }
    await expect(
      page.evaluate(`return browser.platform.getPassword("https://dav.example.org:8443", "bob");`),
    ).rejects.toThrow("answers only the background page");
    await page.close();
  });
});

describe("facts", () => {
  test("the environment names profile, computer and version", async () => {
    const environment = await call("getEnvironment");
    expect(environment).toMatchObject({
      profileDirectory: thunderbird.profile,
      appVersion: thunderbird.version,
      os: { linux: "linux", win32: "windows", darwin: "darwin" }[process.platform as "linux"],
      arch: { x64: "amd64", arm64: "arm64" }[process.arch as "x64"],
      offline: false,
    });
    expect(environment.profileName).not.toBe("");
  });

  test("the probe names what is wrong with a certificate, and nothing where there is none", async () => {
    const server = createServer(await selfSignedCertificate(folder), (_request, response) =>
      response.end("hello"),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = server.address() as AddressInfo;
      expect(await call("probeCertificate", `https://localhost:${port}/`)).toEqual({
        error: expect.stringMatching(/^(MOZILLA_PKIX|SEC)_ERROR_/),
      });
      expect(await call("probeCertificate", `http://localhost:${port}/`)).toEqual({ error: null });
    } finally {
      server.close();
    }
    expect(await call("probeCertificate", "https://localhost:9/")).toEqual({ error: null });
  });

  test("records of a service are looked up by their whole name, and not past a proxy for names", async () => {
    await thunderbird.chrome(
      `const { DNS } = ChromeUtils.importESModule("resource:///modules/DNS.sys.mjs");
       DNS.srv = async (name) => name === "_caldavs._tcp.example.org."
         ? [{ prio: 1, weight: 2, host: "dav.example.org", port: 8443, ttl: 3 }] : [];
       DNS.txt = async (name) => {
         if (name !== "_caldavs._tcp.example.org.") throw new Error("no answer");
         return [{ strings: ["path=/d", "av/"] }];
       };`,
    );
    const found = {
      srv: [{ priority: 1, weight: 2, host: "dav.example.org", port: 8443 }],
      txt: ["path=/dav/"],
    };
    const none = { srv: [], txt: [] };
    const lookUp = (name: string) => call("lookUpService", name);
    expect(await lookUp("_caldavs._tcp.example.org")).toEqual(found);
    expect(await lookUp("_caldavs._tcp.example.net")).toEqual(none);
    expect(await lookUp("example.org; rm")).toEqual(none);
    const setProxy = (type: number, host: string) =>
      thunderbird.chrome(
        `Services.prefs.setStringPref("network.proxy.socks", arguments[1]);
         Services.prefs.setBoolPref("network.proxy.socks_remote_dns", true);
         Services.prefs.setIntPref("network.proxy.type", arguments[0]);`,
        type,
        host,
      );
    await setProxy(1, "127.0.0.1");
    expect(await lookUp("_caldavs._tcp.example.org")).toEqual(none);
    await setProxy(0, "");
    expect(await lookUp("_caldavs._tcp.example.org")).toEqual(found);
  });

  test("a calendar's warning icon carries our words", async () => {
    const calendarId = await thunderbird.chrome<string>(
      `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
       return cal.manager.getCalendars()[0].id;`,
    );
    const item = () =>
      thunderbird.chrome<[boolean, string | null]>(
        `const item = Services.wm.getMostRecentWindow("mail:3pane").document
           .getElementById("calendar-listitem-" + arguments[0]);
         return [item.hasAttribute("calendar-readfailed"), item.getAttribute("title")];`,
        calendarId,
      );
    await thunderbird.chrome(
      `await Services.wm.getMostRecentWindow("mail:3pane").document.getElementById("tabmail").openTab("calendar", {});`,
    );
    await call("setCalendarStatus", calendarId, { message: "The password is wrong." });
    expect(await item()).toEqual([true, "The password is wrong."]);
    await call("setCalendarStatus", calendarId, null);
    expect(await item()).toEqual([false, null]);
    await call("setCalendarStatus", "no-such-calendar", { message: "x" });
  });

  test("nothing of ours is in the error console", async () => {
    expect(await thunderbird.consoleErrors()).toEqual([]);
  });
});
