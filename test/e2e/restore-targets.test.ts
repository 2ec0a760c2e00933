/** Restores against a server that keeps bytes, refuses UIDs, schedules, and is there again after Thunderbird was killed. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CommandArguments, RestoreTarget } from "../../src/shared/commands.ts";
import {
  type CaldavTestServer,
  startCaldavTestServer,
} from "../support/caldav-test-server/server.ts";
import { startWorld, type World } from "../support/keeper-world.ts";

const text = (component: string, uid: string, ...lines: string[]) =>
  [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//test//EN",
    `BEGIN:${component}`,
    `UID:${uid}`,
    "DTSTAMP:20260101T000000Z",
    "DTSTART:20260610T100000Z",
    ...lines,
    `END:${component}`,
    "END:VCALENDAR",
    "",
  ].join("\r\n");

/** Texts that a careless way there and back would change. */
const RESOURCES = [
  { name: "plain.ics", text: text("VEVENT", "plain", "SUMMARY:Plain") },
  {
    name: "odd name ä.ics",
    text: text(
      "VEVENT",
      "odd",
      'X-ODD;P="a:b":kept',
      "SUMMARY:Folded o",
      " ddly and sh",
      " ort",
      "categories:A,B",
    ),
  },
  { name: "linefeeds.ics", text: text("VEVENT", "lf", "SUMMARY:LF").replaceAll("\r\n", "\n") },
  { name: "task.ics", text: text("VTODO", "task", "SUMMARY:Task", "STATUS:NEEDS-ACTION") },
  { name: "journal.ics", text: text("VJOURNAL", "journal", "SUMMARY:Journal") },
  {
    name: "meeting.ics",
    text: text(
      "VEVENT",
      "meeting",
      "SUMMARY:Meeting",
      "ORGANIZER:mailto:keeper@example.org",
      "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:ann@example.org",
    ),
  },
];

describe("a restore to a server that keeps bytes", () => {
  let server: CaldavTestServer;
  let world: World;
  let work: { id: string; url: string };
  let other: { id: string; url: string };
  let snapshotId: string;
  let path: string;

  const href = (url: string, name: string) => new URL(encodeURIComponent(name), url).href;

  const request = (
    target: RestoreTarget,
    options: Partial<CommandArguments<"snapshots.restore">> = {},
  ): CommandArguments<"snapshots.restore"> => ({
    snapshotId,
    selection: { calendars: [path] },
    target,
    mode: "missing",
    ...options,
  });

  async function expectBytes(url: string): Promise<void> {
    for (const resource of RESOURCES)
      expect(await server.get(href(url, resource.name)), resource.name).toBe(resource.text);
  }

  beforeAll(async () => {
    server = await startCaldavTestServer();
    world = await startWorld({
      server: async () => server,
      calendars: { work: RESOURCES, other: [] },
    });
    work = world.calendars.work as { id: string; url: string };
    other = world.calendars.other as { id: string; url: string };
    await world.run("sync.run", {});
    ({ snapshotId } = await world.run("backup.run", {}));
    const { calendars } = await world.run("snapshots.browse", { snapshotId });
    path = calendars.find(({ displayName }) => displayName === "work")?.path as string;
  });
  afterAll(() => world.stop());

  test("names who may get mail, and puts every byte back where it was", async () => {
    for (const { name } of RESOURCES) await server.delete(href(work.url, name));
    await world.run("sync.run", { calendarId: work.id });
    const preview = await world.run(
      "snapshots.restore",
      request({ kind: "original" }, { dryRun: true }),
    );
    expect(preview).toMatchObject({ created: RESOURCES.length, notifies: ["ann@example.org"] });
    const report = await world.run(
      "snapshots.restore",
      request({ kind: "original" }, { preview: preview.preview as string }),
    );
    expect(report).toMatchObject({ created: RESOURCES.length, failed: [] });
    await expectBytes(work.url);
  });

  test("brings every byte into another calendar while the first still holds the same items", async () => {
    const report = await world.run(
      "snapshots.restore",
      request({ kind: "calendar", calendarId: other.id }),
    );
    expect(report).toMatchObject({ created: RESOURCES.length, failed: [] });
    await expectBytes(other.url);
    await expectBytes(work.url);
  });

  test("tells the server to mail nobody when it is to be quiet", async () => {
    await server.delete(href(work.url, "meeting.ics"));
    await world.run("sync.run", { calendarId: work.id });
    const report = await world.run(
      "snapshots.restore",
      request({ kind: "original" }, { quiet: true }),
    );
    expect(report).toMatchObject({ created: 1, notifies: [], failed: [] });
    const sent = (await server.get(href(work.url, "meeting.ics"))) as string;
    expect(sent.match(/;SCHEDULE-AGENT=CLIENT/g)).toHaveLength(2);
  });

  test("names an item whose UID the server's trash bin holds, restores the rest, and makes a copy when asked", async () => {
    for (const name of ["plain.ics", "task.ics"]) await server.delete(href(work.url, name));
    await world.run("sync.run", { calendarId: work.id });
    const lift = server.fail(
      {
        kind: "status",
        status: 400,
        body: "Deleted calendar object with uid already exists in this calendar collection.",
      },
      { method: "PUT", path: "plain" },
    );
    const report = await world.run("snapshots.restore", request({ kind: "original" }));
    expect(report).toMatchObject({
      created: 1,
      failed: [{ item: `${path}/plain.ics`, code: "conflict" }],
    });
    expect(report.failed[0]?.message).toContain("trash bin");
    expect(await server.get(href(work.url, "task.ics"))).toBe(RESOURCES[3]?.text);
    // Not lost: it waits in Thunderbird.
    expect((await world.user.item(work.id, "plain"))?.title).toBe("Plain");
    const copied = await world.run(
      "snapshots.restore",
      request({ kind: "original" }, { newUids: true, selection: { items: [`${path}/plain.ics`] } }),
    );
    expect(copied).toMatchObject({ created: 1, failed: [] });
    lift();
    await world.run("sync.run", { calendarId: work.id });
    expect(await server.get(href(work.url, "plain.ics"))).toBe(RESOURCES[0]?.text);
  });

  test("killed in the middle, it is completed by running it again, with nothing twice", async () => {
    const target = { kind: "new", name: "After the crash", accountId: world.accountId } as const;
    const gate = server.gate({ method: "PUT", path: "restored-" });
    const page = await world.thunderbird.page("options/options.html");
    await page.evaluate("void messenger.runtime.sendMessage(arguments[0]); return true;", {
      command: "snapshots.restore",
      ...request(target),
    });
    await gate.reached;
    await world.thunderbird.kill();
    gate.open();
    await world.thunderbird.restart();
    const report = await world.run("snapshots.restore", request(target));
    expect(report.failed).toEqual([]);
    expect(report.created + report.unchanged).toBe(RESOURCES.length);
    const account = (await world.run("accounts.list", {})).find(({ id }) => id === world.accountId);
    const made = account?.calendars.filter(({ name }) => name === "After the crash");
    expect(made).toHaveLength(1);
    expect(await server.list(made?.[0]?.url as string)).toHaveLength(RESOURCES.length);
    await expectBytes(made?.[0]?.url as string);
  });

  test("Thunderbird's console has no error of ours", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
