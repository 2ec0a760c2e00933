import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { unpackZstd } from "../../../src/background/kloset/zstd-frame.ts";
import { isAppError } from "../../../src/shared/errors.ts";

const LIMIT = 1024 * 1024;
const header = (descriptor: number, ...rest: number[]) => [
  0x28,
  0xb5,
  0x2f,
  0xfd,
  descriptor,
  ...rest,
];
const block = (type: number, size: number, last: boolean) => {
  const word = (size << 3) | (type << 1) | (last ? 1 : 0);
  return [word & 255, (word >> 8) & 255, word >> 16];
};
const RAW = 0;
const RUN = 1;
const unpack = (bytes: readonly number[]) => unpackZstd(Uint8Array.from(bytes), LIMIT, "It");
/** What `printf 'again and again and again and again' | zstd -19` gives. */
const REAL = "28b52ffd046885000050616761696e20616e642001005d0a12e9349f80";
const real = Uint8Array.from(Buffer.from(REAL, "hex"));
const PLAIN = "again and again and again and again";

test("a real frame, stored blocks, runs, and nothing at all are unpacked", async () => {
  expect(new TextDecoder().decode(await unpackZstd(real, LIMIT, "It"))).toBe(PLAIN);
  const window = header(0, 0x58);
  expect([
    ...(await unpack([...window, ...block(RAW, 2, false), 7, 8, ...block(RUN, 3, true), 9])),
  ]).toEqual([7, 8, 9, 9, 9]);
  expect(await unpack([])).toHaveLength(0);
});

test("a bomb is refused: by the size it announces, and by what it unpacks to", async () => {
  // 4 bytes for 128 KiB, again and again.
  const runs = Array.from({ length: 64 }, (_, i) => [...block(RUN, 131_072, i === 63), 0]).flat();
  const tooLarge = {
    code: "store-corrupt",
    message: expect.stringContaining("larger than it may"),
  };
  await expect(unpack([...header(0, 0x58), ...runs])).rejects.toMatchObject(tooLarge);
  const announced = [...header(0xa0, 0, 0, 128, 0), ...runs];
  await expect(unpack(announced)).rejects.toMatchObject(tooLarge);
  // A size that its blocks cannot reach takes no memory.
  const lie = [...header(0xa0, 0, 0, 15, 0), ...block(RAW, 1, true), 0];
  await expect(unpack(lie)).rejects.toMatchObject({ code: "store-corrupt" });
});

test("a dictionary and a window of gigabytes are refused by name", async () => {
  const end = [...block(RAW, 1, true), 0];
  for (const frame of [header(1, 0x58, 1), header(0, 0xf8)])
    await expect(unpack([...frame, ...end])).rejects.toMatchObject({
      code: "store-unknown-version",
    });
});

test("a frame cut off anywhere, or with something behind it, is damaged", async () => {
  for (let length = 1; length < real.length; length++)
    await expect(unpackZstd(real.subarray(0, length), LIMIT, "It")).rejects.toMatchObject({
      code: "store-corrupt",
    });
  await expect(unpack([...real, 0])).rejects.toMatchObject({ code: "store-corrupt" });
});

property.prop([fc.uint8Array({ maxLength: 200 }), fc.nat({ max: real.length - 1 }), fc.nat(255)])(
  "arbitrary bytes end with a value or an error that has a code",
  async (noise, at, value) => {
    const spoilt = real.slice();
    spoilt[at] = value;
    for (const bytes of [spoilt, Uint8Array.from([...header(0, 0x58), ...noise])]) {
      const outcome = await unpackZstd(bytes, LIMIT, "It").catch((error: unknown) => error);
      if (!(outcome instanceof Uint8Array))
        expect(isAppError(outcome, "store-corrupt", "store-unknown-version")).toBe(true);
    }
  },
);
