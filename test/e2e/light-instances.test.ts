/**
 * Instances of series that are computed without Thunderbird's recurrence engine: the very ones that the engine gives of the
 * same texts, for drawn rules, exceptions, overrides and zones, in ranges of several zones, in the real Thunderbird.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleCalendar } from "../../scripts/sample-calendar.ts";
import { findThunderbirds } from "../support/thunderbird.ts";
import { CalendarWorld, put, resource } from "./calendar-fixture.ts";

const DAY = 86_400_000;
const ZONES = ["America/New_York", "Asia/Tokyo", "Europe/Berlin", "Pacific/Auckland"];
const OWN_ZONE = [
  ...["BEGIN:VTIMEZONE", "TZID:Own Time", "BEGIN:STANDARD", "DTSTART:19701025T030000"],
  ...["RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", "TZOFFSETFROM:+0330", "TZOFFSETTO:+0230"],
  ...["END:STANDARD", "BEGIN:DAYLIGHT", "DTSTART:19700329T020000"],
  ...["RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "TZOFFSETFROM:+0230", "TZOFFSETTO:+0330"],
  ...["END:DAYLIGHT", "END:VTIMEZONE", ""],
].join("\r\n");

type Form = "date" | "utc" | "floating" | string;

/** `;TZID=…:20260301T090000` */
function written(form: Form, time: number): string {
  const text = new Date(time).toISOString().replace(/[-:]|\.\d+/g, "");
  if (form === "date") return `;VALUE=DATE:${text.slice(0, 8)}`;
  if (form === "utc") return `:${text}`;
  return form === "floating" ? `:${text.slice(0, -1)}` : `;TZID=${form}:${text.slice(0, -1)}`;
}

const RULE = fc.oneof(
  fc.constantFrom("FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY"),
  fc.constantFrom("FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;INTERVAL=2", "FREQ=MONTHLY;INTERVAL=5"),
  fc
    .tuple(
      fc.subarray(["MO", "TU", "WE", "TH", "FR", "SA", "SU"], { minLength: 1 }),
      fc.constantFrom(1, 1, 2, 3),
      fc.constantFrom("", ";WKST=SU", ";WKST=MO", ";WKST=TH"),
    )
    .map(([days, interval, start]) => `FREQ=WEEKLY;BYDAY=${days};INTERVAL=${interval}${start}`),
  fc.constantFrom("FREQ=MONTHLY;BYDAY=2TU", "FREQ=MONTHLY;BYMONTHDAY=15", "FREQ=DAILY;BYDAY=MO"),
  fc.constantFrom("FREQ=YEARLY;BYMONTH=3", "FREQ=WEEKLY;BYDAY=MO;BYMONTH=3"),
);

