import { describe, expect, test } from "vitest";
import { Places, parsePlaces } from "../../../src/experiments/platform/places.ts";

function memoryPrefs(values: Record<string, string> = {}) {
  return {
    getStringPref: (name: string, fallback?: string) => values[name] ?? fallback ?? "",
    setStringPref: (name: string, value: string) => {
      values[name] = value;
    },
  };
}

describe("the list of allowed places", () => {
  test("holds the default, the administrator's and the picked ones, each once", () => {
    const prefs = memoryPrefs({ "extensions.caldav-keeper.places": '["/srv/backup", "/p/store"]' });
    const places = new Places(prefs, "/p/store", false);
    places.addPicked("/media/stick");
    places.addPicked("/media/stick");
    expect(places.all()).toEqual(["/p/store", "/media/stick", "/srv/backup"]);
  });

  test("survives a restart", () => {
    const prefs = memoryPrefs();
    new Places(prefs, "/p/store", false).addPicked("/media/stick");
    const later = new Places(prefs, "/p/store", false);
    expect(later.all()).toContain("/media/stick");
    expect(later.wasSeen("/media/stick")).toBe(true);
    expect(later.wasSeen("/p/store")).toBe(false);
  });

  test.each(["", "nonsense", "{}", "[1, null, {}]", '["relative", "", "/a/../etc", "/"]'])(
    "the pref %j allows nothing",
    (json) => {
      expect(parsePlaces(json, false)).toEqual([]);
    },
  );
});
