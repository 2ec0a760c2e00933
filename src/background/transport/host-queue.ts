/**
 * One queue a host, whatever account or calendar asks: a few requests in flight, and none while the host asks to wait
 * (Retry-After, RFC 9110 §10.2.3), so that one calendar's wait is not broken by the next one.
 */
import { AppError } from "../../shared/errors.ts";
import { parseRetryAfter } from "./retry-after.ts";
import type { HttpRequest, HttpResponse, Transport } from "./transport.ts";

export interface HostQueueOptions {
  /** Browsers allow six connections a host; one is left to others. */
  readonly inFlight?: number;
  readonly now?: () => number;
}

/** A host that asks for more is asked again after this time: the user may be waiting. */
const LONGEST_REST_MS = 15 * 60_000;

interface Host {
  free: number;
  /** Milliseconds since the epoch. */
  restsUntil: number;
  readonly waiting: (() => void)[];
}

/** @throws AppError of its `send`: "server-busy" while the host rests; nothing was sent then */
export function withHostQueue(transport: Transport, options: HostQueueOptions = {}): Transport {
  const { inFlight = 5, now = Date.now } = options;
  const hosts = new Map<string, Host>();

  function hostOf(url: string): Host {
    const { host } = new URL(url);
    const known = hosts.get(host) ?? { free: inFlight, restsUntil: 0, waiting: [] };
    hosts.set(host, known);
    return known;
  }

  async function enter(host: Host, signal: AbortSignal | undefined): Promise<void> {
    if (host.free > 0) {
      host.free--;
      return;
    }
    await new Promise<void>((resolve) => {
      host.waiting.push(resolve);
      // Its turn comes at once: the transport below says that it was stopped.
      const leave = (): void => {
        const place = host.waiting.indexOf(resolve);
        if (place < 0) return;
        host.waiting.splice(place, 1);
        host.free--;
        resolve();
      };
      if (signal?.aborted) leave();
      else signal?.addEventListener("abort", leave, { once: true });
    });
  }

  function leave(host: Host): void {
    const next = host.free < 0 ? undefined : host.waiting.shift();
    if (next === undefined) host.free++;
    else next();
  }

  function note(host: Host, { status, headers }: HttpResponse): void {
    if (status !== 429 && status !== 503) return;
    const asked = parseRetryAfter(headers.get("retry-after"), headers.get("date"), now());
    if (asked !== null) host.restsUntil = now() + Math.min(asked, LONGEST_REST_MS);
  }

  return {
    async send(request: HttpRequest): Promise<HttpResponse> {
      const host = hostOf(request.url);
      await enter(host, request.signal);
      try {
        const restMs = host.restsUntil - now();
        if (restMs > 0 && !request.signal?.aborted) throw resting(request.url, restMs);
        const response = await transport.send(request);
        note(host, response);
        return response;
      } finally {
        leave(host);
      }
    },
  };
}

function resting(url: string, retryAfterMs: number): AppError {
  const { host } = new URL(url);
  return new AppError("server-busy", `${host} is busy and asks to wait.`, {
    hint: "Your changes are kept. CalDAV Keeper tries again by itself.",
    retry: "later",
    details: { host, retryAfterMs },
  });
}
