import { afterEach, beforeEach, expect, test, vi } from "vitest";

const TYPE = "ext-a@b";

let providers: Map<string, unknown>;
let loaded: boolean;
let observers: Set<nsIObserver>;
let errors: ReturnType<typeof vi.spyOn>;
let unregister: (type: string) => void;

beforeEach(() => {
  vi.resetModules();
  vi.useFakeTimers();
  providers = new Map();
  loaded = false;
  observers = new Set();
  unregister = (type) => void providers.delete(type);
  errors = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const manager = {
    get wrappedJSObject() {
      return { mCache: loaded ? {} : null };
    },
    hasCalendarProvider: (type: string) => providers.has(type),
    registerCalendarProvider: (type: string, implementation: unknown) => {
      if (providers.has(type)) throw new Error("Provider already exists");
      providers.set(type, implementation);
    },
    unregisterCalendarProvider: (type: string) => unregister(type),
  };
  vi.stubGlobal("ChromeUtils", {
    importESModule: (url: string) =>
      url.includes("calUtils") ? { cal: { manager } } : { setTimeout, clearTimeout },
  });
  vi.stubGlobal("Services", {
    obs: {
      addObserver: (observer: nsIObserver) => observers.add(observer),
      removeObserver: (observer: nsIObserver) => observers.delete(observer),
    },
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function registration(): Promise<{ start(): void; stop(): void }> {
  const { createRegistration } = await import("../../../src/experiments/calendar/registration.ts");
  return createRegistration(
    TYPE,
    () => class {},
    () => undefined,
  );
}

function startupDone(): void {
  for (const observer of [...observers]) observer.observe(null, "calendar-startup-done", null);
}

test("when calendars are loaded the type is known at once", async () => {
  loaded = true;
  (await registration()).start();
  expect([...providers.keys()]).toEqual([TYPE]);
});

test("at start-up it waits until Thunderbird has loaded its calendars", async () => {
  (await registration()).start();
  expect(providers.size).toBe(0);
  startupDone();
  expect([...providers.keys()]).toEqual([TYPE]);
  expect(observers.size, "nobody is left watching").toBe(0);
  vi.advanceTimersByTime(60_000);
  expect(errors).not.toHaveBeenCalled();
});

test("a missed announcement is noticed by looking", async () => {
  (await registration()).start();
  loaded = true;
  vi.advanceTimersByTime(1000);
  expect([...providers.keys()]).toEqual([TYPE]);
});

test("it does not wait for ever", async () => {
  (await registration()).start();
  vi.advanceTimersByTime(60_000);
  expect([...providers.keys()]).toEqual([TYPE]);
});

test("stopped while waiting, it never registers", async () => {
  const started = await registration();
  started.start();
  started.stop();
  loaded = true;
  startupDone();
  vi.advanceTimersByTime(60_000);
  expect(providers.size).toBe(0);
  expect(observers.size).toBe(0);
});

test("a registration left behind by an earlier instance is replaced", async () => {
  loaded = true;
  providers.set(TYPE, "leftover");
  (await registration()).start();
  expect(providers.get(TYPE)).not.toBe("leftover");
  expect(errors).not.toHaveBeenCalled();
});

test("what Thunderbird throws at the end is reported, not thrown", async () => {
  loaded = true;
  const started = await registration();
  started.start();
  unregister = () => {
    throw new Error("shutting down");
  };
  expect(() => started.stop()).not.toThrow();
  expect(errors).toHaveBeenCalled();
});
