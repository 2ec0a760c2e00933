/**
 * What the engine needs of the reading of calendar texts (RFC 5545), handed to it, so that it decides about
 * versions of a text without knowing what is in them.
 */
import { isSameResource } from "../../shared/ical/identity.ts";
import { mergeTexts } from "../../shared/ical/merge.ts";
import type { ItemColumns } from "../../shared/item-store.ts";
import { hasInstance } from "../icalendar/recurrence-check.ts";
import { scanColumns } from "../icalendar/scan-engine.ts";

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
  /** Never throws: what is too damaged to be merged in part is taken as a whole, and said to be in conflict. */
  mergeTexts(versions: {
    readonly base: string;
    readonly mine: string;
    readonly theirs: string;
  }): MergeResult;
  /** Of texts with one UID: false for a series and an occurrence of it that lies in a resource of its own. */
  isSameResource(text: string, other: string): boolean;
}

export const calendarTexts: CalendarTexts = {
  scanColumns,
  mergeTexts: (versions) => mergeTexts(versions, hasInstance),
  isSameResource,
};

/** True when the texts differ in nothing a person entered (time stamps, acknowledgements of alarms). */
export function saysTheSame(texts: CalendarTexts, mine: string, theirs: string): boolean {
  return mine === theirs || !texts.mergeTexts({ base: theirs, mine, theirs }).changed;
}
