import { readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { type Message, readMessages } from "./support/locale-messages.ts";

const english = new Map(Object.entries(readMessages("en")));
const others = readdirSync(path.join(import.meta.dirname, "../_locales")).filter(
  (language) => language !== "en",
);

const named = ({ message }: Message) =>
  new Set([...message.matchAll(/\$(\w+)\$/g)].map(([, name]) => name?.toLowerCase()));

test("there is German beside English", () => {
  expect(others).toContain("de");
});

describe.each(others)("%s", (language) => {
  const messages = new Map(Object.entries(readMessages(language)));
  const pairs = [...english].flatMap(([key, original]) => {
    const translated = messages.get(key);
    return translated ? [{ key, original, translated }] : [];
  });

  test("has every text and no other", () => {
    expect(new Set(messages.keys())).toEqual(new Set(english.keys()));
  });

  test("fills in what the English text fills in", () => {
    const differing = pairs.filter(({ original, translated }) => {
      const [wanted, got] = [named(original), named(translated)];
      return wanted.size !== got.size || [...wanted].some((name) => !got.has(name));
    });
    expect(differing.map(({ key }) => key)).toEqual([]);
    for (const { key, original, translated } of pairs)
      expect(translated.placeholders, key).toEqual(original.placeholders);
  });

  test("has no empty text", () => {
    expect(pairs.filter(({ translated }) => !translated.message.trim())).toEqual([]);
  });
});

test("no text holds a placeholder that it does not define", () => {
  for (const [key, message] of english)
    for (const name of named(message))
      expect(Object.keys(message.placeholders ?? {}), key).toContain(name);
});
