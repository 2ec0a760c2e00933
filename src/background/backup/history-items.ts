/**
 * The items of several snapshots, each once, with what holds it; and those that fit a search. Pure, and in slices: ten
 * thousand items take longer than a page may stand still.
 */
import type { FoundItem, SearchedCalendar } from "../../shared/commands.ts";
import { ITEM_FLAG } from "../../shared/item-store.ts";
import type { Pace } from "../kloset/pace.ts";
import { componentName } from "./browse.ts";
import { presencesOf } from "./calendar-presence.ts";
import { foldText } from "./content-facts.ts";
import type {
  IndexedCalendar,
  IndexedFile,
  IndexedPiece,
  IndexedSnapshot,
} from "./history-index.ts";

/** A part of a listing as some of the snapshots share it. */
interface Holding {
  readonly file: IndexedFile;
  /** Positions among the snapshots, ascending: the newest first. */
  readonly at: readonly number[];
}

export interface HistoryItem {
  readonly calendar: string;
  readonly holdings: readonly Holding[];
  /** Texts it did not have when the snapshots were made, the last replaced first. */
  readonly replaced: readonly Holding[];
  /** The newest version, an unsent one before the one of the server; a replaced one only where there is no other. */
  readonly newest: Holding;
  readonly gone: boolean;
}

