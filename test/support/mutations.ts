/** Texts that are nearly right: real ones with pieces cut out, doubled, swapped or put in. */
import fc from "fast-check";

interface Mutation {
  readonly kind: "cut" | "double" | "insert" | "truncate";
  /** Where, and how much, as shares of the length. */
  readonly at: number;
  readonly length: number;
  readonly piece: string;
}

const share = fc.double({ min: 0, max: 1, noNaN: true });

/** @param texts to begin with @param pieces to put in, besides anything at all */
export function nearly(texts: readonly string[], pieces: readonly string[]): fc.Arbitrary<string> {
  const mutation = fc.record<Mutation>({
    kind: fc.constantFrom("cut", "double", "insert", "insert", "truncate"),
    at: share,
    length: fc.double({ min: 0, max: 0.2, noNaN: true }),
    piece: fc.oneof(
      fc.constantFrom(...pieces),
      fc.string({ unit: "binary", maxLength: 20 }),
      fc.string({ unit: "grapheme", maxLength: 20 }),
    ),
  });
  return fc
    .tuple(fc.constantFrom(...texts), fc.array(mutation, { maxLength: 6 }))
    .map(([text, mutations]) => mutations.reduce(mutated, text));
}

function mutated(text: string, { kind, at, length, piece }: Mutation): string {
  const start = Math.floor(at * text.length);
  const end = start + Math.ceil(length * text.length);
  switch (kind) {
    case "cut":
      return text.slice(0, start) + text.slice(end);
    case "double":
      return text.slice(0, end) + text.slice(start);
    case "insert":
      return text.slice(0, start) + piece + text.slice(start);
    case "truncate":
      return text.slice(0, start);
  }
}
