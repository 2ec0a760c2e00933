/** Fixed bytes of the format: worked out by hand once, so that encoders cannot drift together with decoders. */
import { expect, test } from "vitest";
import { makeCodec } from "../../../src/background/kloset/codec.ts";
import {
  decodeConfig,
  defaultConfig,
  encodeConfig,
} from "../../../src/background/kloset/config.ts";
import { decodeEntry, encodeEntry, entryOf } from "../../../src/background/kloset/entry.ts";
import { wrap } from "../../../src/background/kloset/envelope.ts";
import { createStore } from "../../../src/background/kloset/kloset.ts";
import { encodeLock } from "../../../src/background/kloset/lock.ts";
import { configHashing, keyedHashing, plaintextKey } from "../../../src/background/kloset/mac.ts";
import { encodeObject } from "../../../src/background/kloset/object.ts";
import { readPackfileIndex } from "../../../src/background/kloset/packfile.ts";
import { compareText } from "../../../src/background/kloset/path.ts";
import { Resource, VERSION_1_0_0 } from "../../../src/background/kloset/resource.ts";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import { fromHex, toHex } from "../../../src/shared/bytes.ts";

const repositoryId = fromHex("00112233445546778899aabbccddeeff") as Uint8Array;
const time = { seconds: 1767323045, nanoseconds: 0 };
const configBytes = `
87a954696d657374616d70d6ff695735a5ac5265706f7369746f72794944c41000112233445546778899aabbccddeeff
a85061636b66696c6583a74d696e53697a65cf0000000000000000a741766753697a65cf0000000000000000a74d6178
53697a65cf0000000004000000a84368756e6b696e6784a9416c676f726974686dae666173746364632d76312e302e30
a74d696e53697a65ce00080000aa4e6f726d616c53697a65ce00100000a74d617853697a65ce00800000a74861736869
6e6782a9416c676f726974686da6424c414b4533a442697473ce00000100ab436f6d7072657373696f6e86a9416c676f
726974686da34c5a34a54c6576656cce00020000aa57696e646f7753697a65ffa94368756e6b53697a65ffa9426c6f63
6b53697a65ffa9456e61626c65435243c2aa456e6372797074696f6ec0`.replaceAll("\n", "");

test("CONFIG of a new store without passphrase", () => {
  const body = encodeConfig(defaultConfig(repositoryId, time));
  expect(toHex(body)).toBe(configBytes);
  const file = wrap(Resource.config, VERSION_1_0_0, body, configHashing);
  expect(file.length).toBe(365);
  expect(toHex(file.subarray(-32))).toBe(
    "1b92959c2da08d43db6dd5a3fb469a6d628d2a4d47c79f1cfd9b8c1bfb28ccdf",
  );
  expect(decodeConfig(body)).toEqual(defaultConfig(repositoryId, time));
});

const hashing = keyedHashing("BLAKE3", plaintextKey("BLAKE3", repositoryId));

test("MAC key of a store without passphrase, and the MAC of nothing", () => {
  expect(toHex(plaintextKey("BLAKE3", repositoryId))).toBe(
    "0700d6a41771410881f87db439391012fa32257bbc157617d217479b9e8850d9",
  );
  expect(toHex(hashing.mac(new Uint8Array()))).toBe(
    "f2d25c2923a54c803da0cbe43d5aba7d1e2c20c1f07fbad5325be9f018584970",
  );
});

