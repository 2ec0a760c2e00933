/** What a person chose to sign in with → the client to sign in as, and what of it the account remembers. */
import type { OAuthArguments } from "../../../shared/commands.ts";
import { AppError } from "../../../shared/errors.ts";
import type { StoredOAuth } from "../../settings/account-settings.ts";
import type { Transport } from "../../transport/transport.ts";
import type { OAuthClient } from "./client.ts";
import { readMetadata, secureEndpoint } from "./metadata.ts";
import { BY_HOST, knownProvider } from "./providers.ts";

/** What Thunderbird knows of a host's sign-in for CalDAV; `null`: nothing. */
export type FindThunderbirdClient = (host: string) => Promise<OAuthClient | null>;

export interface OAuthSetup {
  readonly stored: StoredOAuth;
  readonly client: OAuthClient;
  /** Where discovery begins. */
  readonly location: string;
}

/** Of clients that the user registers: an address of this computer, as for every desktop program (RFC 8252 §7.3). */
export const REDIRECT_URI = "http://localhost";

export interface SetupSources {
  readonly thunderbirdClient: FindThunderbirdClient;
  readonly transport: Transport;
}

/**
 * @throws AppError "unsupported" for a provider without CalDAV by OAuth; "bad-argument" for what is missing;
 *   "insecure-location", network codes
 */
export async function setUpOAuth(
  choice: OAuthArguments,
  { location, username }: { readonly location: string; readonly username: string },
  { thunderbirdClient, transport }: SetupSources,
  signal: AbortSignal,
): Promise<OAuthSetup> {
  const { name, clientId, clientSecret, scope } = choice;
  const known = knownProvider(name);
  const host = known?.host ?? (name.toLowerCase() === BY_HOST ? hostOf(location) : undefined);
  const place = known && !isAt(location, known.host) ? known.location(username) : location;
  if (host !== undefined) {
    const theirs = await thunderbirdClient(host);
    if (theirs === null) throw notKnown(host);
    if (clientId === undefined) return { stored: { name, host }, client: theirs, location: place };
    const own = { ...theirs, clientId, clientSecret: clientSecret || null };
    const client = { ...own, scope: scope ?? theirs.scope, redirectUri: REDIRECT_URI };
    return { stored: storedClient(name, client), client, location: place };
  }
  if (clientId === undefined) throw missing("oauth.clientId", "The client's id is missing.");
  const endpoints = await ownEndpoints(choice, transport, signal);
  const client: OAuthClient = {
    ...endpoints,
    clientId,
    clientSecret: clientSecret || null,
    scope: scope ?? endpoints.scope,
    redirectUri: REDIRECT_URI,
  };
  return { stored: storedClient(name, client), client, location: place };
}

async function ownEndpoints(
  { issuer, authorizationEndpoint, tokenEndpoint }: OAuthArguments,
  transport: Transport,
  signal: AbortSignal,
): Promise<
  Pick<OAuthClient, "issuer" | "authorizationEndpoint" | "tokenEndpoint" | "scope" | "authMethod">
> {
  if (authorizationEndpoint !== undefined && tokenEndpoint !== undefined) {
    return {
      issuer: issuer ?? null,
      authorizationEndpoint: secureEndpoint(authorizationEndpoint).href,
      tokenEndpoint: secureEndpoint(tokenEndpoint).href,
      scope: "",
    };
  }
  if (issuer === undefined)
    throw missing("oauth.issuer", "Where to sign in is missing: an issuer, or both endpoints.");
  const { scopes, ...found } = await readMetadata(issuer, transport, signal);
  // Without it OpenID providers give no refresh token (OpenID Connect Core §11).
  const scope = scopes.includes("offline_access") ? "openid offline_access" : "";
  return { ...found, scope };
}

function storedClient(name: string, client: OAuthClient): StoredOAuth {
  const { clientSecret, redirectUri: _, authMethod = "client_secret_post", ...known } = client;
  const kept = { ...known, hasSecret: clientSecret !== null, authMethod };
  return { name, client: kept };
}

/** An address of the provider itself that the person wrote out, such as one calendar's. */
function isAt(location: string, host: string): boolean {
  return /^(?:https?|caldavs?):\/\//i.test(location) && hostOf(location) === host;
}

function hostOf(location: string): string {
  const address = location.trim().replace(/^[^@/]*@/, "");
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(address)
    ? address.replace(/^[a-z0-9+.-]+:/i, "https:")
    : `https://${address}`;
  if (URL.canParse(url)) return new URL(url).hostname;
  throw new AppError("bad-location", "This address cannot be read.", {
    hint: "Enter an e-mail address, a host, or an address that starts with https://.",
  });
}

function notKnown(host: string): AppError {
  return new AppError("unsupported", `Thunderbird does not know how to sign in at ${host}.`, {
    hint: "Use a password, or enter the id of a client of your own and where to sign in.",
    retry: "after-user",
    details: { host },
  });
}

function missing(argument: string, message: string): AppError {
  return new AppError("bad-argument", message, {
    hint: "Nothing was changed. The provider shows it where programs are registered.",
    details: { argument },
  });
}
