import { expect, test } from "vitest";
import { QuietDeletions } from "../../../src/background/sync/quiet-deletions.ts";

test("who no longer waits for the user's last deletion ends nobody else's waiting", async () => {
  let pass = (): void => {};
  const wait = () =>
    new Promise<void>((resolve) => {
      pass = resolve;
    });
  const countDeletions = async () => ({ pending: 1, confirmed: 0, onServer: 9 });
  const quiet = new QuietDeletions({ countDeletions }, wait);
  const first = new AbortController();
  const done: string[] = [];
  const gaveUp = quiet.come(first.signal).then(() => done.push("first"));
  const stays = quiet.come(new AbortController().signal).then(() => done.push("second"));
  await Promise.resolve();
  first.abort();
  await gaveUp;
  const late = quiet.come(first.signal).then(() => done.push("late"));
  await late;
  expect(done).toEqual(["first", "late"]);
  pass();
  await stays;
  expect(done).toEqual(["first", "late", "second"]);
});
