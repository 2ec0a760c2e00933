/** Rules expanded, checked against ical.js where that is right, and against what RFC 5545 §3.8.5.3 prints. */
import fc from "fast-check";
import ICAL from "ical.js";
import { describe, expect, test } from "vitest";
import { wallTime } from "../../../../src/shared/ical/date-value.ts";
import { expandRule } from "../../../../src/shared/ical/recurrence/expand-rule.ts";
import { ruleParts } from "../../../../src/shared/ical/recurrence/rule-parts.ts";
import { icalTime } from "../../../../src/shared/ical/simple/iso-time.ts";

const FAR = Date.UTC(2200, 0, 1);

function starts(rule: string, start: string, most: number, from = 0, to = FAR): string[] {
  const first = wallTime(start) ?? 0;
  const parts = ruleParts(rule, first, (utc) => utc);
  if (!parts) throw new Error("no rule");
  const found: string[] = [];
  let steps = 0;
  for (const each of expandRule(parts, first, { from: Math.max(from, first), to })) {
    if (++steps > 200_000) throw new Error("too many steps");
    if (each !== null && each >= from) found.push(icalTime(each));
    if (found.length >= most) break;
  }
  return found;
}

function byIcalJs(rule: string, start: string, most: number): string[] {
  const iterator = ICAL.Recur.fromString(rule).iterator(
    ICAL.Time.fromDateTimeString(
      start.replace(/^(....)(..)(..)T(..)(..)(..)$/, "$1-$2-$3T$4:$5:$6"),
    ),
  );
  const found: string[] = [];
  for (let next = iterator.next(); next && found.length < most; next = iterator.next())
    found.push(next.toICALString());
  return found;
}

/** RFC 5545 §3.8.5.3, DTSTART in September 1997 unless said: the first days it prints. */
test.each<[string, string, string[]]>([
  ["FREQ=DAILY;COUNT=3", "19970902T090000", ["19970902", "19970903", "19970904"]],
  ["FREQ=DAILY;INTERVAL=10;COUNT=3", "19970902T090000", ["19970902", "19970912", "19970922"]],
  [
    "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,TH;COUNT=4",
    "19970902T090000",
    ["19970902", "19970904", "19970916", "19970918"],
  ],
  [
    "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
    "19970805T090000",
    ["19970805", "19970810", "19970819", "19970824"],
  ],
  [
    "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
    "19970805T090000",
    ["19970805", "19970817", "19970819", "19970831"],
  ],
  ["FREQ=MONTHLY;COUNT=3;BYDAY=1FR", "19970905T090000", ["19970905", "19971003", "19971107"]],
  [
    "FREQ=MONTHLY;INTERVAL=2;COUNT=4;BYDAY=1SU,-1SU",
    "19970907T090000",
    ["19970907", "19970928", "19971102", "19971130"],
  ],
  ["FREQ=MONTHLY;COUNT=3;BYDAY=-2MO", "19970922T090000", ["19970922", "19971020", "19971117"]],
  ["FREQ=MONTHLY;BYMONTHDAY=-3", "19970928T090000", ["19970928", "19971029", "19971128"]],
  [
    "FREQ=YEARLY;INTERVAL=3;COUNT=4;BYYEARDAY=1,100,200",
    "19970101T090000",
    ["19970101", "19970410", "19970719", "20000101"],
  ],
  ["FREQ=YEARLY;BYDAY=20MO", "19970519T090000", ["19970519", "19980518", "19990517"]],
  ["FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "19970512T090000", ["19970512", "19980511", "19990517"]],
  ["FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "19970902T090000", ["19980213", "19980313", "19981113"]],
  [
    "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
    "19961105T090000",
    ["19961105", "20001107", "20041102"],
  ],
  [
    "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3",
    "19970904T090000",
    ["19970904", "19971007", "19971106"],
  ],
  [
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
    "19970929T090000",
    ["19970929", "19971030", "19971127"],
  ],
  ["FREQ=YEARLY", "20240229T090000", ["20240229", "20280229", "20320229"]],
])("%s from %s", (rule, start, days) => {
  expect(starts(rule, start, days.length).map((each) => each.slice(0, 8))).toEqual(days);
});

test.each<[string, string[]]>([
  ["FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000", ["090000", "120000", "150000"]],
  ["FREQ=MINUTELY;INTERVAL=90;COUNT=3", ["090000", "103000", "120000"]],
  ["FREQ=DAILY;BYHOUR=9,10;BYMINUTE=0,20;COUNT=4", ["090000", "092000", "100000", "102000"]],
  [
    "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,11;COUNT=5",
    ["090000", "092000", "094000", "110000", "112000"],
  ],
  ["FREQ=HOURLY;BYMINUTE=0,30;BYSETPOS=-1;COUNT=2", ["093000", "103000"]],
  ["FREQ=SECONDLY;BYSECOND=0,30;COUNT=3", ["090000", "090030", "090100"]],
])("%s within a day", (rule, times) => {
  expect(starts(rule, "19970902T090000", times.length + 1).map((each) => each.slice(9))).toEqual(
    times,
  );
});

const list = (values: readonly (number | string)[], most: number) =>
  fc
    .uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: most })
    .map((each) => each.join(","));
