/** The compiled scan of a calendar text against the one in JavaScript: the same components, or none at all. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { sampleCalendar } from "../../../scripts/sample-calendar.ts";
import { compileScan } from "../../../src/background/icalendar/scan-assembly-engine.ts";
import { scanColumns } from "../../../src/background/icalendar/scan-engine.ts";
import { columnsOf, scanColumns as scanInJavaScript } from "../../../src/shared/ical/scan.ts";
import { fixture, fixtureNames } from "../../shared/ical/fixtures.ts";
import { runs } from "../../support/fixed-seed.ts";
import { nearly } from "../../support/mutations.ts";

const compiled = compileScan();
const samples = sampleCalendar({ items: 400, seed: 3 }).map(({ text }) => text);
const fixtures = fixtureNames.map(fixture);

const PIECES = [
  ...[
    "BEGIN:VEVENT\r\n",
    "END:VEVENT\r\n",
    "begin:vtodo\n",
    "End:VTodo\n",
    "\r\n ",
    "\n\t",
    "\r\n",
  ],
  ...["BEGIN:VTIMEZONE\r\n", "END:VTIMEZONE\r\n", "BEGIN:VALARM\r\nEND:VALARM\r\n", "BEGIN:X-A\n"],
  ...["\r\nDTSTART;TZID=Europe/Berlin:20260101T240060z\r\n", '\r\nDTSTART;TZID="A:B":20260101\r\n'],
  ...[
    "\r\ndtend;X=1;tzid=Ä:00010101T000000\r\n",
    "\r\nDUE;TZID;TZID=b:20260231\r\n",
    "\r\nDTSTART:\r\n",
  ],
  ...[
    "\r\nDTSTAMP:20261301T000000Z\r\n",
    "\r\nDTEND;;TZID=x=y:20240229T235959\r\n",
    "DTSTART:2026010",
  ],
  ...[
    "\r\nRECURRENCE-ID:20260101\r\n",
    "\r\nSUMMARY;X=^n:Grüße\\, 🎉\r\n",
    "\r\nUID: a \r\n",
    "\r\nUID:\r\n",
  ],
  ...["\r\nRDATE;VALUE=PERIOD:20260101T000000/PT1H,20270101\r\n", "\r\nRRULE:FREQ=SECONDLY\r\n"],
  ...[
    "\r\nPERCENT-COMPLETE:100\r\n",
    "\r\nSTATUS: completed\r\n",
    '\r\nATTACH;X=":":y\r\n',
    "\uFEFF",
  ],
  ...[
    "\r\nDURATION:P1D\r\n",
    "\r\nSEQUENCE:7x\r\n",
    "\r\nLAST-MODIFIED:20240101T000000Z\r\n",
    ":",
    ";",
  ],
];

test("every sample is scanned without JavaScript's help, with the same columns", () => {
  for (const text of samples) {
    const scan = compiled.scan(text);
    expect(scan && columnsOf(scan)).toEqual(scanInJavaScript(text));
  }
});

test.each(fixtureNames)("%s has the same columns", (name) => {
  expect(scanColumns(fixture(name))).toEqual(scanInJavaScript(fixture(name)));
});

test("of nearly right texts it says the same or nothing", () => {
  const texts = [...fixtures.filter((text) => text.length < 8_000), ...samples.slice(0, 40)];
  fc.assert(
    fc.property(nearly(texts, PIECES), (text) => {
      const scan = compiled.scan(text);
      if (scan) expect(columnsOf(scan)).toEqual(scanInJavaScript(text));
    }),
    { numRuns: runs(3_000) },
  );
});

test("lines put together at random are scanned alike", () => {
  const line = fc.oneof(
    fc.constantFrom(...PIECES.map((piece) => piece.trimStart())),
    fc.constantFrom("X-Ü:1\n", "NAME\n", "DESCRIPTION:a\r\n b\r\n", "SUMMARY:a\n\n\n", "CLASS:x"),
    fc
      .tuple(
        fc.constantFrom("DTSTART", "DTEND", "DUE", "COMPLETED", "DTSTAMP", "LAST-MODIFIED"),
        fc.date({ noInvalidDate: true, min: new Date("0001-01-01"), max: new Date("9999-12-31") }),
      )
      .map(([name, date]) => `${name}:${date.toISOString().replace(/[-:]|\.\d+/g, "")}\r\n`),
  );
  fc.assert(
    fc.property(
      fc.constantFrom("VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY"),
      fc.array(line, { maxLength: 12 }),
      (kind, lines) => {
        const text = `BEGIN:VCALENDAR\r\nBEGIN:${kind}\r\n${lines.join("")}END:${kind}\r\nEND:VCALENDAR\r\n`;
        const scan = compiled.scan(text);
        if (scan) expect(columnsOf(scan)).toEqual(scanInJavaScript(text));
      },
    ),
    { numRuns: runs(3_000) },
  );
});

test("a long text is left to JavaScript", () => {
  const text = `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nATTACH:${"a".repeat(600_000)}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
  expect(compiled.scan(text)).toBeNull();
  expect(scanColumns(text)).toEqual(scanInJavaScript(text));
});
