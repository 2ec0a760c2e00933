/**
 * What one PROPFIND of an account's home set tells of all its calendars, shared by the calendars that asked
 * before it was sent: a poll of every calendar costs one request, and nobody gets an answer older than his question.
 */
import { stopsRun } from "./outcome.ts";
import type { CollectionStatus } from "./ports.ts";

export type ReadStatuses = (
  accountId: string,
  signal: AbortSignal,
) => Promise<ReadonlyMap<string, CollectionStatus>>;

export class AccountStatuses {
  readonly #read: ReadStatuses;
  readonly #answers = new Map<
    string,
    { readonly askedAt: number; readonly statuses: ReadonlyMap<string, CollectionStatus> }
  >();
  #clock = 0;

  constructor(read: ReadStatuses) {
    this.#read = read;
  }

  /** A moment to hand to {@link statusOf}: answers to questions asked before it are too old. */
  now(): number {
    return ++this.#clock;
  }

  /** `null` when the account says nothing of this calendar. @throws AppError of the request */
  async statusOf(
    accountId: string,
    calendarId: string,
    since: number,
    signal: AbortSignal,
  ): Promise<CollectionStatus | null> {
    let answer = this.#answers.get(accountId);
    if (answer === undefined || answer.askedAt < since) {
      answer = { askedAt: ++this.#clock, statuses: await this.#read(accountId, signal) };
      this.#answers.set(accountId, answer);
    }
    return answer.statuses.get(calendarId) ?? null;
  }

  /** `null` also where the account's answer does not help: then the calendar is asked itself. */
  async helpfulStatusOf(
    accountId: string,
    calendarId: string,
    since: number,
    signal: AbortSignal,
  ): Promise<CollectionStatus | null> {
    try {
      return await this.statusOf(accountId, calendarId, since, signal);
    } catch (error) {
      if (stopsRun(error)) throw error;
      return null;
    }
  }
}
