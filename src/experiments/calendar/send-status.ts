/** Says in the calendar list that changes wait, and takes it back when they are sent. Never with event text. */
import type { SendFailure } from "./hook-outbox.ts";

const WORDS: Readonly<Record<SendFailure, string>> = {
  GENERAL_FAILURE: "the provider could not send it",
  READ_FAILED: "the provider could not read from its service",
  MODIFY_FAILED: "the service did not take it",
  CONFLICT: "the service has a newer version",
  NO_LISTENER: "the add-on takes no such changes",
  TIMEOUT: "the provider did not answer",
  UNREADABLE_ANSWER: "the provider answered with what is no item",
};

const NOT_SYNCHRONIZED =
  "The calendar could not be synchronized: what is shown may be out of date. The next synchronization tries again.";
const PAUSED =
  "This profile was copied or moved: changes wait until the add-on is told that it is the one to go on with.";

export class SendStatus {
  /** By calendar, rows and why they wait. */
  readonly #failures = new Map<string, Map<string, SendFailure>>();
  /** By calendar, how the last synchronization ended. */
  readonly #troubles = new Map<string, string>();
  /** By calendar, what was said last. */
  readonly #said = new Map<string, string>();

  /** @param failure `null`: the row's change was taken */
  report(calendar: calICalendar, name: string, failure: SendFailure | null): void {
    const failures = this.#failures.get(calendar.id) ?? new Map<string, SendFailure>();
    this.#failures.set(calendar.id, failures);
    if (failure !== null) failures.set(name, failure);
    else if (!failures.delete(name)) return;
    this.#say(calendar);
  }

  /** @param trouble `null`: the synchronization ended well */
  synchronized(calendar: calICalendar, trouble: "failed" | "paused" | null): void {
    if (trouble !== null) {
      this.#troubles.set(calendar.id, trouble === "paused" ? PAUSED : NOT_SYNCHRONIZED);
    } else if (!this.#troubles.delete(calendar.id)) return;
    this.#say(calendar);
  }

  /** What the provider itself said is neither covered nor taken back. */
  #say(calendar: calICalendar): void {
    const shown = calendar.getProperty("lastError") || "";
    if (shown !== "" && shown !== this.#said.get(calendar.id)) return;
    const failures = [...(this.#failures.get(calendar.id)?.values() ?? [])];
    const message = this.#troubles.get(calendar.id) ?? failureMessage(failures);
    this.#said.set(calendar.id, message);
    calendar.setProperty("lastError", message);
  }
}

/** `""` when nothing failed. */
export function failureMessage(failures: readonly SendFailure[]): string {
  const [last] = failures.slice(-1);
  if (last === undefined) return "";
  const changes = failures.length === 1 ? "A change is" : `${failures.length} changes are`;
  return `${changes} not sent yet: ${WORDS[last]}. Nothing is lost; the next synchronization tries again.`;
}
