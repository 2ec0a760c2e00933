/**
 * The calendar provider in the real Thunderbird, as part of a small add-on of its own that only takes notes:
 * what the views show, and what becomes of edits while the server side changes under them.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BatchOperation } from "../../src/shared/item-store.ts";
import { findThunderbirds } from "../support/thunderbird.ts";
import { CalendarWorld, put, resource, vevent } from "./calendar-fixture.ts";

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

const binaries = await findThunderbirds();

describe.each(binaries)("Thunderbird $version", ({ binary }) => {
  let world: CalendarWorld;

  beforeAll(async () => {
    world = await CalendarWorld.start(binary);
  });

  afterAll(() => world.end());

  test("a new calendar asks for a sync, is on and usable offline", async () => {
    await world.thunderbird.waitFor(
      async () => (await world.notes()).some((note) => note.event === "sync"),
      "the first sync",
    );
    expect(await world.api("calendars.get", world.calendarId)).toMatchObject({
      cacheId: world.cacheId,
      enabled: true,
      visible: true,
      readOnly: false,
    });
    await world.thunderbird.setOffline(true);
    expect(await world.inCalendar("return cal.acl.isCalendarWritable(calendar);")).toBe(true);
    await world.thunderbird.setOffline(false);
  });

  test("a batch of 1,000 shows in the queries of the views", async () => {
    const result = await world.batch(thousand(), { state: { token: "t1" } });
    expect(result).toMatchObject({ added: 1000, updated: 0, removed: 0, pending: [] });
    expect(await world.api("provider.getState", world.cacheId)).toEqual({ token: "t1" });
    expect((await world.api<string[]>("items.getIds", world.calendarId)).length).toBe(1000);
    expect((await world.user.items(world.calendarId)).length).toBe(1000);
    const day = await world.user.occurrences(world.calendarId, "20260302", "20260303");
    const titles = new Set(day.map((item) => item.title));
    expect(titles).toContain("Termin 1");
    expect(titles).not.toContain("Termin 2");
    for (const view of ["day", "week", "multiweek", "month"] as const) {
      await world.user.view(view, "20260302");
      await world.thunderbird.waitFor(
        async () => (await world.user.boxes()).includes("Termin 1"),
        `the ${view} view to show an event`,
      );
    }
  });

  test("items nobody edited are handed out byte for byte", async () => {
    const [first] = thousand();
    const [item] = await world.api<{ item: string }[]>("items.query", {
      calendarId: world.calendarId,
      id: "bulk-0",
      returnFormat: "ical",
    });
    expect(item?.item).toBe(first?.kind === "put" && first.text);
  });

  test("a new event is kept, waits to be sent, and the add-on hears of it", async () => {
    const text = resource(
      "BEGIN:VEVENT\r\nUID:mine\r\nDTSTART:20260305T100000Z\r\nDTEND:20260305T110000Z\r\nSUMMARY:Mine\r\nEND:VEVENT\r\n",
    );
    await world.user.add(world.calendarId, text);
    expect((await world.user.item(world.calendarId, "mine"))?.title).toBe("Mine");
    expect(await world.pending("mine")).toMatchObject({ kind: "create", baseText: null });
    const note = await world.thunderbird.waitFor(
      async () => (await world.notes()).find((each) => each.item?.id === "mine"),
      "the hook",
    );
    expect(note.event).toBe("created");
    expect(note.item?.resource).toBe((await world.pending("mine"))?.name);
    expect(note.item?.item).toContain("SUMMARY:Mine");
    expect(note.item?.item).not.toContain("X-KEEPER");
  });

  test("an edit rewrites only what was edited", async () => {
    await world.user.change(world.calendarId, "bulk-1", { SUMMARY: "Renamed" });
    const change = await world.pending("bulk-1");
    expect(change?.kind).toBe("update");
    expect(change?.userText).toContain("SUMMARY:Renamed\r\n");
    expect(change?.userText).toContain("X-UNKNOWN;X-PARAM=1:kept by every edit\r\n");
    expect(change?.userText).toContain("X-SERVER-KEEPS:this\r\n");
    expect(change?.userText).toContain("DURATION:PT1H\r\n");
    expect(change?.userText).not.toContain("X-KEEPER");
    expect(change?.userText).not.toContain("X-MOZ-");
    const kept = await world.body("bulk-1.ics");
    expect(kept?.serverText).toBe(change?.baseText);
    expect(kept?.serverText).toContain("SUMMARY:Termin 1\r\n");
  });

  test("a dialog that was open during a sync reverts nothing", async () => {
    await world.user.open(world.calendarId, "bulk-2");
    const newer = resource(
      vevent(
        "bulk-2",
        "SUMMARY:Termin 2",
        "LOCATION:moved by somebody else",
        "DTSTART;TZID=Europe/Berlin:20260303T110000",
        "DURATION:PT1H",
      ),
    );
    await world.batch([put("bulk-2.ics", newer)]);
    await world.user.save(world.calendarId, "bulk-2", { SUMMARY: "Changed here" });
    const change = await world.pending("bulk-2");
    expect(change?.userText).toContain("SUMMARY:Changed here");
    expect(change?.userText).toContain("LOCATION:moved by somebody else");
    expect(change?.userText).toContain("DTSTART;TZID=Europe/Berlin:20260303T110000");
    expect(change?.baseText).toBe(newer);
  });

  test("a batch leaves what the user changed and says so", async () => {
    const newer = resource(
      vevent("bulk-1", "SUMMARY:Theirs", "DTSTART:20260302T080000Z", "DURATION:PT1H"),
    );
    const result = await world.batch([put("bulk-1.ics", newer)]);
    expect(result.pending).toEqual(["bulk-1.ics"]);
    expect((await world.user.item(world.calendarId, "bulk-1"))?.title).toBe("Renamed");
    expect((await world.pending("bulk-1"))?.serverText).toBe(newer);
  });

  test("undo and redo of a change, of a delete and of an addition", async () => {
    const before = (await world.body("bulk-3.ics"))?.serverText;
    await world.user.change(world.calendarId, "bulk-3", { SUMMARY: "Once" });
    await world.user.undo();
    expect((await world.user.item(world.calendarId, "bulk-3"))?.title).toBe("Termin 3");
    await world.user.undo("redo");
    expect((await world.user.item(world.calendarId, "bulk-3"))?.title).toBe("Once");
    await world.user.undo();

    await world.user.remove(world.calendarId, "bulk-4");
    expect(await world.user.item(world.calendarId, "bulk-4")).toBeNull();
    expect((await world.pending("bulk-4"))?.kind).toBe("delete");
    await world.user.undo();
    expect((await world.user.item(world.calendarId, "bulk-4"))?.title).toBe("Termin 4");
    expect((await world.pending("bulk-4"))?.kind ?? "update").not.toBe("delete");

    await world.user.add(
      world.calendarId,
      resource(
        "BEGIN:VEVENT\r\nUID:undone\r\nDTSTART:20260305T100000Z\r\nSUMMARY:Undone\r\nEND:VEVENT\r\n",
      ),
    );
    await world.user.undo();
    expect(await world.user.item(world.calendarId, "undone")).toBeNull();
    await world.user.undo("redo");
    expect((await world.user.item(world.calendarId, "undone"))?.title).toBe("Undone");
    expect((await world.body("bulk-3.ics"))?.serverText).toBe(before);
  });

  test("dragging an event keeps its length; dragging an occurrence leaves the series", async () => {
    await world.batch([
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
    await world.user.drag(world.calendarId, "bulk-5", 30);
    expect(await world.user.item(world.calendarId, "bulk-5")).toMatchObject({
      start: "20260306T133000",
      end: "20260306T143000",
    });
    await world.user.drag(world.calendarId, "series", 60, "20260309");
    const shown = await world.user.occurrences(world.calendarId, "20260301", "20260401");
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
    const text = (await world.pending("series"))?.userText ?? "";
    expect(text.match(/BEGIN:VEVENT/g)?.length).toBe(2);
    expect(text).toContain("RECURRENCE-ID;TZID=Europe/Berlin:20260309T140000");
    await world.user.undo();
    const back = await world.user.occurrences(world.calendarId, "20260309", "20260310");
    expect(back.find((item) => item.uid === "series")?.start).toBe("20260309T140000");
  });

  test("deleting one occurrence excludes it from the series", async () => {
    await world.inCalendar(
      `const master = await calendar.getItem("series");
         const [first, second] = master.recurrenceInfo.getOccurrences(cal.createDateTime("20260301T000000Z"), cal.createDateTime("20260401T000000Z"), 0);
         await Services.wm.getMostRecentWindow("mail:3pane").doTransaction("delete", second, calendar, null, null);`,
    );
    expect((await world.pending("series"))?.userText).toMatch(
      /EXDATE;TZID=Europe\/Berlin:20260309T140000/,
    );
    const left = await world.user.occurrences(world.calendarId, "20260301", "20260401");
    expect(left.filter((item) => item.uid === "series").length).toBe(4);
  });

  test("a dismissed alarm stays here and shows on the item", async () => {
    await world.batch([
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
    const acknowledged = await world.inCalendar<string>(
      `const old = await calendar.getItem("alarm");
         const item = old.clone();
         item.alarmLastAck = cal.createDateTime("20260310T095000Z");
         const stored = await calendar.modifyItem(item, old);
         return stored.alarmLastAck.icalString;`,
    );
    expect(acknowledged).toBe("20260310T095000Z");
    expect(await world.pending("alarm")).toBeUndefined();
    await world.user.change(world.calendarId, "alarm", { SUMMARY: "With alarm, renamed" });
    expect((await world.user.item(world.calendarId, "alarm"))?.ical).toContain(
      "X-MOZ-LASTACK:20260310T095000Z",
    );
    expect((await world.pending("alarm"))?.userText).not.toContain("X-MOZ-LASTACK");
  });

  test("a reminder fires; snoozed and dismissed, it leaves nothing to send", async () => {
    const start = new Date(Date.now() + 30 * 60_000 + 2000);
    const stamp = start.toISOString().replace(/[-:]|\.\d+/g, "");
    const alarm = [
      "BEGIN:VALARM",
      "ACTION:DISPLAY",
      "TRIGGER:-PT30M",
      "DESCRIPTION:x",
      "END:VALARM",
    ];
    const text = resource(
      vevent("ringing", "SUMMARY:Ringing", `DTSTART:${stamp}`, "DURATION:PT1H", ...alarm),
    );
    await world.batch([put("ringing.ics", text)]);
    const rang = await world.inCalendar<string>(
      `const service = Cc["@mozilla.org/calendar/alarm-service;1"].getService(Ci.calIAlarmService);
       const heard = () => new Promise((resolve) => {
         const observer = {
           QueryInterface: ChromeUtils.generateQI(["calIAlarmServiceObserver"]),
           onAlarm(item, alarm) {
             if (item.id !== "ringing") return;
             service.removeObserver(observer);
             resolve([item, alarm]);
           },
           onNotification() {}, onRemoveAlarmsByItem() {}, onRemoveAlarmsByCalendar() {}, onAlarmsLoaded() {},
         };
         service.addObserver(observer);
       });
       let [item, alarm] = await heard();
       const again = heard();
       await service.snoozeAlarm(item, alarm, cal.createDuration("PT1S"));
       [item, alarm] = await again;
       await service.dismissAlarm(item, alarm);
       return (await calendar.getItem("ringing")).alarmLastAck ? "acknowledged" : "forgotten";`,
    );
    expect(rang).toBe("acknowledged");
    expect(await world.pending("ringing")).toBeUndefined();
    expect((await world.body("ringing.ics"))?.serverText).toBe(text);
  });

  test("a task is completed", async () => {
    await world.inCalendar(
      `const old = await calendar.getItem("bulk-9");
       const item = old.clone();
       item.isCompleted = true;
       await Services.wm.getMostRecentWindow("mail:3pane").doTransaction("modify", item, calendar, old, null);`,
    );
    const text = (await world.pending("bulk-9"))?.userText;
    expect(text).toMatch(/^STATUS:COMPLETED\r$/m);
    expect(text).toMatch(/^COMPLETED:\d{8}T\d{6}Z\r$/m);
    const open = await world.inCalendar<string[]>(
      `const filter = calendar.ITEM_FILTER_TYPE_TODO | calendar.ITEM_FILTER_COMPLETED_NO;
       return (await calendar.getItemsAsArray(filter, 0, null, null)).map((item) => item.id);`,
    );
    expect(open).not.toContain("bulk-9");
    expect(open).toContain("bulk-19");
  });

  test("an import keeps UIDs and refuses one that is there", async () => {
    const outcome = await world.inCalendar<(string | number)[]>(
      `const { CalEvent } = ChromeUtils.importESModule("resource:///modules/CalEvent.sys.mjs");
         const outcome = [];
         for (const uid of ["imported", "bulk-6"]) {
           const item = new CalEvent("BEGIN:VCALENDAR\\r\\nVERSION:2.0\\r\\nBEGIN:VEVENT\\r\\nUID:" + uid + "\\r\\nDTSTART:20260311T100000Z\\r\\nSUMMARY:From a file\\r\\nEND:VEVENT\\r\\nEND:VCALENDAR\\r\\n");
           outcome.push(await calendar.addItem(item).then((stored) => stored.id, (error) => error.result === Ci.calIErrors.DUPLICATE_ID ? "duplicate" : String(error)));
         }
         return outcome;`,
    );
    expect(outcome).toEqual(["imported", "duplicate"]);
    expect((await world.user.item(world.calendarId, "bulk-6"))?.title).toBe("Termin 6");
  });

  test("an event made while the page sleeps wakes it", async () => {
    await world.thunderbird.suspendBackground();
    await world.user.add(
      world.calendarId,
      resource(
        "BEGIN:VEVENT\r\nUID:waking\r\nDTSTART:20260312T100000Z\r\nSUMMARY:Waking\r\nEND:VEVENT\r\n",
      ),
    );
    await world.thunderbird.waitFor(
      async () => (await world.notes()).find((each) => each.item?.id === "waking"),
      "the page to have been woken",
    );
  });

  test("local calendars are read as whole resources", async () => {
    const home = await world.user.home();
    await world.inCalendar(
      `cal.manager.getCalendarById("${home}").setProperty("disabled", false);`,
    );
    await world.user.add(
      home,
      resource(
        "BEGIN:VEVENT\r\nUID:local\r\nDTSTART;TZID=Europe/Berlin:20260302T100000\r\nRRULE:FREQ=DAILY;COUNT=3\r\nSUMMARY:Local\r\nEND:VEVENT\r\n",
      ),
    );
    await world.user.renameOccurrence(home, "local", "20260303", "Other title");
    const [item] = await world.api<{ item: string }[]>("items.query", {
      calendarId: home,
      returnFormat: "ical",
    });
    expect(item?.item.match(/BEGIN:VCALENDAR/g)?.length).toBe(1);
    expect(item?.item.match(/BEGIN:VEVENT/g)?.length).toBe(2);
    expect(item?.item).toContain("BEGIN:VTIMEZONE");
    expect(item?.item).toContain("SUMMARY:Other title");
    expect(await world.api("items.getIds", home)).toEqual(["local"]);
  });

  test("everything is there after a restart", async () => {
    const before = (await world.api<string[]>("items.getIds", world.calendarId)).length;
    await world.thunderbird.restart();
    await world.back();
    expect((await world.api<string[]>("items.getIds", world.calendarId)).length).toBe(before);
    expect((await world.user.item(world.calendarId, "bulk-2"))?.title).toBe("Changed here");
    expect((await world.user.item(world.calendarId, "alarm"))?.ical).toContain(
      "X-MOZ-LASTACK:20260310T095000Z",
    );
    expect((await world.pending("mine"))?.kind).toBe("create");
  });

  test("disabled, the calendar is shown as unavailable; enabled, it is back", async () => {
    await world.thunderbird.disable();
    expect(await world.inCalendar(`return calendar.getProperty("force-disabled");`)).toBe(true);
    await world.thunderbird.enable();
    await world.back();
    expect((await world.user.item(world.calendarId, "bulk-2"))?.title).toBe("Changed here");
  });

  test("an unsubscribed calendar is gone from the list", async () => {
    await world.api("calendars.remove", world.calendarId);
    expect(await world.api("calendars.get", world.calendarId)).toBeNull();
  });

  test("none of it left an error in the console", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
