/**
 * Which snapshots of one series to keep, decided without touching any: the newest of each of the last hours, days,
 * weeks, months and years that have one. Goes by the times of the snapshots alone, so that a computer left off for a year
 * loses nothing.
 */
import type { KeepReason, RetentionPolicy } from "../../shared/commands.ts";
import { AppError } from "../../shared/errors.ts";

export interface SnapshotFacts {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** It was meant to hold every calendar, and holds them whole: others fill no place of the policy. */
  readonly complete: boolean;
  readonly pinned: boolean;
  /** Paths of the calendars of which it holds at least one item; `null` when it is too damaged to tell. */
  readonly holds: readonly string[] | null;
}

export interface RetentionDecision {
  /** Newest first. */
  readonly keep: readonly { readonly id: string; readonly reasons: readonly KeepReason[] }[];
  readonly remove: readonly string[];
}

/** A moment as the calendar on the wall shows it; month from 0. */
export interface WallClock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Incomplete snapshots, and those of some calendars, are kept this long: one may be the way back from a restore. */
const UNCOUNTED_KEPT_MS = 30 * DAY;
/** Beyond this, a snapshot from the future shows that the clock is wrong or was. */
const TOLERANCE_MS = HOUR;

/** The period a snapshot belongs to, for each rule of a policy. */
const PERIODS = {
  hourly: ({ year, month, day, hour }: WallClock) => Date.UTC(year, month, day, hour),
  daily: ({ year, month, day }: WallClock) => Date.UTC(year, month, day),
  // The first of January 1970 was a Thursday; weeks begin on Monday.
  weekly: ({ year, month, day }: WallClock) =>
    Math.floor((Date.UTC(year, month, day) / DAY + 3) / 7),
  monthly: ({ year, month }: WallClock) => year * 12 + month,
  yearly: ({ year }: WallClock) => year,
} as const;

export function localClock(time: number): WallClock {
  const date = new Date(time);
  return {
    year: date.getFullYear(),
    month: date.getMonth(),
    day: date.getDate(),
    hour: date.getHours(),
  };
}

/** True when a snapshot claims to be from the future: then nothing can be said about what is old. */
export function clockJumped(
  snapshots: readonly Pick<SnapshotFacts, "time">[],
  now: number,
): boolean {
  return snapshots.some(({ time }) => time > now + TOLERANCE_MS);
}

/** True when the policy keeps anything at all by itself. */
export function keepsSomething(policy: RetentionPolicy): boolean {
  return Object.values(policy).some((count) => count > 0);
}

export function keepsNothing(argument: string): AppError {
  return new AppError("bad-argument", "The policy would keep no snapshot.", {
    hint: "Nothing was removed. Name at least one number above zero.",
    details: { argument },
  });
}

export function decideRetention(
  snapshots: readonly SnapshotFacts[],
  policy: RetentionPolicy,
  wallClock: (time: number) => WallClock = localClock,
): RetentionDecision {
  const newestFirst = [...snapshots].sort((a, b) => b.time - a.time || (a.id < b.id ? -1 : 1));
  const reasons = new Map<string, KeepReason[]>();
  const keep = (id: string, reason: KeepReason) =>
    reasons.set(id, [...(reasons.get(id) ?? []), reason]);

  const complete = newestFirst.filter((snapshot) => snapshot.complete);
  for (const { id } of complete.slice(0, 1)) keep(id, "newest");
  for (const { id } of complete.slice(0, policy.last ?? 0)) keep(id, "last");
  for (const rule of Object.keys(PERIODS) as (keyof typeof PERIODS)[]) {
    const periods = new Set<number>();
    for (const { id, time } of complete) {
      const period = PERIODS[rule](wallClock(time));
      if (periods.has(period) || periods.size >= (policy[rule] ?? 0)) continue;
      periods.add(period);
      keep(id, rule);
    }
  }
  const kept = complete.filter(({ id }) => reasons.has(id));
  // Of two, the older: one backup made while the clock was ahead must not make the others old.
  const reference = (kept[1] ?? kept[0])?.time;
  for (const { id, time, complete: counts, pinned, holds } of newestFirst) {
    if (pinned) keep(id, "pinned");
    if (holds === null) keep(id, "unreadable");
    if (!counts && (reference === undefined || time > reference - UNCOUNTED_KEPT_MS))
      keep(id, "recent");
  }
  keepLastHolders(newestFirst, reasons, keep);
  return {
    keep: newestFirst.flatMap(({ id }) => {
      const why = reasons.get(id);
      return why ? [{ id, reasons: why }] : [];
    }),
    remove: newestFirst.filter(({ id }) => !reasons.has(id)).map(({ id }) => id),
  };
}

/** Of every calendar that any snapshot holds, one that is kept holds it too: else the newest that does. */
function keepLastHolders(
  newestFirst: readonly SnapshotFacts[],
  reasons: ReadonlyMap<string, unknown>,
  keep: (id: string, reason: KeepReason) => void,
): void {
  const held = new Set(
    newestFirst.filter(({ id }) => reasons.has(id)).flatMap(({ holds }) => holds ?? []),
  );
  for (const { id, holds } of newestFirst) {
    const only = (holds ?? []).filter((calendar) => !held.has(calendar));
    if (only.length === 0) continue;
    keep(id, "only-copy");
    for (const calendar of holds ?? []) held.add(calendar);
  }
}
