/**
 * Free and busy times: the add-on as one of Thunderbird's providers of them (`provider.onFreeBusy`), and the
 * question to all of them (`freeBusy.query`).
 */
import { extensionError } from "./extension-error.ts";
import { calendarUtils, deadline } from "./gecko-modules.ts";
import type { EventSource } from "./persistent-event.ts";

/** Kinds of an interval, in the order of the bits of `calIFreeBusyInterval`. */
const TYPES = ["free", "busy", "unavailable", "tentative"] as const;
/** All but "free". */
const BUSY_TYPES = 0b1110;
/** Thunderbird holds its answer open for whoever does not answer. */
const LONGEST_ANSWER_MS = 30_000;

/** What listeners are asked: the address without `mailto:`, the range in ISO 8601, the wanted kinds. */
export type FreeBusyEvent = EventSource<
  readonly [attendee: string, start: string, end: string, types: readonly string[]]
>;

export interface WireInterval {
  readonly start: string;
  readonly end: string;
  readonly type: string;
}

/** Between {@link FreeBusyProvider.start} and `stop` Thunderbird asks the add-on. */
export class FreeBusyProvider {
  readonly #event: FreeBusyEvent;
  readonly #provider: calIFreeBusyProvider;

  constructor(event: FreeBusyEvent) {
    this.#event = event;
    this.#provider = {
      QueryInterface: ChromeUtils.generateQI(["calIFreeBusyProvider"]),
      getFreeBusyIntervals: (attendee, start, end, types, listener) => {
        const operation = { isPending: true };
        void this.#answer(attendee, start, end, types).then((intervals) => {
          operation.isPending = false;
          listener.onResult(operation, intervals);
        });
        return operation;
      },
    };
  }

  start(): void {
    calendarUtils().freeBusyService.addProvider(this.#provider);
  }

  stop(): void {
    calendarUtils().freeBusyService.removeProvider(this.#provider);
  }

  /** Never rejects: what cannot be had is left out. */
  async #answer(
    attendee: string,
    start: calIDateTime,
    end: calIDateTime,
    types: number,
  ): Promise<unknown[]> {
    if (!this.#event.hasListeners) return [];
    const limit = deadline(LONGEST_ANSWER_MS, () => new Error("no answer in time"));
    const address = attendee.replace(/^mailto:/i, "");
    const wanted = TYPES.filter((_, index) => (types & (1 << index)) !== 0);
    try {
      const asked = this.#event.emit(address, isoTime(start), isoTime(end), wanted);
      const results = await Promise.race([asked, limit.expired]);
      return results.flatMap((result) =>
        result.status === "fulfilled" && Array.isArray(result.value)
          ? result.value.flatMap((each: unknown) => intervalOf(attendee, each))
          : [],
      );
    } catch {
      return [];
    } finally {
      limit.clear();
    }
  }
}

/** An interval of an answer as Thunderbird's; none for one that cannot be read. */
function intervalOf(attendee: string, answer: unknown): unknown[] {
  const { type, start, end } = (answer ?? {}) as Partial<Record<keyof WireInterval, unknown>>;
  const [from, to] = [start, end].map((each) =>
    typeof each === "string" ? new Date(each) : new Date(Number.NaN),
  ) as [Date, Date];
  if (Number.isNaN(from.getTime()) || Number.isNaN(to.getTime())) return [];
  const { provider, dtz } = calendarUtils();
  const index = TYPES.indexOf(type as (typeof TYPES)[number]);
  return [
    new provider.FreeBusyInterval(
      attendee,
      index < 0 ? 0 : 1 << index,
      dtz.jsDateToDateTime(from),
      dtz.jsDateToDateTime(to),
    ),
  ];
}

/** `messenger.calendar.freeBusy` */
export function createFreeBusyApi() {
  return {
    async query(
      attendee: string,
      rangeStart: string,
      rangeEnd: string,
      types: readonly string[] | null,
    ): Promise<WireInterval[]> {
      const address = attendee.replace(/^mailto:/i, "").trim();
      if (!/^[^@\s]+@[^@\s]+$/.test(address)) {
        throw extensionError(`attendee ${JSON.stringify(attendee)} is not an e-mail address.`);
      }
      const start = readTime(rangeStart, "rangeStart");
      const end = readTime(rangeEnd, "rangeEnd");
      if (end <= start) throw extensionError("rangeEnd must be later than rangeStart.");
      return askEverybody(`mailto:${address}`, start, end, readTypes(types));
    },
  };
}

/** Resolves when the last provider has answered, or after a time with what there is. */
async function askEverybody(
  id: string,
  start: Date,
  end: Date,
  types: number,
): Promise<WireInterval[]> {
  const { dtz, freeBusyService } = calendarUtils();
  const found: WireInterval[] = [];
  const limit = deadline(LONGEST_ANSWER_MS + 5_000, () => new Error("not everybody answered"));
  const asked = new Promise<void>((resolve) => {
    freeBusyService.getFreeBusyIntervals(
      id,
      dtz.jsDateToDateTime(start),
      dtz.jsDateToDateTime(end),
      types,
      {
        QueryInterface: ChromeUtils.generateQI(["calIGenericOperationListener"]),
        onResult(operation, intervals) {
          for (const each of intervals ?? []) found.push(toWire(each));
          if (operation?.isPending !== true) resolve();
        },
      },
    );
  });
  await Promise.race([asked, limit.expired]).catch(() => {
    // What the others said is better than nothing.
  });
  limit.clear();
  return found;
}

function toWire({ interval, freeBusyType }: calIFreeBusyInterval): WireInterval {
  const type = TYPES.find((_, index) => Number(freeBusyType) === 1 << index) ?? "unknown";
  return { start: isoTime(interval.start), end: isoTime(interval.end), type };
}

function isoTime(time: calIDateTime): string {
  return new Date(time.nativeTime / 1000).toISOString();
}

function readTime(value: string, argument: string): Date {
  const time = new Date(value);
  if (Number.isNaN(time.getTime())) {
    throw extensionError(`${argument} ${JSON.stringify(value)} is not an ISO 8601 time.`);
  }
  return time;
}

function readTypes(types: readonly string[] | null): number {
  if (types === null) return BUSY_TYPES;
  let bits = 0;
  for (const type of types) {
    const index = TYPES.indexOf(type as (typeof TYPES)[number]);
    if (index < 0) {
      throw extensionError(`types: ${JSON.stringify(type)} is none of ${TYPES.join(", ")}.`);
    }
    bits |= 1 << index;
  }
  return bits;
}
