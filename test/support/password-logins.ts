/** What accounts with passwords only need to sign in. */
import { AccountLogins } from "../../src/background/accounts/account-logins.ts";
import { Credentials } from "../../src/background/accounts/credentials.ts";

export function passwordLogins(vault: ConstructorParameters<typeof Credentials>[0]) {
  const credentials = new Credentials(vault);
  const none = (): never => {
    throw new Error("these accounts have passwords");
  };
  return {
    credentials,
    logins: new AccountLogins(credentials, { accessToken: none }),
    oauth: { signIn: none, signInAgain: none, keep: none, drop: none, forget: none },
  };
}
