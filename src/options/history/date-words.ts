/** Dates and times as the user's language says them. Wall times are milliseconds as if UTC. */

/** In the time zone of this computer. */
export function localDates(language: string): DateWords {
  return new DateWords(language, Intl.DateTimeFormat().resolvedOptions().timeZone);
}

export class DateWords {
  readonly zone: string;
  readonly #language: string;
  readonly #formats = new Map<string, Intl.DateTimeFormat>();

  /** @param zone IANA name of the user's time zone */
  constructor(language: string, zone: string) {
    this.#language = language;
    this.zone = zone;
  }

  /** "Saturday, 21 November 2026" */
  day(wall: number): string {
    return this.#format({ dateStyle: "full", timeZone: "UTC" }).format(wall);
  }

  days(first: number, last: number): string {
    return this.#format({ dateStyle: "full", timeZone: "UTC" }).formatRange(first, last);
  }

  /** "Saturday, 21 November 2026, 10:00 – 11:00" */
  times(start: number, end: number, zone = this.zone): string {
    const format = this.#format({ dateStyle: "full", timeStyle: "short", timeZone: zone });
    return start === end ? format.format(start) : format.formatRange(start, end);
  }

  /** "21 Nov 2026, 10:00" in the user's zone. */
  short(instant: number): string {
    return this.#format({
      dateStyle: "medium",
      timeStyle: "short",
      timeZone: this.zone,
    }).format(instant);
  }

  /** "14 Nov 2026, 10:00 – 21 Nov 2026, 9:00" in the user's zone. */
  shortSpan(first: number, last: number): string {
    const timeZone = this.zone;
    const format = this.#format({ dateStyle: "medium", timeStyle: "short", timeZone });
    return format.formatRange(first, last);
  }

  /** "21 Nov 2026" */
  shortDay(wall: number): string {
    return this.#format({ dateStyle: "medium", timeZone: "UTC" }).format(wall);
  }

  /** "21 Nov 2026, 10:00" of a wall time. */
  shortWall(wall: number): string {
    return this.#format({ dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }).format(wall);
  }

  clock(instant: number): string {
    return this.#format({ timeStyle: "short", timeZone: this.zone }).format(instant);
  }

  /** "Sat 21, 10:00": within a month that is named already. */
  dayAndClock(instant: number): string {
    const timeZone = this.zone;
    const parts = { weekday: "short", day: "numeric", hour: "numeric", minute: "2-digit" } as const;
    return this.#format({ ...parts, timeZone }).format(instant);
  }

  /** "November 2026" of an instant in the user's zone. */
  monthOf(instant: number): string {
    return this.#format({ month: "long", year: "numeric", timeZone: this.zone }).format(instant);
  }

  /** "November 2026" of a wall time. */
  monthAndYear(wall: number): string {
    return this.#format({ month: "long", year: "numeric", timeZone: "UTC" }).format(wall);
  }

  /** @param weekday from 0 (Sunday) */
  weekday(weekday: number, weekdayForm: "long" | "short" = "long"): string {
    const sunday = Date.UTC(2023, 0, 1);
    return this.#format({ weekday: weekdayForm, timeZone: "UTC" }).format(
      sunday + weekday * 86_400_000,
    );
  }

  /** @param month from 1 */
  month(month: number): string {
    return this.#format({ month: "long", timeZone: "UTC" }).format(Date.UTC(2023, month - 1, 1));
  }

  /** "24 December" */
  dayOfYear(month: number, day: number): string {
    return this.#format({ month: "long", day: "numeric", timeZone: "UTC" }).format(
      Date.UTC(2024, month - 1, day),
    );
  }

  #format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    const key = JSON.stringify(options);
    const known = this.#formats.get(key) ?? new Intl.DateTimeFormat(this.#language, options);
    this.#formats.set(key, known);
    return known;
  }
}
