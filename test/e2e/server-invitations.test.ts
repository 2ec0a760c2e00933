/**
 * Invitations in the real Thunderbird on a server that sends them itself (RFC 6638): Cyrus, with a second user there.
 * Nothing of it goes out as mail.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Cyrus, type CyrusUser, describeCyrus, startCyrus } from "../support/cyrus.ts";
import { startWorld, type World } from "../support/keeper-world.ts";
import { type SmtpSink, startSmtpSink } from "../support/smtp-sink.ts";
import { ThunderbirdMail } from "../support/thunderbird-mail.ts";

/** Cyrus tells nobody of what is over. */
const YEAR = new Date().getUTCFullYear() + 1;

function event(uid: string, people: readonly string[]): string {
  return [
    ...["BEGIN:VEVENT", `UID:${uid}`, "DTSTAMP:20260101T000000Z"],
    ...[`DTSTART:${YEAR}0610T100000Z`, `DTEND:${YEAR}0610T110000Z`, `SUMMARY:${uid}`],
    ...[...people, "END:VEVENT", ""],
  ].join("\r\n");
}

const calendarText = (inner: string, method = "") =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n${method}${inner}END:VCALENDAR\r\n`;

const guest = ({ address }: CyrusUser) =>
  `ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:mailto:${address}`;

function message(uid: string, from: CyrusUser, to: CyrusUser, text: string): string {
  return [
    ...[`From: <${from.address}>`, `To: ${to.address}`, `Subject: ${uid}`],
    ...[`Message-ID: <${uid}@keeper.example>`, "Date: Thu, 01 Jan 2026 10:00:00 +0000"],
    ...[
      "MIME-Version: 1.0",
      "Content-Type: text/calendar; charset=UTF-8; method=REQUEST",
      "",
      text,
    ],
  ].join("\r\n");
}

describeCyrus("a server that sends invitations itself", () => {
  let server: Cyrus;
  let anna: CyrusUser;
  let bert: CyrusUser;
  let sink: SmtpSink;
  let world: World;
  let mail: ThunderbirdMail;
  let calendarId: string;

  beforeAll(async () => {
    sink = await startSmtpSink();
    server = await startCyrus(["anna", "bert"]);
    [anna, bert] = server.users as [CyrusUser, CyrusUser];
    // Calendars come into being with their owner's first request.
    for (const user of [anna, bert]) await user.list(user.homeUrl);
    // The one into which Cyrus puts what others send.
    const withDefault = { ...server, createCalendar: async () => `${anna.homeUrl}Default/` };
    world = await startWorld({ calendars: { Default: [] }, server: async () => withDefault });
    calendarId = (world.calendars.Default as { id: string }).id;
    mail = new ThunderbirdMail(world.thunderbird);
    await mail.setUp(anna.address, sink.port);
    await world.run("sync.run", { calendarId });
  });
  afterAll(async () => {
    await world.stop();
    await sink.stop();
  });

  const until = <T>(condition: () => T | Promise<T>, what: string) =>
    world.thunderbird.waitFor(condition, what, 60_000);

  /** Where the event of a UID is in somebody's calendar on the server, and its unfolded text. */
  async function eventOf(user: CyrusUser, uid: string): Promise<{ url: string; text: string }> {
    const calendar = `${user.homeUrl}Default/`;
    for (const name of await user.list(calendar)) {
      const url = calendar + encodeURIComponent(name);
      const text = (await user.get(url))?.replace(/\r\n[ \t]/g, "") ?? "";
      if (text.includes(`UID:${uid}\r\n`)) return { url, text };
    }
    return { url: "", text: "" };
  }

  const attends = (text: string, { address }: CyrusUser) =>
    text.split("\r\n").some((line) => line.includes("PARTSTAT=ACCEPTED") && line.endsWith(address));

  /** Whatever Thunderbird would have mailed by now went before this one. */
  async function expectNoMail(): Promise<void> {
    await world.run("calendars.configure", { calendarId, invitations: "mail" });
    await mail.invite(calendarId, event(`probe-${Date.now()}`, [guest(bert)]));
    await until(() => sink.mails.length > 0, "the probe's mail");
    expect(sink.mails).toHaveLength(1);
    expect(sink.mails[0]?.text ?? "").toContain("probe-");
    sink.forget();
    await world.run("calendars.configure", { calendarId, invitations: "auto" });
  }

  test("is recognised", async () => {
    expect(await world.run("calendars.configure", { calendarId })).toMatchObject([
      { invitations: "auto", invitationsBy: "server" },
    ]);
  });

  test("gets the guests' invitations to them and their answers back, without a mail", async () => {
    await mail.invite(calendarId, event("party", [guest(bert)]));
    const received = async () => (await eventOf(bert, "party")).text !== "";
    await until(received, "the invitation in the guest's calendar");
    const { url, text } = await eventOf(bert, "party");
    await bert.put(url, text.replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED"));
    await world.run("sync.run", { calendarId });
    const [shown] = await world.thunderbird.background<{ item: string }[]>(
      `const items = await messenger.calendar.items.query({ calendarId: "${calendarId}", returnFormat: "ical" });
       return items.filter(({ item }) => item.includes("UID:party\\r\\n"));`,
    );
    expect(attends(shown?.item.replace(/\r\n[ \t]/g, "") ?? "", bert)).toBe(true);
    await expectNoMail();
  });

  test("holds one event that is accepted where its mail is read, and tells the host", async () => {
    const people = [
      `ORGANIZER:mailto:${bert.address}`,
      `ATTENDEE;PARTSTAT=ACCEPTED:mailto:${bert.address}`,
      guest(anna),
    ];
    await bert.put(`${bert.homeUrl}Default/dinner.ics`, calendarText(event("dinner", people)));
    const received = async () => (await eventOf(anna, "dinner")).text !== "";
    await until(received, "the invitation on the server");
    const request = calendarText(event("dinner", people), "METHOD:REQUEST\r\n");
    await mail.open(message("dinner", bert, anna, request));
    const hasButton = async () => (await mail.bar()).buttons.includes("imipAcceptButton");
    await until(hasButton, "the button to accept");
    await mail.press("imipAcceptButton");
    const answered = async () => attends((await eventOf(bert, "dinner")).text, anna);
    await until(answered, "the answer at the host");
    await mail.close();
    await until(async () => {
      const seen = await world.user.items(calendarId);
      return seen.filter(({ uid }) => uid === "dinner").length === 1;
    }, "a single event");
    await expectNoMail();
  });

  test("says when the guest is busy", async () => {
    const day = `${YEAR}-06-10`;
    const busy = await world.thunderbird.background<unknown[]>(
      `return messenger.calendar.freeBusy.query(${JSON.stringify(bert.address)}, "${day}T00:00:00Z", "${day}T23:00:00Z");`,
    );
    expect(busy).toContainEqual({
      start: `${day}T10:00:00.000Z`,
      end: `${day}T11:00:00.000Z`,
      type: "busy",
    });
  });

  test("leaves no error of ours in Thunderbird's console", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
