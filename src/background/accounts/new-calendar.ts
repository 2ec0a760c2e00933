/** Makes a calendar on an account's server and subscribes it. */
import { AppError } from "../../shared/errors.ts";
import type { StoredAccount } from "../settings/account-settings.ts";
import { canonicalCollectionUrl } from "../webdav/href.ts";
import type { AccountServers } from "./account-servers.ts";
import type { Accounts } from "./accounts.ts";

export interface MakingDependencies {
  readonly accounts: Pick<Accounts, "get" | "discover" | "add">;
  readonly servers: Pick<AccountServers, "createCalendar">;
}

/**
 * @param wanted `key`: one that was made with it before is taken again
 * @returns Thunderbird's id of the calendar
 * @throws AppError "account-unknown", "unsupported", "not-found", and those of the server
 */
export async function makeOnServer(
  { accounts, servers }: MakingDependencies,
  accountId: string,
  wanted: { readonly name: string; readonly components: readonly string[]; readonly key: string },
  signal: AbortSignal,
): Promise<string> {
  const account = await accounts.get(accountId);
  const { name: displayName, components, key } = wanted;
  const calendar = { name: freeName(account, `restored-${key}`), displayName, components };
  const url = await servers.createCalendar(account, calendar, signal);
  const { location, username } = account;
  // By the URL as the server writes it.
  const found = await accounts.discover({ location, username }, signal);
  const listed = found.calendars.find((one) => canonicalCollectionUrl(one.url) === url);
  if (!listed) throw notListed();
  const added = await accounts.add({ location, username, calendars: [listed.url] }, signal);
  return (added.calendars[0] as { id: string }).id;
}

/** One that is subscribed already is a calendar of its own by now, whatever it was made for. */
function freeName({ calendars }: StoredAccount, wanted: string): string {
  const taken = new Set(calendars.map(({ url }) => url.replace(/\/+$/, "").split("/").at(-1)));
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (!taken.has(name)) return name;
  }
}

function notListed(): AppError {
  return new AppError("not-found", "The server took the new calendar and does not list it.", {
    hint: "Nothing was restored. Try again later: some servers need a moment.",
    retry: "later",
  });
}
