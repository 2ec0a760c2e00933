/** A request that carries no credentials and wants no body: to learn what `fetch` keeps from a page. */
import type { Timers } from "./deadline.ts";
import { constants } from "./xpcom.ts";

const DEADLINE_MS = 15_000;
/** NS_BINDING_ABORTED: ended on purpose. */
const ABORTED = 0x804b0002;

/**
 * Ends as soon as the server answered.
 * @param prepare called before the request is sent
 * @returns the channel, which a redirect replaces, and how it ended; `null`: no answer in time, or nothing could be sent
 */
export function probe(
  url: string,
  timers: Timers,
  prepare: (channel: nsIChannel) => void = () => {},
): Promise<{ channel: nsIChannel; status: number } | null> {
  const { NetUtil } = ChromeUtils.importESModule("resource://gre/modules/NetUtil.sys.mjs");
  const uri = Services.io.newURI(url);
  const channel = NetUtil.newChannel({ uri, loadUsingSystemPrincipal: true });
  const { LOAD_ANONYMOUS, LOAD_BYPASS_CACHE, INHIBIT_CACHING } =
    constants<nsIRequestFlags>("nsIRequest");
  channel.loadFlags |= LOAD_ANONYMOUS | LOAD_BYPASS_CACHE | INHIBIT_CACHING;
  prepare(channel);
  return new Promise((resolve) => {
    const timer = timers.setTimeout(() => {
      channel.cancel(ABORTED);
      resolve(null);
    }, DEADLINE_MS);
    const finish = (answer: { channel: nsIChannel; status: number } | null) => {
      timers.clearTimeout(timer);
      resolve(answer);
    };
    const listener = {
      QueryInterface: ChromeUtils.generateQI(["nsIRequestObserver", "nsIStreamListener"]),
      onStartRequest(request: nsIChannel) {
        // The headers are here, or a failure is; the body is of no interest.
        if (request.status === 0) request.cancel(ABORTED);
      },
      onDataAvailable() {
        // Nothing is read: the request is cancelled already.
      },
      onStopRequest(_request: nsIChannel, status: number) {
        finish({ channel, status });
      },
    };
    try {
      channel.asyncOpen(listener);
    } catch {
      // Refused before anything was sent, such as a port that Thunderbird never connects to.
      finish(null);
    }
  });
}
