/** Tables of the pure decisions: plan, guard, outcome, retry times, the stored state. */
import { describe, expect, test } from "vitest";
import { isMassRemoval } from "../../../src/background/sync/guard.ts";
import {
  backOffMs,
  isNoAnswer,
  outcomeOf,
  refusalOf,
  stopsRun,
} from "../../../src/background/sync/outcome.ts";
import {
  dueRetries,
  type KnownMember,
  planChanges,
  planListing,
} from "../../../src/background/sync/plan.ts";
import type { RemoteMember } from "../../../src/background/sync/ports.ts";
import { encodeRefusal, isPostponed } from "../../../src/background/sync/refusal.ts";
import {
  EMPTY_STATE,
  encodeSyncState,
  parseMetadata,
  parseSyncState,
  retryDueAt,
  sameState,
  type Unfetched,
} from "../../../src/background/sync/sync-state.ts";
import { brandAs, type ETag, type Href, type ResourceName } from "../../../src/shared/brands.ts";
import { AppError, type ErrorCode } from "../../../src/shared/errors.ts";
import type { PendingChange } from "../../../src/shared/item-store.ts";

const nameOf = (name: string): ResourceName => brandAs<ResourceName>(name);
const member = (name: string, etag: string | null, href = `/cal/${name}`): RemoteMember => ({
  name: nameOf(name),
  href: brandAs<Href>(href),
  etag: etag === null ? null : brandAs<ETag>(etag),
});
const known = (...members: RemoteMember[]): Map<string, KnownMember> =>
  new Map(
    members.map(({ name, href, etag }) => [
      name,
      { name, metadata: { href, etag, scheduleTag: null } },
    ]),
  );
const names = (members: readonly { name: string }[]): string[] => members.map(({ name }) => name);

describe("planListing", () => {
  const cases: [
    string,
    RemoteMember[],
    RemoteMember[],
    Partial<Record<"fetch" | "relocated" | "unlisted", string[]>>,
  ][] = [
    ["the same ETag: nothing", [member("a", '"1"')], [member("a", '"1"')], {}],
    ["another ETag: fetched", [member("a", '"1"')], [member("a", '"2"')], { fetch: ["a"] }],
    ["a new member: fetched", [], [member("a", '"1"')], { fetch: ["a"] }],
    ["the same ETag made weak: nothing", [member("a", '"1"')], [member("a", 'W/"1"')], {}],
    ["no ETag: its body decides", [member("a", null)], [member("a", null)], { fetch: ["a"] }],
    [
      "another spelling of the href: no body",
      [member("ä", '"1"', "/cal/%c3%a4")],
      [member("ä", '"1"', "/cal/%C3%A4")],
      { relocated: ["ä"] },
    ],
    [
      "absent: unlisted, not removed",
      [member("a", '"1"'), member("b", '"1"')],
      [member("b", '"1"')],
      { unlisted: ["a"] },
    ],
    ["listed twice: fetched once", [], [member("a", '"1"'), member("a", '"2"')], { fetch: ["a"] }],
  ];
  test.each(cases)("%s", (_case, rows, listed, expected) => {
    const plan = planListing(known(...rows), listed);
    expect(names(plan.fetch)).toEqual(expected.fetch ?? []);
    expect(names(plan.relocated)).toEqual(expected.relocated ?? []);
    expect(plan.unlisted).toEqual(expected.unlisted ?? []);
    expect(plan.stated).toEqual([]);
  });
});

test("compared strictly, a tag made weak is another one", () => {
  const here = known(member("a", '"1"'), member("b", '"1"'));
  const plan = planListing(here, [member("a", 'W/"1"'), member("b", '"1"')], "strict");
  expect([names(plan.fetch), plan.current]).toEqual([["a"], ["b"]]);
});

