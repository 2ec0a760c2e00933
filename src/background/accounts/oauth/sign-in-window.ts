/** A person signs in at their provider, in a window: the authorization code grant with PKCE, as RFC 8252 wants it. */
import { AppError, fromWire } from "../../../shared/errors.ts";
import { authorizationUrl, codeOf } from "./authorization.ts";
import { type OAuthClient, providerOf } from "./client.ts";
import { newSignInSecrets } from "./pkce.ts";
import type { TokenEndpoint, Tokens } from "./token-endpoint.ts";

export interface SignInWindowDependencies {
  readonly platform: Pick<typeof messenger.platform, "openSignIn" | "closeSignIn">;
  readonly endpoint: Pick<TokenEndpoint, "redeem">;
  readonly newId: () => string;
  readonly timeoutMs?: number;
}

/** A person may have to look for a second factor. */
const TIMEOUT_MS = 10 * 60_000;

export class SignInWindow {
  readonly #deps: SignInWindowDependencies;

  constructor(dependencies: SignInWindowDependencies) {
    this.#deps = dependencies;
  }

  /**
   * @throws AppError "aborted" when the window was closed or the command cancelled, "timeout", "sign-in-refused", and
   *   those of the token endpoint
   */
  async signIn(client: OAuthClient, username: string, signal: AbortSignal): Promise<Tokens> {
    const secrets = await newSignInSecrets();
    const url = authorizationUrl(client, secrets, username);
    const answer = await this.#show(client, url, signal);
    const code = codeOf(answer, client, secrets);
    const tokens = await this.#deps.endpoint.redeem(
      client,
      { code, verifier: secrets.verifier },
      signal,
    );
    if (tokens.refreshToken !== null) return tokens;
    throw new AppError(
      "sign-in-refused",
      `${providerOf(client)} lets CalDAV Keeper in for a moment only.`,
      {
        hint: "Nothing was changed. The client must be allowed to stay signed in: many providers want the scope offline_access for that.",
        retry: "after-user",
        details: { host: providerOf(client) },
      },
    );
  }

  async #show(client: OAuthClient, url: string, signal: AbortSignal): Promise<string> {
    const { platform, newId, timeoutMs = TIMEOUT_MS } = this.#deps;
    const id = newId();
    const deadline = AbortSignal.timeout(timeoutMs);
    const both = AbortSignal.any([signal, deadline]);
    const close = (): void => void platform.closeSignIn(id);
    if (both.aborted) throw closedWindow();
    both.addEventListener("abort", close, { once: true });
    try {
      const answer = await platform.openSignIn(id, url, client.redirectUri);
      if ("error" in answer) throw fromWire(answer.error);
      if ("url" in answer) return answer.url;
      throw deadline.aborted ? tookTooLong(providerOf(client)) : closedWindow();
    } finally {
      both.removeEventListener("abort", close);
    }
  }
}

function closedWindow(): AppError {
  return new AppError("aborted", "The sign-in window was closed before you were signed in.", {
    hint: "Nothing was changed. Your events and unsent changes are still here.",
    retry: "after-user",
  });
}

function tookTooLong(host: string): AppError {
  return new AppError("timeout", `Nobody signed in at ${host} for ten minutes.`, {
    hint: "Nothing was changed. Try again when you have everything at hand.",
    retry: "after-user",
    details: { host },
  });
}
