/**
 * Access tokens of accounts: one an account, for as long as it is valid; one refresh at a time. Kept in the parent
 * process's memory, for the background page is stopped and started many times an hour. Never asks a person.
 */
import * as v from "valibot";
import { AppError } from "../../../shared/errors.ts";
import type { TokenEndpoint, Tokens } from "./token-endpoint.ts";
import type { OAuthAccount, TokenVault } from "./token-vault.ts";

export interface AccessTokensDependencies {
  readonly session: Pick<typeof messenger.platform, "rememberKey" | "recallKey">;
  readonly vault: Pick<TokenVault, "refreshToken" | "client" | "save">;
  readonly endpoint: Pick<TokenEndpoint, "refresh">;
  readonly now: () => number;
}

/** Renewed this long before its end: a request may wait in a queue. */
export const MARGIN_MS = 60_000;
const REFRESH_TIMEOUT_MS = 60_000;

const Held = v.object({ accessToken: v.string(), expiresAt: v.number() });

export class AccessTokens {
  readonly #deps: AccessTokensDependencies;
  readonly #refreshing = new Map<string, Promise<string>>();

  constructor(dependencies: AccessTokensDependencies) {
    this.#deps = dependencies;
  }

  /**
   * @param refused one that the server did not take, whatever its time
   * @throws AppError "sign-in-needed", "credentials-locked", "sign-in-refused", network codes
   */
  async get(account: OAuthAccount, refused?: string): Promise<string> {
    const key = keyOf(account);
    const under = this.#refreshing.get(key);
    if (under !== undefined) {
      const token = await under;
      // It began without knowing what the server has refused since.
      return token === refused ? this.get(account, refused) : token;
    }
    const refreshing = this.#get(account, refused).finally(() => {
      if (this.#refreshing.get(key) === refreshing) this.#refreshing.delete(key);
    });
    this.#refreshing.set(key, refreshing);
    return refreshing;
  }

  /**
   * The refresh token is safe before the other one is used.
   * @param refreshedFrom as of {@link TokenVault.save}
   */
  async keep(
    account: OAuthAccount,
    tokens: Tokens,
    refreshedFrom: string | null = null,
  ): Promise<void> {
    const { vault, session } = this.#deps;
    if (tokens.refreshToken !== null) await vault.save(account, tokens.refreshToken, refreshedFrom);
    const { accessToken, expiresAt } = tokens;
    await session.rememberKey(keyOf(account), JSON.stringify({ accessToken, expiresAt }));
  }

  async forget(account: OAuthAccount): Promise<void> {
    await this.#deps.session.rememberKey(keyOf(account), "");
  }

  async #get(account: OAuthAccount, refused: string | undefined): Promise<string> {
    const held = await this.#held(account);
    if (held !== null && held.accessToken !== refused) {
      if (held.expiresAt - MARGIN_MS > this.#deps.now()) return held.accessToken;
    }
    const { vault, endpoint } = this.#deps;
    const client = await vault.client(account);
    const refreshToken = await vault.refreshToken(account);
    const signal = AbortSignal.timeout(REFRESH_TIMEOUT_MS);
    const tokens = await endpoint.refresh(client, refreshToken, signal).catch(timedOut);
    await this.keep(account, tokens, refreshToken);
    return tokens.accessToken;
  }

  async #held(account: OAuthAccount): Promise<v.InferOutput<typeof Held> | null> {
    const text = await this.#deps.session.recallKey(keyOf(account));
    if (!text) return null;
    const held = v.safeParse(Held, JSON.parse(text));
    return held.success ? held.output : null;
  }
}

function keyOf({ origin, username }: OAuthAccount): string {
  return `access ${origin} ${username}`;
}

function timedOut(error: unknown): never {
  if (error instanceof AppError) throw error;
  throw new AppError("timeout", "Signing in took too long.", {
    hint: "Your changes are kept. CalDAV Keeper tries again by itself.",
    retry: "later",
    cause: error,
  });
}
