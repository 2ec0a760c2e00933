/**
 * The calendar provider in the real Thunderbird, as part of a small add-on of its own that only takes notes: what
 * the views show, and what becomes of edits while the server side changes under them.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scanColumns } from "../../src/shared/ical/scan.ts";
import type {
  BatchOperation,
  BatchResult,
  PendingChange,
  ResourceBody,
} from "../../src/shared/item-store.ts";
import { writeFixtureAddon } from "../support/fixture-addon.ts";
import { findThunderbirds, launchThunderbird, type Thunderbird } from "../support/thunderbird.ts";
import { ThunderbirdUser } from "../support/thunderbird-user.ts";

const ADDON = "calendar-fixture@caldav-keeper.github.io";
const TYPE = `ext-${ADDON}`;

/** Takes notes of what the provider is asked; they outlive the page. */
const BACKGROUND = `
const { provider } = messenger.calendar;
const withText = { returnFormat: "ical" };
let writing = Promise.resolve();
function note(entry) {
  writing = writing.then(async () => {
    const { notes = [] } = await messenger.storage.local.get("notes");
    await messenger.storage.local.set({ notes: [...notes, entry] });
  });
  return writing;
}
provider.onSync.addListener((calendar) => note({ event: "sync", calendarId: calendar.id }));
provider.onItemCreated.addListener((calendar, item) => note({ event: "created", item }), withText);
provider.onItemUpdated.addListener((calendar, item, old) => note({ event: "updated", item, old }), withText);
provider.onItemRemoved.addListener((calendar, item) => note({ event: "removed", item }), withText);
`;

interface Note {
  event: "sync" | "created" | "updated" | "removed";
  calendarId?: string;
  item?: { id: string; resource: string; item: string };
  old?: { id: string; item: string };
}

function resource(...components: string[]): string {
  return `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Some server//EN\r\nX-SERVER-KEEPS:this\r\n${components.join("")}END:VCALENDAR\r\n`;
}

function vevent(uid: string, ...lines: string[]): string {
  return [
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20250101T000000Z",
    "X-UNKNOWN;X-PARAM=1:kept by every edit",
    ...lines,
    "END:VEVENT",
    "",
  ].join("\r\n");
}

const put = (name: string, text: string): BatchOperation => ({
  kind: "put",
  name,
  text,
  metadata: { etag: `"${name}"` },
  columns: scanColumns(text),
});

/** 1,000 events and tasks around March 2026, some of them series. */
function thousand(): BatchOperation[] {
  return Array.from({ length: 1000 }, (_, index) => {
    const day = String((index % 28) + 1).padStart(2, "0");
    const hour = String(8 + (index % 10)).padStart(2, "0");
    const uid = `bulk-${index}`;
    if (index % 10 === 9) {
      return put(
        `${uid}.ics`,
        resource(
          `BEGIN:VTODO\r\nUID:${uid}\r\nDTSTAMP:20250101T000000Z\r\nSUMMARY:Aufgabe ${index} äöü\r\nDUE;VALUE=DATE:202603${day}\r\nEND:VTODO\r\n`,
        ),
      );
    }
    return put(
      `${uid}.ics`,
      resource(
        vevent(
          uid,
          `SUMMARY:Termin ${index}`,
          `DTSTART;TZID=Europe/Berlin:202603${day}T${hour}0000`,
          "DURATION:PT1H",
        ),
      ),
    );
  });
}

let folder: string;
let thunderbird: Thunderbird;
let user: ThunderbirdUser;
let calendarId: string;

const api = <T>(call: string, ...args: unknown[]): Promise<T> =>
  thunderbird.background<T>(`return messenger.calendar.${call}(...arguments)`, ...args);

async function batch(operations: BatchOperation[], options: object = {}): Promise<BatchResult> {
  return JSON.parse(
    await api<string>("items.batch", `${calendarId}#cache`, JSON.stringify(operations), options),
  );
}

