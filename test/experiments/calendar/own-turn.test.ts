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

test("loops go on, and later ones get their turns, where Thunderbird once took no event", async () => {
  let refused = 1;
  const dispatchToMainThread = (run: () => void) => {
    if (refused-- > 0) throw new Error("NS_ERROR_NOT_AVAILABLE");
    setImmediate(run);
  };
  vi.stubGlobal("Services", { tm: { dispatchToMainThread } });
  await ownTurn();
  expect(refused).toBe(0);
  await Promise.all([ownTurn(), ownTurn()]);
  expect(refused).toBe(-2);
});
