/** Invitations between two users of a server that sends them itself (RFC 6638): Cyrus, and the engine on both sides. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SchedulingServer } from "../../src/background/caldav/scheduling.ts";
import { CalendarSync } from "../../src/background/sync/engine.ts";
import { calendarTexts } from "../../src/background/sync/texts.ts";
import { type Cyrus, type CyrusUser, describeCyrus, startCyrus } from "../support/cyrus.ts";
import { parseXmlDocument } from "../support/dom-parser.ts";
import { propertyOf, withValue } from "../support/event-text.ts";
import { MemoryCalendar } from "../support/memory-calendar.ts";
import { openCollection, transportTo } from "../support/remote-calendar.ts";

/** Cyrus tells nobody of what is over. */
const YEAR = new Date().getUTCFullYear() + 1;
const signal = () => AbortSignal.timeout(60_000);

/** One of the two at their own computer. */
class Person {
  readonly local = new MemoryCalendar();
  readonly user: CyrusUser;
  readonly url: string;
  readonly #engine: CalendarSync;

  constructor(user: CyrusUser, calendar = "Default") {
    this.user = user;
    this.url = `${user.homeUrl}${calendar}/`;
    this.#engine = new CalendarSync({
      remote: openCollection({ ...user, stop: async () => {} }, this.url),
      local: this.local,
      texts: calendarTexts,
      now: Date.now,
      random: () => 0,
      beforeMassRemoval: async () => true,
    });
  }

  get server(): SchedulingServer {
    const transport = transportTo(this.user, new URL(this.url).origin);
    return new SchedulingServer({ transport, parseXml: parseXmlDocument });
  }

  async sync() {
    const run = await this.#engine.run({ status: null, impatient: true, signal: signal() });
    if (run.failure !== undefined) throw run.failure;
    return run.report;
  }

  /** Until both sides are the same and nothing is left to be sent. */
  async settle(): Promise<void> {
    const { error } = await this.sync();
    expect(error).toBeUndefined();
    expect(await this.sync()).toMatchObject({ pushed: 0, updated: 0, added: 0, removed: 0 });
    expect(this.local.pendingNames()).toEqual([]);
    expect(this.local.conflicts).toEqual([]);
    const names = await this.user.list(this.url);
    expect(new Set(this.local.visible().keys())).toEqual(new Set(names));
    for (const [name, text] of this.local.visible())
      expect(text).toBe(await this.user.get(this.url + encodeURIComponent(name)));
  }

  /** Name and text of the event with a UID; fails where it is not there exactly once. */
  event(uid: string): { name: string; text: string } {
    const found = [...this.local.visible()].filter(([, text]) => propertyOf(text, "UID") === uid);
    expect(found).toHaveLength(1);
    const [name = "", text = ""] = found[0] ?? [];
    return { name, text };
  }

  /** What the attendee's line says, unfolded. */
  attendance(uid: string, { address }: CyrusUser): string {
    const lines = this.event(uid)
      .text.replace(/\r\n[ \t]/g, "")
      .split("\r\n");
    return lines.find((line) => line.startsWith("ATTENDEE") && line.endsWith(address)) ?? "";
  }

  edit(uid: string, change: (text: string) => string): void {
    this.local.editLocally(this.event(uid).name, change);
  }
}

function invitation(uid: string, host: CyrusUser, guest: CyrusUser, day: number): string {
  const date = `${YEAR}03${String(day).padStart(2, "0")}`;
  return [
    ...["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", "BEGIN:VEVENT", `UID:${uid}`],
    ...[`DTSTAMP:20260101T000000Z`, `DTSTART:${date}T100000Z`, `DTEND:${date}T110000Z`],
    ...["SUMMARY:Party", `ORGANIZER:mailto:${host.address}`],
    `ATTENDEE;PARTSTAT=ACCEPTED:mailto:${host.address}`,
    `ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:${guest.address}`,
    ...["END:VEVENT", "END:VCALENDAR", ""],
  ].join("\r\n");
}

const accept = (text: string) => text.replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED");

