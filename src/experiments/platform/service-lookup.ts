/** SRV and TXT records of a service (RFC 6764 §3), by Thunderbird's own resolver: a page has no other way to DNS. */
import { type Timers, withDeadline } from "./deadline.ts";

/** A resolver that does not answer must not hold up the search for calendars. */
const DEADLINE_MS = 5_000;
/** nsIProtocolProxyService.PROXYCONFIG_MANUAL */
const MANUAL_PROXY = 1;

export interface ServiceRecords {
  srv: { priority: number; weight: number; host: string; port: number }[];
  txt: string[];
}

/** @param name e.g. `_caldavs._tcp.example.org` @returns nothing in it where there are none, or no answer came in time */
export async function lookUpService(name: string, timers: Timers): Promise<ServiceRecords> {
  if (!/^_[a-z]+\._tcp\.[a-z0-9.-]+$/i.test(name) || namesGoThroughProxy()) {
    return { srv: [], txt: [] };
  }
  const { DNS } = ChromeUtils.importESModule("resource:///modules/DNS.sys.mjs");
  // With a final dot it is looked up as it is, and not in the domains the computer searches by itself.
  const [srv, txt] = await Promise.all([
    inTime(DNS.srv(`${name}.`), timers),
    inTime(DNS.txt(`${name}.`), timers),
  ]);
  return {
    srv: srv.map(({ prio, weight, host, port }) => ({ priority: prio, weight, host, port })),
    txt: txt.map(({ strings }) => (Array.isArray(strings) ? strings.join("") : String(strings))),
  };
}

/** Who has names resolved by a proxy does not want them asked for past it. */
function namesGoThroughProxy(): boolean {
  const { prefs } = Services;
  if (prefs.getIntPref("network.proxy.type", 0) !== MANUAL_PROXY) return false;
  return (
    prefs.getStringPref("network.proxy.socks", "") !== "" &&
    (prefs.getBoolPref("network.proxy.socks_remote_dns", false) ||
      prefs.getBoolPref("network.proxy.socks5_remote_dns", false))
  );
}

/** The resolver fails alike for what does not exist and for what cannot be had. */
function inTime<T>(answer: Promise<T[]>, timers: Timers): Promise<T[]> {
  return withDeadline(answer, DEADLINE_MS, timers, () => new Error("no answer")).catch(() => []);
}
