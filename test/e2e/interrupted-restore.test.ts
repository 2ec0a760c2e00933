/**
 * Thunderbird killed in the middle of a restore of a hundred and fifty items, as by a power cut. What goes to a server goes on by
 * itself at the next start; what goes to this computer when the restore is run again. Nothing twice, and nobody gets mail.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CommandArguments, RestoreReport, RestoreTarget } from "../../src/shared/commands.ts";
import {
  type CaldavTestServer,
  startCaldavTestServer,
} from "../support/caldav-test-server/server.ts";
import { eventText } from "../support/event-text.ts";
import { startWorld, type World } from "../support/keeper-world.ts";
import { beginCommand } from "../support/sign-in-window.ts";
import { type SmtpSink, startSmtpSink } from "../support/smtp-sink.ts";
import { ThunderbirdMail } from "../support/thunderbird-mail.ts";

const ITEMS = 150;
const PATIENCE_MS = 300_000;
const USER = "keeper@example.org";

const numbers = Array.from({ length: ITEMS }, (_, n) => String(n).padStart(3, "0"));
/** Every third is a meeting of the user's own, whose guests Thunderbird would invite. */
const textOf = (n: string, title: string) =>
  eventText(`event-${n}`, {
    SUMMARY: `${title} ${n}`,
    ...(Number(n) % 3 === 0 && {
      ORGANIZER: `mailto:${USER}`,
      ATTENDEE: "mailto:guest@example.net",
    }),
  });
const fileOf = (n: string) => `event-${n}.ics`;
const sorted = (names: readonly string[]) => [...names].sort((a, b) => (a < b ? -1 : 1));
const titles = numbers.map((n) => `Meeting ${n}`);
/** In whichever order they are sent, some have gone before these, and these have not. */
const MIDDLE = "event-1";

/** A chrome script: Thunderbird ends like from kill -9 when a calendar of this name gets its hundredth item. */
const KILL_AT_HUNDREDTH = `
  const [name] = arguments;
  const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
  const { ctypes } = ChromeUtils.importESModule("resource://gre/modules/ctypes.sys.mjs");
  const kill = ctypes.open("libc.so.6").declare("kill", ctypes.default_abi, ctypes.int, ctypes.int, ctypes.int);
  let items = 0;
  Cu.getGlobalForObject(Services).keeperKiller = {
    QueryInterface: ChromeUtils.generateQI(["calIObserver"]),
    onStartBatch() {}, onEndBatch() {}, onModifyItem() {}, onDeleteItem() {}, onLoad() {},
    onError() {}, onPropertyChanged() {}, onPropertyDeleting() {},
    onAddItem(item) {
      if (item.calendar.name === name && ++items === 100) kill(Services.appinfo.processID, 9);
    },
  };
  cal.manager.addCalendarObserver(Cu.getGlobalForObject(Services).keeperKiller);
  return null;
`;

