/**
 * Repeats what may be repeated: safe methods after 429, 503 or a lost connection, a few times and only for
 * short waits. PUT and DELETE are never repeated here: whether they were done is unknown after a lost answer,
 * and only the outbox knows how to find out.
 */
import { AppError, isAppError } from "../../shared/errors.ts";
import { backoffMs, parseRetryAfter } from "./retry-after.ts";
import { type HttpRequest, type HttpResponse, isSafeMethod, type Transport } from "./transport.ts";

export interface RetryOptions {
  /** Repetitions after the first try. */
  readonly maxRepeats?: number;
  /** A server that asks for more than this is left alone until the next sync. */
  readonly longestWaitMs?: number;
  readonly now?: () => number;
  readonly random?: () => number;
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

export function withRetry(transport: Transport, options: RetryOptions = {}): Transport {
  const maxRepeats = options.maxRepeats ?? 2;
  const longestWaitMs = options.longestWaitMs ?? 10_000;
  const now = options.now ?? Date.now;
  const random = options.random ?? Math.random;
  const wait = options.wait ?? pause;

  /** `null`: give the answer back as it is. */
  function waitFor(response: HttpResponse, attempt: number): number | null {
    if (response.status !== 429 && response.status !== 503) return null;
    const { headers } = response;
    const asked = parseRetryAfter(headers.get("retry-after"), headers.get("date"), now());
    if (asked !== null && asked > longestWaitMs) return null;
    return Math.max(asked ?? 0, backoffMs(attempt, random()));
  }

  return {
    async send(request: HttpRequest): Promise<HttpResponse> {
      if (!isSafeMethod(request.method)) return transport.send(request);
      for (let attempt = 0; ; attempt++) {
        const last = attempt >= maxRepeats;
        let delayMs: number | null;
        try {
          const response = await transport.send(request);
          delayMs = last ? null : waitFor(response, attempt);
          if (delayMs === null) return response;
        } catch (error) {
          if (last || !isAppError(error, "network")) throw error;
          delayMs = backoffMs(attempt, random());
        }
        await wait(delayMs, request.signal);
      }
    },
  };
}

/** @throws AppError "aborted" as soon as the signal says so */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  const stopped = () =>
    new AppError("aborted", "The work was stopped before it was finished.", {
      hint: "What was not done is still waiting and is done next time.",
      retry: "later",
    });
  if (signal?.aborted) throw stopped();
  await new Promise<void>((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(stopped());
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
