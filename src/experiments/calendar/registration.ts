/**
 * Makes a calendar type known to Thunderbird's calendar manager and takes it back, at start-up, when the add-on
 * is disabled, upgraded or removed. While the type is unknown Thunderbird shows the calendars as unavailable
 * dummies and keeps their settings; their items stay in the item store.
 *
 * Leaves out detection (the "new calendar" wizard).
 */
import { calendarUtils } from "./gecko-modules.ts";

const STARTUP_TOPIC = "calendar-startup-done";
const POLL_MS = 250;
/** After this long the topic has been missed: registering early only costs a message in the console. */
const GIVE_UP_WAITING_MS = 10_000;

export interface Registration {
  /** Registers at once or when Thunderbird has loaded its calendars. Never throws. */
  start(): void;
  /** Undoes everything {@link start} did or has planned. Never throws. */
  stop(): void;
}

/**
 * @param type the calendar type, `ext-<add-on id>`
 * @param implementation makes the class that the manager instantiates, without arguments, for each calendar of the type
 * @param onRegistered called once, in the turn after the calendars of the type exist
 */
export function createRegistration(
  type: string,
  implementation: () => new () => object,
  onRegistered: () => void,
): Registration {
  let waiting: { stop(): void } | undefined;

  function register(): void {
    waiting = undefined;
    const { manager } = calendarUtils();
    // Left behind when the user answered "keep" to the question Thunderbird asks at removal.
    attempt("remove a leftover registration", () => {
      if (manager.hasCalendarProvider(type)) manager.unregisterCalendarProvider(type, true);
    });
    attempt("register the calendar type", () =>
      manager.registerCalendarProvider(type, implementation()),
    );
    attempt("announce the registration", onRegistered);
  }

  return {
    start() {
      attempt("start the provider", () => {
        if (calendarsAreLoaded()) register();
        else waiting = whenCalendarsAreLoaded(register);
      });
    },
    stop() {
      attempt("stop waiting", () => waiting?.stop());
      waiting = undefined;
      attempt("unregister the calendar type", () => {
        const { manager } = calendarUtils();
        if (manager.hasCalendarProvider(type)) manager.unregisterCalendarProvider(type, true);
      });
    },
  };
}

/** The manager reads its calendars at the first question; asking would make it do so too early. */
function calendarsAreLoaded(): boolean {
  return Boolean(calendarUtils().manager.wrappedJSObject.mCache);
}

function whenCalendarsAreLoaded(then: () => void): { stop(): void } {
  const { setTimeout, clearTimeout } = ChromeUtils.importESModule(
    "resource://gre/modules/Timer.sys.mjs",
  );
  const started = Date.now();
  let timer = 0;
  let done = false;
  const finish = () => {
    if (done) return;
    stop();
    then();
  };
  const observer: nsIObserver = { observe: () => attempt("register", finish) };
  const stop = () => {
    if (done) return;
    done = true;
    clearTimeout(timer);
    Services.obs.removeObserver(observer, STARTUP_TOPIC);
  };
  const poll = () => {
    attempt("register", () => {
      if (calendarsAreLoaded() || Date.now() - started > GIVE_UP_WAITING_MS) finish();
      else timer = setTimeout(poll, POLL_MS);
    });
  };
  Services.obs.addObserver(observer, STARTUP_TOPIC);
  timer = setTimeout(poll, POLL_MS);
  return { stop };
}

/** Runs one step of starting or stopping: an exception in one must not skip the others. */
export function attempt(what: string, step: () => void): void {
  try {
    step();
  } catch (error) {
    console.error(`The calendar provider could not ${what}:`, error);
  }
}
