/**
 * How long the thread did not answer that the add-on's pages and its background share: a timer of Thunderbird's own in
 * that process, which is not slowed down for tabs that nobody sees.
 */
import type { Thunderbird } from "../test/support/thunderbird.ts";

const PERIOD_MS = 5;
const ASK = "keeper:thread";

const WATCH = `
  if (Services.appinfo.remoteType === "extension") {
    let last = Date.now();
    let longest = 0;
    const timer = Cc["@mozilla.org/timer;1"].createInstance(Ci.nsITimer);
    timer.initWithCallback(() => {
      const now = Date.now();
      longest = Math.max(longest, now - last - ${PERIOD_MS});
      last = now;
    }, ${PERIOD_MS}, Ci.nsITimer.TYPE_REPEATING_SLACK);
    addMessageListener("${ASK}", function answer() {
      removeMessageListener("${ASK}", answer);
      timer.cancel();
      sendAsyncMessage("${ASK}", longest);
    });
  }`;

/** The add-on's process must be there. @returns ends the watch: the longest wait, ms beyond the timer's period */
export async function watchExtensionThread(
  thunderbird: Thunderbird,
): Promise<() => Promise<number>> {
  await thunderbird.chrome(
    `Services.ppmm.loadProcessScript("data:application/javascript," + encodeURIComponent(arguments[0]), false);`,
    WATCH,
  );
  return () =>
    thunderbird.chrome<number>(
      `const [ask] = arguments;
       return new Promise((resolve) => {
         Services.ppmm.addMessageListener(ask, function heard({ data }) {
           Services.ppmm.removeMessageListener(ask, heard);
           resolve(data);
         });
         Services.ppmm.broadcastAsyncMessage(ask);
       });`,
      ASK,
    );
}
