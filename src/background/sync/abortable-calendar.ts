/**
 * A calendar that is written to no more once the work has been ended: what was under way then may come to its end after
 * others have begun to work on the calendar. Answers of the server are settled all the same, as those are bound to the
 * revision that was sent.
 */
import type { LocalCalendar } from "./ports.ts";

/** Its batches and what it stages throw the signal's reason. */
export function abortable(local: LocalCalendar, signal: AbortSignal): LocalCalendar {
  return {
    calendarId: local.calendarId,
    getState: () => local.getState(),
    listResources: () => local.listResources(),
    getResources: (names) => local.getResources(names),
    getPending: (names) => local.getPending(names),
    async batch(operations, options) {
      signal.throwIfAborted();
      return local.batch(operations, options);
    },
    settle: (name, revision, settlement) => local.settle(name, revision, settlement),
    async stage(operations, reason) {
      signal.throwIfAborted();
      return local.stage(operations, reason);
    },
    listSuperseded: (since) => local.listSuperseded(since),
    countDeletions: (since, except) => local.countDeletions(since, except),
  };
}
