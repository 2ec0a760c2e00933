/**
 * Events that are shown from their row's columns and parsed only when somebody asks for more: what views see of
 * them is what a full event would say, in the real Thunderbird.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleCalendar } from "../../scripts/sample-calendar.ts";
import { findThunderbirds } from "../support/thunderbird.ts";
import { CalendarWorld, put, resource, vevent } from "./calendar-fixture.ts";

/** Answers of one item, as a view asks for them. */
const ANSWERS = `const answers = (item) => JSON.stringify([
  item.id, item.hashId, item.title, item.status, item.privacy, item.priority, item.isMutable,
  ...["startDate", "endDate", "entryDate", "dueDate"].map((name) => item[name] &&
    [item[name].icalString, item[name].timezone.tzid, item[name].nativeTime, item[name].isDate]),
  item.getCategories(), item.getProperty("LOCATION"), item.getProperty("DESCRIPTION"), item.getProperty("URL"),
  item.getAlarms().length, item.getAttendees().length, item.organizer?.id, item.getAttachments().length,
  item.recurrenceInfo !== null, item.recurrenceId, item.parentItem === item, item.calendar.id,
  item.getProperty("X-KEEPER-REVISION") !== null,
]);`;
const ALL = `const items = await calendar.getItemsAsArray(Ci.calICalendar.ITEM_FILTER_ALL_ITEMS, 0, null, null);`;
const isLight = `const isLight = (item) => !Object.hasOwn(item.wrappedJSObject ?? item, "mProperties");`;

describe.each(await findThunderbirds())("Thunderbird $version", ({ binary }) => {
  let world: CalendarWorld;

  beforeAll(async () => {
    world = await CalendarWorld.start(binary);
    const odd = [
      vevent(
        "odd-1",
        "SUMMARY:",
        "DTSTART:20260302T100000Z",
        "LOCATION;LANGUAGE=de:Büro\\; hinten",
      ),
      vevent(
        "odd-2",
        "SUMMARY:a\\\\nb\\nc ",
        "DTSTART;VALUE=DATE:20260302",
        "CATEGORIES:a\\,b,c",
        "CATEGORIES:d",
      ),
      vevent(
        "odd-3",
        "summary:small",
        "dtstart:20260302T100000",
        "DURATION:PT90M",
        "status:Tentative",
      ),
      vevent(
        "odd-4",
        "DTSTART:20260302T100000Z",
        "DTEND:20260302T090000Z",
        "CLASS:X-OWN",
        "PRIORITY:0",
      ),
      vevent(
        "odd-5",
        'DTSTART;TZID="Europe/Berlin":20260329T023000',
        "CATEGORIES: a , b",
        "SUMMARY: x",
      ),
    ];
    const operations = [
      ...sampleCalendar({ items: 400, seed: 11 }).map(({ name, text }) => put(name, text)),
      ...odd.map((text, index) => put(`odd-${index + 1}.ics`, resource(text))),
    ];
    await world.batch(operations);
  });

  afterAll(() => world.end());

  test("plain events are not parsed for being listed", async () => {
    const counted = await world.inCalendar<{ light: number; all: number }>(
      `${ALL} ${isLight}
       for (const item of items) void [item.title, item.hashId, item.startDate, item.endDate, item.getCategories()];
       return { light: items.filter(isLight).length, all: items.length };`,
    );
    expect(counted.all).toBe(405);
    expect(counted.light).toBeGreaterThan(150);
  });

  test("every item says the same as the one that Thunderbird parses from its text", async () => {
    const texts = JSON.parse(
      await world.api<string>("provider.getResources", world.cacheId, { limit: 1000 }),
    ) as { uid: string; serverText: string }[];
    const differing = await world.inCalendar<string[]>(
      `const [, texts] = arguments;
       const { CalIcsParser } = ChromeUtils.importESModule("resource:///modules/CalIcsParser.sys.mjs");
       ${ANSWERS} ${ALL} ${isLight}
       const comparable = (text) => text.replace(/X-KEEPER-REVISION[^\\r]*\\r\\n/g, "");
       const wrong = [];
       for (const { uid, serverText } of texts) {
         const shown = items.find((item) => item.id === uid);
         if (!shown || shown.recurrenceInfo) continue;
         const parser = new CalIcsParser();
         parser.parseString(serverText.replace(/BEGIN:(?:VEVENT|VTODO)\\r\\n/, "$&X-KEEPER-REVISION:1\\r\\n"));
         const [full] = parser.getItems();
         full.calendar = calendar;
         full.makeImmutable();
         const zone = (text) => text.replace(/"[^"]*Office Time"/g, '"Office Time"');
         if (zone(answers(shown)) !== zone(answers(full))) wrong.push(uid + " " + answers(shown) + " " + answers(full));
         const lines = (item) => comparable(item.icalComponent.serializeToICS()).split("\\r\\n").sort().join("\\n");
         if (lines(shown) !== lines(full)) wrong.push(uid + "\\n" + lines(shown) + "\\n--\\n" + lines(full));
       }
       return wrong;`,
      texts,
    );
    expect(differing).toEqual([]);
  });

  test("a light event can be changed, and only what was changed differs in its text", async () => {
    const before = (await world.body("odd-1.ics"))?.serverText ?? "";
    await world.inCalendar(
      `const old = await calendar.getItem("odd-1");
       const item = old.clone();
       item.title = "Named";
       await calendar.modifyItem(item, old);`,
    );
    const after = (await world.body("odd-1.ics"))?.userText ?? "";
    expect(after).toContain("SUMMARY:Named\r\n");
    expect(after).toContain("LOCATION;LANGUAGE=de:Büro\\; hinten\r\n");
    const kept = before.split("\r\n").filter((line) => !/^SUMMARY|^DTSTAMP|^LAST-MOD/.test(line));
    for (const line of kept) expect(after.split("\r\n")).toContain(line);
  });

  test("none of it left an error in the console", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
