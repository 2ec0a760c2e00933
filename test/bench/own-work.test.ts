/** Whose a profile's samples are. */
import { expect, test } from "vitest";
import { ownWorkOf } from "../../bench/own-work.ts";

test("time is the add-on's while its code is anywhere on the stack", () => {
  const stringTable = [
    "(root)",
    "getItems (jar:file:///x.xpi!/experiments/calendar/parent.js:1:2)",
    "getOccurrences (resource:///modules/CalRecurrenceInfo.sys.mjs:3:4)",
  ];
  const work = ownWorkOf(
    {
      stringTable,
      frameTable: { schema: { location: 0 }, data: [[0], [1], [2]] },
      stackTable: {
        schema: { prefix: 0, frame: 1 },
        data: [
          [null, 0],
          [0, 1],
          [1, 2],
          [0, 2],
        ],
      },
      samples: {
        schema: { stack: 0, threadCPUDelta: 1 },
        data: [
          [0, 5_000_000],
          [1, 1_000_000],
          [2, 2_000_000],
          [3, 4_000_000],
          [null, null],
        ],
      },
    },
    "ns",
  );
  expect(work).toEqual({ own: 3, all: 12 });
});
