/**
 * Compares two snapshots, or a snapshot and the calendars as they are now: which items were added, removed and
 * changed, and how. Only contents that differ by name are read, and only those of the asked part are put in words.
 */
import type { CommandArguments, ComparedItem, SnapshotDifference } from "../../shared/commands.ts";
import { AppError } from "../../shared/errors.ts";
import { DIFFERENT_FORM, differenceWords } from "../../shared/ical/difference-words.ts";
import { itemDifferences } from "../../shared/ical/item-differences.ts";
import { scanColumns } from "../../shared/ical/scan.ts";
import { componentName } from "./browse.ts";
import { type CalendarPair, type ComparedFile, type FilePair, pairFiles } from "./file-pairs.ts";

const ITEMS_AT_ONCE = 200;

/** @throws AppError "bad-argument" when neither side holds the calendar, "store-corrupt", "blob-missing", "aborted" */
export async function compareCalendars(
  pairs: readonly CalendarPair[],
  { calendar, offset = 0, limit = ITEMS_AT_ONCE }: CommandArguments<"snapshots.diff">,
  signal: AbortSignal,
): Promise<SnapshotDifference> {
  const wanted = calendar?.replace(/\/$/, "");
  const compared = pairs.filter(({ path }) => wanted === undefined || path === wanted);
  if (wanted !== undefined && compared.length === 0) throw unknownCalendar();
  const calendars: SnapshotDifference["calendars"][number][] = [];
  const different: { readonly calendar: string; readonly pair: FilePair }[] = [];
  for (const { path, displayName, state, sides } of compared) {
    const { before, after, alike } = await sides();
    const { pairs: files, unchanged } = await pairFiles(before, after, signal);
    const count = (change: FilePair["change"]) =>
      files.filter((file) => file.change === change).length;
    calendars.push({
      path,
      displayName,
      state,
      added: count("added"),
      removed: count("removed"),
      changed: count("changed"),
      unchanged: unchanged + alike,
    });
    different.push(...files.map((pair) => ({ calendar: path, pair })));
  }
  const items: ComparedItem[] = [];
  for (const one of different.slice(offset, offset + limit)) {
    signal.throwIfAborted();
    items.push(await describePair(one.calendar, one.pair));
  }
  return { calendars, items, total: different.length };
}

async function describePair(
  calendar: string,
  { change, before, after }: FilePair,
): Promise<ComparedItem> {
  const shown = (after ?? before) as ComparedFile;
  const columns = scanColumns(await shown.text());
  const differences =
    before && after ? itemDifferences(await before.text(), await after.text()) : [];
  return {
    change,
    path: shown.path,
    movedFrom: before && after && before.path !== after.path ? before.path : null,
    calendar,
    uid: columns.uid,
    summary: columns.summary,
    start: columns.start,
    component: componentName(columns.components),
    differences,
    words:
      change === "changed" && differences.length === 0
        ? [DIFFERENT_FORM]
        : differences.map(differenceWords),
  };
}

function unknownCalendar(): AppError {
  return new AppError("bad-argument", "Neither of the two holds this calendar.", {
    hint: "List the snapshot's calendars and use one of their paths.",
    details: { argument: "calendar" },
  });
}
