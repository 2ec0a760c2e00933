// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from "vitest";
import { OperationProgress } from "../../src/options/components/operation-progress.ts";
import type { Operation } from "../../src/shared/commands.ts";
import { button, FakeBackground } from "./fake-background.ts";

let background: FakeBackground;
const text = (): string => document.body.textContent ?? "";
const visible = (): boolean => document.querySelector(".operation:not([hidden])") !== null;
const operation = (id: string, done = 0, more: Partial<Operation> = {}): Operation => ({
  id,
  operation: "sync.run",
  done,
  total: 10,
  note: "",
  ...more,
});
const running = (each: Operation) => background.emit({ event: "progress", ...each });
const ended = (id: string, ok: boolean) =>
  background.emit({ event: "finished", operation: "sync.run", id, ok });

function open(options: { subject?: string; cancelled?: string } = {}): OperationProgress {
  const progress = new OperationProgress(background.page, "sync.run", "Synchronizing", options);
  document.body.append(progress.node);
  return progress;
}

beforeEach(() => {
  document.body.replaceChildren();
  background = new FakeBackground();
  background.answers["operations.cancel"] = () => ({ cancelled: true });
});

test("of several at once all are counted, and shown until the last has ended", () => {
  open();
  running(operation("o1", 3));
  running(operation("o2", 4));
  expect(text()).toContain("7 of 20");
  ended("o2", true);
  expect(text()).toContain("3 of 10");
  ended("o1", true);
  expect(visible()).toBe(false);
});

test("Cancel cancels all of them, and it is said once they have stopped", async () => {
  open();
  running(operation("o1"));
  running(operation("o2"));
  button("Cancel").click();
  expect(text()).toContain("Cancelling…");
  running(operation("o1", 5));
  expect(text()).toContain("Cancelling…");
  expect(text()).not.toContain("cancelled");
  await vi.waitFor(() =>
    expect(background.asks("operations.cancel")).toEqual([{ id: "o1" }, { id: "o2" }]),
  );
  ended("o1", false);
  ended("o2", false);
  expect(visible()).toBe(false);
  expect(document.querySelector(".notice[data-said]")?.textContent).toBe(
    "Synchronizing: cancelled. Nothing was lost; what was finished before is kept.",
  );
  running(operation("o3"));
  expect(text()).not.toContain("cancelled");
});

test("what was done before the Cancel arrived is not called cancelled", () => {
  open();
  running(operation("o1"));
  button("Cancel").click();
  ended("o1", true);
  expect(text()).not.toContain("cancelled");
});

test("what failed by itself is not called cancelled", () => {
  open();
  running(operation("o1"));
  ended("o1", false);
  expect(text()).not.toContain("cancelled");
});

test("work that was begun before the page was opened is taken up, cancelled, and said to be", async () => {
  background.answers["operations.list"] = () => [operation("o7", 5)];
  open({ cancelled: "The backup was cancelled." });
  await vi.waitFor(() => expect(text()).toContain("5 of 10"));
  button("Cancel").click();
  ended("o7", false);
  expect(text()).toContain("The backup was cancelled.");
});

test("what has ended before the list of what runs was answered is not shown", async () => {
  let answer: (list: Operation[]) => void = () => {};
  background.answers["operations.list"] = () =>
    new Promise((resolve) => {
      answer = resolve;
    });
  open();
  await vi.waitFor(() => expect(background.asks("operations.list")).toHaveLength(1));
  ended("o7", true);
  answer([operation("o7"), operation("o8", 2)]);
  await vi.waitFor(() => expect(text()).toContain("2 of 10"));
});

test("of another calendar's work nothing is shown", () => {
  open({ subject: "cal1" });
  running(operation("o1", 3, { subject: "cal2" }));
  expect(visible()).toBe(false);
  running(operation("o2", 4, { subject: "cal1" }));
  expect(text()).toContain("4 of 10");
});
