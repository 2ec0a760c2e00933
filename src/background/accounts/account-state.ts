/**
 * One account and its calendars as the options page shows them: the stored record joined with what
 * Thunderbird, the item store and the last sync know.
 */
import type { Account, AccountCalendar } from "../../shared/commands.ts";
import { toWire, type WireError } from "../../shared/errors.ts";
import type { StoredAccount, StoredCalendar } from "../settings/account-settings.ts";
import type { StoredSyncStatus } from "../settings/sync-status.ts";
import { isInsecureUrl } from "../transport/scheme-guard.ts";

type CalendarsApi = Pick<typeof messenger.calendar.calendars, "get">;
type ProviderApi = Pick<typeof messenger.calendar.provider, "getState" | "getPending">;

/** What Thunderbird and the item store know of a calendar; `calendar` is `null` when it is gone from the list. */
export interface CalendarFacts {
  readonly calendar: messenger.calendar.calendars.Calendar | null;
  readonly lastGoodSync: number | null;
  readonly pendingChanges: number;
  readonly quarantined: number;
  /** Why the item store could not tell. */
  readonly error: WireError | null;
}

const NOTHING_KNOWN = { lastGoodSync: null, pendingChanges: 0, quarantined: 0, error: null };

export async function readCalendarFacts(
  calendarId: string,
  calendars: CalendarsApi,
  provider: ProviderApi,
): Promise<CalendarFacts> {
  const calendar = await calendars.get(calendarId);
  if (!calendar?.cacheId) return { calendar, ...NOTHING_KNOWN };
  try {
    const [state, pending] = await Promise.all([
      provider.getState(calendar.cacheId),
      provider.getPending(calendar.cacheId),
    ]);
    const changes: unknown = JSON.parse(pending);
    return {
      calendar,
      ...readState(state),
      pendingChanges: Array.isArray(changes) ? changes.length : 0,
      error: null,
    };
  } catch (error) {
    return { calendar, ...NOTHING_KNOWN, error: toWire(error) };
  }
}

/** What of `SyncState` (sync/ports.ts) is shown; anything else reads as "never synchronized". */
function readState(state: unknown): Pick<CalendarFacts, "lastGoodSync" | "quarantined"> {
  if (typeof state !== "object" || state === null) return NOTHING_KNOWN;
  const { lastGoodSync, unfetched, unreadable } = state as Record<string, unknown> & {
    readonly [K in "lastGoodSync" | "unfetched" | "unreadable"]?: unknown;
  };
  return {
    lastGoodSync: typeof lastGoodSync === "number" ? lastGoodSync : null,
    quarantined: [unfetched, unreadable].reduce<number>(
      (sum, members) => sum + (Array.isArray(members) ? members.length : 0),
      0,
    ),
  };
}

/** Errors that concern the whole account are shown once, at the account. */
const ACCOUNT_CODES: ReadonlySet<string> = new Set([
  "unauthorized",
  "credentials-missing",
  "credentials-locked",
  "sign-in-needed",
]);

export function describeAccount(
  account: StoredAccount,
  facts: ReadonlyMap<string, CalendarFacts>,
  statuses: StoredSyncStatus,
  running: ReadonlySet<string>,
): Account {
  const calendars = account.calendars.map((stored) =>
    describeCalendar(stored, facts.get(stored.id), statuses[stored.id]?.error ?? null, running),
  );
  const shared = calendars.find(({ error }) => error && ACCOUNT_CODES.has(error.code))?.error;
  return {
    id: account.id,
    location: account.location,
    username: account.username,
    principal: account.principal,
    signIn:
      account.oauth === undefined
        ? { kind: "password" }
        : { kind: "oauth", name: account.oauth.name },
    insecure: [account.principal, ...account.calendars.map(({ url }) => url)].some(isInsecureUrl),
    calendars: calendars.map((calendar) =>
      calendar.error && ACCOUNT_CODES.has(calendar.error.code)
        ? { ...calendar, error: null }
        : calendar,
    ),
    offered: account.offered,
    agreedHosts: account.agreedHosts,
    error: shared ?? null,
  };
}

const NOT_IN_LIST: WireError = {
  code: "calendar-unknown",
  message: "This calendar is no longer in Thunderbird's list.",
  hint: "Add the account again to subscribe it anew; the server still has its events.",
  details: {},
};

function describeCalendar(
  stored: StoredCalendar,
  facts: CalendarFacts | undefined,
  error: WireError | null,
  running: ReadonlySet<string>,
): AccountCalendar {
  const calendar = facts?.calendar ?? null;
  return {
    id: stored.id,
    url: stored.url,
    name: calendar?.name ?? stored.seen.name ?? stored.url,
    color: calendar?.color ?? stored.seen.color,
    readOnly: calendar?.readOnly ?? stored.seen.readOnly,
    rights: stored.seen.rights,
    description: stored.seen.description,
    timeZone: stored.seen.timeZone,
    components: stored.components,
    lastGoodSync: facts?.lastGoodSync ?? null,
    pendingChanges: facts?.pendingChanges ?? 0,
    quarantined: facts?.quarantined ?? 0,
    syncing: running.has(stored.id),
    error: calendar ? (error ?? facts?.error ?? null) : NOT_IN_LIST,
  };
}
