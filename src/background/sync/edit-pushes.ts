/** Single edits, sent as soon as they are made, beside whatever else is under way. */
import type { CalendarSync } from "./engine.ts";
import type { Outcome } from "./outcome.ts";
import type { PushOutcome } from "./resource-push.ts";
import { RunDeadline } from "./run-deadline.ts";

export interface EditPushesDependencies {
  /** `null`: nothing of its account is tried by itself. @throws AppError "calendar-unknown" … */
  readonly find: (calendarId: string) => Promise<CalendarSync | null>;
  /** Calendars of which an engine is there. */
  readonly engines: () => Iterable<readonly [calendarId: string, engine: CalendarSync]>;
  readonly outcomeOf: (error: unknown) => Outcome;
  /** No sign-in: nothing of the calendar's account is tried by itself any more. */
  readonly onStopped: (calendarId: string, outcome: Outcome) => Promise<void>;
  readonly onFailed: (calendarId: string, outcome: Outcome) => void;
  readonly limits: { readonly pushMs: number; readonly graceMs: number };
}

export class EditPushes {
  readonly #dependencies: EditPushesDependencies;

  constructor(dependencies: EditPushesDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Sends one resource's pending change. Never rejects: a change that does not get through stays pending for the next
   * sync. `undefined`: not tried, or no answer.
   */
  async push(calendarId: string, name: string): Promise<PushOutcome | undefined> {
    const { find, limits, onFailed, onStopped, outcomeOf } = this.#dependencies;
    const deadline = this.#deadline();
    try {
      const work = async (): Promise<PushOutcome | undefined> => {
        const engine = await find(calendarId);
        if (engine === null) return undefined;
        const outcome = await engine.push(name, false, deadline.signal);
        this.#tell(calendarId, outcome);
        if (outcome.kind === "done" && outcome.created) this.releaseMoves(calendarId);
        return outcome;
      };
      return await deadline.bound(work(), limits.graceMs);
    } catch (error) {
      const outcome = outcomeOf(error);
      if (outcome.stopAccount) await onStopped(calendarId, outcome);
      onFailed(calendarId, outcome);
      return undefined;
    } finally {
      deadline.done();
    }
  }

  /** A create was confirmed: deletes elsewhere that waited for it go now. */
  releaseMoves(exceptId: string): void {
    const { engines, limits, onFailed, outcomeOf } = this.#dependencies;
    for (const [calendarId, engine] of engines()) {
      if (calendarId === exceptId || !engine.holdsBack) continue;
      const deadline = this.#deadline();
      deadline
        .bound(engine.pushAll(deadline.signal), limits.graceMs)
        .catch((error: unknown) => onFailed(calendarId, outcomeOf(error)))
        .finally(() => deadline.done());
    }
  }

  #deadline(): RunDeadline {
    const { pushMs } = this.#dependencies.limits;
    return new RunDeadline({ idleMs: pushMs, wholeMs: pushMs });
  }

  #tell(calendarId: string, outcome: PushOutcome): void {
    const { onFailed } = this.#dependencies;
    if (outcome.kind === "held") {
      onFailed(calendarId, { error: outcome.error, stopAccount: false });
    } else if (outcome.kind === "refused" && outcome.retryAt !== null) {
      const { error, retryAt } = outcome;
      onFailed(calendarId, { error, retryAt, stopAccount: false });
    }
  }
}
