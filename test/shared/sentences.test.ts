import { describe, expect, test } from "vitest";
import { Sentences, sentencesOf } from "../../src/shared/sentences.ts";

const sentences = new Sentences({
  "Nothing was changed.": "Nichts wurde geändert.",
  "{0} Try again.": "{0} Noch einmal.",
  "{0} did not answer {1} (why?).": "Auf {1} gab {0} keine Antwort.",
});

test.each([
  ["a sentence", "Nothing was changed.", "Nichts wurde geändert."],
  ["one with values", "a.example did not answer it (why?).", "Auf it gab a.example keine Antwort."],
  [
    "a sentence in a sentence",
    "Nothing was changed. Try again.",
    "Nichts wurde geändert. Noch einmal.",
  ],
  ["values over several lines", "a\nb Try again.", "a\nb Noch einmal."],
  ["what is not in the catalogue", "Nothing.", "Nothing."],
])("%s", (_, english, translated) => {
  expect(sentences.translate(english)).toBe(translated);
});

test("a text that no sentence of ours can be is left alone at once", () => {
  const crafted = "a did not answer ".repeat(20_000);
  expect(sentences.translate(crafted)).toBe(crafted);
});

test("every error in an answer is translated, and nothing else", () => {
  const message = "Nothing was changed.";
  const bytes = new Uint8Array([1]);
  expect(
    sentences.translateErrors({
      error: {
        code: "offline",
        message,
        hint: "Nothing was changed. Try again.",
        details: { message },
      },
      items: [{ title: message, failed: { code: "bug", message } }, null, 1, bytes],
    }),
  ).toEqual({
    error: {
      code: "offline",
      message: "Nichts wurde geändert.",
      hint: "Nichts wurde geändert. Noch einmal.",
      details: { message },
    },
    items: [
      { title: message, failed: { code: "bug", message: "Nichts wurde geändert." } },
      null,
      1,
      bytes,
    ],
  });
});

describe("by the language of the user", () => {
  test.each(["de", "de-AT", "DE-ch"])("%s is German", (language) => {
    expect(sentencesOf(language).translate("Thunderbird is offline.")).not.toBe("");
    expect(sentencesOf(language).translate("Nothing was done.")).toBe("Es wurde nichts getan.");
  });

  test.each(["en-US", "ja", ""])("%j stays English", (language) => {
    expect(sentencesOf(language).translate("Nothing was done.")).toBe("Nothing was done.");
  });
});
