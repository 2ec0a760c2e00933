/**
 * What happened and what to do, in the user's language. Errors are worded in English where they are made, and may be
 * stored and cross processes as such; they are put into the user's language where they are shown. The catalogue of
 * a language, `_locales/<language>/sentences.json`, maps the English sentence as it is in the source, `{0}`, `{1}` …
 * for what is filled in, to its translation. A sentence that is not in it stays English. Pure.
 */
import german from "../../_locales/de/sentences.json" with { type: "json" };

type Catalogue = Readonly<Record<string, string>>;

const CATALOGUES: Readonly<Record<string, Catalogue>> = { de: german };

interface Pattern {
  readonly expression: RegExp;
  /** Which value each group of the expression holds. */
  readonly order: readonly number[];
  readonly translated: string;
  /** Letters that must be there as they are: the more, the surer the match. */
  readonly certainty: number;
}

export class Sentences {
  readonly #whole: ReadonlyMap<string, string>;
  readonly #patterns: readonly Pattern[];

  constructor(catalogue: Catalogue) {
    this.#whole = new Map(Object.entries(catalogue));
    this.#patterns = Object.entries(catalogue)
      .filter(([english]) => PLACEHOLDER.test(english))
      .map(([english, translated]) => patternOf(english, translated))
      .sort((a, b) => b.certainty - a.certainty);
  }

  /** The sentence in the catalogue's language; as it is where it is not in there. */
  translate(sentence: string): string {
    const whole = this.#whole.get(sentence);
    if (whole !== undefined) return whole;
    // Nothing we say is that long; matching takes time that grows with its power of three.
    if (sentence.length > LONGEST) return sentence;
    for (const { expression, order, translated } of this.#patterns) {
      const match = expression.exec(sentence);
      if (match === null) continue;
      const values = new Map(order.map((number, at) => [number, match[at + 1] ?? ""]));
      return translated.replace(/\{(\d)\}/g, (_, number: string) =>
        // What was filled in may be a sentence itself.
        this.translate(values.get(Number(number)) ?? ""),
      );
    }
    return sentence;
  }

  /** The same data, with the texts of every error in it translated: of each object with a `code` and a `message`. */
  translateErrors<T>(value: T): T {
    if (this.#whole.size === 0) return value;
    return this.#translated(value) as T;
  }

  #translated(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((entry) => this.#translated(entry));
    if (!isPlainObject(value)) return value;
    const { code, message } = value as { readonly code?: unknown; readonly message?: unknown };
    const isError = typeof code === "string" && typeof message === "string";
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => {
        const isText = isError && (key === "message" || key === "hint");
        return [key, isText ? this.translate(String(entry)) : this.#translated(entry)];
      }),
    );
  }
}

/** @param language a BCP 47 tag, e.g. `de-AT`; English and unknown ones translate nothing */
export function sentencesOf(language: string): Sentences {
  const [primary = ""] = language.toLowerCase().split("-");
  return new Sentences(new Map(Object.entries(CATALOGUES)).get(primary) ?? {});
}

const LONGEST = 1_000;
const PLACEHOLDER = /\{\d\}/;

function patternOf(english: string, translated: string): Pattern {
  const parts = english.split(/\{(\d)\}/);
  const literals = parts.filter((_, at) => at % 2 === 0);
  const source = literals
    .map((literal) => literal.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("([^]*?)");
  return {
    expression: new RegExp(`^${source}$`),
    order: parts.filter((_, at) => at % 2 === 1).map(Number),
    translated,
    certainty: literals.join("").length,
  };
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !ArrayBuffer.isView(value);
}
