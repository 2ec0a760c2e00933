import { expect, test } from "vitest";
import { parseWithSharedZones } from "../../../src/experiments/calendar/shared-zones.ts";

const text = (tzid: string, offset: string) =>
  `BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:${tzid}\r\nX-OFFSET:${offset}\r\nEND:VTIMEZONE\r\nEND:VCALENDAR\r\n`;

/** As much of Thunderbird's parser as is leant on: a root that makes a zone at the first question. */
function parser(withCache = true) {
  const made: string[] = [];
  const parse = (whole: string) => {
    const cache = new Map<string, object>();
    const innerObject = {
      ...(withCache ? { _timezoneCache: cache } : {}),
      getTimeZoneByID(tzid: string): object {
        const zone = cache.get(tzid) ?? { made: made.push(whole) };
        cache.set(tzid, zone);
        return zone;
      },
    };
    return { wrappedJSObject: { innerObject } } as unknown as calIIcalComponent;
  };
  const zoneIn = (root: calIIcalComponent, tzid: string): unknown =>
    (
      root as unknown as {
        wrappedJSObject: { innerObject: { getTimeZoneByID(id: string): object } };
      }
    ).wrappedJSObject.innerObject.getTimeZoneByID(tzid);
  return { made, parse, zoneIn };
}

test("texts with the same definition share one zone", () => {
  const { made, parse, zoneIn } = parser();
  const first = parseWithSharedZones(text("Office", "+0100"), parse);
  const second = parseWithSharedZones(text("Office", "+0100"), parse);
  expect(zoneIn(second, "Office")).toBe(zoneIn(first, "Office"));
  expect(made.length).toBe(1);
});

test("another definition under the same name is another zone", () => {
  const { parse, zoneIn } = parser();
  const first = parseWithSharedZones(text("Shop", "+0100"), parse);
  const second = parseWithSharedZones(text("Shop", "+0200"), parse);
  expect(zoneIn(second, "Shop")).not.toBe(zoneIn(first, "Shop"));
});

test("a parser without the private field is left alone", () => {
  const { made, parse } = parser(false);
  parseWithSharedZones(text("Plain", "+0100"), parse);
  expect(made).toEqual([]);
});
