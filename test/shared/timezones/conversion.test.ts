import { describe, expect, test } from "vitest";
import {
  convertedTime,
  NO_OFFSET,
  utcOffset,
  type Zone,
} from "../../../src/shared/timezones/conversion.ts";

const fixed = (tzid: string, hours: number): Zone => ({
  tzid,
  kind: "named",
  rules: { offsetAt: () => hours * 3_600_000, offsetOf: () => hours * 3_600_000 },
});
const zones: Record<string, Zone> = {
  UTC: { tzid: "UTC", kind: "utc", rules: NO_OFFSET },
  floating: { tzid: "floating", kind: "floating", rules: NO_OFFSET },
  Tokyo: fixed("Tokyo", 9),
  "St Johns": fixed("St Johns", -3.5),
};
const zoneOf = (tzid: string): Zone => zones[tzid] as Zone;
const convert = (value: unknown, from: string, to: string) =>
  convertedTime(value, from, to, zoneOf);
const offset = (value: unknown, tzid: string) => utcOffset(value, tzid, zoneOf);

describe("a date-time is converted in its own form", () => {
  test.each([
    ["2026-07-01T12:00:00", "Tokyo", "St Johns", "2026-06-30T23:30:00"],
    ["2026-07-01T12:00", "Tokyo", "UTC", "2026-07-01T03:00Z"],
    ["2026-07-01T12:00:00.250", "Tokyo", "UTC", "2026-07-01T03:00:00.250Z"],
    ["20260701T120000", "Tokyo", "UTC", "20260701T030000Z"],
    ["20260701T030000Z", "UTC", "Tokyo", "20260701T120000"],
    ["0050-01-01T00:00:00", "UTC", "Tokyo", "0050-01-01T09:00:00"],
    ["2026-07-01T23:59:60", "UTC", "Tokyo", "2026-07-02T08:59:59"],
  ])("%s from %s to %s", (value, from, to, expected) => {
    expect(convert(value, from, to)).toBe(expected);
  });
});

describe("a value that tells its own zone is taken at its word", () => {
  test.each([
    ["2026-07-01T12:00:00Z", "Tokyo", "St Johns", "2026-07-01T08:30:00"],
    ["2026-07-01T12:00:00+02:00", "Tokyo", "St Johns", "2026-07-01T06:30:00-03:30"],
    ["2026-07-01T12:00:00+0200", "Tokyo", "UTC", "2026-07-01T10:00:00Z"],
    ["20260701T120000Z", "Tokyo", "Tokyo", "20260701T210000"],
  ])("%s", (value, from, to, expected) => {
    expect(convert(value, from, to)).toBe(expected);
  });

  test("a jCal property by its tzid", () => {
    expect(
      convert(["dtend", { tzid: "Tokyo" }, "date-time", "2026-07-01T12:00:00"], "UTC", "UTC"),
    ).toEqual(["dtend", {}, "date-time", "2026-07-01T03:00:00Z"]);
    expect(offset(["dtend", { tzid: "Tokyo" }, "date-time", "2026-07-01T12:00:00"], "UTC")).toBe(0);
  });

  test("a jCal property with several values", () => {
    expect(
      convert(
        ["exdate", {}, "date-time", "2026-07-01T12:00:00", "2026-07-02T12:00:00"],
        "UTC",
        "Tokyo",
      ),
    ).toEqual([
      "exdate",
      { tzid: "Tokyo" },
      "date-time",
      "2026-07-01T21:00:00",
      "2026-07-02T21:00:00",
    ]);
  });

  test("a Date, which is the same point in time everywhere", () => {
    expect(convert(new Date("2026-07-01T12:00:00Z"), "Tokyo", "St Johns")).toEqual(
      new Date("2026-07-01T12:00:00Z"),
    );
    expect(offset(new Date(), "Tokyo")).toBe(9 * 3600);
  });
});

test("to and from floating the clock shows the same", () => {
  expect(convert("2026-07-01T12:00:00", "floating", "Tokyo")).toBe("2026-07-01T12:00:00");
  expect(convert("20260701T120000", "floating", "UTC")).toBe("20260701T120000Z");
  expect(convert("2026-07-01T12:00:00", "Tokyo", "floating")).toBe("2026-07-01T12:00:00");
  expect(convert("2026-07-01T12:00:00Z", "UTC", "floating")).toBe("2026-07-01T12:00:00");
  expect(
    convert(["dtstart", { tzid: "Tokyo" }, "date-time", "2026-07-01T12:00:00"], "UTC", "floating"),
  ).toEqual(["dtstart", {}, "date-time", "2026-07-01T12:00:00"]);
  expect(offset("2026-07-01T12:00:00", "floating")).toBe(0);
});

test("a date stays as it is", () => {
  const property = ["dtstart", { value: "date" }, "date", "2026-07-01"];
  expect(convert("2026-07-01", "Tokyo", "UTC")).toBe("2026-07-01");
  expect(convert("20260701", "Tokyo", "UTC")).toBe("20260701");
  expect(convert(property, "Tokyo", "UTC")).toEqual(property);
  expect(offset("2026-07-01", "Tokyo")).toBe(9 * 3600);
});

test("what is no date-time is refused by name", () => {
  const odd = [
    "",
    "noon",
    "2026-02-30",
    "2026-13-01T00:00:00",
    "2026-01-01T24:00:00",
    "20260101T120000+02:00",
  ];
  const other = [null, undefined, 5, {}, [], ["dtstart", {}, "text", "x"], new Date(Number.NaN)];
  for (const value of [...odd, ...other, "2026-01-01T12:00:00+25:00"]) {
    expect(() => offset(value, "UTC"), String(value)).toThrow(/^dateTime: .* is no date-time/);
    expect(() => convert(value, "UTC", "Tokyo"), String(value)).toThrow(/^dateTime: /);
  }
});

test("a result beyond four digits of a year is refused", () => {
  expect(() => convert("9999-12-31T23:00:00", "UTC", "Tokyo")).toThrow(/0 to 9999/);
  expect(() => convert("0000-01-01T00:00:00", "Tokyo", "UTC")).toThrow(/0 to 9999/);
});
