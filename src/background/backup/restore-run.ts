/** Writes what a restore decided for one calendar, reads everything back, and names what did not make it. */
import type { AppError } from "../../shared/errors.ts";
import type {
  CalendarSource,
  CalendarTarget,
  CalendarWrite,
  KnownCalendar,
  WriteFailure,
} from "./ports.ts";
import { presentResources } from "./restore-destination.ts";
import { type Failure, failure } from "./restore-failures.ts";
import type { PresentResource } from "./restore-plan.ts";
import { type HeldElsewhere, risky, tryOne } from "./restore-uids.ts";
import { verifyWrite } from "./restore-verification.ts";

export interface DecidedWrites {
  readonly writes: readonly CalendarWrite[];
  /** How a person knows what a write concerns. */
  readonly itemOf: (write: CalendarWrite) => string;
  /** What the calendar held before, by name. */
  readonly present: ReadonlyMap<string, PresentResource>;
}

/** Of an item that is to be removed, what the calendar holds. */
export function textOf(
  write: CalendarWrite,
  present: ReadonlyMap<string, PresentResource>,
): string | undefined {
  return write.kind === "remove" ? present.get(write.name)?.text : write.text;
}

/** @returns what did not make it */
export async function runWrites(
  { writes, itemOf, present }: DecidedWrites,
  calendar: KnownCalendar,
  calendars: CalendarSource & CalendarTarget,
  held: HeldElsewhere,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (done: number) => void },
): Promise<Map<CalendarWrite, Failure>> {
  const failures = new Map<CalendarWrite, Failure>();
  if (writes.length === 0) return failures;
  const fail = (write: CalendarWrite, error: AppError) =>
    failures.set(write, failure(itemOf(write), error, textOf(write, present)));
  const byName = new Map(writes.map((write) => [write.name, write]));
  const failAll = (refused: readonly WriteFailure[]) => {
    for (const { name, error } of refused) {
      const write = byName.get(name);
      if (write) fail(write, error);
    }
  };
  const doubtful = risky(writes, held);
  const [first] = doubtful;
  const trial = first && (await tryOne(first, calendar, held, calendars, { signal }));
  failAll(trial?.failures ?? []);
  if (trial?.refusal) for (const write of doubtful) fail(write, trial.refusal);
  const left = writes.filter((write) => write !== first && !failures.has(write));
  if (left.length > 0) failAll(await calendars.write(calendar, left, signal, onProgress));
  const after = await presentResources(calendar, calendars, signal);
  const afterByUid = new Map([...after.values()].map((resource) => [resource.uid, resource]));
  for (const write of writes) {
    if (failures.has(write)) continue;
    const named = after.get(write.name);
    // The server may have stored it under another name.
    const there =
      (write.uid === null || named?.uid === write.uid ? named : undefined) ??
      (write.uid === null ? undefined : afterByUid.get(write.uid)) ??
      named;
    const miss = verifyWrite(write, there?.deleted ? undefined : there?.text);
    if (miss) fail(write, miss);
  }
  return failures;
}
