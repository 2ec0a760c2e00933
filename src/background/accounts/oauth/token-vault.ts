/**
 * Where refresh tokens and clients' secrets lie: in Thunderbird's password manager and nowhere else. Of a sign-in
 * with Thunderbird's own client the token is Thunderbird's too, kept where its mail and calendars look for it.
 */
import { AppError, fromWire } from "../../../shared/errors.ts";
import type { StoredAccount, StoredOAuth } from "../../settings/account-settings.ts";
import { type Credentials, lockedError } from "../credentials.ts";
import type { OAuthClient } from "./client.ts";
import { type FindThunderbirdClient, REDIRECT_URI } from "./setup.ts";
import { signInNeeded } from "./token-endpoint.ts";

export type OAuthAccount = Pick<StoredAccount, "origin" | "username"> & {
  readonly oauth: StoredOAuth;
};

export interface TokenVaultDependencies {
  readonly credentials: Pick<Credentials, "password" | "save" | "forget">;
  readonly platform: Pick<typeof messenger.platform, "getThunderbirdToken" | "setThunderbirdToken">;
  readonly thunderbirdClient: FindThunderbirdClient;
}

export class TokenVault {
  readonly #deps: TokenVaultDependencies;

  constructor(dependencies: TokenVaultDependencies) {
    this.#deps = dependencies;
  }

  /** @throws AppError "sign-in-needed" without a token; "credentials-locked" */
  async refreshToken({ origin, username, oauth }: OAuthAccount): Promise<string> {
    const host = new URL(origin).host;
    if (oauth.client !== undefined) return this.#password(tokenKey(origin, username), host);
    const found = await this.thunderbirdToken(oauth, username);
    if (found === null) throw signInNeeded(host);
    return found;
  }

  /** A token that Thunderbird has already; `null`: none. @throws AppError "credentials-locked" */
  async thunderbirdToken({ client, host }: StoredOAuth, username: string): Promise<string | null> {
    if (client !== undefined || host === undefined) return null;
    const answer = await this.#deps.platform.getThunderbirdToken(host, username);
    if ("locked" in answer) throw lockedError();
    return "token" in answer ? answer.token : null;
  }

  /**
   * @param refreshedFrom the one it was got with; `null`: none, a person signed in
   * @throws AppError "credentials-locked"
   */
  async save(
    { origin, username, oauth }: OAuthAccount,
    refreshToken: string,
    refreshedFrom: string | null,
  ): Promise<void> {
    if (oauth.client !== undefined) {
      await this.#deps.credentials.save(tokenKey(origin, username), refreshToken);
      return;
    }
    await this.saveThunderbirdToken(oauth, username, refreshToken, refreshedFrom);
  }

  /** As {@link save}. */
  async saveThunderbirdToken(
    { host = "" }: StoredOAuth,
    username: string,
    token: string,
    refreshedFrom: string | null,
  ): Promise<void> {
    const { platform } = this.#deps;
    const answer = await platform.setThunderbirdToken(host, username, token, refreshedFrom);
    if ("locked" in answer) throw lockedError();
    if ("error" in answer) throw fromWire(answer.error);
  }

  async saveSecret(client: OAuthClient): Promise<void> {
    if (client.clientSecret === null) return;
    await this.#deps.credentials.save(secretKey(client), client.clientSecret);
  }

  /** @throws AppError "unsupported" when Thunderbird no longer knows the provider; "sign-in-needed"; "credentials-locked" */
  async client({ origin, oauth }: OAuthAccount): Promise<OAuthClient> {
    const { client, host } = oauth;
    if (client === undefined) {
      const theirs = await this.#deps.thunderbirdClient(host ?? "");
      if (theirs !== null) return theirs;
      throw new AppError("unsupported", "Thunderbird no longer knows how to sign in there.", {
        hint: "Your events and unsent changes are still here. Add the account again, with a password of the provider for this program.",
        retry: "after-user",
      });
    }
    const { hasSecret, ...known } = client;
    const secret = hasSecret ? await this.#password(secretKey(client), new URL(origin).host) : null;
    return { ...known, clientSecret: secret, redirectUri: REDIRECT_URI };
  }

  /** What Thunderbird has for itself stays. @param others the accounts that are left */
  async forget(
    { origin, username, oauth }: OAuthAccount,
    others: readonly StoredAccount[],
  ): Promise<void> {
    const { client } = oauth;
    if (client === undefined) return;
    await this.#deps.credentials.forget(tokenKey(origin, username));
    const { origin: place, username: id } = secretKey(client);
    const isShared = others.some((other) => {
      const theirs = other.oauth?.client;
      return theirs && secretKey(theirs).origin === place && secretKey(theirs).username === id;
    });
    if (client.hasSecret && !isShared) await this.#deps.credentials.forget(secretKey(client));
  }

  async #password(key: { origin: string; username: string }, host: string): Promise<string> {
    try {
      return await this.#deps.credentials.password(key);
    } catch (error) {
      if (error instanceof AppError && error.code === "credentials-missing")
        throw signInNeeded(host);
      throw error;
    }
  }
}

/** Apart from a password of the same person there, which must never be taken for a token. */
function tokenKey(origin: string, username: string): { origin: string; username: string } {
  return { origin: `oauth://${new URL(origin).host}`, username };
}

function secretKey({ tokenEndpoint, clientId }: { tokenEndpoint: string; clientId: string }): {
  origin: string;
  username: string;
} {
  return { origin: `oauth://${new URL(tokenEndpoint).host}`, username: `client ${clientId}` };
}
