import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { EventSource } from "../../../src/experiments/calendar/persistent-event.ts";
import { type SyncEvent, SyncRequests } from "../../../src/experiments/calendar/sync-requests.ts";

/** As much of a calendar as a sync request touches. */
function calendar(id: string): calICalendar {
  const properties = new Map<string, unknown>();
  return {
    id,
    getProperty: (name: string) => properties.get(name) ?? null,
    setProperty: (name: string, value: unknown) => properties.set(name, value),
  } as unknown as calICalendar;
}

interface Run {
  readonly id: string;
  readonly type: string;
  readonly last: string | null;
  end(error?: Error): void;
}

let event: SyncEvent;
let runs: Run[];
let ended: string[];
let requests: SyncRequests;

function listen(): void {
  event.add(
    ({ id }, { type, last }) =>
      new Promise((resolve, reject) => {
        runs.push({
          id,
          type,
          last,
          end: (error) => (error ? reject(error) : resolve(undefined)),
        });
      }),
  );
}

beforeEach(() => {
  vi.stubGlobal("ChromeUtils", { importESModule: () => ({ setTimeout, clearTimeout }) });
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  event = new EventSource();
  runs = [];
  ended = [];
  requests = new SyncRequests(event, ({ id }) => ended.push(id));
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("requests during a run become one more run", async () => {
  listen();
  const work = calendar("work");
  for (let i = 0; i < 5; i++) requests.request(work, "auto");
  await vi.waitFor(() => expect(runs.length).toBe(1));
  runs[0]?.end();
  await vi.waitFor(() => expect(runs.length).toBe(2));
  runs[1]?.end();
  await vi.waitFor(() => expect(ended).toEqual(["work", "work"]));
  requests.request(work, "auto");
  await vi.waitFor(() => expect(runs.length).toBe(3));
});

test("calendars do not wait for each other", async () => {
  listen();
  requests.request(calendar("a"), "auto");
  requests.request(calendar("b"), "manual");
  await vi.waitFor(() =>
    expect(runs.map(({ id, type }) => [id, type])).toEqual([
      ["a", "auto"],
      ["b", "manual"],
    ]),
  );
});

test("a run that fails ends, and counts as no sync", async () => {
  listen();
  const work = calendar("work");
  requests.request(work, "auto");
  await vi.waitFor(() => expect(runs.length).toBe(1));
  runs[0]?.end(new Error("the page went away"));
  await vi.waitFor(() => expect(ended).toEqual(["work"]));
  requests.request(work, "auto");
  await vi.waitFor(() => expect(runs[1]?.last).toBeNull());
  runs[1]?.end();
  await vi.waitFor(() => expect(ended.length).toBe(2));
  requests.request(work, "auto");
  await vi.waitFor(() => expect(Date.parse(runs[2]?.last ?? "")).not.toBeNaN());
});

test("a request before anybody listens is kept until somebody does", async () => {
  requests.request(calendar("early"), "auto");
  listen();
  await vi.waitFor(() => expect(runs.map(({ id }) => id)).toEqual(["early"]));
});

test("nothing starts after the end", async () => {
  listen();
  requests.stop();
  requests.request(calendar("late"), "auto");
  const other = new SyncRequests(event, () => undefined);
  other.request(calendar("other"), "auto");
  await vi.waitFor(() => expect(runs.map(({ id }) => id)).toEqual(["other"]));
});
