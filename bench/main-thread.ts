/** How long Thunderbird's main thread did not answer: a timer of its main window that notes when it comes late. */
import type { Thunderbird } from "../test/support/thunderbird.ts";

const PERIOD_MS = 10;

export interface Stutter {
  /** The longest wait, ms beyond the timer's period. */
  readonly longest: number;
  /** Sum of all waits over 50 ms. */
  readonly jank: number;
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
