/** What is remembered of an account, compared and made from what discovery found. Pure. */
import type { DiscoveredCalendar } from "../../shared/commands.ts";
import { AppError } from "../../shared/errors.ts";
import type { StoredAccount, StoredCalendar, StoredOAuth } from "../settings/account-settings.ts";
import { readHost } from "../transport/scheme-guard.ts";
import { canonicalCollectionUrl } from "../webdav/href.ts";
import type { DiscoveredAccount } from "./ports.ts";

export function sameCredential(
  a: { origin: string; username: string },
  b: { origin: string; username: string },
): boolean {
  return a.origin === b.origin && a.username === b.username;
}

/** Every subscribed calendar's id. */
export function calendarIdsOf(accounts: readonly StoredAccount[]): string[] {
  return accounts.flatMap(({ calendars }) => calendars.map(({ id }) => id));
}

export function findCalendar(
  accounts: readonly StoredAccount[],
  calendarId: string,
): { account: StoredAccount; calendar: StoredCalendar } | undefined {
  for (const account of accounts) {
    const calendar = account.calendars.find(({ id }) => id === calendarId);
    if (calendar) return { account, calendar };
  }
  return undefined;
}

export function noAccount(calendarId: string): AppError {
  return new AppError("calendar-unknown", "This calendar belongs to no account.", {
    hint: "Its events are still here. Add the account again to synchronize it.",
    retry: "after-user",
    details: { calendarId },
  });
}

export function unknownAccount(accountId: string): AppError {
  return new AppError("account-unknown", "There is no such account.", {
    hint: "Nothing was changed. It may have been removed in another window: open the page again.",
    details: { accountId },
  });
}

/** What an account's snapshots are filed under: `user@host`. */
export function backupName({ username, origin }: { username: string; origin: string }): string {
  return `${username}@${new URL(origin).hostname}`;
}

/**
 * @param pending how many edits are not on the server yet
 * @param conflicts how many of them nobody has decided
 */
export function changesWait(pending: number, conflicts = 0): AppError {
  return new AppError("pending-changes", whatWaits(pending, conflicts), {
    hint:
      conflicts === 0
        ? "Synchronize first to send them. If you remove it anyway, they are kept on this computer only and listed below the accounts."
        : "Synchronize and decide first. If you remove it anyway, all of it is kept on this computer only and listed below the accounts.",
    retry: "after-user",
    details: { pending, conflicts },
  });
}

function whatWaits(pending: number, conflicts: number): string {
  if (conflicts === 0)
    return pending === 1
      ? "One change made here is not on the server yet."
      : `${pending} changes made here are not on the server yet.`;
  return pending === 0
    ? `Conflicts that nobody has decided yet: ${conflicts}.`
    : `Changes that are not on the server yet: ${pending}. Conflicts that nobody has decided yet: ${conflicts}.`;
}

/** @throws AppError "not-found" when one of them was not found */
export function chooseCalendars(
  found: Pick<DiscoveredAccount, "calendars">,
  urls: readonly string[],
): DiscoveredCalendar[] {
  return urls.map((url) => {
    const calendar = found.calendars.find((candidate) => candidate.url === url);
    if (calendar) return calendar;
    throw new AppError("not-found", "The server no longer lists one of the chosen calendars.", {
      hint: "Nothing was subscribed. Look for the calendars again.",
      retry: "after-user",
      details: { url },
    });
  });
}

/**
 * One collection in two calendars would show every event twice, and a move between them would be a deletion.
 * @throws AppError "calendar-exists" when another account has subscribed one of them
 */
export function refuseTwice(
  chosen: readonly DiscoveredCalendar[],
  others: readonly StoredAccount[],
): void {
  for (const { url, displayName } of chosen) {
    const holder = others.find(({ calendars }) =>
      calendars.some((calendar) => isSameCollection(calendar.url, url)),
    );
    if (holder === undefined) continue;
    throw new AppError(
      "calendar-exists",
      `The calendar ${displayName} is in Thunderbird already, by the account of ${holder.username}.`,
      {
        hint: "Nothing was subscribed. Leave it out, or remove it from the other account first.",
        retry: "after-user",
        details: { url, accountId: holder.id },
      },
    );
  }
}

export function isSameCollection(a: string, b: string): boolean {
  return canonicalCollectionUrl(a) === canonicalCollectionUrl(b);
}

/** Of the principal; a server that shows a collection only may name none. */
export function originOf(found: DiscoveredAccount, chosen: readonly DiscoveredCalendar[]): string {
  const [first] = chosen;
  return new URL(found.principal || first?.url || "").origin;
}

export function storedCalendar(id: string, calendar: DiscoveredCalendar): StoredCalendar {
  const { url, components, displayName, color, readOnly, rights, description, timeZone } = calendar;
  const { relation, owner } = calendar;
  return {
    id,
    url,
    components: [...components],
    relation,
    owner,
    seen: { name: displayName, color, readOnly, rights, description, timeZone },
    given: null,
    identity: null,
    replacedBy: null,
  };
}

/** @param known the record that the account had before */
export function accountFrom(
  entered: Pick<StoredAccount, "id" | "location" | "username" | "origin" | "savesPassword"> & {
    readonly oauth: StoredOAuth | undefined;
  },
  found: DiscoveredAccount,
  chosen: readonly DiscoveredCalendar[],
  { known, agreedHosts }: { known: StoredAccount | undefined; agreedHosts: readonly string[] },
): StoredAccount {
  const { oauth, ...account } = entered;
  const { oauth: _, ...before } = known ?? {};
  return {
    offered: [],
    declined: null,
    calendars: [],
    ...before,
    ...account,
    principal: found.principal,
    homes: homesOf(found, [...chosen, ...(known?.calendars ?? [])]),
    agreedHosts: [...new Set([...(known?.agreedHosts ?? []), ...agreedHosts.map(readHost)])],
    ...(oauth === undefined ? {} : { oauth }),
  };
}

export function replaceCalendar(
  accounts: StoredAccount[],
  calendarId: string,
  change: (calendar: StoredCalendar) => StoredCalendar,
): StoredAccount[] {
  return accounts.map((account) => ({
    ...account,
    calendars: account.calendars.map((calendar) =>
      calendar.id === calendarId ? change(calendar) : calendar,
    ),
  }));
}

/** The user's own home sets, and of those of others the ones that hold a subscribed calendar: each is asked at every poll. */
export function homesOf(
  { homes, delegatedHomes }: Pick<DiscoveredAccount, "homes" | "delegatedHomes">,
  subscribed: readonly { readonly url: string }[],
): string[] {
  const urls = subscribed.map(({ url }) => canonicalCollectionUrl(url));
  const used = delegatedHomes.filter((home) =>
    urls.some((url) => url.startsWith(canonicalCollectionUrl(home))),
  );
  return [...new Set([...homes, ...used])];
}
