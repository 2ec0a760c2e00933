import { expect, test } from "vitest";
import { knownZone } from "../../../src/shared/timezones/known-zone.ts";

const zones = {
  knows: (tzid: string) => ["Europe/Berlin", "America/Argentina/Buenos_Aires"].includes(tzid),
};

test.each([
  ["Europe/Berlin", "Europe/Berlin"],
  ["W. Europe Standard Time", "Europe/Berlin"],
  ["/freeassociation.sourceforge.net/Europe/Berlin", "Europe/Berlin"],
  ["/mozilla.org/20050126_1/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"],
  ["Mars/Olympus", null],
  ["", null],
  ["/", null],
])("%s stands for %s", (tzid, expected) => {
  expect(knownZone(tzid, zones)).toBe(expected);
});
