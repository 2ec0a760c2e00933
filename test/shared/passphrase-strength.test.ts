import { expect, test } from "vitest";
import { isStrong, passphraseBits } from "../../src/shared/passphrase-strength.ts";

test.each([
  ["", false],
  ["password", false],
  ["Tr0ub4dor&3", false],
  ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false],
  ["0123456789012345678901234567890123456789", false],
  ["correct horse", false],
  ["correct horse battery staple", true],
  ["Grüne Wiese, fünf Äpfel", true],
  ["家 で は な く 木 の 上 に いる 猫 が 好き です", true],
])("%j is strong enough for plakar: %s", (passphrase, strong) => {
  expect(isStrong(passphrase)).toBe(strong);
});

test("every character counts, but the same one only twice", () => {
  expect(passphraseBits("ab")).toBeCloseTo(2 * Math.log2(26));
  expect(passphraseBits("aaab")).toBeCloseTo(3 * Math.log2(26));
  expect(passphraseBits("aA1")).toBeCloseTo(3 * Math.log2(62));
  expect(passphraseBits("🗓️🗓️")).toBeCloseTo(4 * Math.log2(2));
});
