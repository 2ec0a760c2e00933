/** The collection against servers that are wrong in the ways real ones are: no body lost, no wrong claim. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CalendarCollection } from "../../../src/background/caldav/calendar-collection.ts";
import { CalendarHome } from "../../../src/background/caldav/collections.ts";
import { outcomeOf } from "../../../src/background/sync/outcome.ts";
import type { RemoteMember } from "../../../src/background/sync/ports.ts";
import { brandAs, type ETag, type Href, type SyncToken } from "../../../src/shared/brands.ts";
import {
  type CaldavTestServer,
  type Fault,
  type Misbehaviours,
  startCaldavTestServer,
} from "../../support/caldav-test-server/server.ts";
import { parseXmlDocument } from "../../support/dom-parser.ts";
import {
  asName,
  bodyOf,
  fetchAll,
  IMPATIENT,
  openCollection,
  transportTo,
} from "../../support/remote-calendar.ts";
import { sampleEvent } from "../../support/sample-objects.ts";

let server: CaldavTestServer;
let url: string;
let collection: CalendarCollection;
let signal: AbortSignal;

beforeAll(async () => {
  server = await startCaldavTestServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  server.behave();
  signal = AbortSignal.timeout(30_000);
  url = await server.createCalendar("work");
  collection = openCollection(server, url, {
    answerTimeoutMs: 1_000,
    stallTimeoutMs: 1_000,
    totalTimeoutMs: 5_000,
  });
  server.forgetRequests();
});

const at = (name: string) => url + encodeURIComponent(name);

async function fill(count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, i) => `event ${i}@home.ics`);
  for (const [i, name] of names.entries()) await server.put(at(name), sampleEvent(`uid-${i}`));
  return names;
}

async function member(name: string): Promise<RemoteMember> {
  const found = (await collection.list(signal)).find((one) => one.name === name);
  if (!found) throw new Error(`${name} is not listed`);
  return found;
}

async function expectEveryBody(names: readonly string[], members: readonly RemoteMember[]) {
  const fetched = await fetchAll(collection, members, signal);
  expect(new Set(fetched.keys())).toEqual(new Set(names));
  for (const name of names) {
    expect(bodyOf(fetched.get(name)).text).toBe(await server.get(at(name)));
  }
}

describe("every body arrives as GET answers it from a server", () => {
  const habits: [string, Partial<Misbehaviours>][] = [
    [
      "that leaves hrefs out of a multiget",
      { multigetOmits: ["event 3@home.ics", "event 7@home.ics"] },
    ],
    ["that lists what its multiget does not find", { multigetNotFound: ["event 0@home.ics"] }],
    ["whose multiget differs from GET", { multigetDiffers: true }],
    ["that escapes lower-case and leaves '@' bare", { hrefEncoding: "lower-case" }],
    ["that escapes every character", { hrefEncoding: "all" }],
    ["that names itself by an inner host name", { foreignHrefs: true }],
    ["that has no ETags at all", { noETags: true }],
    ["that has only weak ETags", { weakETags: "always" }],
  ];
  test.each(habits)("%s", async (_, habit) => {
    const names = await fill(12);
    server.misbehave(habit);
    await expectEveryBody(names, await collection.list(signal));
  });

  const faults: [string, Fault][] = [
    ["that cuts an answer in the middle", { kind: "body-cut" }],
    ["that drops a connection", { kind: "request-lost" }],
    ["that is unavailable for a moment", { kind: "unavailable", retryAfterSeconds: 1 }],
    ["that answers too many requests once", { kind: "too-many-requests" }],
    ["that fails on a large multiget", { kind: "status", status: 500 }],
    ["that never answers one multiget", { kind: "hang" }],
  ];
  test.each(faults)("%s", async (_, fault) => {
    const names = await fill(12);
    const members = await collection.list(signal);
    server.fail(fault, { method: "REPORT", times: 1 });
    await expectEveryBody(names, members);
  });

  test("that knows no multiget", async () => {
    const names = await fill(12);
    const members = await collection.list(signal);
    server.fail({ kind: "status", status: 501 }, { method: "REPORT" });
    await expectEveryBody(names, members);
  });

  test("that keeps line feeds alone, and characters that XML cannot carry", async () => {
    const names = await fill(6);
    await server.put(at("lf.ics"), sampleEvent("lf").replaceAll("\r\n", "\n"));
    await server.put(at("bell.ics"), sampleEvent("bell", "ring \u0007 ring"));
    await server.put(at("bom.ics"), `\uFEFF${sampleEvent("bom")}`);
    await expectEveryBody(
      [...names, "lf.ics", "bell.ics", "bom.ics"],
      await collection.list(signal),
    );
  });
});

test("a body that is no UTF-8 arrives with every byte told apart", async () => {
  await fill(6);
  await server.put(at("latin1.ics"), Buffer.from(sampleEvent("l", "Grüße"), "latin1"));
  const fetched = await fetchAll(collection, await collection.list(signal), signal);
  expect(bodyOf(fetched.get("latin1.ics")).text).toContain("SUMMARY:Grüße");
});

test("a member that is gone and one that fails cost the others nothing", async () => {
  const names = await fill(12);
  const members = await collection.list(signal);
  await server.delete(at("event 1@home.ics"));
  server.misbehave({ multigetOmits: ["event 2@home.ics"] });
  server.fail({ kind: "status", status: 500 }, { method: "GET", path: "event 2@home.ics" });
  const fetched = await fetchAll(collection, members, signal);
  expect(fetched.get("event 1@home.ics")?.kind).toBe("gone");
  expect(fetched.get("event 2@home.ics")).toMatchObject({ kind: "failed" });
  const bodies = names.filter((name) => fetched.get(name)?.kind === "body");
  expect(bodies).toHaveLength(10);
});

test("many bad members in a row are reported one by one, and the good ones arrive", async () => {
  const names = await fill(60);
  const members = await collection.list(signal);
  server.misbehave({ multigetOmits: names.slice(0, 45) });
  for (const name of names.slice(0, 45)) {
    server.fail({ kind: "status", status: 500 }, { method: "GET", path: name });
  }
  const fetched = await fetchAll(collection, members, signal);
  const kinds = names.map((name) => fetched.get(name)?.kind);
  expect(kinds).toEqual([...Array(45).fill("failed"), ...Array(15).fill("body")]);
});

test("a web page is never taken for an event", async () => {
  await fill(2);
  const members = await collection.list(signal);
  server.fail({ kind: "html" }, { method: "GET" });
  const fetched = await fetchAll(collection, members, signal);
  expect([...fetched.values()].map(({ kind }) => kind)).toEqual(["failed", "failed"]);
});

test("one changed event costs one request besides the list of changes", async () => {
  await fill(5);
  const { token } = await collection.changesSince(null, signal);
  await server.put(at("event 4@home.ics"), sampleEvent("uid-4", "new"));
  server.forgetRequests();
  const { changed } = await collection.changesSince(token, signal);
  await fetchAll(collection, changed, signal);
  expect(server.requests.map(({ method }) => method)).toEqual(["REPORT", "GET"]);
  expect(collection.takeTraffic().requests).toBe(3);
  expect(collection.takeTraffic()).toEqual({ requests: 0, bytes: 0 });
});

test("many bodies come in few requests, and batches are never handed over two at once", async () => {
  await fill(400);
  const members = await collection.list(signal);
  server.forgetRequests();
  let inHand = 0;
  let most = 0;
  let received = 0;
  await collection.fetchBodies(
    members,
    async (batch) => {
      most = Math.max(most, ++inHand);
      await new Promise((resolve) => setImmediate(resolve));
      received += batch.length;
      inHand--;
    },
    signal,
  );
  expect([received, most]).toEqual([400, 1]);
  expect(server.count()).toBeLessThan(12);
});

describe("what concerns every member ends the fetch", () => {
  test.each([
    ["a password that no longer works", { kind: "status", status: 401 }, "unauthorized"],
    ["a server that stays busy", { kind: "unavailable", retryAfterSeconds: 600 }, "server-busy"],
    ["a connection that stays cut", { kind: "request-lost" }, "network"],
  ] as const)("%s", async (_, fault, code) => {
    await fill(12);
    const members = await collection.list(signal);
    server.fail(fault);
    await expect(fetchAll(collection, members, signal)).rejects.toMatchObject({ code });
  });

  test("a server that fails with everything is not asked for every member", async () => {
    await fill(300);
    const members = await collection.list(signal);
    server.forgetRequests();
    server.fail({ kind: "status", status: 500 });
    await expect(fetchAll(collection, members, signal)).rejects.toMatchObject({ code: "http" });
    expect(server.count()).toBeLessThan(60);
  });

  test("an error of the one who stores the bodies", async () => {
    await fill(12);
    const members = await collection.list(signal);
    const full = new Error("disk full");
    const storing = collection.fetchBodies(members, () => Promise.reject(full), signal);
    await expect(storing).rejects.toBe(full);
  });
});

describe("collection sync", () => {
  test("a truncated answer is continued from its token until everything was seen", async () => {
    const names = await fill(10);
    server.misbehave({ pageSize: 4 });
    const seen: string[] = [];
    let token: SyncToken | null = null;
    let more = true;
    while (more) {
      const page = await collection.changesSince(token, signal);
      seen.push(...page.changed.map(({ name }) => name));
      ({ token, more } = page);
    }
    expect(seen).toHaveLength(10);
    expect(new Set(seen)).toEqual(new Set(names));
  });

  test("a truncated answer without a token asks for a full listing", async () => {
    await fill(10);
    server.misbehave({ pageSize: 4, pageWithoutToken: true });
    await expect(collection.changesSince(null, signal)).rejects.toMatchObject({
      code: "unsupported",
    });
  });

  test.each([403, 409, 507, "400-plain"] as const)(
    "an expired token refused with %s is told as such",
    async (expiredToken) => {
      const { token } = await collection.changesSince(null, signal);
      server.misbehave({ expiredToken });
      server.expireTokens();
      await expect(collection.changesSince(token, signal)).rejects.toMatchObject({
        code: "sync-token-invalid",
      });
    },
  );

  test("a calendar that is no longer ours to read keeps its token", async () => {
    const { token } = await collection.changesSince(null, signal);
    server.fail({ kind: "status", status: 403 }, { method: "REPORT" });
    await expect(collection.changesSince(token, signal)).rejects.toMatchObject({
      code: "forbidden",
    });
  });

  test("Google's empty error means busy, not a lost token", async () => {
    const body = '<D:error xmlns:D="DAV:"/>';
    server.fail({ kind: "status", status: 403, body }, { method: "REPORT" });
    const token = brandAs<SyncToken>("any");
    await expect(collection.changesSince(token, signal)).rejects.toMatchObject({
      code: "server-busy",
    });
  });

  test("a server without it says so, and shows no token to ask from", async () => {
    server.misbehave({ noSyncCollection: true });
    await expect(collection.changesSince(null, signal)).rejects.toMatchObject({
      code: "unsupported",
    });
    const status = await collection.status(signal);
    expect(status.syncToken).toBeNull();
    expect(status.ctag).not.toBeNull();
  });
});

describe("writes", () => {
  test.each([400, 403, 409, 412, "403-scheduling"] as const)(
    "a UID that another resource holds, refused with %s, is told as such and nothing is written",
    async (duplicateUid) => {
      await server.put(at("holder.ics"), sampleEvent("same"));
      server.misbehave({ duplicateUid });
      const target = { name: asName("mine.ics"), href: null };
      const result = await collection.put(target, sampleEvent("same"), "create", signal);
      expect(result.kind).toBe("uid-conflict");
      expect(await server.list(url)).toEqual(["holder.ics"]);
    },
  );

  test("a PUT whose answer is lost is not sent again, and fails", async () => {
    server.fail({ kind: "answer-lost" }, { method: "PUT" });
    const target = { name: asName("e.ics"), href: null };
    await expect(collection.put(target, sampleEvent("e"), "create", signal)).rejects.toMatchObject({
      code: "network",
    });
    expect(server.count("PUT")).toBe(1);
    expect(await server.list(url)).toEqual(["e.ics"]);
  });

  test("a PUT to a busy server is left to the outbox, with the time the server named", async () => {
    server.fail({ kind: "unavailable", retryAfterSeconds: 120 }, { method: "PUT" });
    const target = { name: asName("e.ics"), href: null };
    const error = await collection
      .put(target, sampleEvent("e"), "create", signal)
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "server-busy", retry: "later" });
    const { retryAt } = outcomeOf(error, { now: 1_000, failures: 1, random: 0 });
    expect(retryAt).toBe(121_000);
    expect(server.count("PUT")).toBe(1);
  });

  test("a change passes a proxy that weakens tags", async () => {
    await server.put(at("e.ics"), sampleEvent("e"));
    server.misbehave({ weakETags: "proxy" });
    const target = await member("e.ics");
    const precondition = { etag: target.etag, scheduleTag: null };
    const result = await collection.put(target, sampleEvent("e", "mine"), precondition, signal);
    expect(result).toMatchObject({ kind: "done", proven: false, etag: null });
    expect(await server.get(at("e.ics"))).toContain("SUMMARY:mine");
  });

  test("a weak tag never overwrites what someone else saved", async () => {
    await server.put(at("e.ics"), sampleEvent("e"));
    server.misbehave({ weakETags: "always" });
    const target = await member("e.ics");
    await server.put(at("e.ics"), sampleEvent("e", "theirs"));
    const precondition = { etag: target.etag, scheduleTag: null };
    const result = await collection.put(target, sampleEvent("e", "mine"), precondition, signal);
    expect(result.kind).toBe("precondition-failed");
    expect(await server.get(at("e.ics"))).toContain("SUMMARY:theirs");
  });

  test("without any tag a change still does not bring back what is gone", async () => {
    await server.put(at("e.ics"), sampleEvent("e"));
    const target = await member("e.ics");
    await server.delete(at("e.ics"));
    const nothing = { etag: null, scheduleTag: null };
    const result = await collection.put(target, sampleEvent("e"), nothing, signal);
    expect(result.kind).toBe("precondition-failed");
    expect(await server.list(url)).toEqual([]);
  });

  test.each([
    ["no ETag in the answer", { putWithoutETag: true }],
    ["a body rewritten under a strong ETag", { rewritesBodies: true }],
  ] as const)("%s is never called proven", async (_, habit) => {
    server.misbehave(habit);
    for (let i = 0; i < 5; i++) {
      const target = { name: asName(`${i}.ics`), href: null };
      const result = await collection.put(target, sampleEvent(`${i}`), "create", signal);
      expect(result).toMatchObject({ kind: "done", proven: false, etag: null });
      await collection.fetchOne(target, signal);
    }
  });

  test("a refused write is an error that says the changes are kept", async () => {
    server.misbehave({ forbidWrites: true });
    const target = { name: asName("e.ics"), href: null };
    const error = await collection
      .put(target, sampleEvent("e"), "create", signal)
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "forbidden", retry: "after-user" });
    expect((error as { hint: string }).hint).toContain("Your changes are kept.");
  });
});

describe("what is no answer", () => {
  test.each([
    ["a web page", { kind: "html" }, "not-caldav"],
    ["half an answer", { kind: "body-cut" }, "network"],
    ["nothing at all", { kind: "hang" }, "timeout"],
    ["an error of the server", { kind: "status", status: 502 }, "http"],
  ] as const)("%s to a listing", async (_, fault, code) => {
    await fill(1);
    server.fail(fault);
    await expect(collection.list(signal)).rejects.toMatchObject({ code });
  });

  test("a body that comes slowly but steadily is waited for", async () => {
    await fill(1);
    server.fail({ kind: "slow", ms: 300 });
    expect(await collection.list(signal)).toHaveLength(1);
  });

  test("a hanging request ends when the sync is stopped", async () => {
    server.fail({ kind: "hang" });
    const gate = server.gate({ method: "PROPFIND" });
    const controller = new AbortController();
    const listing = collection.list(controller.signal);
    await gate.reached;
    controller.abort();
    await expect(listing).rejects.toMatchObject({ code: "aborted" });
    gate.open();
  });
});

describe("the home set", () => {
  const home = () =>
    new CalendarHome({
      url: server.homeUrl,
      transport: transportTo(server, new URL(url).origin),
      parseXml: parseXmlDocument,
      retry: IMPATIENT,
    });

  test("one request tells the state of every calendar, and shows what changed", async () => {
    const second = await server.createCalendar("ferien ä", { color: "#12ab34ff" });
    const before = await home().statuses(signal);
    expect(server.count()).toBe(1);
    await server.put(at("e.ics"), sampleEvent("e"));
    const after = await home().statuses(signal);
    expect(after.get(second)?.color).toBe("#12AB34");
    expect(after.get(second)?.syncToken).toBe(before.get(second)?.syncToken);
    expect(after.get(url)?.syncToken).not.toBe(before.get(url)?.syncToken);
    expect(after.get(url)?.ctag).not.toBe(before.get(url)?.ctag);
  });

  test("rights to read only are shown", async () => {
    server.misbehave({ readOnlyRights: true });
    expect((await home().statuses(signal)).get(url)?.readOnly).toBe(true);
  });

  test("a calendar is made, renamed, recoloured and deleted", async () => {
    const made = await home().createCalendar(
      { name: "new/one", displayName: "<New> & one", color: "#112233", components: ["VTODO"] },
      signal,
    );
    expect((await home().statuses(signal)).get(made)).toMatchObject({
      displayName: "<New> & one",
      color: "#112233",
      components: ["VTODO"],
    });
    await home().updateCalendar(made, { displayName: "Other", color: "#445566" }, signal);
    expect((await home().statuses(signal)).get(made)).toMatchObject({
      displayName: "Other",
      color: "#445566",
    });
    await home().deleteCalendar(made, signal);
    expect((await home().statuses(signal)).has(made)).toBe(false);
  });
});

test("a server that announces more changes for ever, and never tells one, is not followed", async () => {
  let pages = 0;
  const endless = new CalendarCollection({
    url: "https://dav.example/c/",
    parseXml: parseXmlDocument,
    transport: {
      send: async (request) => {
        const answer = `<multistatus xmlns="DAV:"><response><href>/c/</href><status>HTTP/1.1 507 Insufficient Storage</status></response><sync-token>urn:t:${++pages}</sync-token></multistatus>`;
        return {
          status: 207,
          headers: new Headers(),
          url: request.url,
          redirected: false,
          bytes: new TextEncoder().encode(answer),
        };
      },
    },
  });
  await expect(
    endless.changesSince(brandAs<SyncToken>("urn:t:0"), AbortSignal.timeout(5_000)),
  ).rejects.toMatchObject({ code: "unsupported" });
});

describe("a write that was sent on to another place", () => {
  const text = sampleEvent("e");
  const redirecting = () =>
    new CalendarCollection({
      url: "https://dav.example/c/",
      parseXml: parseXmlDocument,
      transport: {
        send: async (request) => ({
          status: 200,
          headers: new Headers({ ETag: '"1"', "Content-Type": "text/calendar" }),
          url: request.url,
          redirected: request.method !== "GET",
          bytes: new TextEncoder().encode(text),
        }),
      },
    });
  const target = { name: asName("e.ics"), href: brandAs<Href>("/c/e.ics") };
  const precondition = { etag: brandAs<ETag>('"1"'), scheduleTag: null };

  test("is no deletion while the event is still there", async () => {
    await expect(redirecting().remove(target, precondition, signal)).rejects.toMatchObject({
      code: "not-caldav",
    });
  });

  test("is never taken for proof that the bytes were kept", async () => {
    const remote = redirecting();
    // As often as it takes until a server is believed.
    for (const name of ["1.ics", "2.ics", "3.ics"]) {
      await remote.put({ name: asName(name), href: null }, text, "create", signal);
      await remote.fetchOne({ name: asName(name), href: null }, signal);
    }
    expect(await remote.put(target, text, precondition, signal)).toMatchObject({
      kind: "done",
      etag: null,
      proven: false,
    });
  });
});
