/** The list of damage that was met, and that no check has told of, does not grow without end. */
import { expect, test } from "vitest";
import { damageMemory, damageMet } from "../../../src/background/commands/store-checks.ts";
import { damageShape, metDamageShape } from "../../../src/background/settings/check-settings.ts";
import { StoredValue } from "../../../src/background/settings/stored-value.ts";
import { MemoryArea } from "../../support/memory-area.ts";

test("what was stored anew goes from it, and 20,000 are named at most", async () => {
  const area = new MemoryArea();
  const stored = new StoredValue(area, damageShape);
  const met = new StoredValue(area, metDamageShape);
  const memory = damageMemory(stored, met);
  const meet = async (names: readonly string[]) => {
    await memory.update("store", () => names);
    await memory.noteMet("store", names);
  };
  await meet(["1:aa"]);
  await memory.update("store", () => []);
  await meet(["1:bb"]);
  expect((await met.read()).store).toEqual(["1:bb"]);
  expect(await damageMet(stored, met, "store")).toBe(1);
  await meet(Array.from({ length: 20_001 }, (_, n) => `1:${n}`));
  expect((await met.read()).store).toHaveLength(20_000);
});