export interface HistoryQuery {
  /** Every word must be there. */
  readonly text?: string | undefined;
  /** Wall times as if UTC; an undated item is not within. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly calendar?: string | undefined;
  readonly gone?: boolean | undefined;
}

/**
 * @param snapshots newest first
 * @param wanted ids of those whose items are asked for; the others tell what is gone
 * @param besidesOf what counts as `replaced`: texts an item did not have when its snapshot was made
 */
export async function historyItems(
  snapshots: readonly IndexedSnapshot[],
  wanted: ReadonlySet<string>,
  besidesOf: (calendar: IndexedCalendar) => readonly IndexedPiece[],
  { breathe }: Pace,
): Promise<HistoryItem[]> {
  const items: HistoryItem[] = [];
  const isAll = snapshots.every(({ info }) => wanted.has(info.id));
  const replacedIn = piecesByCalendar(snapshots, besidesOf);
  for (const [calendar, pieces] of piecesByCalendar(snapshots, ({ pieces }) => pieces)) {
    const presenceOf = presencesOf(snapshots, calendar);
    const held = await holdingsByItem(pieces, breathe);
    const replaced = await holdingsByItem(replacedIn.get(calendar) ?? new Map(), breathe);
    for (const key of replaced.keys()) if (!held.has(key)) held.set(key, []);
    for (const [key, all] of held) {
      await breathe();
      const holdings = (
        isAll ? all : heldIn(all, (index) => isWanted(snapshots, index, wanted))
      ).sort(newestFirst);
      const earlier = (replaced.get(key) ?? []).sort(lastReplacedFirst);
      const newest = holdings[0] ?? earlier[0];
      if (!newest) continue;
      // An item of several computers' calendars goes by the one that had it last.
      const last = Math.min(...(all.length > 0 ? all : earlier).map(({ at }) => at[0] as number));
      const present = presenceOf(last);
      const gone = !all.some(({ at }) => (at[0] as number) <= present && at.includes(present));
      items.push({ calendar, holdings, replaced: earlier, newest, gone });
    }
  }
  return items;
}

async function holdingsByItem(
  pieces: ReadonlyMap<IndexedPiece, number[]>,
  breathe: Pace["breathe"],
): Promise<Map<string, Holding[]>> {
  const held = new Map<string, Holding[]>();
  for (const [piece, at] of pieces) {
    await breathe();
    for (const file of piece) {
      const key = file.facts.uid ?? `/${file.name}`;
      const known = held.get(key);
      if (known) known.push({ file, at });
      else held.set(key, [{ file, at }]);
    }
  }
  return held;
}

function lastReplacedFirst(a: Holding, b: Holding): number {
  return (b.file.replacedAt ?? 0) - (a.file.replacedAt ?? 0);
}

function heldIn(holdings: readonly Holding[], isMeant: (index: number) => boolean): Holding[] {
  return holdings
    .map(({ file, at }) => ({ file, at: at.filter(isMeant) }))
    .filter(({ at }) => at.length > 0);
}

function isWanted(
  snapshots: readonly IndexedSnapshot[],
  index: number,
  wanted: ReadonlySet<string>,
): boolean {
  return wanted.has((snapshots[index] as IndexedSnapshot).info.id);
}

function newestFirst(a: Holding, b: Holding): number {
  const order = (a.at[0] as number) - (b.at[0] as number);
  return order || Number(isPending(b.file)) - Number(isPending(a.file));
}

function isPending({ path }: IndexedFile): boolean {
  return path.startsWith("/pending/");
}

function piecesByCalendar(
  snapshots: readonly IndexedSnapshot[],
  piecesOf: (calendar: IndexedCalendar) => readonly IndexedPiece[],
): Map<string, Map<IndexedPiece, number[]>> {
  const byCalendar = new Map<string, Map<IndexedPiece, number[]>>();
  for (const [index, { calendars }] of snapshots.entries())
    for (const indexed of calendars) {
      const { path } = indexed.calendar;
      const known = byCalendar.get(path) ?? new Map<IndexedPiece, number[]>();
      byCalendar.set(path, known);
      for (const piece of piecesOf(indexed)) {
        const at = known.get(piece);
        if (at) at.push(index);
        else known.set(piece, [index]);
      }
    }
  return byCalendar;
}

export async function matchingItems(
  items: readonly HistoryItem[],
  query: HistoryQuery,
  { breathe }: Pace,
): Promise<HistoryItem[]> {
  const words = foldText(query.text ?? "")
    .split(/\s+/)
    .filter((word) => word !== "");
  const matching: HistoryItem[] = [];
  for (const item of items) {
    await breathe();
    const { calendar, gone, holdings, replaced } = item;
    if (query.calendar !== undefined && calendar !== query.calendar) continue;
    if (query.gone === true && !gone) continue;
    if (anyMatches(holdings, words, query) || anyMatches(replaced, words, query))
      matching.push(item);
  }
  return matching;
}

/** Latest first, undated ones last, those of one time by what is searched in them. */
export async function inOrder(
  items: readonly HistoryItem[],
  { breathe }: Pace,
): Promise<HistoryItem[]> {
  const keys: string[] = [];
  for (const [index, item] of items.entries()) {
    if (index % ORDERED_AT_ONCE === 0) await breathe();
    keys.push(`${orderOf(item)}${item.newest.file.facts.searched}\u0000${index}`);
  }
  // biome-ignore lint/suspicious/useArraySortCompare: the engine sorts texts by itself, ours would stop everything meanwhile
  keys.sort();
  return keys.map((key) => items[Number(key.slice(key.lastIndexOf("\u0000") + 1))] as HistoryItem);
}

const ORDERED_AT_ONCE = 64;
/** Beyond what a date can be, either way. */
const LATEST = 8e15;
const DIGITS = 17;

/** Of one length: the later, the smaller. */
function orderOf({ newest }: HistoryItem): string {
  const start = Math.max(-LATEST, Math.min(LATEST, newest.file.facts.start ?? -LATEST));
  return String(Math.round(LATEST - start)).padStart(DIGITS, "0");
}

/** The same version lies in many parts of listings, one after another. */
function anyMatches(
  holdings: readonly Holding[],
  words: readonly string[],
  query: HistoryQuery,
): boolean {
  let before: IndexedFile | undefined;
  for (const { file } of holdings) {
    if (file !== before && matches(file, words, query)) return true;
    before = file;
  }
  return false;
}

function matches(
  { facts, name }: IndexedFile,
  words: readonly string[],
  { from, to }: HistoryQuery,
): boolean {
  const searched = facts.searched === "" ? name.toLowerCase() : facts.searched;
  if (!words.every((word) => searched.includes(word))) return false;
  if (from === undefined && to === undefined) return true;
  if (facts.start === null && facts.end === null) return false;
  if (from !== undefined && facts.end !== null && facts.end < from) return false;
  return !(to !== undefined && facts.start !== null && facts.start > to);
}

export function foundItem(
  { calendar, holdings, replaced, newest, gone }: HistoryItem,
  snapshots: readonly IndexedSnapshot[],
): FoundItem {
  const { path, size, facts } = newest.file;
  const holders = holdings.length > 0 ? holdings : replaced;
  const at = [...new Set(holders.flatMap((holding) => holding.at))].sort((a, b) => a - b);
  const [first, last] = [at[0], at.at(-1)].map(
    (index) => snapshots[index as number] as IndexedSnapshot,
  ) as [IndexedSnapshot, IndexedSnapshot];
  return {
    path,
    // Of replaced texts the last is not always in the newest snapshot that holds any.
    snapshotId: (snapshots[newest.at[0] as number] as IndexedSnapshot).info.id,
    calendar,
    uid: facts.uid,
    summary: facts.summary,
    start: facts.start,
    end: facts.end,
    startValue: facts.startValue,
    recurring: (facts.flags & ITEM_FLAG.recurring) !== 0,
    component: componentName(facts.components),
    size,
    versions: new Set([...holdings, ...replaced].map(({ file }) => file.content)).size,
    snapshots: at.length,
    since: last.info.timestamp,
    until: first.info.timestamp,
    gone,
    replacedAt: newest.file.replacedAt,
  };
}

/** As the newest snapshot that holds it shows it; in the order of that one, those of older ones after them. */
export function searchedCalendars(
  snapshots: readonly IndexedSnapshot[],
  items: readonly HistoryItem[],
  calendarIdOf: (calendar: IndexedSnapshot["calendars"][number]["calendar"]) => string | null,
): SearchedCalendar[] {
  const counts = new Map<string, number>();
  for (const { calendar } of items) counts.set(calendar, (counts.get(calendar) ?? 0) + 1);
  const found = new Map<string, SearchedCalendar>();
  for (const { calendars } of snapshots)
    for (const { calendar } of calendars) {
      const { path, account, manifest } = calendar;
      if (found.has(path)) continue;
      found.set(path, {
        path,
        displayName: manifest?.displayName || calendar.calendar,
        account,
        color: manifest?.color ?? null,
        calendarId: calendarIdOf(calendar),
        items: counts.get(path) ?? 0,
      });
    }
  return [...found.values()];
}
