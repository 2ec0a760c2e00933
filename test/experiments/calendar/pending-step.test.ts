import { describe, expect, test } from "vitest";
import { isInvitationChange } from "../../../src/experiments/calendar/invitation-mark.ts";
import { nextStep } from "../../../src/experiments/calendar/pending-step.ts";
import type { PendingChange } from "../../../src/shared/item-store.ts";

const text = (...lines: string[]) =>
  ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:a", ...lines, "END:VEVENT", "END:VCALENDAR", ""].join(
    "\r\n",
  );
const OLD = text("SUMMARY:Old", "DTSTART:20260101T100000Z");
const MINE = text("SUMMARY:Mine", "DTSTART:20260101T100000Z");
const MOVED = text("SUMMARY:Old", "DTSTART:20260101T110000Z");
const THEIRS = text("SUMMARY:Theirs", "DTSTART:20260101T100000Z");

const update: PendingChange = {
  name: "a.ics",
  uid: "a",
  kind: "update",
  revision: 3,
  userText: MINE,
  baseText: OLD,
  serverText: OLD,
  metadata: { etag: "1" },
  changedAt: 0,
  attempts: 0,
  lastError: null,
  earlierTexts: [],
  waiting: false,
  moved: false,
};
const create: PendingChange = { ...update, kind: "create", baseText: null, serverText: null };
const removal: PendingChange = { ...update, kind: "delete", userText: null };

describe("an edit of what the service has", () => {
  test("is asked for with the version the service has", () => {
    expect(nextStep(update, false)).toEqual({
      kind: "ask",
      hook: "updated",
      text: MINE,
      oldText: OLD,
    });
  });

  test("of which the service has a newer version is merged before anybody is asked", () => {
    const step = nextStep({ ...update, serverText: MOVED }, false);
    expect(step).toMatchObject({ kind: "settle", settlement: { kind: "merged" } });
    expect(JSON.stringify(step)).toContain("SUMMARY:Mine");
    expect(JSON.stringify(step)).toContain("T110000Z");
    expect(JSON.stringify(step)).not.toContain("conflict");
  });

  test("that clashes with the newer version stands, and theirs goes on the conflict list", () => {
    expect(nextStep({ ...update, serverText: THEIRS }, false)).toMatchObject({
      settlement: {
        kind: "merged",
        text: expect.stringContaining("SUMMARY:Mine"),
        conflict: { conflict: "both-changed", mine: MINE, theirs: THEIRS, base: OLD },
      },
    });
  });

  test("that reached the service in an earlier try is no conflict", () => {
    const newest = text("SUMMARY:Newest", "DTSTART:20260101T100000Z");
    const step = nextStep(
      { ...update, userText: newest, serverText: MINE, earlierTexts: [MINE] },
      false,
    );
    expect(step).toMatchObject({ settlement: { kind: "merged" } });
    expect(JSON.stringify(step)).not.toContain("conflict");
  });

  test("that the service says by itself is settled with its text and metadata", () => {
    expect(nextStep({ ...update, serverText: MINE }, false)).toMatchObject({
      settlement: { kind: "stored", text: MINE, metadata: { etag: "1" } },
    });
  });

  test("that the service has lost waits for a synchronization, then is made again", () => {
    expect(nextStep({ ...update, serverText: null }, false)).toEqual({ kind: "wait" });
    expect(nextStep({ ...update, serverText: null }, true)).toMatchObject({
      settlement: { kind: "merged", text: MINE, conflict: { conflict: "deleted-there" } },
    });
  });

  test("that was refused with CONFLICT waits for a synchronization", () => {
    const conflicted = { ...update, lastError: { code: "conflict" } };
    expect(nextStep(conflicted, false)).toEqual({ kind: "wait" });
    expect(nextStep(conflicted, true)).toMatchObject({ kind: "ask" });
  });
});

describe("a new item", () => {
  test("is asked for", () => {
    expect(nextStep(create, false)).toMatchObject({ kind: "ask", hook: "created", oldText: null });
  });

  test("that the service tells of meanwhile is settled, or sent as a change of that", () => {
    expect(nextStep({ ...create, serverText: MINE }, false)).toMatchObject({
      settlement: { kind: "stored", text: MINE },
    });
    expect(nextStep({ ...create, serverText: OLD }, false)).toMatchObject({
      settlement: { kind: "merged", text: expect.stringContaining("SUMMARY:Mine") },
    });
  });
});

describe("a removal", () => {
  test("is asked for", () => {
    expect(nextStep(removal, false)).toMatchObject({ kind: "ask", hook: "removed", text: OLD });
  });

  test("of what somebody changed meanwhile is given up, and the user told", () => {
    expect(nextStep({ ...removal, serverText: THEIRS }, false)).toMatchObject({
      settlement: { kind: "yield", conflict: { conflict: "deleted-here", theirs: THEIRS } },
    });
  });

  test("of what the service does not have waits for a synchronization, then is done", () => {
    expect(nextStep({ ...removal, serverText: null }, false)).toEqual({ kind: "wait" });
    expect(nextStep({ ...removal, serverText: null }, true)).toMatchObject({
      settlement: { kind: "removed" },
    });
  });

  test("that waits for the other half of a move is left alone", () => {
    expect(nextStep({ ...removal, waiting: true }, true)).toEqual({ kind: "wait" });
  });
});

describe("an invitation", () => {
  const received = text("X-MOZ-RECEIVED-SEQUENCE:1", "SUMMARY:Old");
  test.each([
    ["a new item of a message", null, received, true],
    ["a new item without a message", null, OLD, false],
    ["a newer message", text("X-MOZ-RECEIVED-SEQUENCE:0"), received, true],
    ["an edit of an item that once came by message", received, `${received}X-A:b\r\n`, false],
    [
      "an attendee's answer, folded",
      OLD,
      text("ATTENDEE;PARTSTAT=ACCEPTED;RECEIVED-DTST\r\n AMP=20260101T000000Z:mailto:a@b.example"),
      true,
    ],
  ])("%s", (_name, before, after, expected) => {
    expect(isInvitationChange(() => before, after)).toBe(expected);
  });
});
