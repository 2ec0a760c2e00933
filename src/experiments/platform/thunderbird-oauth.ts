/**
 * What Thunderbird knows of providers' sign-ins for CalDAV, and its refresh tokens, where its own code keeps them
 * (`oauth://<issuer>`, the scopes as realm). Its OAuth2Module itself is not used: after a refused refresh it opens a
 * window whatever it was told, and nothing in the background may do that.
 */
import { AppError, toWire, type WireError } from "../../shared/errors.ts";
import { addLogin, changePassword } from "./vault.ts";

export interface ThunderbirdClient {
  clientId: string;
  clientSecret: string | null;
  scope: string;
  issuer: string | null;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  redirectUri: string;
}

export function findOAuthClient(host: string): ThunderbirdClient | null {
  const found = lookUp(host);
  if (found === null) return null;
  const { details, scope } = found;
  return {
    clientId: details.clientId,
    clientSecret: details.clientSecret || null,
    scope,
    issuer: details.issuerIdentifier || null,
    authorizationEndpoint: details.authorizationEndpoint,
    tokenEndpoint: details.tokenEndpoint,
    redirectUri: details.redirectionEndpoint || "http://localhost",
  };
}

export async function getThunderbirdToken(
  host: string,
  username: string,
): Promise<{ token: string } | { missing: true } | { locked: true }> {
  if (!Services.logins.isLoggedIn) return { locked: true };
  try {
    const login = await find(host, username);
    return login ? { token: login.password } : { missing: true };
  } catch {
    return { locked: true };
  }
}

export async function setThunderbirdToken(
  host: string,
  username: string,
  token: string,
): Promise<{ ok: true } | { locked: true } | { error: WireError }> {
  if (!Services.logins.isLoggedIn) return { locked: true };
  try {
    const known = lookUp(host);
    if (known === null) throw new Error("Thunderbird does not know this host");
    const present = await find(host, username);
    if (present === undefined) {
      await addLogin(`oauth://${known.details.name}`, known.scope, username, token);
    } else if (present.password !== token) {
      await changePassword(present, token);
    }
    return { ok: true };
  } catch {
    if (!Services.logins.isLoggedIn) return { locked: true };
    return {
      error: toWire(
        new AppError("credentials-missing", "Thunderbird could not save the sign-in.", {
          hint: "Look into Thunderbird's saved passwords, then sign in again.",
          retry: "after-user",
        }),
      ),
    };
  }
}

function lookUp(host: string): { details: GeckoIssuerDetails; scope: string } | null {
  const { OAuth2Providers } = ChromeUtils.importESModule(
    "resource:///modules/OAuth2Providers.sys.mjs",
  );
  const known = OAuth2Providers.getHostnameDetails(host, "caldav");
  const details = known && OAuth2Providers.getIssuerDetails(known.issuer);
  if (!known || !details?.clientId) return null;
  return { details: { ...details, name: known.issuer }, scope: known.requiredScopes };
}

/** One that covers at least what CalDAV needs, as Thunderbird's own code looks for it. */
async function find(host: string, username: string): Promise<nsILoginInfo | undefined> {
  const known = lookUp(host);
  if (known === null) return undefined;
  const logins = await Services.logins.searchLoginsAsync({
    origin: `oauth://${known.details.name}`,
  });
  const wanted = known.scope.split(" ");
  return logins.find((login) => {
    const scopes = new Set((login.httpRealm ?? "").split(" "));
    return login.username === username && wanted.every((scope) => scopes.has(scope));
  });
}
