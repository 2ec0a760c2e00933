/**
 * What the engine needs of the reading of calendar texts (RFC 5545); implemented in shared/ical and handed in,
 * so that the engine decides about versions of a text without knowing what is in them.
 */
import type { ItemColumns } from "../../shared/item-store.ts";

export interface MergeResult {
  /** A valid calendar object holding both sides' changes; of a clash, the user's value. */
  readonly text: string;
  /** Names of the properties (groups) both sides changed differently. */
  readonly conflicts: readonly string[];
  /** False when `text` says nothing that `theirs` does not say: nothing has to be sent. */
  readonly changed: boolean;
}

export interface CalendarTexts {
  /** Never throws for damaged input: the flags say "unreadable". */
  scanColumns(text: string): ItemColumns;
  /** @throws AppError "calendar-data" when a side cannot be read */
  mergeTexts(versions: {
    readonly base: string;
    readonly mine: string;
    readonly theirs: string;
  }): MergeResult;
}

/** True when the texts differ in nothing a person entered (time stamps, acknowledgements of alarms). */
export function saysTheSame(texts: CalendarTexts, mine: string, theirs: string): boolean {
  return mine === theirs || !texts.mergeTexts({ base: theirs, mine, theirs }).changed;
}
