/** `messenger.calendar.timezones` as any add-on could use it, in the real Thunderbird. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeFixtureAddon, writeUnpackedAddon } from "../support/fixture-addon.ts";
import { findThunderbirds, launchThunderbird, type Thunderbird } from "../support/thunderbird.ts";

const ADDON = "timezones-fixture@caldav-keeper.github.io";
const fixture = {
  id: ADDON,
  experiments: ["calendar_provider", "calendar_timezones"],
  manifest: {
    permissions: ["storage", "calendarItemsRead", "calendarItemsWrite"],
    calendar_provider: { capabilities: {} },
  },
  background: `
    messenger.calendar.timezones.onUpdated.addListener(async (tzid) => {
      const { told = [] } = await messenger.storage.local.get("told");
      const read = messenger.calendar.timezones.currentZone;
      await messenger.storage.local.set({ told: [...told, { tzid, read }] });
    });`,
};

/** Runs in the page: what Intl says of a zone, for {@link utcOffset}s at instants and of wall times. */
const INTL = `
  const formats = new Map();
  function offsetAt(tzid, instant) {
    let format = formats.get(tzid);
    if (!format) {
      const numeric = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" };
      format = new Intl.DateTimeFormat("en-u-ca-iso8601", { timeZone: tzid, hourCycle: "h23", ...numeric });
      formats.set(tzid, format);
    }
    const part = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
    const wall = new Date(Date.UTC(2000, part.month - 1, part.day, part.hour, part.minute, part.second)).setUTCFullYear(part.year, part.month - 1, part.day);
    return (wall - instant) / 1000;
  }
  /** Tries the offsets around: of two that fit the earlier instant, of none the offset before the gap. */
  function offsetOf(tzid, wall) {
    const around = [-1, 1].map((days) => offsetAt(tzid, wall + days * 86_400_000));
    const fitting = around.filter((offset) => offsetAt(tzid, wall - offset * 1000) === offset);
    return fitting.length > 0 ? Math.max(...fitting) : offsetAt(tzid, wall - Math.max(...around) * 1000);
  }
  const iso = (ms) => new Date(ms).toISOString().slice(0, 19);
  const zones = messenger.calendar.timezones;`;

