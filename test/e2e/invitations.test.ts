/**
 * Invitations in the real Thunderbird: a message with one is opened and answered, and what goes out arrives at a mail
 * server on loopback, once, and not at all where the calendar's server sends it.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type CaldavTestServer,
  startCaldavTestServer,
} from "../support/caldav-test-server/server.ts";
import { startWorld, type World } from "../support/keeper-world.ts";
import { calendarPart, type SmtpSink, startSmtpSink } from "../support/smtp-sink.ts";
import { ThunderbirdMail } from "../support/thunderbird-mail.ts";

const USER = "keeper@example.org";
const HOST = "host@example.net";

interface Invitation {
  readonly uid: string;
  readonly method?: "REQUEST" | "CANCEL";
  readonly sequence?: number;
  readonly title?: string;
  /** As the host wrote the user's address. */
  readonly guest?: string;
}

function event({ uid, sequence = 0, title = uid, guest = USER }: Invitation): string {
  return [
    "BEGIN:VEVENT",
    `UID:${uid}`,
    `DTSTAMP:202601010000${String(sequence).padStart(2, "0")}Z`,
    `SEQUENCE:${sequence}`,
    "DTSTART:20260610T100000Z",
    "DTEND:20260610T110000Z",
    `SUMMARY:${title}`,
    `ORGANIZER;CN=Host:mailto:${HOST}`,
    `ATTENDEE;CN=Host;PARTSTAT=ACCEPTED:mailto:${HOST}`,
    `ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:mailto:${guest}`,
    "END:VEVENT",
    "",
  ].join("\r\n");
}

