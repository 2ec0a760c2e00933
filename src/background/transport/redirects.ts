/**
 * Follows redirects without giving anything away. `fetch` would repeat the body to wherever the first host points,
 * so it is kept from following; a request without body and credentials finds out where the way leads, and the real
 * one is sent there only if the user has agreed to that place.
 */
import { AppError, isAppError } from "../../shared/errors.ts";
import { refuseDowngrade } from "./scheme-guard.ts";
import type { HttpRequest, HttpResponse, Transport } from "./transport.ts";

export interface RedirectOptions {
  /** The transport below the one that follows, before credentials are added to a request. */
  readonly bare: Transport;
  /** True for a place that may get bodies and be asked to sign in to. */
  readonly mayFollow: (from: string, to: string) => boolean;
}

/** In a row, for one request. */
const MOST_REDIRECTS = 5;

/**
 * @returns a transport whose answers come from where redirects lead; `redirected` tells that they did
 * @throws AppError of its `send`: "moved" (details `movedTo`, where known) for a place that is not agreed to;
 *   "insecure-location" for one without encryption. Nothing was sent there.
 */
export function followRedirects(signed: Transport, options: RedirectOptions): Transport {
  return {
    async send(request: HttpRequest): Promise<HttpResponse> {
      let { url } = request;
      for (let followed = 0; followed <= MOST_REDIRECTS; followed++) {
        try {
          const response = await signed.send({ ...request, url });
          return followed === 0 ? response : { ...response, redirected: true };
        } catch (error) {
          if (!isAppError(error, "moved")) throw error;
          const target = await targetOf({ ...request, url }, signed, options.bare);
          if (target === null) throw error;
          refuseDowngrade(url, target);
          if (!options.mayFollow(url, target)) throw movedTo(url, target);
          url = target;
        }
      }
      throw new AppError("protocol", `${new URL(request.url).host} sends requests in a circle.`, {
        hint: "Your changes are kept. Ask whoever runs the server to correct its redirects.",
        retry: "after-user",
      });
    },
  };
}

/** What a request that was sent on to an unknown place ends with, before anybody has looked where that is. */
export function redirectMet(url: string): AppError {
  const { host } = new URL(url);
  return new AppError("moved", `${host} sends requests on to another address.`, {
    hint: "Nothing was sent there: neither your password nor your events, and your changes are kept. Ask whoever runs the server for its address.",
    retry: "after-user",
    details: { host },
  });
}

export function movedTo(from: string, to: string): AppError {
  const { host } = new URL(to);
  return new AppError("moved", `${new URL(from).host} wants your data sent on to ${host}.`, {
    hint: `Nothing was sent to ${host}: neither your password nor your events, and your changes are kept. If you trust it, add the account with that address.`,
    retry: "after-user",
    details: { host: new URL(from).host, movedTo: to },
  });
}

/**
 * Where a request would end; `null` when only the request itself is sent on. Asked without credentials first: a
 * server may want to know who asks before it says where to go, and `fetch` takes them away where a redirect
 * leaves the origin.
 */
async function targetOf(
  request: HttpRequest,
  signed: Transport,
  bare: Transport,
): Promise<string | null> {
  const { url, signal } = request;
  const question: HttpRequest = {
    method: request.method === "GET" ? "GET" : "PROPFIND",
    url,
    headers: request.method === "GET" ? {} : { Depth: "0" },
    redirects: "follow",
    ...(signal === undefined ? {} : { signal }),
  };
  for (const transport of [bare, signed]) {
    const answer = await transport.send(question).catch((error: unknown) => {
      if (signal?.aborted) throw error;
      return null;
    });
    if (answer?.redirected && answer.url !== url) return answer.url;
  }
  return null;
}
