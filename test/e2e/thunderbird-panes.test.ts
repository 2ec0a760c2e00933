/** Every place where Thunderbird shows or changes calendar items, working on a synchronized calendar. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleCalendar } from "../../scripts/sample-calendar.ts";
import { startWorld, type World } from "../support/keeper-world.ts";
import { profileDay } from "../support/profile-day.ts";
import { ThunderbirdPanes } from "../support/thunderbird-panes.ts";

const SAMPLE = sampleCalendar({ items: 120, seed: 23 });

const at = (url: string, name: string) => new URL(encodeURIComponent(name), url).href;

const component = (kind: "VEVENT" | "VTODO", uid: string, ...lines: string[]) =>
  [`BEGIN:${kind}`, `UID:${uid}`, "DTSTAMP:20260101T000000Z", ...lines, `END:${kind}`, ""].join(
    "\r\n",
  );

const asResource = (...components: string[]) =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n${components.join("")}END:VCALENDAR\r\n`;

const timed = (date: string, hour: string) => [
  `DTSTART;TZID=Europe/Berlin:${date}T${hour}0000`,
  `DTEND;TZID=Europe/Berlin:${date}T${hour}3000`,
];

/** A day with few other events, in the week of which views are opened. */
const DAY = "20260617";
const DAILY = `RRULE:FREQ=DAILY;COUNT=5`;

const EVENTS: Readonly<Record<string, string>> = {
  "needle.ics": component(
    "VEVENT",
    "needle",
    "SUMMARY:Zebra crossing",
    "LOCATION:Haystack Lane",
    ...timed(DAY, "09"),
  ),
  // Three days, so that midnight may pass while the test runs.
  "today.ics": component(
    "VEVENT",
    "today",
    "SUMMARY:Event of today",
    `DTSTART;VALUE=DATE:${profileDay(-1)}`,
    `DTEND;VALUE=DATE:${profileDay(2)}`,
  ),
  "series.ics": component(
    "VEVENT",
    "series",
    "SUMMARY:Daily stand-up",
    ...timed("20260615", "08"),
    DAILY,
  ),
  "dragged.ics": component(
    "VEVENT",
    "dragged",
    "SUMMARY:To be dragged",
    "X-KEPT:yes",
    ...timed(DAY, "13"),
  ),
  "tab-task.ics": component(
    "VTODO",
    "tab-task",
    "SUMMARY:Task of the tab",
    "X-KEPT:yes",
    `DUE;VALUE=DATE:${profileDay(1)}`,
  ),
  "pane-task.ics": component(
    "VTODO",
    "pane-task",
    "SUMMARY:Task of the pane",
    `DUE;VALUE=DATE:${profileDay(1)}`,
  ),
  "moving.ics": component(
    "VEVENT",
    "moving",
    "SUMMARY:Moves house",
    "X-KEPT;X-P=1:yes",
    ...timed(DAY, "16"),
  ),
};

