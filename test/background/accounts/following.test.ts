import { expect, test } from "vitest";
import { follow, type ServerSide, type Shown } from "../../../src/background/accounts/following.ts";
import { ALL_RIGHTS, storedCalendarSample } from "../../support/account-samples.ts";

const ON_SERVER: ServerSide = {
  name: "Work",
  color: "#112233",
  readOnly: false,
  rights: ALL_RIGHTS,
  relation: "own",
  owner: null,
  components: ["VEVENT", "VTODO"],
  description: "",
  timeZone: null,
};
const SHOWN: Shown = { name: "Work", color: "#112233", readOnly: false };
/** Followed once: nothing differs. */
const stored = follow(
  storedCalendarSample("c1", "https://dav.example.org/ada/work/"),
  { name: "c1", color: "#000000", readOnly: false },
  ON_SERVER,
).next;

test("nothing new on the server changes nothing, not even the record", () => {
  const { changes, next } = follow(stored, SHOWN, ON_SERVER);
  expect(changes).toEqual({});
  expect(next).toBe(stored);
});

test("a new name and colour on the server are shown", () => {
  const now = { ...ON_SERVER, name: "Work 2", color: "#AABBCC" };
  expect(follow(stored, SHOWN, now).changes).toEqual({ name: "Work 2", color: "#AABBCC" });
});

test("a name and a colour that the user chose stay, whatever the server says later", () => {
  const own = { ...SHOWN, name: "Mine", color: "#ffffff" };
  const now = { ...ON_SERVER, name: "Work 2", color: "#AABBCC" };
  const first = follow(stored, own, now);
  expect(first.changes).toEqual({});
  expect(follow(first.next, own, { ...now, name: "Work 3" }).changes).toEqual({});
});

test("with the server's name chosen again it is followed again", () => {
  const now = { ...ON_SERVER, name: "Work 2" };
  const { next } = follow(stored, { ...SHOWN, name: "Mine" }, now);
  const shown = { ...SHOWN, name: "Work 2" };
  expect(follow(next, shown, { ...now, name: "Work 3" }).changes).toEqual({ name: "Work 3" });
});

test("a server that stops naming a colour takes none away, and the colours' spelling is no change", () => {
  const { next } = follow(stored, SHOWN, { ...ON_SERVER, color: null });
  expect(follow(next, SHOWN, { ...ON_SERVER, color: "#112233" }).changes).toEqual({});
  const small = { ...SHOWN, color: "#aabbcc" };
  const { next: upper } = follow(stored, SHOWN, { ...ON_SERVER, color: "#AABBCC" });
  expect(follow(upper, small, { ...ON_SERVER, color: "#00FF00" }).changes).toEqual({
    color: "#00FF00",
  });
});

test("read-only comes and goes with the rights; what the user made read-only stays so", () => {
  const none = { add: false, change: false, remove: false };
  const withdrawn = { ...ON_SERVER, readOnly: true, rights: none };
  const first = follow(stored, SHOWN, withdrawn);
  expect(first.changes).toMatchObject({ readOnly: true });
  expect(first.next.seen.rights).toEqual(none);
  expect(follow(first.next, { ...SHOWN, readOnly: true }, ON_SERVER).changes).toMatchObject({
    readOnly: false,
  });
  const own = { ...SHOWN, readOnly: true };
  const second = follow(stored, own, withdrawn);
  expect(follow(second.next, own, ON_SERVER).changes).not.toHaveProperty("readOnly");
});

test("each right is told to Thunderbird when it goes and when it comes back, and not again between", () => {
  const partly = { ...ON_SERVER, rights: { add: false, change: true, remove: false } };
  const withdrawn = follow(stored, SHOWN, partly);
  expect(withdrawn.changes).toEqual({
    capabilities: { items: { create: false, update: true, remove: false } },
  });
  expect(follow(withdrawn.next, SHOWN, partly).changes).toEqual({});
  expect(follow(withdrawn.next, SHOWN, ON_SERVER).changes).toEqual({
    capabilities: { items: { create: true, update: true, remove: true } },
  });
});

test("rights that an older version only noted are told to Thunderbird", () => {
  const partly = { ...ON_SERVER, rights: { add: true, change: true, remove: false } };
  const { seen, given, ...rest } = stored;
  const { rights: _, ...before } = given ?? { name: "", color: null, readOnly: false };
  const old = { ...rest, seen: { ...seen, rights: partly.rights }, given: before };
  expect(follow(old, SHOWN, partly).changes).toEqual({
    capabilities: { items: { create: true, update: true, remove: false } },
  });
});

test("whose it is now is in the record", () => {
  const { next } = follow(stored, SHOWN, { ...ON_SERVER, relation: "shared", owner: "Bob" });
  expect(next).toMatchObject({ relation: "shared", owner: "Bob" });
});

test("what kinds of items a calendar takes is followed", () => {
  const { changes, next } = follow(stored, SHOWN, { ...ON_SERVER, components: ["VEVENT"] });
  expect(changes).toEqual({ capabilities: { events: true, tasks: false } });
  expect(follow(next, SHOWN, ON_SERVER).changes).toEqual({
    capabilities: { events: true, tasks: true },
  });
});
