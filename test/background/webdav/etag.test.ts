import { expect, test } from "vitest";
import {
  isWeak,
  parseETag,
  preconditionHeaders,
  strengthen,
} from "../../../src/background/webdav/etag.ts";
import { brandAs, type ETag, type ScheduleTag } from "../../../src/shared/brands.ts";

const etag = (value: string) => brandAs<ETag>(value);
const scheduleTag = brandAs<ScheduleTag>('"s1"');

test.each([
  ['"abc"', '"abc"'],
  [' W/"abc" ', 'W/"abc"'],
  ["unquoted", "unquoted"],
  ["http://ox.example/etag/1", "http://ox.example/etag/1"],
  ["", null],
  ['""', null],
  [null, null],
  [undefined, null],
  ['"a"\r\nX-Injected: 1', null],
  ['"a\u0000"', null],
])("the tag %j is kept as %j", (value, kept) => {
  expect(parseETag(value)).toBe(kept);
});

test("weakness can be seen and taken off", () => {
  expect([isWeak(etag('W/"a"')), isWeak(etag('"W/"'))]).toEqual([true, false]);
  expect([strengthen(etag('W/"a"')), strengthen(etag('"a"'))]).toEqual(['"a"', '"a"']);
});

test.each([
  ["a create", "create", { "If-None-Match": "*" }],
  ["both tags", { etag: etag('"a"'), scheduleTag }, { "If-Match": '"a"' }],
  ["a schedule tag alone", { etag: null, scheduleTag }, { "If-Schedule-Tag-Match": '"s1"' }],
  ["no tag", { etag: null, scheduleTag: null }, { "If-Match": "*" }],
] as const)("no write goes out without a condition: %s", (_, precondition, headers) => {
  expect(preconditionHeaders(precondition)).toEqual(headers);
});

test("a tag out of XML goes out in a header as its UTF-8 bytes", () => {
  const headers = new Headers(preconditionHeaders({ etag: etag('"日"'), scheduleTag: null }));
  expect(headers.get("If-Match")).toBe('"\u00e6\u0097\u00a5"');
});
