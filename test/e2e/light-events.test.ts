/**
 * Items that are shown from their row's columns and parsed only when somebody asks for more: what views see of
 * them is what a full item would say, in the real Thunderbird.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleCalendar } from "../../scripts/sample-calendar.ts";
import { findThunderbirds } from "../support/thunderbird.ts";
import { CalendarWorld, put, resource, vevent } from "./calendar-fixture.ts";

const some = (...lines: string[]) => fc.option(fc.constantFrom(...lines), { nil: null });
const DATES = [
  ":20260302T100000Z",
  ";VALUE=DATE:20260302",
  ":20260302T100000",
  ";TZID=Europe/Berlin:20260302T100000",
];
/** Properties of an alarm have the names of an item's. */
const ALARMS = [
  "DESCRIPTION:x",
  "DESCRIPTION:x\r\nREPEAT:2\r\nDURATION:PT7M",
  "UID:ring\r\nSUMMARY:y\r\nDESCRIPTION:x\r\nATTENDEE:mailto:a@example.org\r\nPRIORITY:1\r\nRELATED-TO:z",
  "DESCRIPTION:x\r\nURL:https://a.example\r\nLOCATION:z\r\nSTATUS:CANCELLED\r\nCATEGORIES:z\r\nDUE:20270101T000000Z",
].map((lines) => `BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\n${lines}\r\nEND:VALARM`);
/** Lines of an event or a task with properties in forms that are seldom seen, each of them or none. */
const ODD_ITEM = fc
  .record({
    kind: fc.constantFrom("VEVENT", "VEVENT", "VTODO"),
    date: fc.constantFrom(...DATES),
    rule: some(
      "FREQ=DAILY;COUNT=5",
      "FREQ=WEEKLY;BYDAY=MO,-1TU;INTERVAL=2",
      "FREQ=MONTHLY;BYSETPOS=1;BYDAY=MO",
      "freq=daily",
    ),
    more: fc.tuple(
      some(
        "SUMMARY:a\\, b\\; c",
        "SUMMARY;LANGUAGE=de: x ",
        "summary:small",
        "SUMM\r\n ARY:folded",
      ),
      some("LOCATION:Room\\n2", 'LOCATION;ALTREP="cid:x":Hall'),
      some("STATUS:CONFIRMED", "STATUS:needs-action", "STATUS;X-A=1:CANCELLED", "STATUS:COMPLETED"),
      some("CLASS:PRIVATE", "CLASS: PUBLIC"),
      some(
        "CATEGORIES:a,b",
        "CATEGORIES:a\\,b",
        "CATEGORIES: a ,b",
        "CATEGORIES:a\r\nCATEGORIES:b",
      ),
      some("PRIORITY:5", "PRIORITY:05", "PRIORITY;X-A=1:3", "PRIORITY:high"),
      some("PERCENT-COMPLETE:0", "PERCENT-COMPLETE:100", "PERCENT-COMPLETE:007"),
      some("COMPLETED:20260303T100000Z", "COMPLETED;X-A=1:20260303T100000Z"),
      some("DURATION:PT1H", "DURATION:PT90M", "DURATION:P1D", "DURATION:PT1H30M", "DURATION:-PT5M"),
      some(...ALARMS),
    ),
  })
  .map(({ kind, date, rule, more }) => [
    `BEGIN:${kind}`,
    "UID:%UID%",
    "DTSTAMP:20260101T000000Z",
    `DTSTART${date}`,
    ...(rule === null ? [] : [`RRULE:${rule}`]),
    ...more.filter((line) => line !== null),
    `END:${kind}`,
  ]);

