/**
 * What a domain's DNS says of its calendar server (RFC 6764 §3 and §4): SRV records name hosts, a TXT record may name
 * the path. DNS is not authenticated: a host that is not the domain's own has to be agreed to by the user (§8). Pure.
 */

/** RFC 2782. `host` without a final dot. */
export interface SrvRecord {
  readonly priority: number;
  readonly weight: number;
  readonly host: string;
  readonly port: number;
}

/** Answers for one service name, such as `_caldavs._tcp.example.org`. */
export interface ServiceRecords {
  readonly srv: readonly SrvRecord[];
  /** The strings of each TXT record, joined. */
  readonly txt: readonly string[];
}

export interface Service {
  readonly origin: string;
  /** "/" where no TXT record names one. */
  readonly path: string;
  /** True where the host is the domain itself or below it. */
  readonly isOwn: boolean;
}

/** More than any real domain has; each may cost requests. */
const MOST_SERVICES = 6;

/**
 * In the order in which they are to be tried: by priority, the heavier first. RFC 2782 wants a random order by
 * weight, to spread load; one person's discovery gains by being repeatable.
 */
export function servicesOf(
  domain: string,
  scheme: "https" | "http",
  { srv, txt }: ServiceRecords,
): Service[] {
  const path = pathIn(txt);
  const services: Service[] = [];
  const sorted = [...srv].sort((a, b) => a.priority - b.priority || b.weight - a.weight);
  for (const { host, port } of sorted) {
    const origin = originOf(scheme, host, port);
    // "." as the target says that there is no such service (RFC 2782).
    if (origin === null || services.some((known) => known.origin === origin)) continue;
    services.push({ origin, path, isOwn: isWithin(host, domain) });
  }
  return services.slice(0, MOST_SERVICES);
}

/** RFC 6764 §4: `path=/…`, the first one counts. */
function pathIn(txt: readonly string[]): string {
  for (const text of txt) {
    const value = /^\s*path\s*=\s*(\/[^\s]*)\s*$/i.exec(text)?.[1];
    if (value === undefined) continue;
    // "//host/" would name another host.
    const url = new URL("https://h.invalid/");
    url.pathname = value;
    return url.pathname;
  }
  return "/";
}

function originOf(scheme: "https" | "http", host: string, port: number): string | null {
  const name = host.replace(/\.$/, "").toLowerCase();
  if (!/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(name) || port < 1 || port > 65_535) return null;
  const url = `${scheme}://${name}:${port}`;
  return URL.canParse(url) ? new URL(url).origin : null;
}

function isWithin(host: string, domain: string): boolean {
  const name = host.replace(/\.$/, "").toLowerCase();
  return name === domain || name.endsWith(`.${domain}`);
}
