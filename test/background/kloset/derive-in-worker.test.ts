import { expect, test } from "vitest";
import { deriveInWorker, type KeyThread } from "../../../src/background/kloset/derive-in-worker.ts";
import { newDerivation } from "../../../src/background/kloset/key-derivation.ts";
import type { KeyReport, KeyTask } from "../../../src/background/kloset/key-worker.ts";

const how = newDerivation(new Uint8Array(16));
const passphrase = new TextEncoder().encode("secret words");

/** A thread that answers with these reports when it is given its task. */
function thread(...reports: (KeyReport | "crash")[]) {
  const seen: { task?: KeyTask; ended: boolean } = { ended: false };
  const fake = {
    onmessage: null as ((event: { data: KeyReport }) => void) | null,
    onerror: null as ((event: { preventDefault(): void }) => void) | null,
    postMessage(task: KeyTask) {
      seen.task = task;
      for (const report of reports)
        if (report === "crash") this.onerror?.({ preventDefault: () => {} });
        else this.onmessage?.({ data: report });
    },
    terminate() {
      seen.ended = true;
    },
  };
  return { seen, derive: deriveInWorker(() => fake as unknown as KeyThread) };
}

test("gives the key, the progress, and ends the thread", async () => {
  const key = new Uint8Array(32).fill(3);
  const { seen, derive } = thread({ done: 0.5 }, { done: 1 }, { key });
  const steps: number[] = [];
  expect(await derive(passphrase, how, { onProgress: (done) => steps.push(done) })).toEqual(key);
  expect(steps).toEqual([0.5, 1]);
  expect(seen).toEqual({ task: { passphrase, how }, ended: true });
});

test("cancelling ends the thread at once", async () => {
  const { seen, derive } = thread({ done: 0.1 });
  const controller = new AbortController();
  const running = derive(passphrase, how, { signal: controller.signal });
  controller.abort();
  await expect(running).rejects.toMatchObject({ code: "aborted" });
  expect(seen.ended).toBe(true);
});

test("a thread is not even begun for what was cancelled already", async () => {
  const { seen, derive } = thread();
  const signal = AbortSignal.abort();
  await expect(derive(passphrase, how, { signal })).rejects.toMatchObject({ code: "aborted" });
  expect(seen.task).toBeUndefined();
});

test.each([["crash" as const], [{ failure: "RangeError" }]])(
  "too little memory is said as what it is, without the passphrase (%j)",
  async (report) => {
    const { seen, derive } = thread(report);
    const failure = await derive(passphrase, how, {}).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: "unsupported",
      hint: expect.stringContaining("memory"),
    });
    expect(JSON.stringify(failure)).not.toContain("secret");
    expect(seen.ended).toBe(true);
  },
);
