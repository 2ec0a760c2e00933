/** Makes a calendar on an account's server and subscribes it. */
import { shownCalendar } from "../caldav/shown-calendar.ts";
import type { StoredAccount } from "../settings/account-settings.ts";
import type { AccountServers } from "./account-servers.ts";
import type { Accounts } from "./accounts.ts";

export interface MakingDependencies {
  readonly accounts: Pick<Accounts, "get" | "subscribe">;
  readonly servers: Pick<AccountServers, "createCalendar">;
}

export interface WantedOnServer {
  readonly name: string;
  readonly color?: string;
  readonly description?: string;
  readonly components?: readonly string[];
  /** Last segment of its URL. One that lies there already and is not subscribed is taken for it. */
  readonly segment: string;
}

/**
 * @returns Thunderbird's id of the calendar, and its URL
 * @throws AppError "account-unknown", "unsupported", "not-found", and those of the server
 */
export async function makeOnServer(
  { accounts, servers }: MakingDependencies,
  accountId: string,
  wanted: WantedOnServer,
  signal: AbortSignal,
): Promise<{ id: string; url: string }> {
  const account = await accounts.get(accountId);
  const { name: displayName, segment, ...properties } = wanted;
  const calendar = { ...properties, displayName, name: freeName(account, segment) };
  const made = await servers.createCalendar(account, calendar, signal);
  const shown = shownCalendar(made, { principal: account.principal, delegator: null });
  const [added] = await accounts.subscribe(accountId, [shown]);
  return added as { id: string; url: string };
}

/** Of a name what may stand in a URL without escapes, and so in the folder names of a backup. */
export function segmentOf(name: string, distinction: string): string {
  const plain = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
  return `${plain || "calendar"}-${distinction.slice(0, 8)}`;
}

/** One that is subscribed already is a calendar of its own by now, whatever it was made for. */
function freeName({ calendars }: StoredAccount, wanted: string): string {
  const taken = new Set(calendars.map(({ url }) => url.replace(/\/+$/, "").split("/").at(-1)));
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (!taken.has(name)) return name;
  }
}
