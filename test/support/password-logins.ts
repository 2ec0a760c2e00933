/** What accounts with passwords only need to sign in. */
import { AccountLogins } from "../../src/background/accounts/account-logins.ts";
import { Credentials } from "../../src/background/accounts/credentials.ts";

type Vault = ConstructorParameters<typeof Credentials>[0];
type Memory = "rememberKey" | "recallKey";

/** @param vault without a memory: nothing is kept for the session only */
export function passwordLogins(vault: Omit<Vault, Memory> & Partial<Pick<Vault, Memory>>) {
  const credentials = new Credentials({
    rememberKey: async () => {},
    recallKey: async () => null,
    ...vault,
  });
  const none = (): never => {
    throw new Error("these accounts have passwords");
  };
  return {
    credentials,
    logins: new AccountLogins(credentials, { accessToken: none }),
    oauth: { signIn: none, signInAgain: none, keep: none, drop: none, forget: none },
  };
}