const content = new TextEncoder().encode(
  [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//example//EN",
    "BEGIN:VEVENT",
    "UID:1@example",
    "DTSTAMP:20260102T030405Z",
    "DTSTART:20260103T090000Z",
    "SUMMARY:Demo",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n"),
);

const objectBytes = `
85a776657273696f6ece00010000aa636f6e74656e744d4143c4201034565aab820291f5ee53b88ffee11255bb1e7623
da45b391732e80c1c2716ea66368756e6b739185a776657273696f6ece00010000aa636f6e74656e744d4143c4201034
565aab820291f5ee53b88ffee11255bb1e7623da45b391732e80c1c2716ea66c656e677468ce000000afa7656e74726f
7079cb0000000000000000a5666c616773ce00000000ac636f6e74656e745f74797065ad746578742f63616c656e6461
72a5666c616773ce00000000`.replaceAll("\n", "");

test("object of an event of one chunk", () => {
  const mac = hashing.mac(content);
  expect(content.length).toBe(175);
  expect(toHex(mac)).toBe("1034565aab820291f5ee53b88ffee11255bb1e7623da45b391732e80c1c2716e");
  const object = encodeObject({
    contentMac: mac,
    chunks: [{ mac, length: content.length }],
    contentType: "text/calendar",
  });
  expect(toHex(object)).toBe(objectBytes);
});

const entryBytes = `
87a776657273696f6ece00010000ab706172656e745f70617468a12fa966696c655f696e666f8ca46e616d65a9657665
6e742e696373a473697a65d300000000000000afa46d6f6465ce000001a4a86d6f645f74696d65d6ff695735a5a36465
76cf0000000000000000a3696e6fcf0000000000000000a3756964cf0000000000000000a3676964cf00000000000000
00a56e6c696e6bcd0001a8757365726e616d65a0a967726f75706e616d65a0a5666c616773ce00000000a773756d6d61
7279c0a66f626a656374c4203e4adc3beff744bfdcbe01c9496ffdfbb67326fd3fe28819ba6a764bd9340c74ac636f6e
74656e745f74797065ad746578742f63616c656e646172a66368756e6b73cf0000000000000001`.replaceAll(
  "\n",
  "",
);

test("entry of an event", () => {
  const wanted = {
    parent: "/",
    name: "event.ics",
    mode: 0o644,
    size: 175,
    modified: time,
    object: fromHex(
      "3e4adc3beff744bfdcbe01c9496ffdfbb67326fd3fe28819ba6a764bd9340c74",
    ) as Uint8Array,
    contentType: "text/calendar",
    chunks: 1,
  };
  const record = encodeEntry(wanted);
  expect(toHex(record)).toBe(entryBytes);
  const mac = hashing.mac(record);
  expect(entryOf(wanted, record, mac)).toEqual(decodeEntry(record, mac, "It"));
});

test("a shared lock", () => {
  expect(toHex(encodeLock({ timestamp: time, hostname: "host", exclusive: false }))).toBe(
    "84a776657273696f6ece00010000a974696d657374616d70d6ff695735a5a8686f73746e616d65a4686f7374a96578636c7573697665c2",
  );
});

test("every blob of a store with that one event has the name worked out for it", async () => {
  const surroundings = { now: () => time.seconds * 1000, random: fixedRandom };
  const storage = new MemoryStorage();
  const store = await createStore(storage, { surroundings });
  expect(store.id).toBe(toHex(repositoryId));
  const writer = await store.startSnapshot({
    type: "caldav",
    origin: "https://example/cal",
    directory: "/",
  });
  await writer.addFile({
    path: "/event.ics",
    bytes: content,
    modifiedMs: time.seconds * 1000,
  });
  await writer.commit();
  const [file = new Uint8Array()] = [...storage.files]
    .filter(([path]) => path.startsWith("packfiles/"))
    .map(([, bytes]) => bytes);
  const codec = makeCodec("LZ4", undefined);
  const blobs = await readPackfileIndex(file.subarray(16, -32), codec, hashing, "The packfile");
  const names = blobs.map(({ type, mac }) => `${type} ${toHex(mac).slice(0, 8)}`);
  expect(names.slice(0, -2).sort(compareText)).toEqual(expectedNames.sort(compareText));
  expect(names.slice(-2).map((name) => name.split(" ")[0])).toEqual(["5", "255"]);
});

/** The store's id first, then anything. */
function fixedRandom(size: number): Uint8Array {
  return size === 16 ? repositoryId.slice() : new Uint8Array(size).fill(0xa5);
}

const expectedNames = [
  "9 1034565a",
  "7 3e4adc3b",
  "12 08cb0389",
  "12 c530e9e4",
  "11 4f21b795",
  "10 bf052332",
  "14 fc7fee26",
  "13 70c6aa3d",
  "17 fc7fee26",
  "16 70c6aa3d",
  "9 7801ed56",
  "7 68ef85ca",
  "20 aed679a3",
  "19 abac4edc",
  "20 389b2fb1",
  "19 144f2fa4",
  "21 c634951c",
  "20 5cc6f044",
  "19 a44030b5",
];
