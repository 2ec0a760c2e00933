/**
 * The directories the add-on may use: the default one in the profile, those the user picked, and those an
 * administrator listed in the pref `extensions.caldav-keeper.places` (a JSON array of absolute paths). Picked
 * ones and directories that were in use once are recorded in prefs of their own, out of reach of pages.
 */
import { directoryParts } from "./place-path.ts";

const LISTED = "extensions.caldav-keeper.places";
const PICKED = "extensions.caldav-keeper.pickedPlaces";
/** Directories that existed once: when one of them is missing, it has vanished and is not made again. */
const SEEN = "extensions.caldav-keeper.seenPlaces";

/** The part of the preferences service in use. */
export type PlacePrefs = Pick<GeckoPrefs, "getStringPref" | "setStringPref">;

/** Absolute directories of a JSON array; anything else in it is left out. */
export function parsePlaces(json: string, windows: boolean): string[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return [];
  }
  if (!Array.isArray(value)) return [];
  return value.filter(
    (entry): entry is string =>
      typeof entry === "string" && (directoryParts(entry, windows)?.length ?? 0) > 0,
  );
}

export class Places {
  readonly #prefs: PlacePrefs;
  readonly #windows: boolean;
  readonly defaultDirectory: string;

  constructor(prefs: PlacePrefs, defaultDirectory: string, windows: boolean) {
    this.#prefs = prefs;
    this.#windows = windows;
    this.defaultDirectory = defaultDirectory;
  }

  /** Every allowed place once, the default one first. */
  all(): string[] {
    return [...new Set([this.defaultDirectory, ...this.#read(PICKED), ...this.#read(LISTED)])];
  }

  /** Records a directory the user picked. It exists, even if one of the same path vanished before. */
  addPicked(directory: string): void {
    this.#add(PICKED, directory);
    this.#add(SEEN, directory);
  }

  wasSeen(directory: string): boolean {
    return this.#read(SEEN).includes(directory);
  }

  markSeen(directory: string): void {
    this.#add(SEEN, directory);
  }

  #read(pref: string): string[] {
    return parsePlaces(this.#prefs.getStringPref(pref, "[]"), this.#windows);
  }

  #add(pref: string, directory: string): void {
    const present = this.#read(pref);
    if (present.includes(directory)) return;
    this.#prefs.setStringPref(pref, JSON.stringify([...present, directory]));
  }
}
