/** Many changes at once in words: what happened, where the items are now, and what each decision does. Pure. */
import type { GuardedChange } from "../../shared/commands.ts";
import type { Localizer } from "../localizer.ts";

export interface GuardWords {
  readonly title: string;
  readonly hint: string;
  readonly apply: string;
  readonly keep: string;
}

/** Of a change that waits for the user's word. */
export function heldWords(
  words: Localizer,
  { kind, count }: GuardedChange,
  calendar: string,
): GuardWords {
  return {
    title: words.counted(`held_${kind}`, count, calendar),
    hint: words.text(`held_${kind}_hint`),
    apply: words.text(`held_${kind}_apply`),
    keep: words.text(`held_${kind}_keep`),
  };
}

/** Of one that was made, in a sentence. */
export function madeWords(words: Localizer, { kind, count, at }: GuardedChange): string {
  return words.counted(`made_${kind}`, count, at === null ? "" : words.dateTime(at));
}
