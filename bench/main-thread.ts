/** How long Thunderbird's main thread did not answer: a timer of its main window that notes when it comes late. */
import { setTimeout as delay } from "node:timers/promises";
import type { Thunderbird } from "../test/support/thunderbird.ts";

const PERIOD_MS = 10;

export interface Stutter {
  /** The longest wait, ms beyond the timer's period. */
  readonly longest: number;
  /** Sum of all waits over 50 ms. */
  readonly jank: number;
}

/** As a user has it who looks on while a calendar is fetched. Closed again before a restart, which would restore it. */
export async function showCalendarTab(thunderbird: Thunderbird, shown: boolean): Promise<void> {
  await thunderbird.chrome(
    `const [shown] = arguments;
     const window = Services.wm.getMostRecentWindow("mail:3pane");
     const tabmail = window.document.getElementById("tabmail");
     if (shown) tabmail.openTab("calendar");
     else for (const tab of tabmail.tabInfo.filter(({ mode }) => mode.name === "calendar")) tabmail.closeTab(tab);`,
    shown,
  );
  await thunderbird.waitFor(
    () =>
      thunderbird.chrome<boolean>(
        `const { document, currentView } = Services.wm.getMostRecentWindow("mail:3pane");
         const isOpen = document.getElementById("tabmail").tabInfo.some(({ mode }) => mode.name === "calendar");
         return isOpen === arguments[0] && (!isOpen || Boolean(currentView?.()));`,
        shown,
      ),
    shown ? "the calendar tab" : "the calendar tab to close",
  );
}

/** Of one core, over {@link REST_MS}. */
const LEAST_WORK_MS = 200;
const REST_MS = 2_000;

/** Until Thunderbird's processes do next to nothing: after a first sync and a start its views read for a while. */
export async function untilAtRest(thunderbird: Thunderbird): Promise<void> {
  const cpuMs = () =>
    thunderbird.chrome<number>(
      `const parent = await ChromeUtils.requestProcInfo();
       return [parent, ...parent.children].reduce((sum, { cpuTime }) => sum + cpuTime, 0) / 1_000_000;`,
    );
  await thunderbird.waitFor(
    async () => {
      const before = await cpuMs();
      await delay(REST_MS);
      return (await cpuMs()) - before < LEAST_WORK_MS;
    },
    "Thunderbird to come to rest",
    300_000,
  );
}

export async function watchMainThread(thunderbird: Thunderbird): Promise<() => Promise<Stutter>> {
  await thunderbird.chrome(
    `const [period] = arguments;
     const window = Services.wm.getMostRecentWindow("mail:3pane");
     const watch = window.keeperBench = { longest: 0, jank: 0, last: window.performance.now() };
     watch.timer = window.setInterval(() => {
       const now = window.performance.now();
       const late = now - watch.last - period;
       watch.last = now;
       if (late > watch.longest) watch.longest = late;
       if (late > 50) watch.jank += late;
     }, period);`,
    PERIOD_MS,
  );
  return () =>
    thunderbird.chrome<Stutter>(
      `const window = Services.wm.getMostRecentWindow("mail:3pane");
       const { timer, longest, jank } = window.keeperBench;
       window.clearInterval(timer);
       delete window.keeperBench;
       return { longest, jank };`,
    );
}
