/** Hashing in WebAssembly gives what hashing in JavaScript gives. */
import { fc, test as property } from "@fast-check/vitest";
import { blake3 } from "@noble/hashes/blake3.js";
import { expect, test } from "vitest";
import { Blake3 } from "../../../src/background/kloset/blake3.ts";
import { toHex } from "../../../src/shared/bytes.ts";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

property.prop([bytes(32), fc.array(fc.uint8Array({ maxLength: 5_000 }), { maxLength: 8 })])(
  "whole or in pieces, prepared or not",
  async (key, pieces) => {
    const whole = Uint8Array.from(pieces.flatMap((piece) => [...piece]));
    const expected = toHex(blake3(whole, { key }));
    const hash = new Blake3(key);
    for (const prepared of [false, true]) {
      if (prepared) await hash.prepare();
      expect(toHex(hash.mac(whole))).toBe(expected);
      const running = hash.start();
      for (const piece of pieces) running.update(piece);
      expect(toHex(running.digest())).toBe(expected);
    }
  },
);

test("hashes that run at once, and single ones between them, do not mix", async () => {
  const key = new Uint8Array(32).fill(9);
  const hash = new Blake3(key);
  await hash.prepare();
  const text = (n: number) => new Uint8Array(3_000).fill(n);
  const running = Array.from({ length: 10 }, () => hash.start());
  for (const [n, one] of running.entries()) one.update(text(n));
  const kept = hash.mac(text(99));
  for (const [n, one] of running.entries()) one.update(text(n + 1));
  const whole = (n: number) => Uint8Array.from([...text(n), ...text(n + 1)]);
  for (const [n, one] of running.entries()) {
    expect(toHex(one.digest())).toBe(toHex(blake3(whole(n), { key })));
  }
  expect(kept).toEqual(blake3(text(99), { key }));
  const again = hash.start();
  again.update(text(1));
  expect(again.digest()).toEqual(blake3(text(1), { key }));
});

test("an abandoned hash spoils nothing", async () => {
  const key = new Uint8Array(32).fill(1);
  const hash = new Blake3(key);
  await hash.prepare();
  for (let count = 0; count < 20; count++) hash.start().update(Uint8Array.of(count));
  const last = hash.start();
  last.update(Uint8Array.of(7));
  expect(last.digest()).toEqual(blake3(Uint8Array.of(7), { key }));
});
