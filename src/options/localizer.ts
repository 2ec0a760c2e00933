/** Words, numbers and times in the user's language. Every text of the page comes from _locales through here. */

/** The part of `browser.i18n` that is used. */
export interface MessageSource {
  getMessage(key: string, substitutions?: string[]): string;
  getUILanguage(): string;
}

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 365 * 86_400_000],
  ["month", 30 * 86_400_000],
  ["week", 7 * 86_400_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

const LENGTHS = [
  ["week", 604_800_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
] as const;

const SIZES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

export class Localizer {
  readonly #source: MessageSource;
  readonly #language: string;

  constructor(source: MessageSource) {
    this.#source = source;
    this.#language = source.getUILanguage();
  }

  get language(): string {
    return this.#language;
  }

  text(key: string, ...substitutions: string[]): string {
    return this.#source.getMessage(key, substitutions);
  }

  /** A text with a count: keys `<key>_one` and `<key>_other` (the language's plural categories), `$1` the count. */
  counted(key: string, count: number, ...more: string[]): string {
    const category = new Intl.PluralRules(this.#language).select(count);
    const substitutions = [this.number(count), ...more];
    return (
      this.#source.getMessage(`${key}_${category}`, substitutions) ||
      this.#source.getMessage(`${key}_other`, substitutions)
    );
  }

  number(value: number): string {
    return value.toLocaleString(this.#language);
  }

  /** A size in bytes, e.g. "1.2 MB". */
  bytes(value: number): string {
    let size = value;
    let step = 0;
    for (; size >= 1000 && step < SIZES.length - 1; step++) size /= 1000;
    return new Intl.NumberFormat(this.#language, {
      style: "unit",
      unit: SIZES[step] as string,
      unitDisplay: step === 0 ? "long" : "short",
      maximumFractionDigits: step < 2 ? 0 : 1,
    }).format(size);
  }

  /** A span of milliseconds, e.g. "1 hour and 30 minutes". */
  duration(value: number): string {
    let left = value;
    const parts: string[] = [];
    for (const [unit, length] of LENGTHS) {
      const count = Math.floor(left / length);
      left -= count * length;
      if (count > 0)
        parts.push(
          new Intl.NumberFormat(this.#language, {
            style: "unit",
            unit,
            unitDisplay: "long",
          }).format(count),
        );
    }
    return this.list(parts);
  }

  /** Day and time of an instant (milliseconds since the epoch). */
  dateTime(time: number): string {
    return new Intl.DateTimeFormat(this.#language, {
      dateStyle: "medium",
      timeStyle: "short",
    }).format(time);
  }

  /** "5 minutes ago"; "just now" within the last minute, also when the clock was set back. */
  relative(time: number, now: number): string {
    const passed = now - time;
    for (const [unit, length] of STEPS) {
      if (passed < length) continue;
      return new Intl.RelativeTimeFormat(this.#language, { numeric: "auto" }).format(
        -Math.floor(passed / length),
        unit,
      );
    }
    return this.text("justNow");
  }

  /** A list in words: "A, B and C". */
  list(parts: readonly string[]): string {
    return new Intl.ListFormat(this.#language, { type: "conjunction" }).format(parts);
  }

  /** Fills elements with `data-l10n` (text) and `data-l10n-label` (accessible name). */
  localize(document: Document): void {
    document.documentElement.lang = this.#language;
    document.documentElement.dir = this.text("@@bidi_dir") === "rtl" ? "rtl" : "ltr";
    document.documentElement.setAttribute("data-localized", "");
    for (const node of document.querySelectorAll<HTMLElement>("[data-l10n]"))
      node.textContent = this.text(node.getAttribute("data-l10n") ?? "");
    for (const node of document.querySelectorAll<HTMLElement>("[data-l10n-label]"))
      node.setAttribute("aria-label", this.text(node.getAttribute("data-l10n-label") ?? ""));
  }
}
