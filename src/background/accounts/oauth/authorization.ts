/** The authorization request and its answer (RFC 6749 §4.1.1, §4.1.2; RFC 7636; RFC 9207). Pure. */
import { AppError } from "../../../shared/errors.ts";
import { type OAuthClient, providerOf } from "./client.ts";
import type { SignInSecrets } from "./pkce.ts";

/** The page to show. @param username offered to the provider as who wants to sign in */
export function authorizationUrl(
  client: OAuthClient,
  { state, challenge }: Pick<SignInSecrets, "state" | "challenge">,
  username: string,
): string {
  const url = new URL(client.authorizationEndpoint);
  const parameters = {
    response_type: "code",
    client_id: client.clientId,
    redirect_uri: client.redirectUri,
    scope: client.scope,
    state,
    code_challenge: challenge,
    code_challenge_method: "S256",
    login_hint: username,
    // Without consent OpenID providers give no refresh token (OpenID Connect Core §11), Google not a second one.
    prompt: /\boffline_access\b/.test(client.scope) || isGoogle(url) ? "consent" : "",
    access_type: isGoogle(url) ? "offline" : "",
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== "") url.searchParams.set(name, value);
  }
  return url.href;
}

function isGoogle({ hostname }: URL): boolean {
  return hostname === "accounts.google.com";
}

/**
 * The code in the address that the window was sent to.
 * @throws AppError "sign-in-refused" for a refusal, and for an answer that is not to our request
 */
export function codeOf(answer: string, client: OAuthClient, { state }: { state: string }): string {
  const { searchParams } = new URL(answer);
  const host = providerOf(client);
  const iss = searchParams.get("iss");
  if (searchParams.get("state") !== state || !isIssuer(iss, client)) {
    throw new AppError("sign-in-refused", `The answer to the sign-in did not come from ${host}.`, {
      hint: "Nobody was signed in, and nothing was changed. Try again.",
      retry: "after-user",
      details: { host },
    });
  }
  const code = searchParams.get("code");
  if (code !== null && code !== "") return code;
  throw refusedSignIn(host, searchParams.get("error") ?? "");
}

/** Without an agreed issuer, one that names another host than the page's is somebody else (RFC 9207 §2.4). */
function isIssuer(iss: string | null, { issuer, authorizationEndpoint }: OAuthClient): boolean {
  if (iss === null) return true;
  if (issuer !== null) return iss === issuer;
  return URL.canParse(iss) && new URL(iss).origin === new URL(authorizationEndpoint).origin;
}

/** @param error its code (RFC 6749 §4.1.2.1, §5.2) */
export function refusedSignIn(host: string, error: string): AppError {
  const words = new Map<string, readonly [string, string]>([
    [
      "access_denied",
      [
        `${host} was not allowed to let CalDAV Keeper in.`,
        "Sign in again, and allow access to your calendars.",
      ],
    ],
    [
      "invalid_scope",
      [`${host} does not know the access that was asked for.`, "Correct the scope."],
    ],
    [
      "invalid_client",
      [`${host} does not know this client.`, "Check the client's id and its secret."],
    ],
    [
      "unauthorized_client",
      [`${host} does not let this client sign in so.`, "Check how the client is registered there."],
    ],
  ]);
  const [message, hint] = words.get(error) ?? [
    `${host} refused to sign in.`,
    "Try again. If it happens again, ask whoever runs the server.",
  ];
  return new AppError("sign-in-refused", message, {
    hint: `Nothing was changed. ${hint}`,
    retry: "after-user",
    details: { host, ...(/^[a-z_]{1,40}$/.test(error) ? { error } : {}) },
  });
}
