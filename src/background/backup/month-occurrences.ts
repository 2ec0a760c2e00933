/** What takes place in a span of days, as a snapshot has it. Bounded in steps and in results, whatever its rules. */
import type { CommandArguments, SnapshotOccurrence } from "../../shared/commands.ts";
import { parseTree } from "../../shared/ical/component-tree.ts";
import { DAY, isDate } from "../../shared/ical/date-value.ts";
import { identifiedComponents } from "../../shared/ical/identity.ts";
import {
  instantIn,
  type Occurrence,
  occurrences,
  type Span,
} from "../../shared/ical/recurrence/occurrences.ts";
import { type Moment, shiftedValue, writtenMoment } from "../../shared/ical/simple/iso-time.ts";
import { COMPONENT, ITEM_FLAG } from "../../shared/item-store.ts";
import { makePace } from "../kloset/pace.ts";
import { componentName } from "./browse.ts";
import type { IndexedFile } from "./history-index.ts";
import type { Work } from "./ports.ts";

const TOLD_EVERY = 100;
const MOST_OCCURRENCES = 5_000;
/** Periods of one rule that are looked at. */
const MOST_STEPS = 20_000;
/** Columns hold wall times: an instant may be a day away. */
const MARGIN = DAY;

interface PlacedFile {
  readonly calendar: string;
  readonly file: IndexedFile;
}

export interface MonthOccurrences {
  readonly occurrences: SnapshotOccurrence[];
  /** There are more than can be shown, or a rule is too costly to be followed. */
  readonly incomplete: boolean;
}

/** @param textOf of a series whose text is not at hand. @throws AppError "aborted" */
export async function monthOccurrences(
  files: readonly PlacedFile[],
  { from, to, zone }: CommandArguments<"snapshots.occurrences">,
  textOf: (file: IndexedFile) => Promise<string | undefined>,
  { signal, onProgress }: Work,
): Promise<MonthOccurrences> {
  const span = { from, to, zone };
  const found: SnapshotOccurrence[] = [];
  const pace = makePace(signal);
  let incomplete = false;
  for (const [done, { calendar, file }] of files.entries()) {
    await pace.breathe();
    if (done % TOLD_EVERY === 0) onProgress({ done, total: files.length, note: "" });
    if (!mayTouch(file, span)) continue;
    let steps = 0;
    for (const each of await occurrencesOf(file, span, textOf)) {
      if (each) found.push(placed(calendar, file, each, zone));
      if (steps++ > MOST_STEPS || found.length >= MOST_OCCURRENCES) {
        incomplete = true;
        break;
      }
      if (steps % 64 === 0) await pace.breathe();
    }
    if (found.length >= MOST_OCCURRENCES) break;
  }
  found.sort((a, b) => Number(b.allDay) - Number(a.allDay) || a.start - b.start);
  return { occurrences: found, incomplete };
}

function mayTouch({ facts }: IndexedFile, { from, to }: Span): boolean {
  const shown = (facts.components & (COMPONENT.event | COMPONENT.todo)) !== 0;
  if (!shown || facts.start === null) return false;
  if (facts.start > to + MARGIN) return false;
  return (facts.end ?? endless(facts)) >= from - MARGIN;
}

function endless({ flags, start }: IndexedFile["facts"]): number {
  return (flags & ITEM_FLAG.recurring) !== 0 ? Number.POSITIVE_INFINITY : (start ?? 0);
}

async function occurrencesOf(
  file: IndexedFile,
  span: Span,
  textOf: (file: IndexedFile) => Promise<string | undefined>,
): Promise<Iterable<Occurrence | null>> {
  const { flags, startValue, endValue } = file.facts;
  const single = (flags & (ITEM_FLAG.recurring | ITEM_FLAG.overrides)) === 0;
  // Of a rule too costly to be followed the first instance is shown, as Thunderbird does.
  if (single || (flags & ITEM_FLAG.costly) !== 0) {
    const start = writtenMoment(startValue) ?? writtenMoment(endValue);
    const end = writtenMoment(endValue) ?? (start && endOf(start, file.facts));
    const only = start && { id: null, start, end, changed: false };
    return only && touches(only, span) ? [only] : [];
  }
  const text = await textOf(file);
  if (text === undefined) return [];
  const parts = identifiedComponents(parseTree(text)).filter(({ component }) =>
    ["VEVENT", "VTODO"].includes(component.name),
  );
  const master = parts.find(({ recurrenceId }) => recurrenceId === null)?.component ?? null;
  const overrides = parts.filter(({ recurrenceId }) => recurrenceId !== null);
  return occurrences(
    master,
    overrides.map(({ component }) => component),
    span,
  );
}

/** Where a DURATION says when it ends. */
function endOf(moment: Moment, { start, end, flags }: IndexedFile["facts"]): Moment | null {
  if (start === null || end === null || (flags & ITEM_FLAG.costly) !== 0) return null;
  return { ...moment, value: shiftedValue(moment.value, end - start) };
}

function touches(occurrence: Occurrence, { from, to, zone }: Span): boolean {
  const { start, end } = bounds(occurrence, zone);
  return start < to && (end > from || (end === start && start >= from));
}

function bounds({ start, end }: Occurrence, zone: string): { start: number; end: number } {
  const begin = instantIn(start, zone);
  const least = isDate(start.value) ? begin + DAY : begin;
  return { start: begin, end: end === null ? least : Math.max(least, instantIn(end, zone)) };
}

function placed(
  calendar: string,
  { path, facts }: IndexedFile,
  occurrence: Occurrence,
  zone: string,
): SnapshotOccurrence {
  return {
    path,
    calendar,
    uid: facts.uid,
    summary: facts.summary,
    ...bounds(occurrence, zone),
    allDay: isDate(occurrence.start.value),
    recurring: (facts.flags & ITEM_FLAG.recurring) !== 0,
    component: componentName(facts.components),
  };
}
