import { describe, expect, test } from "vitest";
import {
  attendeeAddresses,
  notifiedPeople,
} from "../../../src/background/backup/notified-people.ts";
import { planRestore } from "../../../src/background/backup/restore-plan.ts";

const resource = (name: string, uid: string | null, text: string) => ({ name, uid, text });
const there = (name: string, uid: string | null, text: string) => ({
  ...resource(name, uid, text),
  deleted: false,
});

describe("planning a restore", () => {
  const saved = [
    resource("a.ics", "a", "A1"),
    resource("b.ics", "b", "B1"),
    resource("c.ics", "c", "C1"),
  ];
  const present = [
    there("a.ics", "a", "A1"),
    there("b.ics", "b", "B2"),
    there("later.ics", "later", "L"),
  ];

  test("missing: only what is not there is created", () => {
    expect(planRestore(saved, present, "missing")).toEqual({
      writes: [{ kind: "create", name: "c.ics", uid: "c", text: "C1" }],
      unchanged: 2,
    });
  });

  test("older: changed events get their saved version back", () => {
    const { writes } = planRestore(saved, present, "older");
    expect(writes).toContainEqual({ kind: "update", name: "b.ics", uid: "b", text: "B1" });
    expect(writes.some((write) => write.kind === "remove")).toBe(false);
  });

  test("exact: what came later is removed", () => {
    const { writes } = planRestore(saved, present, "exact");
    expect(writes).toContainEqual({ kind: "remove", name: "later.ics", uid: "later" });
  });

  test("an event that lies under another name now is updated there, not created twice", () => {
    const { writes } = planRestore(
      [resource("a.ics", "a", "A1")],
      [there("moved.ics", "a", "A2")],
      "older",
    );
    expect(writes).toEqual([{ kind: "update", name: "moved.ics", uid: "a", text: "A1" }]);
  });

  test("a name that another event has taken meanwhile is not written over", () => {
    const { writes } = planRestore(
      [resource("a.ics", "a", "A1")],
      [there("a.ics", "other", "O")],
      "older",
    );
    expect(writes).toEqual([{ kind: "create", name: "a-2.ics", uid: "a", text: "A1" }]);
  });
});

describe("people who may get mail", () => {
  const invitation = [
    "BEGIN:VEVENT",
    "ORGANIZER:mailto:me@example.org",
    "ATTENDEE;CN=Anna:mailto:Anna@Example.org",
    'ATTENDEE;CN="Bert; the second";ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION:',
    " mailto:bert@example.org",
    "END:VEVENT",
    "",
  ].join("\r\n");

  test("attendees are found, folded lines too", () => {
    expect(attendeeAddresses(invitation)).toEqual(["anna@example.org", "bert@example.org"]);
  });

  test("without an organizer nobody is told anything", () => {
    expect(attendeeAddresses(invitation.replace(/ORGANIZER.*\r\n/, ""))).toEqual([]);
  });

  test("each address is named once", () => {
    expect(notifiedPeople([invitation, invitation])).toHaveLength(2);
  });
});