const calendarText = (inner: string, method = "") =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n${method}${inner}END:VCALENDAR\r\n`;

function message(invitation: Invitation): string {
  const { method = "REQUEST", uid } = invitation;
  return [
    `From: Host <${HOST}>`,
    `To: ${USER}`,
    `Subject: ${uid}`,
    `Message-ID: <${uid}.${method}.${invitation.sequence ?? 0}@example.net>`,
    "Date: Thu, 01 Jan 2026 10:00:00 +0000",
    "MIME-Version: 1.0",
    `Content-Type: text/calendar; charset=UTF-8; method=${method}`,
    "",
    calendarText(event(invitation), `METHOD:${method}\r\n`),
  ].join("\r\n");
}

const ownEvent = (uid: string) =>
  [
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20260101T000000Z",
    "DTSTART:20260612T100000Z",
    "DTEND:20260612T110000Z",
    `SUMMARY:${uid}`,
    `ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:mailto:guest@example.net`,
    "END:VEVENT",
    "",
  ].join("\r\n");

const unfolded = (text: string): string => text.replace(/\r?\n[ \t]/g, "");

describe("invitations", () => {
  let server: CaldavTestServer;
  let sink: SmtpSink;
  let world: World;
  let mail: ThunderbirdMail;
  let calendarId: string;
  let url: string;

  beforeAll(async () => {
    sink = await startSmtpSink();
    server = await startCaldavTestServer();
    world = await startWorld({ calendars: { work: [] }, server: async () => server });
    ({ id: calendarId, url } = world.calendars.work as { id: string; url: string });
    mail = new ThunderbirdMail(world.thunderbird);
    await mail.setUp(USER, sink.port);
    await world.run("sync.run", { calendarId });
  });
  afterAll(async () => {
    await world.stop();
    await sink.stop();
  });
  beforeEach(() => sink.forget());

  /** The texts on the server that hold a UID. */
  async function onServer(uid: string): Promise<string[]> {
    const texts = await Promise.all(
      (await server.list(url)).map((name) => server.get(new URL(name, url).href)),
    );
    return texts.flatMap((text) =>
      text !== null && unfolded(text).includes(`UID:${uid}\r\n`) ? [unfolded(text)] : [],
    );
  }

  const isAccepted = async (uid: string) =>
    /PARTSTAT=ACCEPTED[^:]*:mailto:keeper@/i.test((await onServer(uid))[0] ?? "");

  const until = <T>(condition: () => T | Promise<T>, what: string) =>
    world.thunderbird.waitFor(condition, what, 60_000);

  /** The only mail that went out. */
  async function sentMail(what: string): Promise<string> {
    await until(() => sink.mails.length > 0, what);
    expect(sink.mails).toHaveLength(1);
    return calendarPart(sink.mails[0] as (typeof sink.mails)[0]) ?? "";
  }

  /** Whatever Thunderbird would have mailed by now went before this one. */
  async function expectNoMail(): Promise<void> {
    await world.run("calendars.configure", { calendarId, invitations: "mail" });
    const uid = `probe-${Date.now()}`;
    await mail.invite(calendarId, ownEvent(uid));
    expect(await sentMail("the probe's mail")).toContain(`UID:${uid}`);
    await world.run("calendars.configure", { calendarId, invitations: "auto" });
  }

  async function answer(invitation: Invitation, button: string): Promise<void> {
    await mail.open(message(invitation));
    await until(async () => (await mail.bar()).buttons.includes(button), `the button ${button}`);
    await mail.press(button);
    await until(async () => !(await mail.bar()).buttons.includes(button), "the answer");
    await mail.close();
  }

  describe("a server that leaves them to the calendar program", () => {
    test("an invitation is accepted, and the host gets the answer", async () => {
      await answer({ uid: "meeting", guest: "KEEPER@Example.org" }, "imipAcceptButton");
      const reply = await sentMail("the reply");
      expect(reply).toContain("METHOD:REPLY");
      expect(reply).toMatch(/ATTENDEE[^:]*PARTSTAT=ACCEPTED[^:]*:mailto:keeper@example.org/i);
      expect(sink.mails[0]?.to).toEqual([HOST]);
      await until(async () => (await onServer("meeting")).length === 1, "the event on the server");
      expect((await onServer("meeting"))[0]).toMatch(/PARTSTAT=ACCEPTED[^:]*:mailto:keeper@/i);
      expect((await onServer("meeting"))[0]).not.toContain("SCHEDULE-AGENT");
    });

    test("an update is taken over, and answered", async () => {
      await answer({ uid: "meeting", sequence: 1, title: "Moved" }, "imipAcceptButton");
      expect(await sentMail("the reply")).toContain("SEQUENCE:1");
      await until(
        async () => (await onServer("meeting"))[0]?.includes("SUMMARY:Moved"),
        "the update",
      );
      expect(await onServer("meeting")).toHaveLength(1);
    });

    test("a cancelled one goes", async () => {
      await answer({ uid: "meeting", method: "CANCEL", sequence: 2 }, "imipDeleteButton");
      await until(async () => (await onServer("meeting")).length === 0, "the event to go");
      expect(await world.user.items(calendarId)).toEqual([]);
    });

    test("a declined one is answered so", async () => {
      await answer({ uid: "boring" }, "imipDeclineButton");
      expect(await sentMail("the reply")).toContain("PARTSTAT=DECLINED");
    });

    test("guests of an own event are invited, and told that it is cancelled", async () => {
      await mail.invite(calendarId, ownEvent("party"));
      const request = await sentMail("the invitation");
      expect(request).toContain("METHOD:REQUEST");
      expect(request).toMatch(/ORGANIZER[^:]*:mailto:keeper@example.org/);
      await until(async () => (await onServer("party")).length === 1, "the event on the server");
      sink.forget();
      await mail.cancel(calendarId, "party");
      expect(await sentMail("the cancellation")).toContain("METHOD:CANCEL");
    });
  });

  describe("a server that sends them by itself", () => {
    beforeAll(async () => {
      server.misbehave({
        schedules: true,
        busy: { "guest@example.net": "20260612T120000Z/PT2H" },
      });
      // Servers are asked once a day: a new day.
      await world.thunderbird.background(`
        const { scheduling } = await browser.storage.local.get("scheduling");
        for (const account of Object.values(scheduling.value.accounts)) account.checkedAt = 0;
        await browser.storage.local.set({ scheduling });
      `);
      await world.run("sync.run", { calendarId });
    });

    test("is recognised", async () => {
      expect(await world.run("calendars.configure", { calendarId })).toMatchObject([
        { invitations: "auto", invitationsBy: "server", shared: false },
      ]);
    });

    test("an invitation that it has stored is accepted there: one event, no mail", async () => {
      const text = calendarText(event({ uid: "stored" }));
      await server.put(new URL("by-the-server.ics", url).href, text);
      await world.run("sync.run", { calendarId });
      await answer({ uid: "stored" }, "imipAcceptButton");
      await until(() => isAccepted("stored"), "the answer on the server");
      expect(await onServer("stored")).toHaveLength(1);
      await expectNoMail();
    });

    test("one that it stored a moment ago, too", async () => {
      const text = calendarText(event({ uid: "just-stored" }));
      server.misbehave({ duplicateUid: 403 });
      await server.put(new URL("moments-ago.ics", url).href, text);
      await answer({ uid: "just-stored" }, "imipAcceptButton");
      await until(() => isAccepted("just-stored"), "the answer on the server");
      expect(await onServer("just-stored")).toHaveLength(1);
      // Until the server has confirmed the answer, both are here.
      await until(async () => {
        const seen = await world.user.items(calendarId);
        return seen.filter(({ uid }) => uid === "just-stored").length === 1;
      }, "a single event");
      await expectNoMail();
    });

    test("guests of an own event get no mail from here", async () => {
      await mail.invite(calendarId, ownEvent("by-server"));
      await until(
        async () => (await onServer("by-server")).length === 1,
        "the event on the server",
      );
      expect((await onServer("by-server"))[0]).not.toContain("SCHEDULE-AGENT");
      await expectNoMail();
    });

    test("unless the user wants Thunderbird to mail: then the server is told not to", async () => {
      const [settings] = await world.run("calendars.configure", {
        calendarId,
        invitations: "mail",
      });
      expect(settings).toMatchObject({ invitations: "mail", invitationsBy: "mail" });
      await mail.invite(calendarId, ownEvent("by-mail"));
      expect(await sentMail("the invitation")).toContain("UID:by-mail");
      await until(async () => (await onServer("by-mail")).length === 1, "the event on the server");
      expect((await onServer("by-mail"))[0]).toMatch(
        /ATTENDEE;SCHEDULE-AGENT=CLIENT[^:]*:mailto:guest@/,
      );
      await world.run("calendars.configure", { calendarId, invitations: "auto" });
    });

    test("an invitation that is then accepted is answered by mail, and only by mail", async () => {
      await world.run("calendars.configure", { calendarId, invitations: "mail" });
      await answer({ uid: "accepted-by-mail" }, "imipAcceptButton");
      const reply = await sentMail("the reply");
      expect(reply).toContain("METHOD:REPLY");
      expect(reply).toContain("UID:accepted-by-mail");
      await until(async () => (await onServer("accepted-by-mail")).length === 1, "the event");
      expect((await onServer("accepted-by-mail"))[0]).toMatch(
        /ORGANIZER;SCHEDULE-AGENT=CLIENT[^:]*:mailto:host@/,
      );
      await world.run("calendars.configure", { calendarId, invitations: "auto" });
    });

    test("the attendees dialog learns when people are busy", async () => {
      const busy = await world.thunderbird.background<unknown[]>(
        `return messenger.calendar.freeBusy.query("Guest@example.net", "2026-06-12T00:00:00Z", "2026-06-13T00:00:00Z");`,
      );
      expect(busy).toContainEqual({
        start: "2026-06-12T12:00:00.000Z",
        end: "2026-06-12T14:00:00.000Z",
        type: "busy",
      });
    });
  });

  test("Thunderbird's console holds no error of ours", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