async function body(name: string): Promise<ResourceBody | undefined> {
  const bodies = await api<string>("provider.getResources", `${calendarId}#cache`, {
    names: [name],
  });
  return (JSON.parse(bodies) as ResourceBody[])[0];
}

async function pending(uid: string): Promise<PendingChange | undefined> {
  const all = JSON.parse(await api<string>("provider.getPending", `${calendarId}#cache`));
  return (all as PendingChange[]).find((change) => change.uid === uid);
}

function notes(): Promise<Note[]> {
  return thunderbird.background<Note[]>(
    `return (await messenger.storage.local.get("notes")).notes ?? []`,
  );
}

/** A chrome script with the calendar at hand. */
const inCalendar = <T>(script: string, ...args: unknown[]): Promise<T> =>
  thunderbird.chrome<T>(
    `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
     const calendar = cal.manager.getCalendarById(arguments[0]);
     ${script}`,
    calendarId,
    ...args,
  );

const binaries = await findThunderbirds();

describe.each(binaries.map(({ version, binary }) => [version, binary] as const))(
  "Thunderbird %s",
  (_version, binary) => {
    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), "keeper-calendar-"));
      const xpi = await writeFixtureAddon(path.join(folder, "fixture.xpi"), {
        id: ADDON,
        background: BACKGROUND,
        experiments: [
          {
            folder: "calendar",
            apiName: "calendar_provider",
            schema: "provider.json",
            paths: [
              ["calendar", "calendars"],
              ["calendar", "items"],
              ["calendar", "provider"],
            ],
          },
        ],
        manifest: {
          permissions: ["storage"],
          calendar_provider: { capabilities: { tasks: true, categories: { count: -1 } } },
        },
      });
      thunderbird = await launchThunderbird({ binary, xpi, addonId: ADDON });
      user = new ThunderbirdUser(thunderbird);
      const calendar = await api<{ id: string; cacheId: string }>("calendars.create", {
        type: TYPE,
        name: "Work",
        url: "https://calendar.example/work/",
      });
      calendarId = calendar.id;
    });

    afterAll(async () => {
      await thunderbird?.quit();
      await rm(folder, { recursive: true, force: true });
    });

    test("a new calendar asks for a sync, is on and usable offline", async () => {
      await thunderbird.waitFor(
        async () => (await notes()).some((note) => note.event === "sync"),
        "the first sync",
      );
      expect(await api("calendars.get", calendarId)).toMatchObject({
        cacheId: `${calendarId}#cache`,
        enabled: true,
        visible: true,
        readOnly: false,
      });
      await thunderbird.setOffline(true);
      expect(await inCalendar("return cal.acl.isCalendarWritable(calendar);")).toBe(true);
      await thunderbird.setOffline(false);
    });

    test("a batch of 1,000 shows in the queries of the views", async () => {
      const result = await batch(thousand(), { state: { token: "t1" } });
      expect(result).toMatchObject({ added: 1000, updated: 0, removed: 0, pending: [] });
      expect(await api("provider.getState", `${calendarId}#cache`)).toEqual({ token: "t1" });
      expect((await api<string[]>("items.getIds", calendarId)).length).toBe(1000);
      expect((await user.items(calendarId)).length).toBe(1000);
      const day = await user.occurrences(calendarId, "20260302", "20260303");
      const titles = new Set(day.map((item) => item.title));
      expect(titles).toContain("Termin 1");
      expect(titles).not.toContain("Termin 2");
      await user.view("day", "20260302");
      await thunderbird.waitFor(
        async () => (await user.boxes()).includes("Termin 1"),
        "the day view to show an event",
      );
    });

    test("items nobody edited are handed out byte for byte", async () => {
      const [first] = thousand();
      const [item] = await api<{ item: string }[]>("items.query", {
        calendarId,
        id: "bulk-0",
        returnFormat: "ical",
      });
      expect(item?.item).toBe(first?.kind === "put" && first.text);
    });

    test("a new event is kept, waits to be sent, and the add-on hears of it", async () => {
      const text = resource(
        "BEGIN:VEVENT\r\nUID:mine\r\nDTSTART:20260305T100000Z\r\nDTEND:20260305T110000Z\r\nSUMMARY:Mine\r\nEND:VEVENT\r\n",
      );
      await user.add(calendarId, text);
      expect((await user.item(calendarId, "mine"))?.title).toBe("Mine");
      expect(await pending("mine")).toMatchObject({ kind: "create", baseText: null });
      const note = await thunderbird.waitFor(
        async () => (await notes()).find((each) => each.item?.id === "mine"),
        "the hook",
      );
      expect(note.event).toBe("created");
      expect(note.item?.resource).toBe((await pending("mine"))?.name);
      expect(note.item?.item).toContain("SUMMARY:Mine");
      expect(note.item?.item).not.toContain("X-KEEPER");
    });

    test("an edit rewrites only what was edited", async () => {
      await user.change(calendarId, "bulk-1", { SUMMARY: "Renamed" });
      const change = await pending("bulk-1");
      expect(change?.kind).toBe("update");
      expect(change?.userText).toContain("SUMMARY:Renamed\r\n");
      expect(change?.userText).toContain("X-UNKNOWN;X-PARAM=1:kept by every edit\r\n");
      expect(change?.userText).toContain("X-SERVER-KEEPS:this\r\n");
      expect(change?.userText).toContain("DURATION:PT1H\r\n");
      expect(change?.userText).not.toContain("X-KEEPER");
      expect(change?.userText).not.toContain("X-MOZ-");
      const kept = await body("bulk-1.ics");
      expect(kept?.serverText).toBe(change?.baseText);
      expect(kept?.serverText).toContain("SUMMARY:Termin 1\r\n");
    });

    test("a dialog that was open during a sync reverts nothing", async () => {
      await user.open(calendarId, "bulk-2");
      const newer = resource(
        vevent(
          "bulk-2",
          "SUMMARY:Termin 2",
          "LOCATION:moved by somebody else",
          "DTSTART;TZID=Europe/Berlin:20260303T110000",
          "DURATION:PT1H",
        ),
      );
      await batch([put("bulk-2.ics", newer)]);
      await user.save(calendarId, "bulk-2", { SUMMARY: "Changed here" });
      const change = await pending("bulk-2");
      expect(change?.userText).toContain("SUMMARY:Changed here");
      expect(change?.userText).toContain("LOCATION:moved by somebody else");
      expect(change?.userText).toContain("DTSTART;TZID=Europe/Berlin:20260303T110000");
      expect(change?.baseText).toBe(newer);
    });

    test("a batch leaves what the user changed and says so", async () => {
      const newer = resource(
        vevent("bulk-1", "SUMMARY:Theirs", "DTSTART:20260302T080000Z", "DURATION:PT1H"),
      );
      const result = await batch([put("bulk-1.ics", newer)]);
      expect(result.pending).toEqual(["bulk-1.ics"]);
      expect((await user.item(calendarId, "bulk-1"))?.title).toBe("Renamed");
      expect((await pending("bulk-1"))?.serverText).toBe(newer);
    });

    test("undo and redo of a change, of a delete and of an addition", async () => {
      const before = (await body("bulk-3.ics"))?.serverText;
      await user.change(calendarId, "bulk-3", { SUMMARY: "Once" });
      await user.undo();
      expect((await user.item(calendarId, "bulk-3"))?.title).toBe("Termin 3");
      await user.undo("redo");
      expect((await user.item(calendarId, "bulk-3"))?.title).toBe("Once");
      await user.undo();

      await user.remove(calendarId, "bulk-4");
      expect(await user.item(calendarId, "bulk-4")).toBeNull();
      expect((await pending("bulk-4"))?.kind).toBe("delete");
      await user.undo();
      expect((await user.item(calendarId, "bulk-4"))?.title).toBe("Termin 4");
      expect((await pending("bulk-4"))?.kind ?? "update").not.toBe("delete");

      await user.add(
        calendarId,
        resource(
          "BEGIN:VEVENT\r\nUID:undone\r\nDTSTART:20260305T100000Z\r\nSUMMARY:Undone\r\nEND:VEVENT\r\n",
        ),
      );
      await user.undo();
      expect(await user.item(calendarId, "undone")).toBeNull();
      await user.undo("redo");
      expect((await user.item(calendarId, "undone"))?.title).toBe("Undone");
      expect((await body("bulk-3.ics"))?.serverText).toBe(before);
    });

    test("dragging an event keeps its length; dragging an occurrence leaves the series", async () => {
      await batch([
        put(
          "series.ics",
          resource(
            vevent(
              "series",
              "SUMMARY:Weekly",
              "DTSTART;TZID=Europe/Berlin:20260302T140000",
              "DTEND;TZID=Europe/Berlin:20260302T150000",
              "RRULE:FREQ=WEEKLY;COUNT=5",
            ),
          ),
        ),
      ]);
      await user.drag(calendarId, "bulk-5", 30);
      expect(await user.item(calendarId, "bulk-5")).toMatchObject({
        start: "20260306T133000",
        end: "20260306T143000",
      });
      await user.drag(calendarId, "series", 60, "20260309");
      const shown = await user.occurrences(calendarId, "20260301", "20260401");
      const starts = shown.filter((item) => item.uid === "series").map((item) => item.start);
      expect(new Set(starts)).toEqual(
        new Set([
          "20260302T140000",
          "20260309T150000",
          "20260316T140000",
          "20260323T140000",
          "20260330T140000",
        ]),
      );
      const text = (await pending("series"))?.userText ?? "";
      expect(text.match(/BEGIN:VEVENT/g)?.length).toBe(2);
      expect(text).toContain("RECURRENCE-ID;TZID=Europe/Berlin:20260309T140000");
      await user.undo();
      const back = await user.occurrences(calendarId, "20260309", "20260310");
      expect(back.find((item) => item.uid === "series")?.start).toBe("20260309T140000");
    });

    test("deleting one occurrence excludes it from the series", async () => {
      await inCalendar(
        `const master = await calendar.getItem("series");
         const [first, second] = master.recurrenceInfo.getOccurrences(cal.createDateTime("20260301T000000Z"), cal.createDateTime("20260401T000000Z"), 0);
         await Services.wm.getMostRecentWindow("mail:3pane").doTransaction("delete", second, calendar, null, null);`,
      );
      expect((await pending("series"))?.userText).toMatch(
        /EXDATE;TZID=Europe\/Berlin:20260309T140000/,
      );
      const left = await user.occurrences(calendarId, "20260301", "20260401");
      expect(left.filter((item) => item.uid === "series").length).toBe(4);
    });

    test("a dismissed alarm stays here and shows on the item", async () => {
      await batch([
        put(
          "alarm.ics",
          resource(
            vevent(
              "alarm",
              "SUMMARY:With alarm",
              "DTSTART:20260310T100000Z",
              "DTEND:20260310T110000Z",
              "BEGIN:VALARM",
              "ACTION:DISPLAY",
              "TRIGGER:-PT15M",
              "DESCRIPTION:soon",
              "END:VALARM",
            ),
          ),
        ),
      ]);
      const acknowledged = await inCalendar<string>(
        `const old = await calendar.getItem("alarm");
         const item = old.clone();
         item.alarmLastAck = cal.createDateTime("20260310T095000Z");
         const stored = await calendar.modifyItem(item, old);
         return stored.alarmLastAck.icalString;`,
      );
      expect(acknowledged).toBe("20260310T095000Z");
      expect(await pending("alarm")).toBeUndefined();
      await user.change(calendarId, "alarm", { SUMMARY: "With alarm, renamed" });
      expect((await user.item(calendarId, "alarm"))?.ical).toContain(
        "X-MOZ-LASTACK:20260310T095000Z",
      );
      expect((await pending("alarm"))?.userText).not.toContain("X-MOZ-LASTACK");
    });

    test("an import keeps UIDs and refuses one that is there", async () => {
      const outcome = await inCalendar<(string | number)[]>(
        `const { CalEvent } = ChromeUtils.importESModule("resource:///modules/CalEvent.sys.mjs");
         const outcome = [];
         for (const uid of ["imported", "bulk-6"]) {
           const item = new CalEvent("BEGIN:VCALENDAR\\r\\nVERSION:2.0\\r\\nBEGIN:VEVENT\\r\\nUID:" + uid + "\\r\\nDTSTART:20260311T100000Z\\r\\nSUMMARY:From a file\\r\\nEND:VEVENT\\r\\nEND:VCALENDAR\\r\\n");
           outcome.push(await calendar.addItem(item).then((stored) => stored.id, (error) => error.result === Ci.calIErrors.DUPLICATE_ID ? "duplicate" : String(error)));
         }
         return outcome;`,
      );
      expect(outcome).toEqual(["imported", "duplicate"]);
      expect((await user.item(calendarId, "bulk-6"))?.title).toBe("Termin 6");
    });

    test("an event made while the page sleeps wakes it", async () => {
      await thunderbird.suspendBackground();
      await user.add(
        calendarId,
        resource(
          "BEGIN:VEVENT\r\nUID:waking\r\nDTSTART:20260312T100000Z\r\nSUMMARY:Waking\r\nEND:VEVENT\r\n",
        ),
      );
      await thunderbird.waitFor(
        async () => (await notes()).find((each) => each.item?.id === "waking"),
        "the page to have been woken",
      );
    });

    test("local calendars are read as whole resources", async () => {
      const home = await user.home();
      await inCalendar(`cal.manager.getCalendarById("${home}").setProperty("disabled", false);`);
      await user.add(
        home,
        resource(
          "BEGIN:VEVENT\r\nUID:local\r\nDTSTART;TZID=Europe/Berlin:20260302T100000\r\nRRULE:FREQ=DAILY;COUNT=3\r\nSUMMARY:Local\r\nEND:VEVENT\r\n",
        ),
      );
      await user.renameOccurrence(home, "local", "20260303", "Other title");
      const [item] = await api<{ item: string }[]>("items.query", {
        calendarId: home,
        returnFormat: "ical",
      });
      expect(item?.item.match(/BEGIN:VCALENDAR/g)?.length).toBe(1);
      expect(item?.item.match(/BEGIN:VEVENT/g)?.length).toBe(2);
      expect(item?.item).toContain("BEGIN:VTIMEZONE");
      expect(item?.item).toContain("SUMMARY:Other title");
      expect(await api("items.getIds", home)).toEqual(["local"]);
    });

    test("everything is there after a restart", async () => {
      const before = (await api<string[]>("items.getIds", calendarId)).length;
      await thunderbird.restart();
      await thunderbird.waitFor(
        () => inCalendar(`return calendar && !calendar.getProperty("disabled");`),
        "the calendar to come back",
      );
      expect((await api<string[]>("items.getIds", calendarId)).length).toBe(before);
      expect((await user.item(calendarId, "bulk-2"))?.title).toBe("Changed here");
      expect((await user.item(calendarId, "alarm"))?.ical).toContain(
        "X-MOZ-LASTACK:20260310T095000Z",
      );
      expect((await pending("mine"))?.kind).toBe("create");
    });

    test("disabled, the calendar is shown as unavailable; enabled, it is back", async () => {
      await thunderbird.disable();
      expect(await inCalendar(`return calendar.getProperty("force-disabled");`)).toBe(true);
      await thunderbird.enable();
      await thunderbird.waitFor(
        () => inCalendar(`return calendar && !calendar.getProperty("disabled");`),
        "the calendar to come back",
      );
      expect((await user.item(calendarId, "bulk-2"))?.title).toBe("Changed here");
    });

    test("an unsubscribed calendar is gone from the list", async () => {
      await api("calendars.remove", calendarId);
      expect(await api("calendars.get", calendarId)).toBeNull();
    });

    test("none of it left an error in the console", async () => {
      expect(await thunderbird.consoleErrors()).toEqual([]);
    });
  },
);
