import { describe, expect, test } from "vitest";
import { CalendarCapabilities } from "../../../src/experiments/calendar/calendar-capabilities.ts";
import {
  invitedAttendee,
  isInvitedBy,
  organizerId,
  ownAddresses,
  serverNotifies,
} from "../../../src/experiments/calendar/schedule-agent.ts";

interface Person {
  readonly id: string;
  readonly agent?: string;
}

function item(organizer: Person | null, guests: readonly Person[], noted?: string): calIItemBase {
  const attendee = ({ id, agent }: Person) => ({
    id,
    participationStatus: "NEEDS-ACTION",
    getProperty: (name: string) => (name === "SCHEDULE-AGENT" ? (agent ?? null) : null),
  });
  const made = {
    organizer: organizer && attendee(organizer),
    getAttendees: () => guests.map(attendee),
    getProperty: (name: string) => (name === "X-MOZ-INVITED-ATTENDEE" ? (noted ?? null) : null),
  };
  return { ...made, parentItem: made } as unknown as calIItemBase;
}

const ME = "mailto:me@example.org";
const HOST = "mailto:host@example.net";
const GUEST = "mailto:guest@example.net";

describe("who tells people", () => {
  test("the service, as long as nothing else is said", () => {
    expect(serverNotifies("REQUEST", item({ id: ME }, [{ id: GUEST }]))).toBe(true);
    expect(serverNotifies("CANCEL", item({ id: ME }, [{ id: GUEST, agent: "SERVER" }]))).toBe(true);
    expect(serverNotifies("reply", item({ id: HOST }, [{ id: ME }]))).toBe(true);
  });

  test("Thunderbird, where the service was told not to", () => {
    const guests = [{ id: GUEST, agent: "CLIENT" }];
    expect(serverNotifies("REQUEST", item({ id: ME }, guests))).toBe(false);
    expect(serverNotifies("REQUEST", item({ id: ME }, [{ id: ME }, ...guests]))).toBe(false);
    expect(serverNotifies("REPLY", item({ id: HOST, agent: "client" }, [{ id: ME }]))).toBe(false);
  });

  test("never both, and nobody where nobody shall", () => {
    const mixed = [{ id: GUEST, agent: "CLIENT" }, { id: "mailto:other@example.net" }];
    expect(serverNotifies("REQUEST", item({ id: ME }, mixed))).toBe(true);
    expect(serverNotifies("REPLY", item({ id: HOST, agent: "NONE" }, [{ id: ME }]))).toBe(true);
  });

  test("what no service sends goes by mail", () => {
    for (const method of ["COUNTER", "DECLINECOUNTER", "REFRESH", "PUBLISH"])
      expect(serverNotifies(method, item({ id: ME }, [{ id: GUEST }]))).toBe(false);
  });
});

describe("whose invitation it is", () => {
  const own = () => new Set(["me@example.org", "me@work.example"]);

  test("that of any of the user's addresses, however it is written", () => {
    const invitation = item({ id: HOST }, [{ id: GUEST }, { id: "MAILTO:Me@Work.Example" }]);
    expect(isInvitedBy(invitation, own)).toBe(true);
    expect(invitedAttendee(invitation, own)?.id).toBe("MAILTO:Me@Work.Example");
  });

  test("not an own event, nor one of other people, nor one without a host", () => {
    expect(isInvitedBy(item({ id: "me@EXAMPLE.org" }, [{ id: ME }]), own)).toBe(false);
    expect(isInvitedBy(item({ id: HOST }, [{ id: GUEST }]), own)).toBe(false);
    expect(isInvitedBy(item(null, [{ id: ME }]), own)).toBe(false);
  });

  test("of a plain event nothing is asked", () => {
    const ask = () => {
      throw new Error("asked");
    };
    expect(isInvitedBy(item(null, []), ask)).toBe(false);
    expect(invitedAttendee(item(null, []), ask)).toBe(null);
  });

  test("addresses come from the service, Thunderbird's identity and the item", () => {
    expect(ownAddresses(item(null, [], "mailto:Alias@example.org"), ["a@b.example"], ME)).toEqual(
      new Set(["a@b.example", "me@example.org", "alias@example.org"]),
    );
  });

  test("the user invites as somebody whom the service knows", () => {
    const service = { addresses: ["me@work.example", "me@example.org"], serverSchedules: true };
    expect(organizerId("mailto:Me@example.org", service)).toBe("mailto:Me@example.org");
    expect(organizerId("mailto:private@example.com", service)).toBe("mailto:me@work.example");
    expect(organizerId(null, service)).toBe("mailto:me@work.example");
    const mails = { ...service, serverSchedules: false };
    expect(organizerId("mailto:private@example.com", mails)).toBe("mailto:private@example.com");
  });
});

describe("what a calendar's capabilities say", () => {
  const capabilities = (own: object) =>
    new CalendarCapabilities({ tasks: true }, () => JSON.stringify(own));
  const alone = "BEGIN:VEVENT\r\nSUMMARY:x\r\nEND:VEVENT\r\n";
  const party = "BEGIN:VEVENT\r\nATTENDEE;CN=x:mailto:x@y\r\nEND:VEVENT\r\n";

  test("reminders are noted here, or as an edit", () => {
    const noted = (mode?: string) => {
      const alarms = mode === undefined ? {} : { alarms: { acknowledgements: mode } };
      return [alone, party].map((text) => capabilities(alarms).sendsAcknowledgements(text));
    };
    expect(noted()).toEqual([false, false]);
    expect(noted("local")).toEqual([false, false]);
    expect(noted("own")).toEqual([true, false]);
    expect(noted("all")).toEqual([true, true]);
  });

  test("invitations are marked only where a service would send them", () => {
    const marks = (own: object) => capabilities(own).marksInvitations;
    expect(marks({ scheduling: "server", scheduleAgent: "client" })).toBe(true);
    expect(marks({ scheduling: "server" })).toBe(false);
    expect(marks({ scheduling: "client", scheduleAgent: "client" })).toBe(false);
  });
});
