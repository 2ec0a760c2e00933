/** Bad input in the real Thunderbird: damaged resources on the server, a server that goes, a password that changed, a full disk. */
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AccountCalendar } from "../../src/shared/commands.ts";
import {
  type CaldavTestServer,
  startCaldavTestServer,
} from "../support/caldav-test-server/server.ts";
import { startWorld, type World } from "../support/keeper-world.ts";

const run = promisify(execFile);

const vevent = (uid: string, ...lines: string[]) =>
  [
    "BEGIN:VEVENT",
    ...(uid === "" ? [] : [`UID:${uid}`]),
    "DTSTAMP:20260101T000000Z",
    "DTSTART:20260610T100000Z",
    "DTEND:20260610T110000Z",
    ...lines,
    "END:VEVENT",
    "",
  ].join("\r\n");

const vcalendar = (...components: string[]) =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n${components.join("")}END:VCALENDAR\r\n`;

const latin1 = (text: string) => Buffer.from(text, "latin1");

/** Well-formed, and hard on a careless program: to be shown. */
const HARD: Readonly<Record<string, string | Uint8Array>> = {
  "large.ics": vcalendar(
    vevent("large", "SUMMARY:Two megabytes", `DESCRIPTION:${"long text ".repeat(200_000)}`),
  ),
  "secondly.ics": vcalendar(vevent("secondly", "SUMMARY:Every second", "RRULE:FREQ=SECONDLY")),
  "latin1.ics": latin1(vcalendar(vevent("latin1", "SUMMARY:Caf\xe9 \x80 \x81"))),
  "two-uids.ics": vcalendar(
    vevent("first-of-two", "SUMMARY:First of two"),
    vevent("second-of-two", "SUMMARY:Second of two"),
  ),
};

/** Damaged, but the bytes are there: to be kept and backed up. */
const DAMAGED: Readonly<Record<string, string | Uint8Array>> = {
  "unclosed.ics": vcalendar(vevent("unclosed", "SUMMARY:Cut off")).split("END:VEVENT")[0] as string,
  "no-uid.ics": vcalendar(vevent("", "SUMMARY:Without a UID")),
  "nonsense.ics": "this was a calendar once\r\n\0\x01 [ { <",
};

/** Nothing that could be an event: not to be stored in the place of one. */
const NO_EVENT: Readonly<Record<string, string>> = {
  "page.ics": "<!DOCTYPE html>\n<html><body>Please log in</body></html>\n",
  "empty.ics": "",
};

const GOOD = Array.from({ length: 8 }, (_, index) => ({
  name: `good-${index}.ics`,
  text: vcalendar(vevent(`good-${index}`, `SUMMARY:Good ${index}`)),
}));

/** A disk of 64 KB at a folder; `false` where the system does not allow to mount one. */
async function mountSmallDisk(folder: string): Promise<boolean> {
  await mkdir(folder, { recursive: true });
  return run("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]).then(
    () => true,
    () => false,
  );
}

describe("bad input", () => {
  let server: CaldavTestServer;
  let world: World;
  let work: { id: string; url: string };
  let other: { id: string; url: string };

  const href = (name: string) => new URL(name, work.url).href;
  const bytesOf = (content: string | Uint8Array) => Buffer.from(content as string);
  const titles = async () =>
    (await world.user.occurrences(work.id, "20260610", "20260611")).map(({ title }) => title);

  async function account() {
    const [only] = await world.run("accounts.list", {});
    if (!only) throw new Error("the account is gone");
    return only;
  }
  async function calendar(id = work.id): Promise<AccountCalendar> {
    const found = (await account()).calendars.find((one) => one.id === id);
    if (!found) throw new Error("the calendar is gone");
    return found;
  }

  beforeAll(async () => {
    server = await startCaldavTestServer();
    world = await startWorld({
      server: async () => server,
      calendars: {
        work: [
          ...GOOD,
          { name: "page.ics", text: vcalendar(vevent("page", "SUMMARY:Before the page")) },
        ],
        other: GOOD,
      },
    });
    work = world.calendars.work as typeof work;
    other = world.calendars.other as typeof other;
    await world.run("sync.run", {});
    await world.run("backup.configure", {
      directory: path.join(world.folder, "store"),
      passphrase: null,
    });
    await world.run("backup.run", {});
  });
  afterAll(() => world.stop());

  describe("damaged resources on the server", () => {
    test("are counted, and stop neither the other items nor the other calendars", async () => {
      for (const [name, content] of Object.entries({ ...HARD, ...DAMAGED, ...NO_EVENT })) {
        await server.put(href(name), content);
      }
      await server.put(
        new URL("late.ics", other.url).href,
        vcalendar(vevent("late", "SUMMARY:Late")),
      );
      const { calendars } = await world.run("sync.run", {});
      const reports = new Map(calendars.map((report) => [report.id, report]));
      expect(reports.get(work.id)?.error).toBeUndefined();
      expect(reports.get(work.id)?.quarantined).toBe(
        Object.keys(DAMAGED).length + Object.keys(NO_EVENT).length,
      );
      expect(reports.get(other.id)).toMatchObject({ added: 1, quarantined: 0 });
      expect((await world.user.item(other.id, "late"))?.title).toBe("Late");
      const shown = await titles();
      for (const { name } of GOOD) expect(shown).toContain(`Good ${/\d/.exec(name)?.[0]}`);
    });

    test("what can be shown is shown: large, in an old charset, two events in one file", async () => {
      const shown = await titles();
      expect(shown).toEqual(
        expect.arrayContaining(["Two megabytes", "First of two", "Second of two"]),
      );
      expect(shown.some((title) => title.startsWith("Café €"))).toBe(true);
      expect((await world.user.item(work.id, "second-of-two"))?.title).toBe("Second of two");
    });

    test("an event that repeats every second is shown once, and blocks nothing", async () => {
      const month = await world.user.occurrences(work.id, "20260601", "20260701");
      expect(month.filter(({ uid }) => uid === "secondly")).toHaveLength(1);
      await world.user.view("month", "20260610");
      await world.thunderbird.waitFor(
        async () => (await world.user.boxes()).includes("Every second"),
        "the event in the month view",
      );
    });

    test("a web page in the place of an event does not replace the event", async () => {
      expect((await world.user.item(work.id, "page"))?.title).toBe("Before the page");
    });

    test("of two events in one file each is changed and deleted alone", async () => {
      const before = await server.list(work.url);
      await world.user.change(work.id, "second-of-two", { SUMMARY: "Second, changed" });
      const both = async () => (await server.get(href("two-uids.ics"))) ?? "";
      await world.thunderbird.waitFor(
        async () => (await both()).includes("SUMMARY:Second\\, changed"),
        "the change on the server",
      );
      expect(await both()).toContain("SUMMARY:First of two");
      expect(await server.list(work.url)).toEqual(before);
      await world.user.remove(work.id, "first-of-two");
      await world.thunderbird.waitFor(
        async () => !(await both()).includes("First of two"),
        "the first to go",
      );
      expect(await both()).toContain("UID:second-of-two");
      const shown = await titles();
      expect(shown).toContain("Second, changed");
      expect(shown).not.toContain("First of two");
      await server.put(href("two-uids.ics"), HARD["two-uids.ics"] as string);
      await world.run("sync.run", {});
    });

    test("each is named with a reason in words, and no other", async () => {
      const list = await world.run("quarantine.list", {});
      expect(new Set(list.map(({ name }) => name))).toEqual(
        new Set([...Object.keys(DAMAGED), ...Object.keys(NO_EVENT)]),
      );
      expect((await calendar()).quarantined).toBe(list.length);
      for (const { reason, calendarId } of list) {
        expect(reason).toMatch(/^\p{Lu}.{20,}\.$/u);
        expect(calendarId).toBe(work.id);
      }
      expect(list.find(({ name }) => name === "page.ics")?.reason).toMatch(/web page/);
      expect(list.find(({ name }) => name === "empty.ics")?.reason).toMatch(/empty/);
    });

    test("are in the backup byte for byte, and what could not be fetched is said to be missing", async () => {
      const report = await world.run("backup.run", {});
      expect(report.incomplete).toEqual([
        { calendar: "work", reason: expect.stringMatching(/2 of its items could not be fetched/) },
      ]);
      const directory = path.join(world.folder, "out");
      await mkdir(directory);
      const restored = await world.run("snapshots.restore", {
        snapshotId: report.snapshotId,
        selection: { all: true },
        target: { kind: "folder", directory },
        mode: "missing",
      });
      expect(restored.failed).toEqual([]);
      const files = await readdir(directory, { withFileTypes: true, recursive: true });
      const folder = files.find(({ name }) => name === "no-uid.ics")?.parentPath as string;
      const { "latin1.ics": _, ...others } = HARD;
      for (const [name, content] of Object.entries({ ...others, ...DAMAGED })) {
        const bytes = await readFile(path.join(folder, name));
        expect(bytes.equals(bytesOf(content)), name).toBe(true);
      }
      // What is no UTF-8 is kept as the characters it stands for, in UTF-8.
      expect(await readFile(path.join(folder, "latin1.ics"), "utf8")).toContain("SUMMARY:Café €");
      expect(await readFile(path.join(folder, "page.ics"), "utf8")).toContain("Before the page");
    });

    test("mended on the server, they are shown and no longer counted", async () => {
      for (const name of [...Object.keys(DAMAGED), ...Object.keys(NO_EVENT)]) {
        const uid = name.replace(".ics", "");
        await server.put(href(name), vcalendar(vevent(uid, `SUMMARY:Mended ${uid}`)));
      }
      await world.run("sync.run", {});
      expect(await titles()).toEqual(
        expect.arrayContaining(["Mended unclosed", "Mended page", "Mended empty"]),
      );
      expect(await world.run("quarantine.list", {})).toEqual([]);
    });
  });

  test("a server that goes away is said to be away; its items stay, edits wait, and all heals", async () => {
    const port = Number(new URL(server.url).port);
    const before = (await world.user.items(work.id)).length;
    await server.stop();
    try {
      const { calendars } = await world.run("sync.run", {});
      for (const report of calendars) expect(report.error?.code).toBe("network");
      const trouble = await world.thunderbird.waitFor(
        async () => (await calendar()).trouble,
        "the trouble to be shown",
      );
      expect(trouble.error).toMatchObject({
        code: "network",
        message: expect.stringMatching(/\S/),
        hint: expect.stringMatching(/\S/),
      });
      expect((await calendar()).error).toBe(null);
      expect(await world.user.items(work.id)).toHaveLength(before);
      await world.user.change(work.id, "good-0", { SUMMARY: "While it was away" });
      expect(await titles()).toContain("While it was away");
      await world.thunderbird.waitFor(
        async () => (await calendar()).pendingChanges === 1,
        "the edit to wait",
      );
    } finally {
      await server.listen(port);
    }
    const { calendars } = await world.run("sync.run", {});
    expect(calendars.map(({ error }) => error)).toEqual([undefined, undefined]);
    expect(await server.get(href("good-0.ics"))).toContain("SUMMARY:While it was away");
    await world.thunderbird.waitFor(
      async () => (await calendar()).trouble === null,
      "the end of the trouble",
    );
    expect(await calendar()).toMatchObject({ error: null, pendingChanges: 0 });
  });

  test("a password that changed: the account asks to sign in, edits wait and are sent after it", async () => {
    server.changePassword("another one");
    await world.run("sync.run", {});
    expect((await account()).error).toMatchObject({
      code: "unauthorized",
      hint: expect.stringMatching(/sign in|password/i),
    });
    await world.user.change(work.id, "good-1", { SUMMARY: "With the old password" });
    await world.thunderbird.waitFor(
      async () => (await calendar()).pendingChanges === 1,
      "the edit to wait",
    );
    await world.run("sync.run", {});
    expect(await server.get(href("good-1.ics"))).toContain("SUMMARY:Good 1");
    expect((await world.user.item(work.id, "good-1"))?.title).toBe("With the old password");

    const login = { location: server.url, username: server.username };
    const calendars = [work.url, other.url];
    expect(
      await world.reply("accounts.add", { ...login, password: "a wrong one", calendars }),
    ).toMatchObject({ ok: false, error: { code: "unauthorized" } });
    await world.run("accounts.add", { ...login, password: server.password, calendars });
    await world.thunderbird.waitFor(
      async () => (await server.get(href("good-1.ics")))?.includes("With the old password"),
      "the edit on the server",
    );
    await world.thunderbird.waitFor(
      async () => (await calendar()).pendingChanges === 0,
      "nothing to wait any more",
    );
    expect(await world.run("accounts.list", {})).toHaveLength(1);
    expect((await account()).error).toBeNull();
  });

  test("a full disk stops the backup with a clear message, and spoils nothing", async (context) => {
    const folder = path.join(world.folder, "small-disk");
    if (!(await mountSmallDisk(folder))) return context.skip("no disk can be mounted here");
    try {
      await world.run("backup.configure", { directory: folder, passphrase: null });
      expect(await world.reply("backup.run", {})).toMatchObject({
        ok: false,
        error: { code: "place-full", hint: expect.stringMatching(/\S/) },
      });
      const settings = await world.run("backup.configure", {});
      expect(settings.lastFailure?.error.code).toBe("place-full");
      await world.run("backup.configure", {
        directory: path.join(world.folder, "store"),
        passphrase: null,
      });
      expect((await world.run("backup.run", {})).incomplete).toEqual([]);
      expect(await world.run("snapshots.check", { full: true })).toMatchObject({ ok: true });
    } finally {
      await run("umount", ["--lazy", folder]);
    }
  });

  test("Thunderbird's console has no error of ours, and none with text of events", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
    const messages = await world.thunderbird.consoleMessages();
    expect(
      messages.filter(({ text }) => /Cut off|calendar once|Two megabytes|Without a UID/.test(text)),
    ).toEqual([]);
  });
});
