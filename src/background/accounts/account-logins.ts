/** What an account signs in with, whichever way it does. */
import type { StoredAccount } from "../settings/account-settings.ts";
import { withAuthentication } from "../transport/authentication.ts";
import { withBearer } from "../transport/bearer-auth.ts";
import type { Transport } from "../transport/transport.ts";
import type { Credentials } from "./credentials.ts";
import type { OAuth } from "./oauth/oauth.ts";
import type { Login } from "./ports.ts";

export type LoginAccount = Pick<StoredAccount, "origin" | "username" | "oauth">;

export class AccountLogins {
  readonly #credentials: Pick<Credentials, "password">;
  readonly #oauth: Pick<OAuth, "accessToken">;

  constructor(credentials: Pick<Credentials, "password">, oauth: Pick<OAuth, "accessToken">) {
    this.#credentials = credentials;
    this.#oauth = oauth;
  }

  /**
   * @param refused what the server has just not taken
   * @throws AppError "credentials-missing", "credentials-locked", "sign-in-needed"; of a token those of its provider
   */
  async login(account: LoginAccount, refused?: Login): Promise<Login> {
    const { username, oauth, origin } = account;
    if (oauth === undefined)
      return { username, password: await this.#credentials.password(account) };
    const last = refused && "token" in refused ? refused.token : undefined;
    return { username, token: await this.#oauth.accessToken({ origin, username, oauth }, last) };
  }
}

export function isSameLogin(a: Login, b: Login): boolean {
  return secretOf(a) === secretOf(b);
}

/** @param origins what it signs in with goes to these only */
export function signedTransport(
  transport: Transport,
  origins: ReadonlySet<string>,
  login: Login,
): Transport {
  if ("token" in login) return withBearer(transport, { origins, token: login.token });
  return withAuthentication(transport, { origins, ...login });
}

function secretOf(login: Login): string {
  return "token" in login ? `token ${login.token}` : `password ${login.password}`;
}
