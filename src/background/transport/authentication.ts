/**
 * User name and password for the places the user has agreed to. Over an encrypted connection, or to this computer,
 * Basic goes with the first request: some servers never send a challenge. Elsewhere the server is heard first, so
 * that one which knows Digest never gets the password itself. What a server wants is remembered by origin.
 */
import { AppError } from "../../shared/errors.ts";
import { basicAuthorization } from "./basic-auth.ts";
import { type Challenge, parseChallenges } from "./challenges.ts";
import { chooseDigest, type DigestChallenge, digestAuthorization } from "./digest-auth.ts";
import { isAgreed, schemeSafety } from "./scheme-guard.ts";
import type { HttpRequest, HttpResponse, Transport } from "./transport.ts";

export interface PasswordCredentials {
  /** `scheme://host:port` as `URL.origin` gives it; see {@link isAgreed}. */
  readonly origins: ReadonlySet<string>;
  readonly username: string;
  readonly password: string;
}

/** How one origin is answered. */
type Method =
  | { readonly kind: "basic" }
  | { readonly kind: "digest"; readonly challenge: DigestChallenge; count: number };

/** @throws AppError "bad-argument" for a user name with a colon, which RFC 7617 §2 cannot carry */
export function withAuthentication(
  transport: Transport,
  credentials: PasswordCredentials,
): Transport {
  if (credentials.username.includes(":")) {
    throw new AppError("bad-argument", "A user name with a colon cannot be used.", {
      hint: "Check the user name.",
    });
  }
  return new Authentication(transport, credentials);
}

class Authentication implements Transport {
  readonly #transport: Transport;
  readonly #credentials: PasswordCredentials;
  readonly #methods = new Map<string, Method>();

  constructor(transport: Transport, credentials: PasswordCredentials) {
    this.#transport = transport;
    this.#credentials = credentials;
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    const { url } = request;
    if (!isAgreed(this.#credentials.origins, url)) return this.#transport.send(request);
    const { origin } = new URL(url);
    const isPrivate = schemeSafety(url) !== "insecure";
    const used = this.#methods.get(origin) ?? (isPrivate ? BASIC : undefined);
    const first = await this.#attempt(request, used);
    if (first.status !== 401) return first;
    const next = nextMethod(used, parseChallenges(first.headers.get("www-authenticate")));
    if (next === undefined) return first;
    this.#methods.set(origin, next);
    // Nothing was done (RFC 9110 §15.5.2), so this is the same request, not a second one.
    return this.#attempt(request, next);
  }

  #attempt(request: HttpRequest, method: Method | undefined): Promise<HttpResponse> {
    if (method === undefined) return this.#transport.send(request);
    const headers = { ...request.headers, Authorization: this.#authorization(request, method) };
    return this.#transport.send({ ...request, headers });
  }

  #authorization(request: HttpRequest, method: Method): string {
    const { username, password } = this.#credentials;
    if (method.kind === "basic") return basicAuthorization(username, password);
    const { pathname, search } = new URL(request.url);
    return digestAuthorization(method.challenge, {
      method: request.method,
      uri: pathname + search,
      username,
      password,
      count: ++method.count,
      cnonce: crypto.randomUUID().replaceAll("-", ""),
    });
  }
}

const BASIC: Method = { kind: "basic" };

/** `undefined`: what was sent has been refused, or cannot be answered. */
function nextMethod(
  used: Method | undefined,
  challenges: readonly Challenge[],
): Method | undefined {
  const digest = chooseDigest(challenges);
  if (digest !== null) {
    // A nonce the server forgot; a fresh one that is refused means a wrong password.
    const isWrong = used?.kind === "digest" && !digest.stale && used.count === 1;
    return isWrong ? undefined : { kind: "digest", challenge: digest, count: 0 };
  }
  // Whoever has answered by Digest once never gets the password itself. Some servers name no scheme at all.
  const wantsBasic = challenges.length === 0 || challenges.some(({ scheme }) => scheme === "basic");
  return used === undefined && wantsBasic ? BASIC : undefined;
}
