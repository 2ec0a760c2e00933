/** Requests to the token endpoint: a code or a refresh token in, tokens out (RFC 6749 §4.1.3, §5, §6). */
import * as v from "valibot";
import { AppError } from "../../../shared/errors.ts";
import { decodeBody } from "../../transport/body-text.ts";
import type { Transport } from "../../transport/transport.ts";
import { refusedSignIn } from "./authorization.ts";
import type { OAuthClient } from "./client.ts";
import { parseJson } from "./metadata.ts";

export interface Tokens {
  readonly accessToken: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** `null`: the one that was used goes on being valid. */
  readonly refreshToken: string | null;
}

const Answer = v.object({
  access_token: v.pipe(v.string(), v.nonEmpty()),
  token_type: v.pipe(v.string(), v.regex(/^bearer$/i)),
  expires_in: v.optional(v.union([v.number(), v.pipe(v.string(), v.transform(Number))])),
  refresh_token: v.optional(v.string()),
});
const Refusal = v.object({ error: v.string() });

/** Where a provider names no end: then its 401 tells. */
const ASSUMED_SECONDS = 3600;

export class TokenEndpoint {
  readonly #transport: Transport;
  readonly #now: () => number;

  constructor(transport: Transport, now: () => number) {
    this.#transport = transport;
    this.#now = now;
  }

  /** @throws AppError "sign-in-refused", "protocol", "server-busy", network codes */
  redeem(
    client: OAuthClient,
    { code, verifier }: { code: string; verifier: string },
    signal: AbortSignal,
  ): Promise<Tokens> {
    const grant = { grant_type: "authorization_code", code, redirect_uri: client.redirectUri };
    return this.#request(client, { ...grant, code_verifier: verifier }, signal);
  }

  /** @throws AppError "sign-in-needed" when the token is expired or revoked; as {@link redeem} */
  async refresh(client: OAuthClient, refreshToken: string, signal: AbortSignal): Promise<Tokens> {
    const grant = { grant_type: "refresh_token", refresh_token: refreshToken };
    try {
      return await this.#request(client, grant, signal);
    } catch (error) {
      const { error: said } = error instanceof AppError ? error.details : {};
      throw said === "invalid_grant" ? signInNeeded(new URL(client.tokenEndpoint).host) : error;
    }
  }

  async #request(
    client: OAuthClient,
    grant: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Tokens> {
    const { clientId, clientSecret, tokenEndpoint, authMethod } = client;
    const isBasic = clientSecret !== null && authMethod === "client_secret_basic";
    const form = new URLSearchParams({ ...grant, ...(isBasic ? {} : { client_id: clientId }) });
    if (clientSecret !== null && !isBasic) form.set("client_secret", clientSecret);
    const headers = {
      "Content-Type": "application/x-www-form-urlencoded",
      Accept: "application/json",
      ...(isBasic ? { Authorization: clientBasic(clientId, clientSecret) } : {}),
    };
    const question = { method: "POST", url: tokenEndpoint, headers, body: form.toString(), signal };
    const { status, bytes } = await this.#transport.send(question);
    const { host } = new URL(tokenEndpoint);
    const body = parseJson(decodeBody(bytes, null));
    if (status === 200) {
      const answer = v.safeParse(Answer, body);
      if (!answer.success) throw notUnderstood(host);
      const { access_token, expires_in, refresh_token } = answer.output;
      const seconds = Number.isFinite(expires_in) ? Number(expires_in) : ASSUMED_SECONDS;
      return {
        accessToken: access_token,
        expiresAt: this.#now() + Math.max(0, seconds) * 1000,
        refreshToken: refresh_token || null,
      };
    }
    const refusal = v.safeParse(Refusal, body);
    if (refusal.success && refusal.output.error !== "temporarily_unavailable") {
      throw refusedSignIn(host, refusal.output.error);
    }
    if (status === 429 || status >= 500 || refusal.success) throw busy(host);
    throw notUnderstood(host);
  }
}

/** RFC 6749 §2.3.1: both are encoded like a form's values first. */
function clientBasic(clientId: string, clientSecret: string): string {
  const encoded = (value: string) => new URLSearchParams({ "": value }).toString().slice(1);
  return `Basic ${btoa(`${encoded(clientId)}:${encoded(clientSecret)}`)}`;
}

export function signInNeeded(host: string): AppError {
  return new AppError("sign-in-needed", `${host} wants you to sign in again.`, {
    hint: "Your events and unsent changes are still here; they are sent once you have signed in.",
    retry: "after-user",
    details: { host },
  });
}

function busy(host: string): AppError {
  return new AppError("server-busy", `${host} cannot sign anybody in at the moment.`, {
    hint: "Your changes are kept. CalDAV Keeper tries again by itself.",
    retry: "later",
    details: { host },
  });
}

function notUnderstood(host: string): AppError {
  return new AppError("protocol", `The answer of ${host} to the sign-in makes no sense.`, {
    hint: "Nothing was changed. Check the addresses of the provider, or ask whoever runs it.",
    retry: "after-user",
    details: { host },
  });
}
