/** What every section of the page is given: the background, the words, the clock, and the live region. */
import type { BackgroundClient } from "./background-client.ts";
import type { LastShown } from "./last-shown.ts";
import type { Localizer } from "./localizer.ts";

export interface Page {
  readonly client: BackgroundClient;
  readonly words: Localizer;
  readonly lastShown: LastShown;
  readonly now: () => number;
  /** Said by screen readers; not seen. */
  announce(text: string): void;
}
