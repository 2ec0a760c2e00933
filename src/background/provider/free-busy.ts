/** Answers Thunderbird's question when a person is free (attendees dialog, `freeBusy.query`) from the servers. */

interface Interval {
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
  readonly type: "free" | "busy" | "unavailable" | "tentative";
}

export interface FreeBusyDependencies {
  readonly event: Pick<typeof messenger.calendar.provider.onFreeBusy, "addListener">;
  readonly ask: (
    attendee: string,
    start: number,
    end: number,
    signal: AbortSignal,
  ) => Promise<readonly Interval[]>;
  /** Keeps the event page from being suspended meanwhile. */
  readonly awake: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Thunderbird waits thirty seconds, and shows what the others said. */
const LONGEST_ANSWER_MS = 25_000;

/** Registers the listener in the same turn. */
export function answerFreeBusy({ event, ask, awake }: FreeBusyDependencies): void {
  event.addListener((attendee, rangeStart, rangeEnd, types) =>
    awake(async () => {
      const signal = AbortSignal.timeout(LONGEST_ANSWER_MS);
      const intervals = await ask(attendee, Date.parse(rangeStart), Date.parse(rangeEnd), signal);
      return intervals
        .filter(({ type }) => types.includes(type))
        .map(({ start, end, type }) => ({
          start: new Date(start).toISOString(),
          end: new Date(end).toISOString(),
          type,
        }));
    }),
  );
}