describe("Thunderbird's panes", () => {
  let world: World;
  let panes: ThunderbirdPanes;
  let calendarId: string;
  let url: string;
  let home: string;
  /** What GET answered before Thunderbird saw the calendar. */
  const before = new Map<string, string | null>();

  const waitFor = (what: string, condition: () => Promise<boolean>) =>
    world.thunderbird.waitFor(condition, what);
  const serverText = (name: string) => world.server.get(at(url, name));
  const serverHas = (name: string, part: string | RegExp) =>
    waitFor(`${name} on the server to hold ${part}`, async () => {
      const text = (await serverText(name)) ?? "";
      return typeof part === "string" ? text.includes(part) : part.test(text);
    });
  /** The resources on the server that hold a text. */
  async function namesWith(part: string): Promise<string[]> {
    const known = new Set(SAMPLE.map(({ name }) => name));
    const found: string[] = [];
    for (const name of await world.server.list(url)) {
      if (!known.has(name) && (await serverText(name))?.includes(part)) found.push(name);
    }
    return found;
  }

  beforeAll(async () => {
    const known = Object.entries(EVENTS).map(([name, text]) => ({ name, text: asResource(text) }));
    world = await startWorld({ calendars: { work: [...SAMPLE, ...known] } });
    panes = new ThunderbirdPanes(world.thunderbird);
    ({ id: calendarId, url } = world.calendars.work as { id: string; url: string });
    for (const name of await world.server.list(url)) before.set(name, await serverText(name));
    await world.run("sync.run", { calendarId });
    home = await world.user.home();
  });
  afterAll(() => world.stop());

  test("the list of events shows what the view shows, and finds by title and location", async () => {
    await world.user.view("month", DAY);
    await panes.findEvents("");
    const june = await world.user.occurrences(calendarId, "20260601", "20260701");
    const events = june.filter(({ ical }) => /BEGIN:VEVENT/.test(ical));
    expect(events.length).toBeGreaterThan(20);
    await waitFor("all events of June in the list", async () => {
      const listed = new Set(await panes.foundEvents());
      return events.every(({ title }) => listed.has(title));
    });
    for (const words of ["zebra", "haystack"]) {
      await panes.findEvents(words);
      await waitFor(`only the event with “${words}”`, async () => {
        const found = await panes.foundEvents();
        return found.length === 1 && found[0] === "Zebra crossing";
      });
    }
    await panes.findEvents("");
  });

  test("the list of events follows what comes from the server", async () => {
    await world.server.put(
      at(url, "fresh.ics"),
      asResource(component("VEVENT", "fresh", "SUMMARY:Freshly made", ...timed(DAY, "11"))),
    );
    await world.run("sync.run", { calendarId });
    await waitFor("the new event in the list", async () =>
      (await panes.foundEvents()).includes("Freshly made"),
    );
    await world.server.delete(at(url, "fresh.ics"));
    await world.run("sync.run", { calendarId });
    await waitFor(
      "the event to leave the list",
      async () => !(await panes.foundEvents()).includes("Freshly made"),
    );
  });

  test.each(["day", "week", "multiweek", "month"] as const)(
    "the %s view draws boxes",
    async (view) => {
      await world.user.view(view, DAY);
      await waitFor("the events of the day", async () => {
        const boxes = await world.user.boxes();
        return boxes.includes("Zebra crossing") && boxes.includes("Daily stand-up");
      });
      const standUps = (await world.user.boxes()).filter((title) => title === "Daily stand-up");
      expect(standUps).toHaveLength(view === "day" ? 1 : 5);
    },
  );

  test("the boxes of a series change by themselves when it was edited on the server", async () => {
    await world.user.view("week", DAY);
    await world.server.put(
      at(url, "series.ics"),
      asResource(
        component(
          "VEVENT",
          "series",
          "SUMMARY:Renamed series",
          ...timed("20260615", "08"),
          "RRULE:FREQ=DAILY;COUNT=4",
        ),
        component(
          "VEVENT",
          "series",
          `RECURRENCE-ID;TZID=Europe/Berlin:20260616T080000`,
          "SUMMARY:Renamed once",
          ...timed("20260616", "10"),
        ),
      ),
    );
    await world.run("sync.run", { calendarId });
    await waitFor("the boxes of the changed series", async () => {
      const boxes = await world.user.boxes();
      const count = (title: string) => boxes.filter((each) => each === title).length;
      return (
        count("Daily stand-up") === 0 &&
        count("Renamed series") === 3 &&
        count("Renamed once") === 1
      );
    });
  });

  test("an event dropped elsewhere in the week view is moved on the server, with all it had", async () => {
    await world.user.view("week", DAY);
    await waitFor("the box", async () => (await world.user.boxes()).includes("To be dragged"));
    await panes.dropLater("To be dragged", 45);
    await serverHas("dragged.ics", `DTSTART;TZID=Europe/Berlin:${DAY}T134500`);
    await serverHas("dragged.ics", `DTEND;TZID=Europe/Berlin:${DAY}T141500`);
    expect(await serverText("dragged.ics")).toContain("X-KEPT:yes");
    await waitFor("one box", async () => {
      const boxes = (await world.user.boxes()).filter((title) => title === "To be dragged");
      return boxes.length === 1;
    });
  });

  test("a copy is pasted as an event of its own", async () => {
    await panes.copyAndPaste("Zebra crossing", calendarId, "20260618");
    await waitFor(
      "the copy on the server",
      async () => (await namesWith("SUMMARY:Zebra crossing")).length === 2,
    );
    const shown = await world.user.occurrences(calendarId, "20260615", "20260622");
    const copies = shown.filter(({ title }) => title === "Zebra crossing");
    expect(new Set(copies.map(({ uid }) => uid)).size).toBe(2);
    expect(new Set(copies.map(({ start }) => start))).toEqual(
      new Set(["20260617T090000", "20260618T090000"]),
    );
    expect(await serverText("needle.ics")).toBe(before.get("needle.ics"));
  });

  test("the today pane shows the events of today", async () => {
    await panes.showTodayPane();
    await waitFor("the event of today", async () =>
      (await panes.agenda()).includes("Event of today"),
    );
    await world.server.put(
      at(url, "today.ics"),
      asResource((EVENTS["today.ics"] as string).replace("Event of today", "Another today")),
    );
    await world.run("sync.run", { calendarId });
    await waitFor("the new title", async () => {
      const titles = await panes.agenda();
      return titles.includes("Another today") && !titles.includes("Event of today");
    });
  });

  test("a task ticked off in the today pane is completed on the server", async () => {
    await waitFor("the task", async () =>
      (await panes.tasks("today")).includes("Task of the pane"),
    );
    await panes.tickTask("today", "Task of the pane");
    await serverHas("pane-task.ics", /STATUS:COMPLETED\r?\n/);
    expect(await serverText("pane-task.ics")).toMatch(/^COMPLETED:\d{8}T\d{6}Z\r?$/m);
  });

  test("the task tab lists the tasks; one ticked off is completed on the server, and open again", async () => {
    await panes.showTasks();
    const tasks = (await world.user.items(calendarId)).filter(({ ical }) =>
      /BEGIN:VTODO/.test(ical),
    );
    expect(tasks.length).toBeGreaterThan(3);
    await waitFor("all tasks", async () => {
      const listed = new Set(await panes.tasks("tab"));
      return tasks.every(({ title }) => listed.has(title));
    });
    await panes.tickTask("tab", "Task of the tab");
    await serverHas("tab-task.ics", /STATUS:COMPLETED\r?\n/);
    await panes.tickTask("tab", "Task of the tab");
    await waitFor(
      "the task to be open on the server",
      async () => !/COMPLETED/.test((await serverText("tab-task.ics")) ?? ""),
    );
    expect(await serverText("tab-task.ics")).toContain("X-KEPT:yes");
  });

  test("a file imported by Thunderbird's import window reaches the server with its UIDs", async () => {
    const file = path.join(world.folder, "import.ics");
    const imported = Array.from({ length: 12 }, (_, index) =>
      component(
        "VEVENT",
        `imported-${index}@file`,
        `SUMMARY:From a file ${index}`,
        `X-FILE:${index}`,
        ...timed("20260701", "09"),
      ),
    );
    const series = component(
      "VEVENT",
      "imported-series@file",
      "SUMMARY:Series of a file",
      ...timed("20260701", "12"),
      DAILY,
    );
    const task = component("VTODO", "imported-task@file", "SUMMARY:Task of a file");
    await writeFile(file, asResource(...imported, series, task));
    await panes.importFile(file, calendarId);
    await waitFor(
      "all of the file on the server",
      async () => (await namesWith("@file")).length === 14,
    );
    const [name] = (await namesWith("UID:imported-7@file")) as [string];
    expect(await serverText(name)).toContain("X-FILE:7");
    const shown = await world.user.occurrences(calendarId, "20260701", "20260710");
    expect(shown.filter(({ title }) => title === "Series of a file")).toHaveLength(5);
  });

  test("an event moved to a local calendar leaves the server, and comes back with all it had", async () => {
    await panes.moveTo(calendarId, "moving", home);
    await waitFor(
      "the event to leave the server",
      async () => (await serverText("moving.ics")) === null,
    );
    expect((await world.user.item(home, "moving"))?.title).toBe("Moves house");
    expect(await world.user.item(calendarId, "moving")).toBeNull();
    await panes.moveTo(home, "moving", calendarId);
    await waitFor(
      "the event on the server again",
      async () => (await namesWith("UID:moving")).length === 1,
    );
    const [name] = (await namesWith("UID:moving")) as [string];
    const text = (await serverText(name)) as string;
    for (const line of ["SUMMARY:Moves house", `DTSTART;TZID=Europe/Berlin:${DAY}T160000`]) {
      expect(text).toContain(line);
    }
    expect(text).toMatch(/X-KEPT;X-P="?1"?:yes/);
    expect(text.match(/BEGIN:VEVENT/g)).toHaveLength(1);
    expect(await world.user.item(home, "moving")).toBeNull();
  });

  test("a local event moved to the calendar and back is on one side only, each time", async () => {
    await world.user.add(
      home,
      component("VEVENT", "from-home", "SUMMARY:From home", "LOCATION:Attic", ...timed(DAY, "18")),
    );
    await panes.moveTo(home, "from-home", calendarId);
    await waitFor(
      "the event on the server",
      async () => (await namesWith("UID:from-home")).length === 1,
    );
    const [name] = (await namesWith("UID:from-home")) as [string];
    expect(await serverText(name)).toContain("LOCATION:Attic");
    expect(await world.user.item(home, "from-home")).toBeNull();
    await panes.moveTo(calendarId, "from-home", home);
    await waitFor(
      "the event to leave the server",
      async () => (await namesWith("UID:from-home")).length === 0,
    );
    expect((await world.user.item(home, "from-home"))?.ical).toContain("LOCATION:Attic");
    await world.user.undo();
    await waitFor(
      "the event on the server after undo",
      async () => (await namesWith("UID:from-home")).length === 1,
    );
    expect(await world.user.item(home, "from-home")).toBeNull();
  });

  test("a reminder fires; dismissed, the server gets a note of it and nothing else", async () => {
    await panes.watchReminders();
    const start = new Date(Date.now() + 30 * 60_000 + 2000);
    const text = asResource(
      component(
        "VEVENT",
        "ringing",
        "SUMMARY:Ringing",
        `DTSTART:${start.toISOString().replace(/[-:]|\.\d+/g, "")}`,
        "DURATION:PT1H",
        "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT30M\r\nDESCRIPTION:x\r\nEND:VALARM",
      ),
    );
    await world.server.put(at(url, "ringing.ics"), text);
    await world.run("sync.run", { calendarId });
    await waitFor("the reminder", async () => (await panes.firedReminders()).includes("Ringing"));
    const before = await serverText("ringing.ics");
    await panes.dismissReminder("Ringing");
    await waitFor("the reminder to be dismissed", async () =>
      Boolean((await world.user.item(calendarId, "ringing"))?.ical.includes("X-MOZ-LASTACK")),
    );
    await serverHas("ringing.ics", "X-MOZ-LASTACK:");
    const noted = (await serverText("ringing.ics")) ?? "";
    expect(noted.replace(/X-MOZ-LASTACK:.*\r?\n/, "")).toBe(before);
    await world.run("sync.run", { calendarId });
    const [account] = await world.run("accounts.list", {});
    expect(account?.calendars[0]?.pendingChanges).toBe(0);
  });

  test("what none of it touched is the same bytes on the server", async () => {
    for (const { name } of SAMPLE) expect(await serverText(name), name).toBe(before.get(name));
  });

  test("Thunderbird's console has no error of ours", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
