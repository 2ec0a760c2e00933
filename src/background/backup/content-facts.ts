/** What the search over snapshots knows of one content: enough to find it, to list it and to place it in a month. */
import { scanColumns } from "../../shared/ical/scan.ts";
import { ITEM_FLAG, type ItemColumns } from "../../shared/item-store.ts";
import { firstNotes } from "./first-notes.ts";

export type ContentFacts = Pick<
  ItemColumns,
  "uid" | "summary" | "location" | "start" | "end" | "flags" | "components"
> & {
  /** DTSTART and DTEND or DUE as `TZID|value`. */
  readonly startValue: string;
  readonly endValue: string;
  /** Title, place and notes as {@link foldText} gives them. */
  readonly searched: string;
  /** The text of a series, if it is short: placing its occurrences in a month needs all of it. */
  readonly text: string | null;
};

/** Of longer notes only the beginning is searched. */
const NOTES_SEARCHED = 1000;
const LONGEST_TEXT = 8192;
const EXPANDED = ITEM_FLAG.recurring | ITEM_FLAG.overrides;

export function contentFacts(text: string): ContentFacts {
  const columns = scanColumns(text);
  const { uid, summary, location, start, end, flags, components, startValue, endValue } = columns;
  const kept = (flags & EXPANDED) !== 0 && text.length <= LONGEST_TEXT;
  return {
    ...{ uid, summary, location, start, end, flags, components, startValue, endValue },
    searched: foldText([summary, location, firstNotes(text).slice(0, NOTES_SEARCHED)].join("\n")),
    text: kept ? text : null,
  };
}

/** Of a content that is damaged in the store. */
export const UNREADABLE: ContentFacts = {
  uid: null,
  summary: "",
  location: "",
  start: null,
  end: null,
  flags: ITEM_FLAG.unreadable,
  components: 0,
  startValue: "",
  endValue: "",
  searched: "",
  text: null,
};

/** Without regard to case, accents and forms of the same letter. */
export function foldText(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase();
}
