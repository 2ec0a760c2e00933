/**
 * Thunderbird killed in the middle of a restore of some hundred items, as by a power cut: started again, the same restore
 * goes on and ends whole, with nothing twice, and nobody gets mail.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CommandArguments, RestoreTarget } from "../../src/shared/commands.ts";
import { eventText } from "../support/event-text.ts";
import { startWorld, type World } from "../support/keeper-world.ts";
import { beginCommand } from "../support/sign-in-window.ts";
import { type SmtpSink, startSmtpSink } from "../support/smtp-sink.ts";
import { ThunderbirdMail } from "../support/thunderbird-mail.ts";

const ITEMS = 300;
const USER = "keeper@example.org";

const uidOf = (n: number) => `event-${n}`;
const sorted = (names: readonly string[]) => [...names].sort((a, b) => (a < b ? -1 : 1));
const uids = sorted(Array.from({ length: ITEMS }, (_, n) => uidOf(n)));

/** Every third is a meeting of the user's own, whose guests Thunderbird would invite. */
const resources = Array.from({ length: ITEMS }, (_, n) => ({
  name: `${uidOf(n)}.ics`,
  text: eventText(uidOf(n), {
    SUMMARY: `Meeting ${n}`,
    ...(n % 3 === 0 && {
      ORGANIZER: `mailto:${USER}`,
      ATTENDEE: "mailto:guest@example.net",
    }),
  }),
}));

describe("a restore that is cut short by the end of Thunderbird", () => {
  let sink: SmtpSink;
  let world: World;
  let other: { id: string; url: string };
  let snapshotId: string;
  let selection: CommandArguments<"snapshots.restore">["selection"];

  const request = (target: RestoreTarget): CommandArguments<"snapshots.restore"> => ({
    snapshotId,
    selection,
    target,
    mode: "missing",
  });
  const killInTheMiddle = async (target: RestoreTarget): Promise<void> => {
    await beginCommand(world.thunderbird, "snapshots.restore", request(target));
    const [restore] = await world.thunderbird.waitFor(
      async () => {
        const running = await world.run("operations.list", {});
        return running.some(({ done }) => done > 10) ? running : null;
      },
      "the restore to be under way",
      60_000,
    );
    await world.thunderbird.kill();
    expect(restore?.operation).toBe("snapshots.restore");
    expect(restore?.done).toBeLessThan(ITEMS);
    await world.thunderbird.restart();
  };
  const expectCompleted = async (target: RestoreTarget): Promise<void> => {
    const report = await world.run("snapshots.restore", request(target));
    expect(report.failed).toEqual([]);
    expect(report.created + report.unchanged).toBe(ITEMS);
    expect(report.unchanged).toBeGreaterThan(0);
    expect(await world.run("snapshots.restore", request(target))).toMatchObject({
      created: 0,
      unchanged: ITEMS,
      failed: [],
    });
  };
  const onServer = async (url: string): Promise<string[]> => {
    const names = await world.server.list(url);
    const texts = await Promise.all(names.map((name) => world.server.get(new URL(name, url).href)));
    return sorted(texts.map((text) => /^UID:(.*?)\r?$/m.exec(text ?? "")?.[1] ?? ""));
  };
  const inThunderbird = async (calendarId: string): Promise<string[]> =>
    sorted((await world.user.items(calendarId)).map(({ uid }) => uid));
  const madeAs = (name: string) =>
    world.thunderbird.chrome<string[]>(
      `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
       return cal.manager.getCalendars().filter((one) => one.name === arguments[0]).map(({ id }) => id);`,
      name,
    );

  beforeAll(async () => {
    sink = await startSmtpSink();
    world = await startWorld({ calendars: { Work: resources, Other: [] } });
    other = world.calendars.Other as { id: string; url: string };
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

  test("into a calendar on a server", async () => {
    const target = { kind: "calendar", calendarId: other.id } as const;
    await killInTheMiddle(target);
    await expectCompleted(target);
    expect(await onServer(other.url)).toEqual(uids);
    expect(await inThunderbird(other.id)).toEqual(uids);
  });

  test("into a new calendar on a server", async () => {
    const target = { kind: "new", name: "Back on the server", accountId: world.accountId } as const;
    await killInTheMiddle(target);
    await expectCompleted(target);
    const [account] = await world.run("accounts.list", {});
    const made = account?.calendars.filter(({ name }) => name === target.name) ?? [];
    expect(made).toHaveLength(1);
    expect(await onServer(made[0]?.url as string)).toEqual(uids);
    expect(await madeAs(target.name)).toHaveLength(1);
  });

  test("into a new calendar on this computer", async () => {
    const target = { kind: "new", name: "Back here" } as const;
    await killInTheMiddle(target);
    await expectCompleted(target);
    const made = await madeAs(target.name);
    expect(made).toHaveLength(1);
    expect(await inThunderbird(made[0] as string)).toEqual(uids);
  });

  test("nobody got mail", () => {
    expect(sink.mails).toEqual([]);
  });
});
