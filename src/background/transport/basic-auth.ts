/**
 * Basic authentication (RFC 7617) for exactly one origin, sent with the first request: some servers never send
 * a challenge. A request to another origin goes out without credentials.
 */
import { AppError } from "../../shared/errors.ts";
import type { HttpRequest, HttpResponse, Transport } from "./transport.ts";

export interface BasicCredentials {
  /** `scheme://host:port` as `URL.origin` gives it. */
  readonly origin: string;
  readonly username: string;
  readonly password: string;
}

/** @throws AppError "bad-argument" for a user name with a colon, which RFC 7617 §2 cannot carry */
export function withBasicAuth(transport: Transport, credentials: BasicCredentials): Transport {
  if (credentials.username.includes(":")) {
    throw new AppError("bad-argument", "A user name with a colon cannot be used.", {
      hint: "Check the user name.",
    });
  }
  const authorization = `Basic ${base64(`${credentials.username}:${credentials.password}`)}`;
  return {
    send(request: HttpRequest): Promise<HttpResponse> {
      if (new URL(request.url).origin !== credentials.origin) return transport.send(request);
      return transport.send({
        ...request,
        headers: { ...request.headers, Authorization: authorization },
      });
    },
  };
}

/** UTF-8 first (RFC 7617 §2.1): `btoa` alone knows only Latin-1. */
function base64(text: string): string {
  let binary = "";
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
