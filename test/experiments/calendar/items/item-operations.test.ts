import { expect, test } from "vitest";
import { readOperations } from "../../../../src/experiments/calendar/items/item-operations.ts";

const item = { type: "event", title: "X" };

test("operations are read in their order, by either name of the action", () => {
  const operations = readOperations([
    { action: "create", item },
    { type: "update", id: "a", item },
    { action: "remove", id: "b" },
  ]);
  expect(operations).toEqual([
    { action: "create", id: null, item },
    { action: "update", id: "a", item },
    { action: "remove", id: "b" },
  ]);
});

test("the id of a new item may stand beside it", () => {
  for (const inItem of [{}, { id: null }, { id: "a" }]) {
    const [read] = readOperations([{ action: "create", id: "a", item: { ...item, ...inItem } }]);
    expect(read).toMatchObject({ item: { id: "a", title: "X" } });
  }
});

test("missing members arrive as null and count as missing", () => {
  expect(readOperations([{ action: null, type: "remove", id: "b", item: null }])).toEqual([
    { action: "remove", id: "b" },
  ]);
});

test.each([
  [{ action: "drop", id: "a" }, "operations[1].action"],
  [{ id: "a" }, "operations[1].action"],
  [{ action: "remove" }, "operations[1].id"],
  [{ action: "remove", id: 7 }, "operations[1].id"],
  [{ action: "update", item }, "operations[1].id"],
  [{ action: "update", id: "", item }, "operations[1].id"],
  [{ action: "update", id: "a" }, "operations[1].item"],
  [{ action: "create", item: "text" }, "operations[1].item"],
  [{ action: "create", id: "a", item: { id: "b" } }, "operations[1].id"],
  ["remove", "operations[1]"],
])("%j is refused by the name of its member", (operation, named) => {
  expect(() => readOperations([{ action: "remove", id: "x" }, operation])).toThrow(named);
});