describe("planChanges", () => {
  test.each<[string, RemoteMember[], RemoteMember[], string[], string[], string[]]>([
    ["a stated removal of a row", [member("a", '"1"')], [], ["a"], [], ["a"]],
    ["a stated removal of what is not here", [], [], ["a"], [], []],
    ["stated twice: once", [member("a", '"1"')], [], ["a", "a"], [], ["a"]],
    [
      "removed and made again on one page: its body decides",
      [member("a", '"1"')],
      [member("a", '"2"')],
      ["a"],
      ["a"],
      [],
    ],
    ["our own change coming back: nothing", [member("a", '"2"')], [member("a", '"2"')], [], [], []],
  ])("%s", (_case, rows, changed, removed, fetch, stated) => {
    const plan = planChanges(known(...rows), { changed, removed: removed.map(nameOf) });
    expect(names(plan.fetch)).toEqual(fetch);
    expect(plan.stated).toEqual(stated);
    expect(plan.unlisted).toEqual([]);
  });
});

const HOUR = 60 * 60_000;
test.each([
  ["none", 0, 10, 0, false],
  ["one of many", 1, 1000, 0, false],
  ["the only event of a calendar", 1, 1, 0, false],
  ["nine, below half", 9, 40, 0, false],
  ["ten that are 20 %", 10, 50, 0, true],
  ["ten that are less", 10, 51, 0, false],
  ["a hundred of very many", 100, 100_000, 0, true],
  ["ninety-nine of very many", 99, 100_000, 0, false],
  ["half of a small calendar", 2, 4, 0, true],
  ["five after five within the day", 5, 45, 5, true],
])("mass removal: %s", (_case, removals, total, earlier, expected) => {
  const now = 100 * HOUR;
  const recent = earlier === 0 ? [] : [{ at: now - 2 * HOUR, count: earlier }];
  expect(isMassRemoval(removals, total, recent, now)).toBe(expected);
});

test("removals of yesterday do not count", () => {
  const now = 100 * HOUR;
  expect(isMassRemoval(5, 45, [{ at: now - 25 * HOUR, count: 50 }], now)).toBe(false);
});

const context = { now: 1000, failures: 1, random: 0 };
describe("outcomeOf", () => {
  test.each<[ErrorCode, boolean, boolean]>([
    ["network", true, false],
    ["offline", true, false],
    ["timeout", true, false],
    ["tls", true, false],
    ["server-busy", true, false],
    ["http", true, false],
    ["protocol", true, false],
    ["unauthorized", false, true],
    ["credentials-missing", false, true],
    ["credentials-locked", false, true],
    ["forbidden", false, false],
    ["not-found", false, false],
    ["item-store-newer", false, false],
  ])("%s: tried again %s, account stopped %s", (code, isRetried, stopAccount) => {
    const outcome = outcomeOf(new AppError(code, "m", { hint: "h" }), context);
    expect(outcome.error).toMatchObject({ code, message: "m", hint: "h" });
    expect(outcome.retryAt !== undefined).toBe(isRetried);
    expect(outcome.stopAccount).toBe(stopAccount);
  });

  test("a busy server's own time counts when it is later", () => {
    const error = new AppError("server-busy", "m", { details: { retryAfterMs: 7_200_000 } });
    expect(outcomeOf(error, context).retryAt).toBe(7_201_000);
  });

  test("what is not ours becomes a bug without its text", () => {
    const outcome = outcomeOf(new Error("SUMMARY:secret"), context);
    expect(outcome.error.code).toBe("bug");
    expect(JSON.stringify(outcome)).not.toContain("secret");
  });
});

test("back-off grows to an hour and is never cut below half", () => {
  expect([1, 2, 3].map((failures) => backOffMs(failures, 0))).toEqual([30_000, 60_000, 120_000]);
  expect(backOffMs(1000, 0)).toBe(HOUR);
  expect(backOffMs(1, 0.999)).toBeGreaterThanOrEqual(15_000);
});

