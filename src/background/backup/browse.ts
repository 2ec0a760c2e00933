/** Looking into a snapshot: its calendars, and the items of one calendar as a person searches them. */

import type { BrowsedCalendar, BrowsedItem } from "../../shared/commands.ts";
import { AppError } from "../../shared/errors.ts";
import { scanColumns } from "../../shared/ical/scan.ts";
import { COMPONENT, ITEM_FLAG, type ItemColumns } from "../../shared/item-store.ts";
import { columnsOf } from "./content-columns.ts";
import { parseCalendarPath } from "./layout.ts";
import { snapshotCalendars } from "./snapshot-calendars.ts";
import type { SnapshotFiles } from "./snapshot-files.ts";
import { unlessDamaged } from "./unless-damaged.ts";

export interface ItemQuery {
  /** Searched in summary and location, without regard to case. */
  readonly text?: string;
  /** Milliseconds; an undated item is always within. */
  readonly from?: number;
  readonly to?: number;
  readonly offset?: number;
  readonly limit?: number;
}

export async function browseCalendars(snapshot: SnapshotFiles): Promise<BrowsedCalendar[]> {
  const calendars: BrowsedCalendar[] = [];
  for (const calendar of await snapshotCalendars(snapshot)) {
    const entries = await snapshot.list(calendar.path);
    calendars.push({
      path: calendar.path,
      displayName: calendar.manifest?.displayName || calendar.calendar,
      account: calendar.account,
      color: calendar.manifest?.color ?? null,
      items: entries.filter((entry) => entry.kind === "file").length,
      stale: (calendar.manifest?.staleSince ?? null) !== null,
    });
  }
  return calendars;
}

/** What is known of a text that cannot be read. */
const NOTHING_READ = scanColumns("");

/** @throws AppError "bad-argument" when the snapshot holds no such calendar */
export async function browseItems(
  snapshot: SnapshotFiles,
  calendar: string,
  query: ItemQuery,
  signal: AbortSignal,
): Promise<{ items: BrowsedItem[]; total: number }> {
  if (!parseCalendarPath(calendar) || !(await snapshot.stat(calendar))) {
    throw new AppError("bad-argument", "This snapshot holds no such calendar.", {
      hint: "List the snapshot's calendars first and use one of their paths.",
      details: { argument: "calendar" },
    });
  }
  const found: BrowsedItem[] = [];
  for (const entry of await snapshot.list(calendar)) {
    signal.throwIfAborted();
    if (entry.kind !== "file") continue;
    // Damaged in the store, it is still listed, by its path alone.
    const columns = (await unlessDamaged(() => columnsOf(snapshot, entry))) ?? NOTHING_READ;
    if (!matches(columns, query)) continue;
    found.push({
      path: entry.path,
      calendar,
      uid: columns.uid,
      summary: columns.summary,
      start: columns.start,
      end: columns.end,
      recurring: (columns.flags & ITEM_FLAG.recurring) !== 0,
      component: componentName(columns.components),
      size: entry.size,
    });
  }
  found.sort(
    (a, b) => (a.start ?? Number.NEGATIVE_INFINITY) - (b.start ?? Number.NEGATIVE_INFINITY),
  );
  const offset = query.offset ?? 0;
  return { items: found.slice(offset, offset + (query.limit ?? 200)), total: found.length };
}

function matches(columns: ItemColumns, query: ItemQuery): boolean {
  const text = query.text?.trim().toLowerCase();
  if (text && !`${columns.summary}\n${columns.location}`.toLowerCase().includes(text)) return false;
  if (query.from !== undefined && columns.end !== null && columns.end < query.from) return false;
  return !(query.to !== undefined && columns.start !== null && columns.start > query.to);
}

export function componentName(components: number): BrowsedItem["component"] {
  if (components & COMPONENT.event) return "event";
  if (components & COMPONENT.todo) return "todo";
  if (components & COMPONENT.journal) return "journal";
  return "other";
}
