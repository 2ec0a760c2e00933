/** Loops that share the main thread. */
import { afterEach, expect, test, vi } from "vitest";
import { ownTurn } from "../../../src/experiments/calendar/gecko-modules.ts";

afterEach(() => vi.unstubAllGlobals());

test("loops that run side by side take one turn of the main thread after another", async () => {
  let event = 0;
  const dispatchToMainThread = (run: () => void) => {
    setImmediate(() => {
      event++;
      run();
    });
  };
  vi.stubGlobal("Services", { tm: { dispatchToMainThread } });
  const turns: [loop: string, event: number][] = [];
  const loop = async (name: string) => {
    for (let step = 0; step < 3; step++) {
      await ownTurn();
      turns.push([name, event]);
    }
  };
  await Promise.all([loop("a"), loop("b"), loop("c")]);
  expect(turns.map(([name]) => name).join("")).toBe("abcabcabc");
  expect(new Set(turns.map(([, each]) => each)).size).toBe(9);
});
