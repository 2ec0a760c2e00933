/** Arguments of a wrong type are refused by name. */
import { expect, test } from "vitest";
import { experimentApis, schemaText } from "../../../scripts/experiments.js";
import { checkArguments } from "../../../src/experiments/calendar/positional-arguments.ts";

interface Namespace {
  namespace: string;
  functions?: { name: string; parameters: { name: string; choices?: { type: string }[] }[] }[];
}

const parameters = [
  { name: "calendarId", type: "string" },
  { name: "revision", type: "integer" },
  { name: "ids", choices: [{ type: "string" }, { type: "array" }], optional: true },
  { name: "item", $ref: "CalendarItem", optional: true },
];

test.each([
  [["work", 3], null],
  [["work", 3, null, { title: "x" }], null],
  [["work", 3, ["a"]], null],
  [["work", 3, "a", null], null],
  [[7, 3], "calendarId must be a string."],
  [[null, 3], "calendarId must be a string."],
  [["work", 1.5], "revision must be a whole number."],
  [["work", "3"], "revision must be a whole number."],
  [["work", 3, true], "ids must be a string or an array."],
  [["work", 3, "a", 5], "item must be an object."],
  [["work", 3, "a", ["x"]], "item must be an object."],
])("%j", (given, message) => {
  const check = () => checkArguments(parameters, given);
  if (message === null) expect(check).not.toThrow();
  else expect(check).toThrow(message);
});

test("the built schema lets them come that far", async () => {
  const apis = Object.values(await experimentApis(["calendar_provider"]));
  const texts = await Promise.all(apis.map((api) => schemaText(api)));
  const namespaces = texts.flatMap((text) => JSON.parse(text) as Namespace[]);
  const items = namespaces.find(({ namespace }) => namespace === "calendar.items");
  const get = items?.functions?.find(({ name }) => name === "get");
  expect(get?.parameters.map(({ name, choices }) => [name, choices?.[0], choices?.length])).toEqual(
    [
      ["calendarId", { type: "string" }, 4],
      ["id", { type: "string" }, 4],
      ["options", { $ref: "ReadOptions" }, 5],
    ],
  );
});