const SERIES = fc
  .record({
    form: fc.constantFrom<Form>("date", "utc", "floating", "Own Time", ...ZONES),
    day: fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: -500, max: 60 }) },
      { weight: 1, arbitrary: fc.integer({ min: -12_000, max: -500 }) },
    ),
    minutes: fc.constantFrom(0, 0, 90, 150, 540, 1425),
    length: fc.constantFrom(null, 0, 30, 90, 1440, 4 * 1440, 10_000),
    lengthAs: fc.constantFrom("end", "end", "end", "end elsewhere", "duration"),
    rule: RULE,
    end: fc.oneof(
      fc.constant(null),
      fc.integer({ min: 1, max: 400 }).map((count) => ({ count })),
      fc.record({
        until: fc.integer({ min: 0, max: 700 }),
        later: fc.constantFrom(0, 0, 0, -45, 45),
      }),
    ),
    exceptions: fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 3 }),
    overrides: fc.array(
      fc.record({ at: fc.integer({ min: 0, max: 60 }), moved: fc.constantFrom(0, 60, 2880, -200) }),
      { maxLength: 2 },
    ),
  })
  .map(({ form, day, minutes, length, lengthAs, rule, end, exceptions, overrides }) => {
    const timed = form !== "date";
    const start = Date.UTC(2026, 2, 20) + day * DAY + (timed ? minutes * 60_000 : 0);
    const lasts = length === null ? null : timed ? length * 60_000 : Math.ceil(length / 1440) * DAY;
    const isElsewhere = lengthAs === "end elsewhere" && timed && form !== "floating";
    const endLine = (end: number, lasts: number) =>
      lengthAs === "duration"
        ? `DURATION:${timed ? `PT${lasts / 60_000}M` : `P${lasts / DAY}D`}`
        : // Of another hour there, and after the start in any case.
          `DTEND${isElsewhere ? written("Asia/Tokyo", end + DAY) : written(form, end)}`;
    const event = (from: number, ...lines: string[]) => [
      ...["BEGIN:VEVENT", "UID:%UID%", "DTSTAMP:20260101T000000Z", ...lines],
      `DTSTART${written(form, from)}`,
      ...(lasts === null ? [] : [endLine(from + lasts, lasts)]),
      "END:VEVENT",
    ];
    const instants = form === "floating" ? "floating" : timed ? "utc" : "date";
    const until =
      end !== null && "until" in end
        ? start + end.until * DAY + (timed ? end.later * 60_000 : 0)
        : null;
    const bound =
      until === null
        ? end !== null && "count" in end
          ? `;COUNT=${end.count}`
          : ""
        : `;UNTIL=${written(instants, until).replace(/.*:/, "")}`;
    // Most rules step by whole weeks from DTSTART, so that many of these are instances.
    const lines = [
      ...event(
        start,
        "SUMMARY:Series",
        "LOCATION:Here",
        `RRULE:${rule}${bound}`,
        ...exceptions.map((week) => `EXDATE${written(form, start + week * 7 * DAY)}`),
      ),
      ...[...new Map(overrides.map((each) => [each.at, each])).values()].flatMap(
        ({ at, moved }) => {
          const id = start + at * 7 * DAY;
          const to = id + (timed ? moved * 60_000 : Math.round(moved / 1440) * DAY);
          return event(to, "SUMMARY:Moved", `RECURRENCE-ID${written(form, id)}`);
        },
      ),
    ];
    return { form, text: `${lines.join("\r\n")}\r\n` };
  });