const weekday = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
const anyRule = fc
  .tuple(
    fc.constantFrom("DAILY", "WEEKLY", "MONTHLY", "YEARLY"),
    fc.integer({ min: 1, max: 4 }),
    fc.option(list(weekday, 3)),
    // With days from the end of a month ical.js leaves out years.
    fc.option(list([1, 5, 15, 28], 2)),
    fc.option(list([1, 3, 6, 12], 2)),
  )
  .filter(
    ([frequency, interval, days, ,]) => frequency !== "DAILY" || days === null || interval < 4,
  )
  .map(([frequency, interval, days, monthDays, months]) =>
    [
      `FREQ=${frequency}`,
      `INTERVAL=${interval}`,
      ...(days !== null ? [`BYDAY=${days}`] : []),
      ...(monthDays !== null && days === null && frequency !== "WEEKLY" && frequency !== "DAILY"
        ? [`BYMONTHDAY=${monthDays}`]
        : []),
      ...(months !== null && frequency === "YEARLY" ? [`BYMONTH=${months}`] : []),
    ].join(";"),
  );
const anyStart = fc
  .integer({ min: Date.UTC(2020, 0, 1) / 1000, max: Date.UTC(2026, 0, 1) / 1000 })
  .map((seconds) => icalTime(seconds * 1000))
  .filter((start) => Number(start.slice(6, 8)) <= 28);

describe("any rule", () => {
  test("gives what ical.js gives", () => {
    fc.assert(
      fc.property(anyRule, anyStart, (rule, start) => {
        // Whether a start that does not match is one of the rule's own, the two decide differently.
        const later = (found: string[]) => found.filter((each) => each > start).slice(0, 24);
        expect(later(starts(rule, start, 25))).toEqual(later(byIcalJs(rule, start, 26)));
      }),
      { numRuns: 200 },
    );
  });

  test("gives the same when most of it is skipped", () => {
    fc.assert(
      fc.property(anyRule, anyStart, fc.nat(3000), (rule, start, days) => {
        const from = (wallTime(start) ?? 0) + days * 86_400_000;
        const to = from + 400 * 86_400_000;
        const all = starts(rule, start, 1e6, 0, to);
        const late = all.filter((each) => (wallTime(each) ?? 0) >= from);
        expect(starts(rule, start, 1e6, from, to)).toEqual(late);
        const counted = `${rule};COUNT=${all.length}`;
        expect(starts(counted, start, 1e6, from, FAR)).toEqual(late);
      }),
      { numRuns: 50 },
    );
  });
});

test("a rule that never matches comes back at every step", () => {
  const rule = ruleParts(
    "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
    wallTime("20260302T090000") ?? 0,
    (utc) => utc,
  );
  if (!rule) throw new Error("no rule");
  const first = wallTime("20260302T090000") ?? 0;
  const steps = [...expandRule(rule, first, { from: first, to: first + 70 * 86_400_000 })];
  expect(steps).toEqual(Array.from({ length: 10 + 1 }, () => null).slice(0, steps.length));
  expect(steps.length).toBeGreaterThan(9);
});

test("a rule of seconds is skipped into the present at once", () => {
  const from = Date.UTC(2026, 0, 1);
  expect(starts("FREQ=SECONDLY", "19700101T000000", 2, from)).toEqual([
    "20260101T000000",
    "20260101T000001",
  ]);
  expect(starts("FREQ=SECONDLY;COUNT=2000000000", "19700101T000000", 1, from)).toEqual([
    "20260101T000000",
  ]);
  expect(starts("FREQ=SECONDLY;BYMONTH=12;BYHOUR=3", "20260101T000000", 1, from)).toEqual([
    "20261201T030000",
  ]);
});
