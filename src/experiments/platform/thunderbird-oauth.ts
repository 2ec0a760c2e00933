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

interface Known {
  readonly details: GeckoIssuerDetails;
  /** What CalDAV needs. */
  readonly scope: string;
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

/**
 * A login may cover mail and contacts too; a token of a sign-in for CalDAV alone in its place would end those.
 * @param refreshedFrom the token that this one was got with: it is good for the same, and takes its place
 */
export async function setThunderbirdToken(
  host: string,
  username: string,
  token: string,
  refreshedFrom: string | null,
): Promise<{ ok: true } | { locked: true } | { error: WireError }> {
  if (!Services.logins.isLoggedIn) return { locked: true };
  try {
    const known = lookUp(host);
    if (known === null) throw new Error("Thunderbird does not know this host");
    const logins = await covering(known, username);
    const present =
      logins.find(({ password }) => password === refreshedFrom) ??
      logins.find((login) => isExact(login, known));
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
          hint: "Nothing of your calendars was changed. Look into Thunderbird's saved passwords, then sign in again.",
          retry: "after-user",
        }),
      ),
    };
  }
}

function lookUp(host: string): Known | null {
  const { OAuth2Providers } = ChromeUtils.importESModule(
    "resource:///modules/OAuth2Providers.sys.mjs",
  );
  const known = OAuth2Providers.getHostnameDetails(host, "caldav");
  const details = known && OAuth2Providers.getIssuerDetails(known.issuer);
  if (!known || !details?.clientId) return null;
  return { details: { ...details, name: known.issuer }, scope: known.requiredScopes };
}

/** One for CalDAV alone is what was signed in with here last. */
async function find(host: string, username: string): Promise<nsILoginInfo | undefined> {
  const known = lookUp(host);
  if (known === null) return undefined;
  const logins = await covering(known, username);
  return logins.find((login) => isExact(login, known)) ?? logins[0];
}

/** Those that cover at least what CalDAV needs, as Thunderbird's own code looks for them. */
async function covering({ details, scope }: Known, username: string): Promise<nsILoginInfo[]> {
  const logins = await Services.logins.searchLoginsAsync({ origin: `oauth://${details.name}` });
  return logins.filter(
    (login) => login.username === username && covers(login.httpRealm ?? "", scope),
  );
}

/** Of those that cover CalDAV. */
function isExact({ httpRealm }: nsILoginInfo, { scope }: Known): boolean {
  return covers(scope, httpRealm ?? "");
}

function covers(granted: string, wanted: string): boolean {
  const scopes = new Set(granted.split(" "));
  return wanted.split(" ").every((scope) => scopes.has(scope));
}