/** Answers of one item, as a view asks for them. */
const ANSWERS = `const answers = (item) => JSON.stringify([
  item.id, item.hashId, item.title, item.status, item.privacy, item.priority, item.isMutable,
  ...["startDate", "endDate", "entryDate", "dueDate"].map((name) => item[name] &&
    [item[name].icalString, item[name].timezone.tzid, item[name].nativeTime, item[name].isDate]),
  item.getCategories(), item.getProperty("LOCATION"), item.getProperty("DESCRIPTION"), item.getProperty("URL"),
  item.getAlarms().length, item.getAttendees().length, item.organizer?.id, item.getAttachments().length,
  item.isCompleted, item.percentComplete, item.completedDate?.icalString, item.getProperty("PERCENT-COMPLETE"), item.getProperty("DURATION"), item.duration?.icalString,
  item.recurrenceId, item.parentItem === item, item.calendar.id,
  item.getProperty("X-KEEPER-REVISION") !== null,
]);`;
/** A series' instances, overrides among them, and whether they belong to the item that was asked. */
const INSTANCES = `const instances = (item) => {
  const start = item.startDate ?? item.entryDate;
  if (!item.recurrenceInfo || !start) return item.recurrenceInfo === null;
  const end = start.clone();
  end.nativeTime += 60 * 86400 * 1000000;
  return [item.recurrenceInfo.item.wrappedJSObject === item.wrappedJSObject,
    ...item.recurrenceInfo.getOccurrences(start, end, 0).map((each) => [each.hashId, each.title,
      (each.startDate ?? each.entryDate).icalString, each.recurrenceId.icalString,
      each.parentItem.wrappedJSObject === item.wrappedJSObject])];
};`;
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
      ...ALARMS.flatMap((alarm, index) => {
        const day = vevent(`odd-${2 * index + 6}`, "DTSTART;VALUE=DATE:20260302", alarm);
        const task = vevent(`odd-${2 * index + 7}`, "DTSTART:20260302T100000Z", alarm);
        return [day, task.replaceAll("VEVENT", "VTODO")];
      }),
    ];
    const drawn = fc.sample(ODD_ITEM, { numRuns: 150, seed: fc.readConfigureGlobal()?.seed ?? 1 });
    const operations = [
      ...drawn.map((lines, index) =>
        put(
          `drawn-${index}.ics`,
          resource(`${lines.join("\r\n").replaceAll("%UID%", `drawn-${index}`)}\r\n`),
        ),
      ),
      ...sampleCalendar({ items: 400, seed: 11 }).map(({ name, text }) => put(name, text)),
      ...odd.map((text, index) => put(`odd-${index + 1}.ics`, resource(text))),
    ];
    await world.batch(operations);
  });

  afterAll(() => world.end());

  test("single events, series and tasks are not parsed for being listed", async () => {
    const counted = await world.inCalendar<{ light: number; all: number }>(
      `${ALL} ${isLight}
       for (const item of items) {
         void [item.title, item.hashId, item.startDate, item.endDate, item.getCategories()];
         void [item.entryDate, item.dueDate, item.isCompleted];
       }
       const plain = items.filter((item) => !item.id.startsWith("drawn-"));
       return { light: plain.filter(isLight).length, all: plain.length };`,
    );
    expect(counted.all).toBe(413);
    expect(counted.light).toBeGreaterThan(380);
  });

  test("every item says the same as the one that Thunderbird parses from its text", async () => {
    const texts = JSON.parse(
      await world.api<string>("provider.getResources", world.cacheId, { limit: 1000 }),
    ) as { uid: string; serverText: string }[];
    const differing = await world.inCalendar<string[]>(
      `const [, texts] = arguments;
       const { CalIcsParser } = ChromeUtils.importESModule("resource:///modules/CalIcsParser.sys.mjs");
       ${ANSWERS} ${INSTANCES} ${ALL}
       const comparable = (text) => text.replace(/X-KEEPER-REVISION[^\\r]*\\r\\n/g, "");
       const wrong = [];
       for (const { uid, serverText } of texts) {
         const shown = items.find((item) => item.id === uid);
         const parser = new CalIcsParser();
         parser.parseString(serverText.replace(/BEGIN:(?:VEVENT|VTODO)\\r\\n/, "$&X-KEEPER-REVISION:1\\r\\n"));
         const full = parser.getItems().find((item) => item.id === uid);
         // What Thunderbird cannot parse it does not show; ours may stand there with what its columns tell.
         if (!full) continue;
         if (!shown) {
           wrong.push("missing: " + uid);
           continue;
         }
         full.calendar = calendar;
         full.makeImmutable();
         const zone = (text) => text.replace(/"[^"]*Office Time"/g, '"Office Time"');
         if (zone(answers(shown)) !== zone(answers(full))) wrong.push(uid + " " + answers(shown) + " " + answers(full));
         const [here, there] = [shown, full].map((item) => zone(JSON.stringify(instances(item))));
         if (here !== there) wrong.push(uid + " " + here + " " + there);
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
