/** Bearer tokens (RFC 6750) for the places the user has agreed to, and never over an open network (§5.3 there). */
import { AppError } from "../../shared/errors.ts";
import { isAgreed, schemeSafety } from "./scheme-guard.ts";
import type { Transport } from "./transport.ts";

export interface BearerCredentials {
  /** `scheme://host:port` as `URL.origin` gives it; see {@link isAgreed}. */
  readonly origins: ReadonlySet<string>;
  readonly token: string;
}

/** @throws AppError of its `send`: "insecure-location" for an agreed place without encryption; nothing was sent */
export function withBearer(transport: Transport, { origins, token }: BearerCredentials): Transport {
  return {
    async send(request) {
      const { url } = request;
      if (!isAgreed(origins, url)) return transport.send(request);
      if (schemeSafety(url) === "insecure") {
        throw new AppError("insecure-location", "This connection is not encrypted.", {
          hint: "Nothing was sent. Signing in at a provider works over https only: enter an address that starts with https://.",
          retry: "after-user",
          details: { host: new URL(url).host },
        });
      }
      const headers = { ...request.headers, Authorization: `Bearer ${token}` };
      return transport.send({ ...request, headers });
    },
  };
}