describe.each(await findThunderbirds())("Thunderbird $version", ({ binary }) => {
  let world: CalendarWorld;
  const draws = Number(process.env.KEEPER_RUNS ?? 0) || 160;

  beforeAll(async () => {
    world = await CalendarWorld.start(binary);
    const seed = fc.readConfigureGlobal()?.seed ?? 1;
    await world.batch([
      ...fc.sample(SERIES, { numRuns: draws, seed }).map(({ form, text }, index) => {
        const event = text.replaceAll("%UID%", `drawn-${index}`);
        return put(`drawn-${index}.ics`, resource(form === "Own Time" ? OWN_ZONE + event : event));
      }),
      ...sampleCalendar({ items: 150, seed: 5 }).map(({ name, text }) => put(name, text)),
    ]);
  });

  afterAll(() => world.end());

  test("they are those of Thunderbird's engine, whatever the range", async () => {
    const texts = JSON.parse(
      await world.api<string>("provider.getResources", world.cacheId, { limit: 5000 }),
    ) as { uid: string; serverText: string }[];
    const found = await world.inCalendar<{ wrong: string[]; compared: number; unparsed: number }>(
      `const [, texts, zones] = arguments;
       const { CalIcsParser } = ChromeUtils.importESModule("resource:///modules/CalIcsParser.sys.mjs");
       const masters = new Map();
       for (const { uid, serverText } of texts) {
         const parser = new CalIcsParser();
         parser.parseString(serverText.replace(/BEGIN:(?:VEVENT|VTODO)\\r\\n/, "$&X-KEEPER-REVISION:1\\r\\n"));
         const full = parser.getItems().find((item) => item.id === uid);
         if (!full?.recurrenceInfo || !full.isEvent()) continue;
         full.calendar = calendar;
         for (const id of full.recurrenceInfo.getExceptionIds()) {
           const override = full.recurrenceInfo.getExceptionFor(id);
           if (override.isMutable) override.calendar = calendar;
         }
         full.makeImmutable();
         masters.set(uid, full);
       }
       const date = (value) => value && [value.icalString, value.timezone.tzid, value.isDate, value.nativeTime];
       const answers = (item) => JSON.stringify([
         item.hashId, item.title, item.isMutable, item.parentItem !== item, item.parentItem.id, item.calendar.id,
         date(item.startDate), date(item.endDate), date(item.recurrenceId), item.duration.icalString,
         item.recurrenceStartDate.icalString, item.getProperty("LOCATION"), item.getProperty("DURATION"),
         item.getPropertyParameter("DTSTART", "TZID"), item.getPropertyParameter("X-NONE", "TZID"),
         item.getAlarms().length, item.getAttendees().length, item.getCategories(), item.recurrenceInfo === null,
         Boolean(item.getProperty("CREATED")), Object.keys(item.wrappedJSObject ?? item).sort(),
       ]);
       const lines = (item) => item.icalComponent.serializeToICS().split("\\r\\n")
         .filter((line) => !/^(CREATED|X-KEEPER-REVISION)/.test(line)).sort().join("\\n");
       const day = (text, zone) => {
         const made = cal.createDateTime(text);
         made.timezone = zone === null ? cal.dtz.floating : cal.timezoneService.getTimezone(zone);
         return made;
       };
       const ranges = [["20260201T000000", "20260315T000000"], ["20260301T013000", "20260405T120000"],
         ["20260323T000000", "20260330T000000"], ["20260329T003000", "20260329T023000"], ["20251020T000000", "20251109T000000"],
         ["20270105T000000", "20270106T000000"]];
       const bits = Ci.calICalendar.ITEM_FILTER_ALL_ITEMS | Ci.calICalendar.ITEM_FILTER_CLASS_OCCURRENCES;
       const wrong = [];
       let compared = 0;
       const unparsed = new Set();
       const asked = [...ranges.flatMap((range) => zones.map((zone) => [...range, zone])),
         ["20240101T000000", "20300101T000000", zones[0]]];
       for (const [from, to, zone] of asked) {
         const [start, end] = [day(from, zone), day(to, zone)];
         const shown = Map.groupBy(await calendar.getItemsAsArray(bits, 0, start, end), (item) => item.id);
         for (const [uid, full] of masters) {
           const here = shown.get(uid) ?? [];
           if (here[0] && !Object.hasOwn(here[0].parentItem.wrappedJSObject ?? here[0].parentItem, "mProperties")) unparsed.add(uid);
           const there = full.recurrenceInfo.getOccurrences(start, end, 0).slice(0, 2000);
           compared += there.length;
           const [a, b] = [here, there].map((items) => items.map(answers));
           if (JSON.stringify(a) !== JSON.stringify(b)) {
             const differs = a.findIndex((each, index) => each !== b[index]);
             wrong.push([uid, zone, from, to, a.length, b.length, a[differs], b[differs < 0 ? a.length : differs]].join(" "));
           }
         }
       }
       // Being asked for all of it parses a series.
       const [start, end] = [day("20260101T000000", zones[0]), day("20260601T000000", zones[0])];
       for (const item of await calendar.getItemsAsArray(bits, 0, start, end)) {
         const full = masters.get(item.id)?.recurrenceInfo.getOccurrenceFor(item.recurrenceId);
         if (full && lines(item) !== lines(full)) wrong.push(lines(item) + "\\n--\\n" + lines(full));
       }
       return { wrong: wrong.slice(0, 5), compared, unparsed: unparsed.size };`,
      texts,
      ["UTC", "America/New_York", "Pacific/Auckland", "Europe/Berlin", null],
    );
    expect(found.wrong).toEqual([]);
    expect(found.compared).toBeGreaterThan(20 * draws);
    expect(found.unparsed).toBeGreaterThan(draws / 4);
  });

  test("an instance can be changed like any other", async () => {
    const before = await world.inCalendar<string>(
      `const [from, to] = ["20260201T000000Z", "20260501T000000Z"];
       const bits = Ci.calICalendar.ITEM_FILTER_ALL_ITEMS | Ci.calICalendar.ITEM_FILTER_CLASS_OCCURRENCES;
       const items = await calendar.getItemsAsArray(bits, 0, cal.createDateTime(from), cal.createDateTime(to));
       const old = items.find((item) => item.id.startsWith("drawn-") && item.title === "Series");
       const item = old.clone();
       item.title = "One of them";
       const series = old.parentItem.clone();
       series.recurrenceInfo.modifyException(item, true);
       await calendar.modifyItem(series, old.parentItem);
       return old.id;`,
    );
    const { userText } = (await world.body(`${before}.ics`)) ?? {};
    expect(userText).toMatch(
      /RECURRENCE-ID[\s\S]*SUMMARY:One of them|SUMMARY:One of them[\s\S]*RECURRENCE-ID/,
    );
    expect(userText).toContain("SUMMARY:Series\r\n");
  });

  test("none of it left an error in the console", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
