import { afterEach, expect, test, vi } from "vitest";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

test("only calendars of the older type that nobody provides are taken over", async () => {
  const prefs = new Map<string, string>();
  const calendar = (id: string, type: string, isDummy: boolean) => ({
    id,
    type,
    getProperty: (name: string) => (name === "force-disabled" ? isDummy : null),
  });
  const calendars = [
    calendar("dummy", "old", true),
    calendar("working", "old", false),
    calendar("other", "ics", true),
  ];
  const cal = { manager: { getCalendars: () => calendars } };
  vi.stubGlobal("ChromeUtils", { importESModule: () => ({ cal }) });
  vi.stubGlobal("Services", {
    prefs: { setStringPref: (name: string, value: string) => prefs.set(name, value) },
  });
  const { adoptLegacyCalendars } = await import("../../../src/experiments/calendar/legacy-type.ts");
  adoptLegacyCalendars("old", "ext-new");
  expect(calendars.map(({ type }) => type)).toEqual(["ext-new", "old", "ics"]);
  expect([...prefs]).toEqual([["calendar.registry.dummy.type", "ext-new"]]);
});
