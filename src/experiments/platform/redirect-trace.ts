/**
 * Whether a server sends requests on for good (301, 308) or for now (302, 307; RFC 9110 §15.4): `fetch` tells a page
 * only that it did. Asked without credentials, so a server that wants them first tells nothing.
 */
import { probe } from "./anonymous-probe.ts";
import type { Timers } from "./deadline.ts";

/** nsIChannelEventSink */
const REDIRECT_PERMANENT = 1 << 1;

export interface RedirectTrace {
  /** Where a PROPFIND ends. */
  url: string;
  /** True when every step on the way is for good; false also where there is none. */
  permanent: boolean;
}

export async function traceRedirects(url: string, timers: Timers): Promise<RedirectTrace> {
  const steps: { to: string; permanent: boolean }[] = [];
  const sink = {
    QueryInterface: ChromeUtils.generateQI(["nsIInterfaceRequestor", "nsIChannelEventSink"]),
    getInterface(iid: unknown): unknown {
      return this.QueryInterface(iid);
    },
    asyncOnChannelRedirect(
      _from: nsIChannel,
      to: nsIChannel,
      flags: number,
      callback: { onRedirectVerifyCallback(result: number): void },
    ) {
      steps.push({ to: to.URI.spec, permanent: (flags & REDIRECT_PERMANENT) !== 0 });
      callback.onRedirectVerifyCallback(0);
    },
  };
  await probe(url, timers, (channel) => {
    channel.notificationCallbacks = sink;
    if ("requestMethod" in channel) channel.requestMethod = "PROPFIND";
    channel.setRequestHeader?.("Depth", "0", false);
  });
  return {
    url: steps.at(-1)?.to ?? url,
    permanent: steps.length > 0 && steps.every(({ permanent }) => permanent),
  };
}