test.each<[ErrorCode, boolean, boolean]>([
  ["network", true, true],
  ["aborted", true, true],
  ["unauthorized", false, true],
  ["item-store", false, true],
  ["forbidden", false, false],
  ["quota-exceeded", false, false],
  ["http", false, false],
])("%s: no answer %s, stops the run %s", (code, noAnswer, stops) => {
  const error = new AppError(code, "m");
  expect(isNoAnswer(error)).toBe(noAnswer);
  expect(stopsRun(error)).toBe(stops);
});

test("a refusal always says what became of the edit", () => {
  expect(refusalOf(new AppError("forbidden", "m")).hint).toContain("kept");
});

describe("a refused edit", () => {
  const change = (over: Partial<PendingChange>): PendingChange => ({
    name: "a",
    uid: "a",
    kind: "update",
    revision: 7,
    userText: "x",
    baseText: "y",
    serverText: "y",
    metadata: null,
    changedAt: 0,
    attempts: 1,
    lastError: null,
    earlierTexts: [],
    waiting: false,
    moved: false,
    ...over,
  });
  const wire = { code: "forbidden", message: "m", hint: "h", details: {} } as const;

  test.each([
    ["never refused", change({}), false, false],
    ["before its time", change({ lastError: encodeRefusal(wire, 7, 2000) }), false, true],
    [
      "before its time, the user asks",
      change({ lastError: encodeRefusal(wire, 7, 2000) }),
      true,
      false,
    ],
    ["after its time", change({ lastError: encodeRefusal(wire, 7, 500) }), false, false],
    ["changed since", change({ lastError: encodeRefusal(wire, 6, 2000) }), false, false],
    [
      "gone on the server, even when the user asks",
      change({ serverText: null, lastError: encodeRefusal(wire, 7, null) }),
      true,
      true,
    ],
    [
      "gone on the server and brought back",
      change({ lastError: encodeRefusal(wire, 7, null) }),
      false,
      false,
    ],
    ["another kind of error", change({ lastError: "broken" }), false, false],
  ])("%s", (_case, pending, impatient, expected) => {
    expect(isPostponed(pending, 1000, impatient)).toBe(expected);
  });
});

const quarantined = (attempts: number): Unfetched => ({
  ...member("a", '"1"'),
  attempts,
  reason: "r",
  since: 0,
});

test("a quarantined member is tried again ever more rarely, but at least once a day", () => {
  const minute = 60_000;
  expect([1, 2, 3].map((attempts) => retryDueAt(quarantined(attempts)))).toEqual([
    5 * minute,
    15 * minute,
    35 * minute,
  ]);
  expect(retryDueAt(quarantined(41)) - retryDueAt(quarantined(40))).toBe(24 * HOUR);
  expect(names(dueRetries([quarantined(1)], 4 * minute, false))).toEqual([]);
  expect(names(dueRetries([quarantined(1)], 5 * minute, false))).toEqual(["a"]);
  expect(names(dueRetries([quarantined(1)], 0, true))).toEqual(["a"]);
});

test("a state survives being stored", () => {
  const state = { ...EMPTY_STATE, unfetched: [quarantined(2)], heldRemovals: [nameOf("b")] };
  expect(parseSyncState(JSON.parse(JSON.stringify(encodeSyncState(state))))).toEqual(state);
});

test.each([null, undefined, 5, "x", {}, { version: 2 }, { ...EMPTY_STATE, token: 5 }])(
  "a state that cannot be trusted counts as none (%j)",
  (stored) => {
    expect(parseSyncState(stored)).toBeNull();
  },
);

test.each([null, "x", [], {}, { href: 5, etag: null, scheduleTag: null }])(
  "metadata that cannot be trusted counts as none (%j)",
  (stored) => {
    expect(parseMetadata(stored as never)).toBeNull();
  },
);

test("only the time of the sync is no change of the state", () => {
  expect(sameState(EMPTY_STATE, { ...EMPTY_STATE, lastGoodSync: 5 })).toBe(true);
  expect(sameState(EMPTY_STATE, { ...EMPTY_STATE, ctag: "x" })).toBe(false);
  expect(sameState(null, EMPTY_STATE)).toBe(false);
});
