/** Signing in again: what an account signs in with is renewed, tried at its server, and what waited is sent. */
import type { CommandArguments, CommandValue } from "../../shared/commands.ts";
import type { StoredAccount } from "../settings/account-settings.ts";
import type { Credentials } from "./credentials.ts";
import type { Discovery } from "./ports.ts";

export interface SignInsDependencies {
  /** @throws AppError "account-unknown" */
  readonly account: (accountId: string) => Promise<StoredAccount>;
  readonly credentials: Pick<Credentials, "password" | "save">;
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
   * A password is saved only after the server has taken it.
   * @throws AppError "account-unknown", "credentials-missing", "unauthorized", and those of the server
   */
  async signIn(
    { accountId, password }: CommandArguments<"accounts.signIn">,
    signal: AbortSignal,
  ): Promise<CommandValue<"accounts.signIn">> {
    const { credentials, discovery, onSignedIn, requestSync, onChanged } = this.#deps;
    const account = await this.#deps.account(accountId);
    const login = {
      username: account.username,
      password: password ?? (await credentials.password(account)),
    };
    const hosts = { agreed: account.agreedHosts, declined: [] };
    await discovery.discover(placeOf(account), login, signal, hosts);
    if (password !== undefined) await credentials.save(account, password);
    onSignedIn(accountId);
    requestSync(account.calendars.map(({ id }) => id));
    onChanged();
    return { accountId };
  }
}

/** Where the account is, without the way there being looked for again. */
function placeOf({ principal, calendars, location }: StoredAccount): string {
  return principal || calendars[0]?.url || location;
}
