/** The three races in which calendars lose edits, played against a server that can be held in the middle. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CaldavTestServer,
  startCaldavTestServer,
} from "../support/caldav-test-server/server.ts";
import { startWorld, type World } from "../support/keeper-world.ts";

const text = (uid: string, ...lines: string[]) =>
  [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//test//EN",
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20260101T000000Z",
    "DTSTART:20260610T100000Z",
    "DTEND:20260610T110000Z",
    ...lines,
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");

describe("no edit is lost", () => {
  let server: CaldavTestServer;
  let world: World;
  let calendarId: string;
  let url: string;

  const href = (name: string) => new URL(name, url).href;
  const serverHas = (name: string, ...parts: string[]) =>
    world.thunderbird.waitFor(
      async () => {
        const there = (await server.get(href(name))) ?? "";
        return parts.every((part) => there.includes(part));
      },
      `the server's ${name} to hold ${parts.join(" and ")}`,
    );

  beforeAll(async () => {
    server = await startCaldavTestServer();
    world = await startWorld({
      server: async () => server,
      calendars: {
        work: ["dialog", "put", "plan", "conflict"].map((uid) => ({
          name: `${uid}.ics`,
          text: text(uid, "SUMMARY:Before", "LOCATION:Here"),
        })),
      },
    });
    ({ id: calendarId, url } = world.calendars.work as { id: string; url: string });
    await world.run("sync.run", { calendarId });
  });
  afterAll(() => world.stop());

  test("saved from a dialog that was open while a sync brought a newer version: both changes hold", async () => {
    await world.user.open(calendarId, "dialog");
    await server.put(href("dialog.ics"), text("dialog", "SUMMARY:Before", "LOCATION:There"));
    await world.run("sync.run", { calendarId });
    await world.user.save(calendarId, "dialog", { SUMMARY: "From the dialog" });
    await serverHas("dialog.ics", "SUMMARY:From the dialog", "LOCATION:There");
    expect((await world.user.item(calendarId, "dialog"))?.ical).toContain("LOCATION:There");
  });

  test("saved while the PUT of the same event is under way: both edits hold", async () => {
    const gate = server.gate({ method: "PUT" }, "after");
    await world.user.change(calendarId, "put", { SUMMARY: "First edit" });
    await gate.reached;
    await world.user.change(calendarId, "put", { LOCATION: "Second edit" });
    gate.open();
    await serverHas("put.ics", "SUMMARY:First edit", "LOCATION:Second edit");
  });

  test("saved between a sync's plan and its batch: both sides' changes hold", async () => {
    await server.put(href("plan.ics"), text("plan", "SUMMARY:Before", "LOCATION:Theirs"));
    const gate = server.gate({ method: "GET", path: "plan.ics" });
    await world.user.synchronize(calendarId);
    await gate.reached;
    const put = server.gate({ method: "PUT" });
    await world.user.change(calendarId, "plan", { SUMMARY: "Mine" });
    gate.open();
    put.open();
    await serverHas("plan.ics", "SUMMARY:Mine", "LOCATION:Theirs");
    expect((await world.user.item(calendarId, "plan"))?.title).toBe("Mine");
  });

  test("the same property changed on both sides: one is shown, the other is kept and named", async () => {
    await world.thunderbird.setOffline(true);
    await world.user.change(calendarId, "conflict", { SUMMARY: "Mine" });
    await server.put(href("conflict.ics"), text("conflict", "SUMMARY:Theirs", "LOCATION:Here"));
    await world.thunderbird.setOffline(false);
    await world.run("sync.run", { calendarId });
    await serverHas("conflict.ics", "SUMMARY:Mine");
    const conflicts = await world.run("conflicts.list", {});
    expect(conflicts.map(({ name, properties }) => [name, properties])).toEqual([
      ["conflict.ics", ["SUMMARY"]],
    ]);
    await world.run("backup.configure", { directory: world.folder, passphrase: null });
    const { snapshotId } = await world.run("backup.run", {});
    const { calendars } = await world.run("snapshots.browse", { snapshotId });
    expect(calendars.some(({ path }) => path.endsWith("/work"))).toBe(true);
  });

  test("Thunderbird's console has no error of ours", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
