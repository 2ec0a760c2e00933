/**
 * One account and its calendars as the options page shows them: the stored record joined with what
 * Thunderbird, the item store and the last sync know.
 */
import type { Account, AccountCalendar, PassingTrouble } from "../../shared/commands.ts";
import { toWire, type WireError } from "../../shared/errors.ts";
import type { StoredAccount, StoredCalendar } from "../settings/account-settings.ts";
import type { CalendarStatus, StoredSyncStatus } from "../settings/sync-status.ts";
import { isInsecureUrl } from "../transport/scheme-guard.ts";

type CalendarsApi = Pick<typeof messenger.calendar.calendars, "get">;
export type ProviderFacts = Pick<
  typeof messenger.calendar.provider,
  "getState" | "getPending" | "listConflicts"
>;

/** What Thunderbird and the item store know of a calendar; `calendar` is `null` when it is gone from the list. */
export interface CalendarFacts {
  readonly calendar: messenger.calendar.calendars.Calendar | null;
  readonly lastGoodSync: number | null;
  readonly pendingChanges: number;
  /** Conflicts nobody has decided. */
  readonly conflicts: number;
  readonly quarantined: number;
  /** Pending changes that the server refused. */
  readonly refused: number;
  /** Held back by the mass-change guard, without deletions made here. */
  readonly held: number;
  /** Why the item store could not tell. */
  readonly error: WireError | null;
}

const NOTHING_KNOWN = {
  lastGoodSync: null,
  pendingChanges: 0,
  conflicts: 0,
  quarantined: 0,
  refused: 0,
  held: 0,
  error: null,
};

export async function readCalendarFacts(
  calendarId: string,
  calendars: CalendarsApi,
  provider: ProviderFacts,
): Promise<CalendarFacts> {
  const calendar = await calendars.get(calendarId);
  if (!calendar?.cacheId) return { calendar, ...NOTHING_KNOWN };
  try {
    const [state, pending, conflicts] = await Promise.all([
      provider.getState(calendar.cacheId),
      provider.getPending(calendar.cacheId),
      provider.listConflicts(calendar.cacheId),
    ]);
    const changes = readArray(pending);
    return {
      calendar,
      ...readState(state),
      pendingChanges: changes.length,
      conflicts: readArray(conflicts).length,
      refused: changes.filter(isRefused).length,
      error: null,
    };
  } catch (error) {
    return { calendar, ...NOTHING_KNOWN, error: toWire(error) };
  }
}

function readArray(json: string): unknown[] {
  const parsed: unknown = JSON.parse(json);
  return Array.isArray(parsed) ? parsed : [];
}

/** What of `SyncState` (sync/ports.ts) is shown; anything else reads as "never synchronized". */
function readState(state: unknown): Pick<CalendarFacts, "lastGoodSync" | "quarantined" | "held"> {
  if (typeof state !== "object" || state === null) return NOTHING_KNOWN;
  const members = new Map(Object.entries(state));
  const count = (...names: string[]): number =>
    names
      .map((name): unknown => members.get(name))
      .reduce<number>((sum, value) => sum + (Array.isArray(value) ? value.length : 0), 0);
  const lastGoodSync: unknown = members.get("lastGoodSync");
  return {
    lastGoodSync: typeof lastGoodSync === "number" ? lastGoodSync : null,
    quarantined: count("unfetched", "unreadable"),
    held: count("heldRemovals", "heldReversals"),
  };
}

function isRefused(change: unknown): boolean {
  return ((change ?? {}) as { lastError?: unknown }).lastError != null;
}

/** Errors that concern the whole account are shown once, at the account. */
const ACCOUNT_CODES: ReadonlySet<string> = new Set([
  "unauthorized",
  "credentials-missing",
  "credentials-locked",
  "sign-in-needed",
  "sign-in-refused",
]);

export function describeAccount(
  account: StoredAccount,
  facts: ReadonlyMap<string, CalendarFacts>,
  statuses: StoredSyncStatus,
  running: ReadonlySet<string>,
): Account {
  const calendars = account.calendars.map((stored) =>
    describeCalendar(stored, facts.get(stored.id), statuses[stored.id], running),
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
  status: CalendarStatus | undefined,
  running: ReadonlySet<string>,
): AccountCalendar {
  const calendar = facts?.calendar ?? null;
  const trouble = troubleOf(status);
  const error = trouble === null ? (status?.error ?? null) : null;
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
    relation: stored.relation,
    owner: stored.owner,
    lastGoodSync: facts?.lastGoodSync ?? null,
    pendingChanges: facts?.pendingChanges ?? 0,
    conflicts: facts?.conflicts ?? 0,
    quarantined: facts?.quarantined ?? 0,
    syncing: running.has(stored.id),
    error: calendar ? (error ?? facts?.error ?? null) : NOT_IN_LIST,
    trouble: calendar ? trouble : null,
    refused: facts?.refused ?? 0,
    heldBack: (facts?.held ?? 0) + heldDeletions(status?.error ?? null),
  };
}

/** A failure that has not lasted long enough to alarm anybody; see commands/sync-trouble.ts. */
function troubleOf(status: CalendarStatus | undefined): PassingTrouble | null {
  if (status?.error == null || status.failing === undefined || status.failing.isLasting)
    return null;
  const { since, nextTry } = status.failing;
  return { error: status.error, since, nextTry };
}

/** As the last synchronization met them. */
function heldDeletions(error: WireError | null): number {
  const { heldDeletions: count } = (error?.code === "mass-change" ? error.details : {}) as {
    readonly heldDeletions?: unknown;
  };
  return typeof count === "number" ? count : 0;
}
