/**
 * What the user's word about a conflict makes of the resource. Both versions are whole texts, but only what clashed
 * is decided: what was merged without a clash, and what was edited since, stays. Pure.
 */
import type { ConflictRecord } from "../../shared/item-store.ts";
import type { CalendarTexts } from "./texts.ts";

export type ConflictChoice = "mine" | "theirs" | "both";

export interface Chosen {
  /** What the resource is to say; `null`: it is to be deleted. Absent: as it is. */
  readonly text?: string | null;
  /** True for a text that the server no longer has: it is to be made there again. */
  readonly again?: boolean;
  /** A version that becomes an item of its own. */
  readonly copy?: string;
}

/**
 * @param visible what the resource says now; `null`: it is gone
 * "both" of a version and a deletion is the version.
 */
export function choose(
  { conflict, mine, theirs, base }: ConflictRecord,
  choice: ConflictChoice,
  visible: string | null,
  texts: Pick<CalendarTexts, "mergeTexts">,
): Chosen {
  if (theirs === null) {
    if (choice === "theirs") return { text: null };
    return mine === null ? {} : { text: visible ?? mine, again: true };
  }
  if (mine === null) return choice === "mine" ? { text: null } : {};
  if (visible === null) {
    if (choice === "theirs" && conflict !== "uid-taken") return {};
    if (choice === "both") return { text: theirs, copy: mine };
    return { text: choice === "mine" ? mine : theirs };
  }
  // The two merges differ in what clashed and in nothing else.
  const withMine = base === null ? mine : texts.mergeTexts({ base, mine, theirs }).text;
  const withTheirs =
    base === null ? theirs : texts.mergeTexts({ base, mine: theirs, theirs: mine }).text;
  const [from, to] = choice === "mine" ? [withTheirs, withMine] : [withMine, withTheirs];
  const { text } = texts.mergeTexts({ base: from, mine: to, theirs: visible });
  return { text, ...(choice === "both" ? { copy: mine } : {}) };
}
