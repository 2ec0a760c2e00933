/**
 * Signing in without a password, as the accounts see it. What a sign-in brought stays in memory until an account
 * is made of it: looking for calendars keeps nothing, and adding them must not ask a second time.
 */
import * as v from "valibot";
import type { OAuthArguments } from "../../../shared/commands.ts";
import type { StoredAccount } from "../../settings/account-settings.ts";
import { type AccessTokens, MARGIN_MS } from "./access-tokens.ts";
import { type OAuthSetup, type SetupSources, setUpOAuth } from "./setup.ts";
import type { SignInWindow } from "./sign-in-window.ts";
import type { TokenEndpoint, Tokens } from "./token-endpoint.ts";
import type { OAuthAccount, TokenVault } from "./token-vault.ts";

export interface OAuthDependencies extends SetupSources {
  readonly session: Pick<typeof messenger.platform, "rememberKey" | "recallKey">;
  readonly tokens: AccessTokens;
  readonly vault: TokenVault;
  readonly endpoint: Pick<TokenEndpoint, "refresh">;
  readonly window: SignInWindow;
  readonly now: () => number;
}

/** A person who is signed in, with no account yet. */
export interface SignedIn extends OAuthSetup {
  readonly tokens: Tokens;
}

const StoredTokens = v.object({
  accessToken: v.string(),
  expiresAt: v.number(),
  refreshToken: v.nullable(v.string()),
});

export class OAuth {
  readonly #deps: OAuthDependencies;

  constructor(dependencies: OAuthDependencies) {
    this.#deps = dependencies;
  }

  /**
   * For discovery: by the sign-in of a moment ago, by one that Thunderbird has, else in a window.
   * @throws AppError as {@link setUpOAuth} and {@link SignInWindow.signIn}
   */
  async signIn(
    choice: OAuthArguments,
    who: { readonly location: string; readonly username: string },
    signal: AbortSignal,
  ): Promise<SignedIn> {
    const { window, session } = this.#deps;
    const setup = await setUpOAuth(choice, who, this.#deps, signal);
    const key = keyOf(setup, who.username);
    const recalled = await session.recallKey(key);
    const last = recalled ? v.parse(StoredTokens, JSON.parse(recalled)) : null;
    if (last !== null && last.expiresAt - MARGIN_MS > this.#deps.now())
      return { ...setup, tokens: last };
    const ours = last?.refreshToken ?? null;
    const silent =
      ours === null
        ? await this.#byThunderbird(setup, who.username, signal)
        : await this.#refresh(setup, ours, signal);
    const tokens = silent ?? (await window.signIn(setup.client, who.username, signal));
    await session.rememberKey(key, JSON.stringify(tokens));
    return { ...setup, tokens };
  }

  /** Of an account just added with it. @throws AppError "credentials-locked" */
  async keep(account: OAuthAccount, { client, stored, tokens }: SignedIn): Promise<void> {
    const { vault } = this.#deps;
    if (stored.client !== undefined) await vault.saveSecret(client);
    await this.#deps.tokens.keep(account, tokens);
    await this.drop({ stored }, account.username);
  }

  /** The next search asks anew. */
  async drop({ stored }: Pick<SignedIn, "stored">, username: string): Promise<void> {
    await this.#deps.session.rememberKey(keyOf({ stored }, username), "");
  }

  /** In a window, whatever there is. `keep` is for after the server has taken it. */
  async signInAgain(
    account: OAuthAccount,
    signal: AbortSignal,
  ): Promise<{ readonly token: string; readonly keep: () => Promise<void> }> {
    const client = await this.#deps.vault.client(account);
    const tokens = await this.#deps.window.signIn(client, account.username, signal);
    return { token: tokens.accessToken, keep: () => this.#deps.tokens.keep(account, tokens) };
  }

  /** @param refused see {@link AccessTokens.get} */
  accessToken(account: OAuthAccount, refused?: string): Promise<string> {
    return this.#deps.tokens.get(account, refused);
  }

  /** @param others the accounts that are left */
  async forget(account: OAuthAccount, others: readonly StoredAccount[]): Promise<void> {
    await this.#deps.tokens.forget(account);
    await this.#deps.vault.forget(account, others);
  }

  /**
   * `null`: it has none that is valid. A new refresh token is Thunderbird's at once: the one before may be good no
   * more, and its mail may sign in with it.
   */
  async #byThunderbird(
    setup: OAuthSetup,
    username: string,
    signal: AbortSignal,
  ): Promise<Tokens | null> {
    const { vault } = this.#deps;
    const saved = await vault.thunderbirdToken(setup.stored, username);
    const tokens = saved === null ? null : await this.#refresh(setup, saved, signal);
    if (tokens === null) return null;
    if (tokens.refreshToken !== null && tokens.refreshToken !== saved)
      await vault.saveThunderbirdToken(setup.stored, username, tokens.refreshToken, saved);
    return { ...tokens, refreshToken: null };
  }

  /** `null`: no longer valid, for whatever reason; then a person is asked. */
  async #refresh(
    { client }: OAuthSetup,
    refreshToken: string,
    signal: AbortSignal,
  ): Promise<Tokens | null> {
    try {
      const tokens = await this.#deps.endpoint.refresh(client, refreshToken, signal);
      return { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken };
    } catch (error) {
      if (signal.aborted) throw error;
      return null;
    }
  }
}

function keyOf({ stored }: Pick<OAuthSetup, "stored">, username: string): string {
  return JSON.stringify(["signed in", stored, username]);
}