describe("a restore that is cut short by the end of Thunderbird", () => {
  let sink: SmtpSink;
  let server: CaldavTestServer;
  let world: World;
  let work: { id: string; url: string };
  let snapshotId: string;
  let selection: CommandArguments<"snapshots.restore">["selection"];

  const request = (
    target: RestoreTarget,
    mode: "missing" | "older" = "missing",
  ): CommandArguments<"snapshots.restore"> => ({ snapshotId, selection, target, mode });

  /** @param when before or after the server did what this request wants */
  async function killAt(
    wanted: CommandArguments<"snapshots.restore">,
    match: { method: string; path: string },
    when: "before" | "after",
    atThatMoment = async () => {},
  ): Promise<void> {
    const gate = server.gate(match, when);
    const reply = await beginCommand(world.thunderbird, "snapshots.restore", wanted);
    // A reply that only takes long decides nothing: the gate does.
    const ended = reply().catch(() => gate.reached.then(() => "in the middle"));
    expect(await Promise.race([gate.reached.then(() => "in the middle"), ended])).toBe(
      "in the middle",
    );
    await world.thunderbird.kill();
    await atThatMoment();
    gate.open();
    await world.thunderbird.restart();
  }

  const titlesOnServer = async (url: string): Promise<string[]> => {
    const texts = await Promise.all(
      (await server.list(url)).map((name) => server.get(new URL(name, url).href)),
    );
    return sorted(texts.map((text) => /^SUMMARY:(.*?)\r?$/m.exec(text ?? "")?.[1] ?? ""));
  };

  const arrivedOnServer = async (url: string) =>
    (await titlesOnServer(url)).filter((title) => titles.includes(title)).length;
  async function expectPartOnServer(url: string): Promise<void> {
    const arrived = await arrivedOnServer(url);
    expect(arrived).toBeGreaterThan(0);
    expect(arrived).toBeLessThan(ITEMS);
  }

  /** All of it, once, on the server and in the views, and nothing waits or was decided against. */
  async function untilWholeOnServer(calendarId: string, url: string): Promise<void> {
    await world.thunderbird.waitFor(
      async () => (await arrivedOnServer(url)) === ITEMS,
      "the restore to go on by itself",
      PATIENCE_MS / 2,
    );
    await world.thunderbird.waitFor(
      async () => (await world.run("pending.list", { calendarId })).length === 0,
      "nothing to wait any more",
    );
    expect(await titlesOnServer(url)).toEqual(titles);
    await expectShown(calendarId);
    expect(await world.run("conflicts.list", {})).toEqual([]);
  }

  async function expectShown(calendarId: string): Promise<void> {
    const shown = await world.user.occurrences(calendarId, "20260201", "20260401");
    expect(sorted(shown.map(({ title }) => title))).toEqual(titles);
  }

  const expectNothingLeft = (report: RestoreReport) =>
    expect(report).toMatchObject({
      created: 0,
      updated: 0,
      removed: 0,
      unchanged: ITEMS,
      failed: [],
    });

  const subscribed = async (name: string) =>
    (await world.run("accounts.list", {}))
      .flatMap(({ calendars }) => calendars)
      .filter((calendar) => calendar.name === name);

  const named = async (name: string) =>
    (await world.user.calendars()).filter((calendar) => calendar.name === name);

  beforeAll(async () => {
    sink = await startSmtpSink();
    server = await startCaldavTestServer();
    world = await startWorld({
      server: async () => server,
      calendars: { Work: numbers.map((n) => ({ name: fileOf(n), text: textOf(n, "Meeting") })) },
    });
    work = world.calendars.Work as { id: string; url: string };
    await new ThunderbirdMail(world.thunderbird).setUp(USER, sink.port);
    await world.run("sync.run", {});
    await world.run("backup.configure", { directory: world.folder, passphrase: null });
    ({ snapshotId } = await world.run("backup.run", {}));
    const { calendars } = await world.run("snapshots.browse", { snapshotId });
    const path = calendars.find(({ displayName }) => displayName === "Work")?.path as string;
    selection = { calendars: [path] };
  });
  afterAll(async () => {
    await world.stop();
    await sink.stop();
  });

  test("into the calendar it came from, over what changed there", {
    timeout: PATIENCE_MS,
  }, async () => {
    for (const n of numbers)
      await server.put(new URL(fileOf(n), work.url).href, textOf(n, "Moved"));
    await world.run("sync.run", { calendarId: work.id });
    const wanted = request({ kind: "original" }, "older");
    // The server has taken these, and Thunderbird never learns it.
    await killAt(wanted, { method: "PUT", path: MIDDLE }, "after", () =>
      expectPartOnServer(work.url),
    );
    await untilWholeOnServer(work.id, work.url);
    for (const n of numbers)
      expect(await server.get(new URL(fileOf(n), work.url).href)).toBe(textOf(n, "Meeting"));
    expectNothingLeft(await world.run("snapshots.restore", wanted));
  });

  test("into a new calendar on the server", { timeout: PATIENCE_MS }, async () => {
    const name = "Back on the server";
    const wanted = request({ kind: "new", name, accountId: world.accountId });
    // It is there, and Thunderbird never learns it: the same restore finds it.
    await killAt(wanted, { method: "MKCALENDAR", path: "restored-" }, "after");
    await killAt(wanted, { method: "PUT", path: MIDDLE }, "before", async () => {
      const put = server.requests.findLast(({ method }) => method === "PUT");
      await expectPartOnServer(new URL(".", new URL(put?.path ?? "", server.url)).href);
    });
    const [made, ...more] = await subscribed(name);
    if (made === undefined) throw new Error("the new calendar is gone");
    expect(more).toEqual([]);
    await untilWholeOnServer(made.id, made.url);
    expectNothingLeft(await world.run("snapshots.restore", wanted));
    expect(await named(name)).toHaveLength(1);
    const asked = server.requests.filter(({ method }) => method === "MKCALENDAR");
    expect(new Set(asked.map(({ path }) => path)).size).toBe(1);
  });

  test("into a new calendar on this computer, which running it again completes", {
    timeout: PATIENCE_MS,
  }, async () => {
    const name = "Back here";
    const wanted = request({ kind: "new", name });
    await world.thunderbird.chrome(KILL_AT_HUNDREDTH, name);
    await beginCommand(world.thunderbird, "snapshots.restore", wanted);
    await world.thunderbird.ended;
    await world.thunderbird.restart();
    const report = await world.run("snapshots.restore", wanted);
    expect(report.failed).toEqual([]);
    expect(report.created + report.unchanged).toBe(ITEMS);
    expect(report.unchanged).toBeGreaterThan(90);
    expect(report.created).toBeGreaterThan(0);
    const calendars = await named(name);
    expect(calendars).toHaveLength(1);
    await expectShown(calendars[0]?.id as string);
    expectNothingLeft(await world.run("snapshots.restore", wanted));
  });

  test("nobody got mail, and Thunderbird's console has no error of ours", async () => {
    expect(sink.mails).toEqual([]);
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
