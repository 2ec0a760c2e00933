/** How the arguments of a command lead into a server: with a password, by a provider, or with what is saved. */
import type { DiscoverArguments } from "../../shared/commands.ts";
import { AppError } from "../../shared/errors.ts";
import type { HostChoices } from "../caldav/agreed-hosts.ts";
import type { StoredAccount } from "../settings/account-settings.ts";
import { readHost } from "../transport/scheme-guard.ts";
import type { AccountLogins } from "./account-logins.ts";
import type { OAuth, SignedIn } from "./oauth/oauth.ts";
import type { Login } from "./ports.ts";

export interface Entry {
  /** Where discovery begins. */
  readonly location: string;
  readonly login: Login;
  /** To be saved. */
  readonly password?: string;
  /** To be kept. */
  readonly signedIn?: SignedIn;
}

export interface EntryDependencies {
  readonly logins: Pick<AccountLogins, "login">;
  readonly oauth: Pick<OAuth, "signIn">;
}

/**
 * A person may be asked to sign in.
 * @throws AppError "bad-argument", "credentials-missing", and those of the two
 */
export async function enter(
  { username, password, location, oauth }: DiscoverArguments,
  accounts: readonly StoredAccount[],
  deps: EntryDependencies,
  signal: AbortSignal,
): Promise<Entry> {
  if (password !== undefined && oauth !== undefined) throw twoWaysIn();
  if (password !== undefined) return { location, login: { username, password }, password };
  if (oauth !== undefined) {
    const signedIn = await deps.oauth.signIn(oauth, { location, username }, signal);
    const login = { username, token: signedIn.tokens.accessToken };
    return { location: signedIn.location, login, signedIn };
  }
  const known = accounts.find(
    (account) => account.location === location && account.username === username,
  );
  if (known) return { location, login: await deps.logins.login(known) };
  throw new AppError("credentials-missing", `There is no saved password for ${username}.`, {
    hint: "Enter the password.",
    retry: "after-user",
  });
}

/** The user's word on hosts: what is said now, and what was agreed to for a known account. @throws AppError "bad-argument" */
export function hostsFor(
  { location, username, agreedHosts = [], declinedHosts = [] }: DiscoverArguments,
  accounts: readonly StoredAccount[],
): HostChoices {
  const known = accounts.find(
    (account) => account.location === location && account.username === username,
  );
  const agreed = [...new Set([...agreedHosts.map(readHost), ...(known?.agreedHosts ?? [])])];
  return { agreed, declined: declinedHosts.map(readHost) };
}

function twoWaysIn(): AppError {
  return new AppError("bad-argument", "An account has either a password or a sign-in.", {
    hint: "Nothing was changed. Leave one of them out.",
    details: { argument: "oauth" },
  });
}
