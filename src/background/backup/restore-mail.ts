/**
 * Restores that make a server send mail: whom it would reach, and how to write without it. RFC 6638 §7.1 lets a new item say
 * that the server shall not see to its invitations; of items that are there already, saying so may itself send a cancellation.
 */
import { AppError } from "../../shared/errors.ts";
import { withoutServerScheduling } from "../../shared/ical/restored-text.ts";
import { attendeeAddresses, notifiedPeople } from "./notified-people.ts";
import type { CalendarWrite, KnownCalendar } from "./ports.ts";
import type { PresentResource } from "./restore-plan.ts";

/** True for a calendar on a server; one on this computer mails nobody. */
export function mayBeTold({ own, type }: KnownCalendar): boolean {
  return own || type === "caldav";
}

/** Addresses that may get mail, sorted. */
export function people(
  writes: readonly CalendarWrite[],
  present: ReadonlyMap<string, PresentResource>,
): string[] {
  return notifiedPeople(
    writes.flatMap((write) => [
      ...(write.kind === "remove" ? [] : [write.text]),
      ...(write.kind === "create" ? [] : [present.get(write.name)?.text ?? ""]),
    ]),
  );
}

export interface QuietWrites {
  readonly writes: readonly CalendarWrite[];
  /** What cannot be written without mail; it is left as it is. */
  readonly refused: readonly { readonly write: CalendarWrite; readonly error: AppError }[];
  /** The write before it was made quiet. */
  original(write: CalendarWrite): CalendarWrite;
}

export function quietWrites(
  wanted: readonly CalendarWrite[],
  present: ReadonlyMap<string, PresentResource>,
): QuietWrites {
  const writes: CalendarWrite[] = [];
  const refused: QuietWrites["refused"][number][] = [];
  const originals = new Map<CalendarWrite, CalendarWrite>();
  for (const write of wanted) {
    if (people([write], present).length === 0) writes.push(write);
    else if (write.kind === "create" && !present.has(write.name)) {
      const quiet = { ...write, text: withoutServerScheduling(write.text) };
      originals.set(quiet, write);
      writes.push(quiet);
    } else refused.push({ write, error: wouldNotify(write, present) });
  }
  return { writes, refused, original: (write) => originals.get(write) ?? write };
}

function wouldNotify(
  write: CalendarWrite,
  present: ReadonlyMap<string, PresentResource>,
): AppError {
  const texts = [write.kind === "remove" ? "" : write.text, present.get(write.name)?.text ?? ""];
  const count = new Set(texts.flatMap(attendeeAddresses)).size;
  return new AppError(
    "would-notify",
    `The server may mail ${count === 1 ? "one person" : `${count} people`} about this change, so it was not made.`,
    { hint: "It is as it was. Restore it without the wish that nobody is told, or as a copy." },
  );
}
