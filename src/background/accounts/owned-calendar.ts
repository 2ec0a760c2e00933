/** What a backup has to know of a calendar that belongs to an account: whose it is, and what is missing here. */
import { isAppError } from "../../shared/errors.ts";
import { backupName } from "./account-records.ts";
import type { Accounts } from "./accounts.ts";

export interface OwnedCalendar {
  /** `user@host`. */
  readonly account: string;
  readonly accountId: string;
  readonly url: string;
  readonly components: readonly string[];
  readonly lastGoodSync: number | null;
  /** Members the server lists that could not be fetched. */
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
}

/** @returns `undefined` for a calendar of no account */
export async function ownedCalendar(
  calendarId: string,
  accounts: Pick<Accounts, "find">,
  calendars: Pick<typeof messenger.calendar.calendars, "get">,
  provider: Pick<typeof messenger.calendar.provider, "getState">,
): Promise<OwnedCalendar | undefined> {
  const found = await accounts.find(calendarId).catch((error: unknown) => {
    if (isAppError(error, "calendar-unknown")) return undefined;
    throw error;
  });
  if (!found) return undefined;
  const { account, calendar } = found;
  const cacheId = (await calendars.get(calendarId))?.cacheId;
  const state = cacheId ? await provider.getState(cacheId) : null;
  const { lastGoodSync, unfetched } = (state ?? {}) as {
    lastGoodSync?: number | null;
    unfetched?: { name: string; reason: string }[];
  };
  return {
    accountId: account.id,
    account: backupName(account),
    url: calendar.url,
    components: calendar.components,
    lastGoodSync: lastGoodSync ?? null,
    missing: (unfetched ?? []).map(({ name, reason }) => ({ name, reason })),
  };
}
