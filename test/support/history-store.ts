/**
 * A store on the disk with a long history, made in Node by the product's own backup: what a history of years looks like,
 * without the years. What lies in it is known beforehand, so that what is found in it can be compared.
 */
import { runBackup } from "../../src/background/backup/backup.ts";
import type { ReplacedVersions } from "../../src/background/backup/ports.ts";
import { createStore, openStore } from "../../src/background/kloset/kloset.ts";
import { realSurroundings } from "../../src/background/kloset/snapshot-terms.ts";
import { work } from "./backup-fixture.ts";
import { MemoryCalendars } from "./memory-calendars.ts";
import { NodeStorage } from "./node-storage.ts";

export interface HistoryItemText {
  /** Of its file. */
  readonly name: string;
  readonly text: string;
}

export interface HistoryStorePlan {
  readonly snapshots: number;
  /** What the first snapshot holds. */
  readonly items: readonly HistoryItemText[];
  /** Milliseconds since the epoch; the others follow, a day apart. */
  readonly firstAt: number;
}

/** What a snapshot did to an item, by its position among the items. */
export interface HistoryEdit {
  readonly item: number;
  readonly kind: "changed" | "removed";
}

export const HISTORY_CALENDARS = ["Work", "Family", "Choir"] as const;
const CHANGED_EACH_TIME = 10;
/** The first item changes so often, that it has versions to look at. */
const WATCHED_EVERY = 7;
const DAY = 86_400_000;

/** Most lie in the first. */
export function historyCalendarOf(item: number): (typeof HISTORY_CALENDARS)[number] {
  if (item % 50 === 49) return "Choir";
  return item % 10 === 9 ? "Family" : "Work";
}

/** What the snapshot of this number did, from 0; each item once. The first item is never removed. */
export function historyEdits(snapshot: number, items: number): HistoryEdit[] {
  if (snapshot === 0) return [];
  const changed = new Set(snapshot % WATCHED_EVERY === 0 ? [0] : []);
  for (let n = 0; n < CHANGED_EACH_TIME; n++)
    changed.add(1 + ((snapshot * 37 + n * 101) % (items - 1)));
  const removed = 1 + ((snapshot * 53) % (items - 1));
  changed.delete(removed);
  return [
    ...[...changed].map((item) => ({ item, kind: "changed" as const })),
    { item: removed, kind: "removed" },
  ];
}

/** A word that the versions of this snapshot have in their titles, and no others. */
export function historyMark(snapshot: number): string {
  return `Edit${String(snapshot).padStart(3, "0")}x`;
}

export function historyTextAt(text: string, snapshot: number): string {
  return text.replace(/^SUMMARY:/m, `SUMMARY:${historyMark(snapshot)} `);
}

/**
 * An item that was removed comes back with its next change.
 * @param directory an empty one
 * @returns the snapshots' ids, oldest first
 */
export async function makeHistoryStore(
  directory: string,
  { snapshots, items, firstAt }: HistoryStorePlan,
): Promise<string[]> {
  let now = firstAt;
  const surroundings = { ...realSurroundings, now: () => now };
  const storage = new NodeStorage(directory);
  await createStore(storage, { surroundings });
  const store = await openStore(storage, { surroundings });
  const calendars = new MemoryCalendars();
  for (const name of HISTORY_CALENDARS)
    calendars.add({
      calendarId: name,
      account: "ada@cal.example.org",
      collection: name,
      own: true,
    });
  const put = (item: number, text: string) =>
    calendars.put(historyCalendarOf(item), items[item]?.name ?? "", text);
  for (const [item, { text }] of items.entries()) put(item, text);
  const ids: string[] = [];
  for (let snapshot = 0; snapshot < snapshots; snapshot++) {
    for (const { item, kind } of historyEdits(snapshot, items.length)) {
      const { name, text } = items[item] as HistoryItemText;
      if (kind === "changed") put(item, historyTextAt(text, snapshot));
      else calendars.drop(historyCalendarOf(item), name);
    }
    now = firstAt + snapshot * DAY;
    const request = { label: "", origin: "thunderbird:made", hostname: "here" };
    const { report } = await runBackup(store, calendars, NOTHING_REPLACED, request, work());
    ids.push(report.snapshotId);
  }
  return ids;
}

const NOTHING_REPLACED: ReplacedVersions = {
  gone: async () => [],
  read: async () => {},
  markSaved: async () => {},
  settleSaved: async () => {},
  unmarkSaved: async () => {},
};
