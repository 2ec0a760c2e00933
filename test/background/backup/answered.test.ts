import { expect, test } from "vitest";
import { answered } from "../../../src/background/backup/answered.ts";

const never = new Promise<string>(() => {});
const NO_HURRY = 60_000;

test("an answer is an answer, and a failure a failure", async () => {
  const { signal } = new AbortController();
  expect(await answered(Promise.resolve("items"), signal, NO_HURRY)).toBe("items");
  await expect(answered(Promise.reject(new Error("no")), signal, NO_HURRY)).rejects.toThrow("no");
});

test("who cancels does not wait for a calendar that never answers", async () => {
  const controller = new AbortController();
  const asked = answered(never, controller.signal, NO_HURRY);
  controller.abort(new Error("cancelled"));
  await expect(asked).rejects.toThrow("cancelled");
  await expect(answered(never, controller.signal, NO_HURRY)).rejects.toThrow("cancelled");
});

test("a calendar that never answers is given up", async () => {
  const { signal } = new AbortController();
  await expect(answered(never, signal, 1)).rejects.toMatchObject({ code: "timeout" });
});
