/** A provider's endpoints, looked up at its issuer URL (OpenID Connect Discovery §4, RFC 8414 §3). */
import * as v from "valibot";
import { AppError } from "../../../shared/errors.ts";
import { decodeBody } from "../../transport/body-text.ts";
import { schemeSafety } from "../../transport/scheme-guard.ts";
import type { Transport } from "../../transport/transport.ts";
import type { OAuthClient } from "./client.ts";

export interface ProviderMetadata {
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  /** Empty where it does not say. */
  readonly scopes: readonly string[];
  readonly authMethod: NonNullable<OAuthClient["authMethod"]>;
}

const Metadata = v.object({
  issuer: v.string(),
  authorization_endpoint: v.string(),
  token_endpoint: v.string(),
  scopes_supported: v.optional(v.array(v.string()), []),
  /** RFC 8414 §2: what it means where it is left out. */
  token_endpoint_auth_methods_supported: v.optional(v.array(v.string()), ["client_secret_basic"]),
});

/** @throws AppError "bad-argument" where there is nothing, "insecure-location", network codes */
export async function readMetadata(
  issuer: string,
  transport: Transport,
  signal: AbortSignal,
): Promise<ProviderMetadata> {
  const base = secureEndpoint(issuer);
  const path = base.pathname.replace(/\/+$/, "");
  const places = [
    `${base.origin}${path}/.well-known/openid-configuration`,
    `${base.origin}/.well-known/oauth-authorization-server${path}`,
  ];
  for (const url of places) {
    const response = await transport.send({ method: "GET", url, signal });
    if (response.status !== 200) continue;
    const found = v.safeParse(Metadata, parseJson(decodeBody(response.bytes, null)));
    // A document that names another issuer speaks for somebody else (RFC 8414 §3.3).
    if (!found.success || withoutSlash(found.output.issuer) !== withoutSlash(issuer)) continue;
    const { authorization_endpoint, token_endpoint, scopes_supported } = found.output;
    const methods = found.output.token_endpoint_auth_methods_supported;
    const isBasic =
      methods.includes("client_secret_basic") && !methods.includes("client_secret_post");
    return {
      issuer: found.output.issuer,
      authorizationEndpoint: secureEndpoint(authorization_endpoint).href,
      tokenEndpoint: secureEndpoint(token_endpoint).href,
      scopes: scopes_supported,
      authMethod: isBasic ? "client_secret_basic" : "client_secret_post",
    };
  }
  throw new AppError("bad-argument", `${base.host} does not say where to sign in.`, {
    hint: "Nothing was changed. Check the issuer's address, or enter both endpoints.",
    details: { argument: "oauth.issuer" },
  });
}

/** Secrets go there, so encrypted or to this computer. @throws AppError "insecure-location", "bad-location" */
export function secureEndpoint(url: string): URL {
  if (schemeSafety(url) !== "insecure") return new URL(url);
  const { host } = new URL(url);
  throw new AppError("insecure-location", `${host} would sign you in without encryption.`, {
    hint: "Nothing was sent. Enter an address that starts with https://.",
    retry: "after-user",
    details: { host },
  });
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, "");

/** `null` for what is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
