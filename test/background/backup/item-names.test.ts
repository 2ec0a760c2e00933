/** Where the item store says that an item lies, and lay. */
import { expect, test } from "vitest";
import { itemNames } from "../../../src/background/backup/item-names.ts";

const row = (name: string, uid: string | null) => ({ name, uid });

test("the present names come first, then those of its replaced texts, each once", async () => {
  const asked: unknown[] = [];
  const provider = {
    listResources: async () =>
      JSON.stringify([row("other.ics", "other"), row("now.ics", "a"), row("broken.ics", null)]),
    listSuperseded: async (cacheId: string, options?: object) => {
      asked.push([cacheId, options]);
      return JSON.stringify([row("before.ics", "a"), row("now.ics", "a"), row("before.ics", "a")]);
    },
  };
  expect(await itemNames(provider, "cache", "a")).toEqual(["now.ics", "before.ics"]);
  expect(asked).toEqual([["cache", { uid: "a" }]]);
});
