/**
 * The only call of `fetch`. Cookies and caches are never used; a redirect is not followed but met with "moved", for
 * the browser would repeat the body wherever it leads (redirects.ts follows). Deadlines are about progress: a large body may take as long
 * as bytes keep coming. Leaves out: credentials, repetition, the meaning of a status.
 */
import { concatBytes } from "../../shared/bytes.ts";
import { AppError } from "../../shared/errors.ts";
import { redirectMet } from "./redirects.ts";
import { refuseDowngrade, schemeSafety } from "./scheme-guard.ts";
import type { HttpRequest, HttpResponse, Transport } from "./transport.ts";

export interface FetchTransportOptions {
  readonly fetch?: typeof globalThis.fetch;
  /** Until the answer's headers are here. Slow servers think long about a large REPORT. */
  readonly answerTimeoutMs?: number;
  /** Between two pieces of a body. */
  readonly stallTimeoutMs?: number;
  /** The whole exchange, however steadily it trickles. */
  readonly totalTimeoutMs?: number;
  readonly maxBytes?: number;
}

const MIB = 1024 * 1024;

export class FetchTransport implements Transport {
  readonly #fetch: typeof globalThis.fetch;
  readonly #answerTimeoutMs: number;
  readonly #stallTimeoutMs: number;
  readonly #totalTimeoutMs: number;
  readonly #maxBytes: number;

  constructor(options: FetchTransportOptions = {}) {
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.#answerTimeoutMs = options.answerTimeoutMs ?? 90_000;
    this.#stallTimeoutMs = options.stallTimeoutMs ?? 45_000;
    this.#totalTimeoutMs = options.totalTimeoutMs ?? 10 * 60_000;
    this.#maxBytes = options.maxBytes ?? 128 * MIB;
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    schemeSafety(request.url);
    const host = new URL(request.url).host;
    const follows = request.redirects === "follow" && request.body === undefined;
    if (request.signal?.aborted) throw abortedError(request.signal);
    // The network layer lets connections to this computer through while Thunderbird is offline; the user's word
    // counts, and a server here is no exception.
    if (isOffline()) throw offlineError(host);
    const watch = new Watch(request.signal, this.#totalTimeoutMs);
    try {
      watch.expectProgressWithin(this.#answerTimeoutMs);
      const response = await this.#fetch(request.url, {
        method: request.method,
        headers: { ...request.headers },
        credentials: "omit",
        cache: "no-store",
        redirect: follows ? "follow" : "manual",
        referrerPolicy: "no-referrer",
        signal: watch.signal,
        ...(request.body === undefined ? {} : { body: request.body }),
      });
      if (isRedirect(response)) {
        await response.body?.cancel();
        throw redirectMet(request.url);
      }
      const url = response.url === "" ? request.url : response.url;
      refuseDowngrade(request.url, url);
      const maxBytes = Math.min(request.maxBytes ?? this.#maxBytes, this.#maxBytes);
      const bytes = await this.#readBody(response, watch, host, maxBytes);
      return {
        status: response.status,
        headers: response.headers,
        url,
        redirected: response.redirected,
        bytes,
      };
    } catch (error) {
      throw watch.explain(error, host);
    } finally {
      watch.end();
    }
  }

  async #readBody(
    response: Response,
    watch: Watch,
    host: string,
    maxBytes: number,
  ): Promise<Uint8Array> {
    if (response.body === null) return new Uint8Array(0);
    const reader = response.body.getReader();
    const chunks: Uint8Array[] = [];
    let received = 0;
    for (;;) {
      watch.expectProgressWithin(this.#stallTimeoutMs);
      const { done, value } = await reader.read();
      if (done) return chunks.length === 1 && chunks[0] ? chunks[0] : concatBytes(chunks);
      received += value.length;
      if (received > maxBytes) {
        await reader.cancel();
        throw new AppError(
          "too-large",
          `An answer of ${host} is larger than ${Math.round(maxBytes / MIB)} MB.`,
          { hint: "Nothing was changed. Please report this with the diagnostics report." },
        );
      }
      chunks.push(value);
    }
  }
}

/** In Thunderbird a redirect that is not followed shows nothing of itself but its kind (Fetch, opaque redirect). */
function isRedirect({ type, status, headers }: Response): boolean {
  if (type === "opaqueredirect") return true;
  return [301, 302, 303, 307, 308].includes(status) && headers.has("location");
}

/** One exchange's deadlines and the caller's signal, joined; knows afterwards which of them ended it. */
class Watch {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #onOuterAbort = () => this.#controller.abort();
  readonly #total: ReturnType<typeof setTimeout>;
  #progress: ReturnType<typeof setTimeout> | undefined;
  #timeouts = 0;

  constructor(outer: AbortSignal | undefined, totalMs: number) {
    this.#outer = outer;
    outer?.addEventListener("abort", this.#onOuterAbort, { once: true });
    this.#total = setTimeout(() => this.#timeout(), totalMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  expectProgressWithin(ms: number): void {
    clearTimeout(this.#progress);
    this.#progress = setTimeout(() => this.#timeout(), ms);
  }

  #timeout(): void {
    this.#timeouts++;
    this.#controller.abort();
  }

  end(): void {
    clearTimeout(this.#total);
    clearTimeout(this.#progress);
    this.#outer?.removeEventListener("abort", this.#onOuterAbort);
  }

  /** The page cannot tell DNS, TLS and refused connections apart: all are one TypeError. */
  explain(error: unknown, host: string): unknown {
    if (error instanceof AppError) return error;
    if (this.#outer?.aborted) return abortedError(this.#outer);
    if (this.#timeouts > 0) {
      return new AppError("timeout", `${host} did not answer in time.`, {
        hint: "Nothing is lost: what waits to be sent is kept, and CalDAV Keeper tries again by itself.",
        retry: "later",
        details: { host },
        cause: error,
      });
    }
    if (isOffline()) return offlineError(host, error);
    return new AppError("network", `No connection to ${host}.`, {
      hint: "Your changes are kept. Check the address and the network; a certificate the computer does not trust looks the same.",
      retry: "later",
      details: { host },
      cause: error,
    });
  }
}

function abortedError(signal: AbortSignal): AppError {
  return new AppError("aborted", "The work was stopped before it was finished.", {
    hint: "What was not done is still waiting and is done next time.",
    retry: "later",
    cause: signal.reason,
  });
}

function isOffline(): boolean {
  return typeof navigator !== "undefined" && navigator.onLine === false;
}

function offlineError(host: string, cause?: unknown): AppError {
  return new AppError("offline", "Thunderbird is offline.", {
    hint: "Your changes are kept and sent when Thunderbird is online again.",
    retry: "later",
    details: { host },
    cause,
  });
}