describeCyrus("Cyrus sends invitations itself", () => {
  let server: Cyrus;
  let anna: Person;
  let bert: Person;

  beforeAll(async () => {
    server = await startCyrus(["anna", "bert"]);
    [anna, bert] = server.users.map((user) => new Person(user)) as [Person, Person];
    // A calendar comes into being with its owner's first request.
    await Promise.all([anna.sync(), bert.sync()]);
  });
  afterAll(() => server.stop());

  async function invite(uid: string, day: number): Promise<void> {
    anna.local.createLocally(`${uid}.ics`, invitation(uid, anna.user, bert.user, day));
    await anna.settle();
  }

  test("and is recognised by it: Thunderbird need not mail", async () => {
    const facts = await anna.server.look(anna.user.principalUrl, anna.user.homeUrl, signal());
    expect(facts).toEqual({
      autoSchedule: true,
      addresses: [anna.user.address],
      outbox: `${anna.user.homeUrl}Outbox/`,
    });
  });

  test("an invitation is in the guest's calendar, and the answer in the host's", async () => {
    await invite("party", 1);
    await bert.settle();
    expect(propertyOf(bert.event("party").text, "SUMMARY")).toBe("Party");
    expect(bert.attendance("party", bert.user)).toContain("PARTSTAT=NEEDS-ACTION");

    bert.edit("party", accept);
    await bert.settle();
    await anna.settle();
    expect(anna.attendance("party", bert.user)).toContain("PARTSTAT=ACCEPTED");
  });

  test("a change made while the answer came in keeps both", async () => {
    await invite("moved", 2);
    await bert.settle();
    bert.edit("moved", accept);
    await bert.settle();
    anna.edit("moved", (text) => withValue(text, "LOCATION", "garden"));
    await anna.settle();
    expect(anna.attendance("moved", bert.user)).toContain("PARTSTAT=ACCEPTED");
    await bert.settle();
    expect(propertyOf(bert.event("moved").text, "LOCATION")).toBe("garden");
    expect(bert.attendance("moved", bert.user)).toContain("PARTSTAT=ACCEPTED");
  });

  test("one that was accepted from its mail, unseen that the server has it, is one event", async () => {
    await invite("mailed", 3);
    const text = accept(invitation("mailed", anna.user, bert.user, 3));
    bert.local.createLocally("from-mail.ics", text);
    await bert.settle();
    expect(bert.attendance("mailed", bert.user)).toContain("PARTSTAT=ACCEPTED");
    await anna.settle();
    expect(anna.attendance("mailed", bert.user)).toContain("PARTSTAT=ACCEPTED");
  });

  test("one that is accepted into another calendar is kept and told", async () => {
    await invite("elsewhere", 4);
    await bert.user.createCalendar("other");
    const other = new Person(bert.user, "other");
    const text = accept(invitation("elsewhere", anna.user, bert.user, 4));
    other.local.createLocally("elsewhere.ics", text);
    expect((await other.sync()).error).toMatchObject({ code: "conflict" });
    expect(other.local.pendingNames()).toEqual(["elsewhere.ics"]);
    await bert.settle();
    expect(bert.attendance("elsewhere", bert.user)).toContain("PARTSTAT=NEEDS-ACTION");
  });

  test("a cancelled one is said to be so, a declined one tells the host", async () => {
    await invite("cancelled", 5);
    await invite("declined", 6);
    await bert.settle();
    anna.local.deleteLocally(anna.event("cancelled").name);
    await anna.settle();
    bert.local.deleteLocally(bert.event("declined").name);
    await bert.settle();
    expect(propertyOf(bert.event("cancelled").text, "STATUS")).toBe("CANCELLED");
    await anna.settle();
    expect(anna.attendance("declined", bert.user)).toContain("PARTSTAT=DECLINED");
  });

  describe("its outbox", () => {
    const ask = (attendee: string) => {
      const question = {
        originator: anna.user.address,
        attendee,
        start: Date.UTC(YEAR, 4, 1),
        end: Date.UTC(YEAR, 4, 3),
      };
      return anna.server.freeBusy(`${anna.user.homeUrl}Outbox/`, question, signal());
    };

    test("says when the other one is busy", async () => {
      const busy = invitation("busy", bert.user, anna.user, 7)
        .replaceAll(`${YEAR}0307`, `${YEAR}0502`)
        .replace(/^(?:ORGANIZER|ATTENDEE).*\r\n/gm, "");
      await bert.user.put(`${bert.url}busy.ics`, busy);
      expect(await ask(bert.user.address)).toMatchObject([
        { start: Date.UTC(YEAR, 4, 2, 10), end: Date.UTC(YEAR, 4, 2, 11) },
      ]);
    });

    test("knows nothing of strangers", async () => {
      expect(await ask("stranger@example.net")).toBeNull();
    });
  });
});