describe.each(await findThunderbirds())("Thunderbird $version", ({ binary }) => {
  let folder: string;
  let thunderbird: Thunderbird;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "keeper-timezones-"));
    const xpi = await writeFixtureAddon(path.join(folder, "fixture.xpi"), fixture);
    // Comparing with Intl takes longer than an idle page is kept.
    const prefs = { "extensions.background.idle.timeout": 600_000 };
    thunderbird = await launchThunderbird({ binary, xpi, addonId: ADDON, prefs });
  });

  afterAll(async () => {
    await thunderbird.quit();
    await rm(folder, { recursive: true, force: true });
  });

  /** The value of an expression over `zones`, in the background page; not awaited there. */
  const zones = <T>(expression: string, ...args: unknown[]) =>
    thunderbird.background<T>(
      `const zones = messenger.calendar.timezones;
       const value = ${expression};
       if (value instanceof Promise) throw new Error("a promise");
       return value;`,
      ...args,
    );
  const refusal = (expression: string) =>
    zones(expression).then(
      (value) => `no refusal: ${JSON.stringify(value)}`,
      (error: Error) => error.message.split("\n")[0] ?? "",
    );

  test("the user's zone and the ids of all zones are there at once", async () => {
    expect(await zones("zones.currentZone")).toBe("Europe/Berlin");
    const ids = await zones<string[]>("zones.timezoneIds");
    expect(ids.length).toBeGreaterThan(400);
    expect(ids).toEqual(expect.arrayContaining(["Europe/Berlin", "America/New_York"]));
  });

  test("a zone's definition is given as text and as jCal", async () => {
    const text = await zones<string>(`zones.getDefinition("Asia/Tokyo")`);
    expect(text).toMatch(/^BEGIN:VTIMEZONE\r\nTZID:Asia\/Tokyo\r\n[\s\S]*END:VTIMEZONE\r\n$/);
    expect(await zones(`zones.getDefinition("Asia/Tokyo", "ical")`)).toBe(text);
    const [name, properties, parts] = await zones<[string, unknown[], unknown[]]>(
      `zones.getDefinition("Asia/Tokyo", "jcal")`,
    );
    expect(name).toBe("vtimezone");
    expect(properties).toContainEqual(["tzid", {}, "text", "Asia/Tokyo"]);
    expect(parts.length).toBe(text.match(/BEGIN:(STANDARD|DAYLIGHT)/g)?.length);
  });

  test("names of other systems are understood", async () => {
    for (const name of ["W. Europe Standard Time", "/example.org/v1/Europe/Berlin"]) {
      expect(await zones(`zones.getDefinition(arguments[0])`, name)).toContain(
        "TZID:Europe/Berlin",
      );
      expect(await zones(`zones.getUTCOffset("2026-07-01T12:00:00", arguments[0])`, name)).toBe(
        7200,
      );
    }
  });

  test("offsets of every zone agree with Intl, at instants and of wall times from 1850 to 2200", async () => {
    const wrong = await thunderbird.background<string[]>(`${INTL}
      const wrong = [];
      let state = 42;
      const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
      // Old names that Intl does not have, or has for other zones.
      const old = /^(SystemV\\/.*|CST6CDT|EST5EDT|MST7MDT|PST8PDT)$/;
      for (const tzid of zones.timezoneIds.filter((id) => !old.test(id)))
        for (let sample = 0; sample < 12; sample++) {
          const time = Math.floor(Date.UTC(1850, 0, 1) / 1000 + random() * 350 * 31_556_952) * 1000;
          if (zones.getUTCOffset(new Date(time), tzid) !== offsetAt(tzid, time)) wrong.push(tzid + " at " + iso(time) + "Z");
          if (zones.getUTCOffset(iso(time), tzid) !== offsetOf(tzid, time)) wrong.push(tzid + " of " + iso(time));
        }
      return wrong;`);
    expect(wrong).toEqual([]);
  });

  test("offsets agree with Intl around every change of the clocks", async () => {
    const [wrong, changes] = await thunderbird.background<[string[], number]>(`${INTL}
      const wrong = [];
      let changes = 0;
      const HOUR = 3_600_000;
      const chosen = ["Europe/Berlin", "Australia/Lord_Howe", "Europe/Dublin", "Africa/Casablanca", "Pacific/Apia", "America/St_Johns", "Antarctica/Troll"];
      for (const tzid of chosen) {
        let before = Date.UTC(1940, 0, 1);
        for (let after = before + 20 * 24 * HOUR; after < Date.UTC(2045, 0, 1); before = after, after += 20 * 24 * HOUR) {
          if (offsetAt(tzid, before) === offsetAt(tzid, after)) continue;
          let [low, high] = [before, after];
          while (high - low > 1000) {
            const middle = Math.floor((low + high) / 2000) * 1000;
            if (offsetAt(tzid, middle) === offsetAt(tzid, before)) low = middle; else high = middle;
          }
          changes++;
          for (const shift of [-HOUR, -1800_000, -1000, 0, 1800_000, HOUR]) {
            const instant = high + shift;
            if (zones.getUTCOffset(iso(instant) + "Z", tzid) !== offsetAt(tzid, instant)) wrong.push(tzid + " at " + iso(instant));
            for (const offset of [offsetAt(tzid, low), offsetAt(tzid, high)]) {
              const wall = instant + offset * 1000;
              if (zones.getUTCOffset(iso(wall), tzid) !== offsetOf(tzid, wall)) wrong.push(tzid + " of " + iso(wall));
            }
          }
        }
      }
      return [wrong, changes];`);
    expect(wrong).toEqual([]);
    expect(changes).toBeGreaterThan(700);
  });

  test("a time is converted in the form in which it came", async () => {
    const convert = (value: unknown, from: string, to: string) =>
      zones(`zones.convertTime(...arguments)`, value, from, to);
    expect(await convert("2026-07-01T12:00:00", "Europe/Berlin", "America/New_York")).toBe(
      "2026-07-01T06:00:00",
    );
    expect(await convert("20260701T120000", "Europe/Berlin", "UTC")).toBe("20260701T100000Z");
    expect(
      await convert(
        ["dtstart", { tzid: "Europe/Berlin", "x-a": "b" }, "date-time", "2026-07-01T12:00:00"],
        "UTC",
        "Asia/Tokyo",
      ),
    ).toEqual(["dtstart", { "x-a": "b", tzid: "Asia/Tokyo" }, "date-time", "2026-07-01T19:00:00"]);
    expect(
      await zones(
        `{ is: Object.prototype.toString.call(zones.convertTime(new Date(0), "UTC", "Asia/Tokyo")),
           at: zones.convertTime(new Date(0), "UTC", "Asia/Tokyo").getTime() }`,
      ),
    ).toEqual({ is: "[object Date]", at: 0 });
  });

  test("what is wrong is named, and nothing is thrown from inside", async () => {
    const unknown = 'Thunderbird knows no time zone "Mars/Olympus".';
    expect(await refusal(`zones.getDefinition("Mars/Olympus")`)).toBe(unknown);
    expect(await refusal(`zones.getDefinition("Mars/Olympus", "jcal")`)).toBe(unknown);
    expect(await refusal(`zones.getUTCOffset("2026-07-01T12:00:00", "Mars/Olympus")`)).toBe(
      unknown,
    );
    expect(await refusal(`zones.convertTime(new Date(), "Mars/Olympus", "UTC")`)).toBe(unknown);
    expect(await refusal(`zones.convertTime(new Date(), "UTC", "Mars/Olympus")`)).toBe(unknown);
    expect(await refusal(`zones.getUTCOffset("", "")`)).toContain('no time zone ""');
    expect(await refusal(`zones.getUTCOffset("noon", "UTC")`)).toMatch(/^dateTime: "noon" is no/);
    expect(await refusal(`zones.getUTCOffset({ call() {} }, "UTC")`)).toMatch(/^dateTime: /);
    expect(await refusal(`zones.getUTCOffset(new Date(NaN), "UTC")`)).toMatch(/^dateTime: /);
    expect(await refusal(`zones.convertTime("9999-12-31T23:00:00", "UTC", "Asia/Tokyo")`)).toMatch(
      /^dateTime: .*9999/,
    );
    for (const call of [
      `getUTCOffset("2026-07-01", 7)`,
      `getDefinition("UTC", "xml")`,
      "convertTime()",
    ])
      expect(await refusal(`zones.${call}`)).toMatch(/calendar\.timezones\.\w+/);
  });

  test("a change of the user's zone wakes the page and is told once", async () => {
    await thunderbird.suspendBackground();
    await thunderbird.chrome(`
      Services.prefs.setStringPref("calendar.timezone.local", "Asia/Tokyo");
      Services.prefs.setStringPref("calendar.timezone.local", "Asia/Tokyo");`);
    const told = () =>
      thunderbird.background<unknown[]>(
        `return (await messenger.storage.local.get("told")).told ?? [];`,
      );
    await thunderbird.waitFor(async () => (await told()).length > 0, "the page to be told");
    expect(await zones("zones.currentZone")).toBe("Asia/Tokyo");
    await thunderbird.chrome(
      `Services.prefs.setStringPref("calendar.timezone.local", "America/Lima");`,
    );
    await thunderbird.waitFor(async () => (await told()).length > 1, "the page to be told again");
    expect(await told()).toEqual([
      { tzid: "Asia/Tokyo", read: "Asia/Tokyo" },
      { tzid: "America/Lima", read: "America/Lima" },
    ]);
  });

  test("installed unpacked, where the page's process cannot read the script, the rest of the API works", async () => {
    const unpacked = await writeUnpackedAddon(path.join(folder, "unpacked"), fixture);
    await thunderbird.uninstall();
    await thunderbird.install(unpacked, true);
    const { id } = await thunderbird.background<{ id: string }>(
      `return messenger.calendar.calendars.create(arguments[0])`,
      { type: "storage", name: "Unpacked", url: "moz-storage-calendar://" },
    );
    const ical =
      "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\nBEGIN:VEVENT\r\nUID:one\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260302T100000Z\r\nSUMMARY:One\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    await thunderbird.background(
      `await messenger.calendar.items.create(arguments[0], { format: "ical", item: arguments[1] });`,
      id,
      ical,
    );
    expect(
      await thunderbird.background(`return messenger.calendar.items.get(arguments[0], "one")`, id),
    ).toMatchObject({ title: "One" });
    expect(
      await thunderbird.background(
        `return messenger.calendar.timezones.onUpdated.hasListener(() => 1)`,
      ),
    ).toBe(false);
    expect(await refusal("zones.currentZone")).toContain("experiments/timezones/child.js");
    expect(await refusal(`zones.getUTCOffset("2026-07-01", "UTC")`)).toContain(
      "timezones/child.js",
    );
  });
});
