/** Signing in again: what an account signs in with is renewed, tried at its server, and what waited is sent. */
import type { CommandArguments, CommandValue } from "../../shared/commands.ts";
import { AppError } from "../../shared/errors.ts";
import type { StoredAccount } from "../settings/account-settings.ts";
import { type Credentials, keepPassword } from "./credentials.ts";
import type { OAuth } from "./oauth/oauth.ts";
import type { Discovery, Login } from "./ports.ts";

export interface SignInsDependencies {
  /** @throws AppError "account-unknown" */
  readonly account: (accountId: string) => Promise<StoredAccount>;
  readonly credentials: Pick<Credentials, "password" | "save" | "keepForSession">;
  readonly oauth: Pick<OAuth, "signInAgain">;
  readonly discovery: Discovery;
  readonly onSignedIn: (accountId: string) => void;
  readonly requestSync: (calendarIds: readonly string[]) => void;
  readonly onChanged: () => void;
}

export class SignIns {
  readonly #deps: SignInsDependencies;

  constructor(dependencies: SignInsDependencies) {
    this.#deps = dependencies;
  }

  /**
   * In a window for accounts without a password. What is new is kept only after the server has taken it.
   * @throws AppError "account-unknown", "credentials-missing", "unauthorized", "aborted" (the window was closed),
   *   "timeout", "sign-in-refused", and those of the server
   */
  async signIn(
    { accountId, password }: CommandArguments<"accounts.signIn">,
    signal: AbortSignal,
  ): Promise<CommandValue<"accounts.signIn">> {
    const { discovery, onSignedIn, requestSync, onChanged } = this.#deps;
    const account = await this.#deps.account(accountId);
    const { login, keep } = await this.#renew(account, password, signal);
    const hosts = { agreed: account.agreedHosts, declined: [] };
    await discovery.discover(placeOf(account), login, signal, hosts);
    await keep();
    onSignedIn(accountId);
    requestSync(account.calendars.map(({ id }) => id));
    onChanged();
    return { accountId };
  }

  async #renew(
    account: StoredAccount,
    password: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly login: Login; readonly keep: () => Promise<void> }> {
    const { credentials } = this.#deps;
    const { username, oauth } = account;
    if (oauth !== undefined) {
      if (password !== undefined) throw noPasswordThere();
      const again = await this.#deps.oauth.signInAgain({ ...account, oauth }, signal);
      return { login: { username, token: again.token }, keep: again.keep };
    }
    if (password === undefined) {
      const saved = await credentials.password(account);
      return { login: { username, password: saved }, keep: async () => {} };
    }
    const { savesPassword = true } = account;
    return {
      login: { username, password },
      keep: () => keepPassword(credentials, account, password, savesPassword),
    };
  }
}

/** Where the account is, without the way there being looked for again. */
function placeOf({ principal, calendars, location }: StoredAccount): string {
  return principal || calendars[0]?.url || location;
}

function noPasswordThere(): AppError {
  return new AppError("bad-argument", "This account signs in without a password.", {
    hint: "Nothing was changed. Sign in in the window of the provider.",
    details: { argument: "password" },
  });
}
