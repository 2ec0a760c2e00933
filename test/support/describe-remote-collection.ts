/**
 * What every CalDAV server must let the collection do, whoever wrote it. Run against the project's own server
 * as a unit test and against real ones as an integration test.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { CalendarCollection } from "../../src/background/caldav/calendar-collection.ts";
import type { RemoteMember } from "../../src/background/sync/ports.ts";
import { brandAs, type SyncToken } from "../../src/shared/brands.ts";
import type { DavServer } from "./dav-server.ts";
import { asName, bodyOf, fetchAll, openCollection } from "./remote-calendar.ts";
import { sampleEvent, sampleTask } from "./sample-objects.ts";

export interface ServerUnderTest {
  readonly start: () => Promise<DavServer>;
  /** False for Xandikos 0.2.8, which accepts a second resource with the same UID. */
  readonly refusesDuplicateUid: boolean;
  /** False for those that re-serialise what they are sent. */
  readonly keepsBytes: boolean;
  /** True for Cyrus, which refuses calendars whose URL holds an escape. */
  readonly plainCalendarNames?: boolean;
}

export function describeRemoteCollection(name: string, definition: ServerUnderTest): void {
  describe(name, () => {
    let server: DavServer;
    let url: string;
    let collection: CalendarCollection;
    let signal: AbortSignal;
    let calendars = 0;

    beforeAll(async () => {
      server = await definition.start();
    });
    afterAll(() => server.stop());
    beforeEach(async () => {
      signal = AbortSignal.timeout(60_000);
      calendars += 1;
      const name = definition.plainCalendarNames
        ? `calendar-${calendars}`
        : `calendar ${calendars} ä`;
      url = await server.createCalendar(name, { displayName: "Täglich" });
      collection = openCollection(server, url);
    });
    // Some servers hold a UID to be unique in the account.
    afterEach(() => server.delete(url));

    const resourceUrl = (resource: string) => url + encodeURIComponent(resource);
    const listed = async (resource: string): Promise<RemoteMember> => {
      const member = (await collection.list(signal)).find((one) => one.name === resource);
      if (!member) throw new Error(`${resource} is not listed`);
      return member;
    };
    const namesOf = (members: readonly { readonly name: string }[]) =>
      members.map((member) => member.name).sort((a, b) => (a < b ? -1 : 1));

    test("status names the calendar, its components, and a token", async () => {
      const status = await collection.status(signal);
      expect(status.displayName).toBe("Täglich");
      expect(status.readOnly).toBe(false);
      expect(status.components).toEqual(expect.arrayContaining(["VEVENT", "VTODO"]));
      expect(status.syncToken).not.toBeNull();
    });

    test("an empty calendar lists nothing, not even itself", async () => {
      expect(await collection.list(signal)).toEqual([]);
      const page = await collection.changesSince(null, signal);
      expect([page.changed, page.removed, page.more]).toEqual([[], [], false]);
    });

    test("names with spaces, '@', '%', '+' and non-ASCII are listed decoded and can be fetched", async () => {
      const names = ["a b@c.ics", "50%+1.ics", "ünï-日本.ics"];
      for (const resource of names) await server.put(resourceUrl(resource), sampleEvent(resource));
      expect(namesOf(await collection.list(signal))).toEqual(
        namesOf(names.map((n) => ({ name: n }))),
      );
      for (const resource of names) {
        const body = await collection.fetchOne(await listed(resource), signal);
        expect(body?.text).toBe(await server.get(resourceUrl(resource)));
      }
    });

    test("collection sync tells what was added, changed and removed since a token", async () => {
      await server.put(resourceUrl("stays.ics"), sampleEvent("stays"));
      await server.put(resourceUrl("changes.ics"), sampleEvent("changes"));
      await server.put(resourceUrl("goes.ics"), sampleEvent("goes"));
      const first = await collection.changesSince(null, signal);
      expect(namesOf(first.changed)).toEqual(["changes.ics", "goes.ics", "stays.ics"]);

      await server.put(resourceUrl("changes.ics"), sampleEvent("changes", "later"));
      await server.put(resourceUrl("comes.ics"), sampleTask("comes"));
      await server.delete(resourceUrl("goes.ics"));
      const second = await collection.changesSince(first.token, signal);
      expect(namesOf(second.changed)).toEqual(["changes.ics", "comes.ics"]);
      expect(second.removed).toEqual(["goes.ics"]);
      expect(second.more).toBe(false);

      const third = await collection.changesSince(second.token, signal);
      expect([third.changed, third.removed]).toEqual([[], []]);
    });

    test("an unknown sync token is told apart from other refusals", async () => {
      const token = brandAs<SyncToken>("http://example.invalid/never/given");
      await expect(collection.changesSince(token, signal)).rejects.toMatchObject({
        code: "sync-token-invalid",
      });
    });

    test("bodies of a multiget are byte for byte what GET answers", async () => {
      const names = Array.from({ length: 12 }, (_, i) => `${i} event.ics`);
      for (const resource of names) await server.put(resourceUrl(resource), sampleEvent(resource));
      const members = await collection.list(signal);
      collection.takeTraffic();
      const fetched = await fetchAll(collection, members, signal);
      // One multiget and the GET it is compared with: had they differed, there would be a GET for each.
      expect(collection.takeTraffic().requests).toBe(2);
      for (const resource of names) {
        expect(bodyOf(fetched.get(resource)).text).toBe(await server.get(resourceUrl(resource)));
      }
      const etags = new Map(members.map((member) => [member.name, member.etag]));
      for (const one of fetched.values()) {
        const body = bodyOf(one);
        expect(body.etag).toBe(etags.get(body.name));
      }
    });

    test("a create, a change and a removal arrive, and their tags fit the next write", async () => {
      const target = { name: asName("new event.ics"), href: null };
      const created = await collection.put(target, sampleEvent("new"), "create", signal);
      expect(created.kind).toBe("done");
      const first = await collection.fetchOne(target, signal);
      expect(first?.text).toContain("UID:new");

      const member = await listed("new event.ics");
      // Cyrus weakens the tag of a GET that it compresses.
      expect(first?.etag?.replace(/^W\//, "")).toBe(member.etag);
      const precondition = { etag: member.etag, scheduleTag: null };
      const text = sampleEvent("new", "changed");
      expect((await collection.put(member, text, precondition, signal)).kind).toBe("done");
      expect(await server.get(resourceUrl("new event.ics"))).toContain("SUMMARY:changed");

      const { etag } = await listed("new event.ics");
      const removed = await collection.remove(member, { etag, scheduleTag: null }, signal);
      expect(removed.kind).toBe("done");
      expect(await server.list(url)).toEqual([]);
    });

    test("writes based on an old version are refused and change nothing", async () => {
      await server.put(resourceUrl("e.ics"), sampleEvent("e", "old"));
      const member = await listed("e.ics");
      await server.put(resourceUrl("e.ics"), sampleEvent("e", "theirs"));
      const stale = { etag: member.etag, scheduleTag: null };
      const put = await collection.put(member, sampleEvent("e", "mine"), stale, signal);
      const removal = await collection.remove(member, stale, signal);
      expect([put.kind, removal.kind]).toEqual(["precondition-failed", "precondition-failed"]);
      expect(await server.get(resourceUrl("e.ics"))).toContain("SUMMARY:theirs");
    });

    test("a create does not overwrite a resource of the same name", async () => {
      await server.put(resourceUrl("taken.ics"), sampleEvent("theirs"));
      const target = { name: asName("taken.ics"), href: null };
      const result = await collection.put(target, sampleEvent("mine"), "create", signal);
      expect(result.kind).toBe("precondition-failed");
      expect(await server.get(resourceUrl("taken.ics"))).toContain("UID:theirs");
    });

    test("a change of a resource that is gone does not bring it back", async () => {
      await server.put(resourceUrl("gone.ics"), sampleEvent("gone"));
      const member = await listed("gone.ics");
      await server.delete(resourceUrl("gone.ics"));
      const precondition = { etag: member.etag, scheduleTag: null };
      const put = await collection.put(member, sampleEvent("gone"), precondition, signal);
      const removal = await collection.remove(member, precondition, signal);
      expect(put.kind).toMatch(/^(gone|precondition-failed)$/);
      expect(removal.kind).toMatch(/^(gone|precondition-failed)$/);
      expect(await collection.fetchOne(member, signal)).toBeNull();
    });

    test("an event and a task are found by their UID, and nothing else is", async () => {
      await server.put(resourceUrl("one.ics"), sampleEvent("uid-1"));
      await server.put(resourceUrl("two.ics"), sampleEvent("uid-11"));
      await server.put(resourceUrl("task.ics"), sampleTask("task-1"));
      expect((await collection.findByUid("uid-1", signal))?.name).toBe("one.ics");
      expect((await collection.findByUid("task-1", signal))?.name).toBe("task.ics");
      expect(await collection.findByUid("uid", signal)).toBeNull();
    });

    if (definition.refusesDuplicateUid) {
      test("a create with a UID that another resource holds is told as such", async () => {
        await server.put(resourceUrl("holder.ics"), sampleEvent("same"));
        const target = { name: asName("second.ics"), href: null };
        const result = await collection.put(target, sampleEvent("same"), "create", signal);
        expect(result.kind).toBe("uid-conflict");
        expect(await server.list(url)).toEqual(["holder.ics"]);
      });
    }

    test("what a server keeps of our bytes is never claimed without proof", async () => {
      for (const uid of ["1", "2", "3", "4"]) {
        const target = { name: asName(`${uid}.ics`), href: null };
        const text = sampleEvent(uid);
        const result = await collection.put(target, text, "create", signal);
        if (result.kind !== "done") throw new Error(result.kind);
        const back = await collection.fetchOne(target, signal);
        if (result.proven) expect(back).toMatchObject({ text, etag: result.etag });
        expect(back?.text === text).toBe(definition.keepsBytes);
        // Two creates that came back unchanged are the proof; a re-serialising server never gets there.
        expect(result.proven).toBe(definition.keepsBytes && Number(uid) > 2);
      }
    });

    test("an aborted fetch ends as aborted", async () => {
      await server.put(resourceUrl("e.ics"), sampleEvent("e"));
      const controller = new AbortController();
      controller.abort();
      await expect(collection.list(controller.signal)).rejects.toMatchObject({ code: "aborted" });
    });
  });
}
