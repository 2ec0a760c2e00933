/**
 * Accounts and calendars that go: what is only here is said before, saved in a snapshot, and kept by the item store. The
 * server keeps everything.
 */
import type { CommandArguments, CommandValue } from "../../shared/commands.ts";
import { isAppError } from "../../shared/errors.ts";
import type { StoredAccount, StoredCalendar } from "../settings/account-settings.ts";
import type { GoneCalendar } from "../settings/gone-calendars.ts";
import type { StoredValue } from "../settings/stored-value.ts";
import type { StoredSyncStatus } from "../settings/sync-status.ts";
import { backupName, changesWait, sameCredential } from "./account-records.ts";
import { type CalendarFacts, type ProviderFacts, readCalendarFacts } from "./account-state.ts";
import type { Credentials } from "./credentials.ts";
import type { OAuth } from "./oauth/oauth.ts";
import { declining } from "./offers.ts";

export interface DepartureDependencies {
  readonly stored: StoredValue<StoredAccount[]>;
  readonly gone: StoredValue<GoneCalendar[]>;
  readonly syncStatus: StoredValue<StoredSyncStatus>;
  readonly credentials: Pick<Credentials, "forget">;
  readonly oauth: Pick<OAuth, "forget">;
  readonly calendars: Pick<typeof messenger.calendar.calendars, "get" | "remove">;
  readonly provider: ProviderFacts;
  readonly onChanged: () => void;
  /** Takes a snapshot of calendars about to go. @throws AppError why there is none; absent: none is wanted */
  readonly snapshotBefore?: (
    calendarIds: readonly string[],
    what: "account" | "calendar",
  ) => Promise<string>;
}

/** Names that are remembered; of older ones only the texts are. */
const MOST_NAMES = 200;

export class Departures {
  readonly #deps: DepartureDependencies;
  /** Those that go by a command: whoever gave it was told what stays. */
  readonly #asked = new Set<string>();

  constructor(dependencies: DepartureDependencies) {
    this.#deps = dependencies;
  }

  /** As {@link Accounts.remove}. */
  async removeAccount(
    account: StoredAccount,
    discardPending: boolean,
  ): Promise<CommandValue<"accounts.remove">> {
    const { stored, onChanged } = this.#deps;
    const facts = await Promise.all(account.calendars.map(({ id }) => this.#facts(id)));
    const { pending, conflicts } = onlyHere(facts);
    if (pending + conflicts > 0 && !discardPending) throw changesWait(pending, conflicts);

    const there = facts.flatMap(({ calendar }) => (calendar ? [calendar.id] : []));
    const snapshotId = there.length === 0 ? null : await this.#snapshotBefore(there, "account");
    for (const calendar of account.calendars) await this.#takeOut(account, calendar, facts);
    const left = await stored.update((all) => all.filter(({ id }) => id !== account.id));
    if (!left.some((other) => sameCredential(other, account))) await this.#forgetLogin(account);
    await this.forgetStatuses(account.calendars.map(({ id }) => id));
    onChanged();
    return { superseded: pending, snapshotId };
  }

  /** As {@link Accounts.unsubscribe}. */
  async unsubscribe(
    account: StoredAccount,
    calendar: StoredCalendar,
    { discardPending = false }: CommandArguments<"calendars.unsubscribe">,
  ): Promise<CommandValue<"calendars.unsubscribe">> {
    const facts = [await this.#facts(calendar.id)];
    const { pending, conflicts } = onlyHere(facts);
    const isOnlyHere = pending + conflicts > 0;
    if (isOnlyHere && !discardPending) throw changesWait(pending, conflicts);
    const snapshotId =
      isOnlyHere && facts[0]?.calendar
        ? await this.#snapshotBefore([calendar.id], "calendar")
        : null;
    await this.#takeOut(account, calendar, facts);
    await this.calendarRemoved(calendar.id);
    return { superseded: pending, snapshotId };
  }

  /**
   * A calendar is no longer in Thunderbird's list: the account no longer subscribes it.
   * @returns true where nobody asked for it here: the user removed it in Thunderbird's list
   */
  async calendarRemoved(calendarId: string): Promise<boolean> {
    const { stored, onChanged } = this.#deps;
    const accounts = await stored.read();
    const owner = accounts.find(({ calendars }) => calendars.some(({ id }) => id === calendarId));
    const known = owner?.calendars.find(({ id }) => id === calendarId);
    if (owner === undefined || known === undefined) return false;
    const isUnasked = !this.#asked.has(calendarId);
    if (isUnasked) await this.#remember(owner, known, known.given?.name ?? known.seen.name);
    await stored.update((all) =>
      all.map((account) => {
        const gone = account.calendars.filter(({ id }) => id === calendarId);
        const calendars = account.calendars.filter(({ id }) => id !== calendarId);
        if (gone.length === 0) return account;
        const left = { ...account, calendars };
        return { ...left, ...declining(left, gone) };
      }),
    );
    await this.forgetStatuses([calendarId]);
    onChanged();
    return isUnasked;
  }

  async forgetStatuses(calendarIds: readonly string[]): Promise<void> {
    await this.#deps.syncStatus.update((statuses) =>
      Object.fromEntries(Object.entries(statuses).filter(([id]) => !calendarIds.includes(id))),
    );
  }

  #facts(calendarId: string): Promise<CalendarFacts> {
    return readCalendarFacts(calendarId, this.#deps.calendars, this.#deps.provider);
  }

  async #takeOut(
    account: StoredAccount,
    known: StoredCalendar,
    facts: readonly CalendarFacts[],
  ): Promise<void> {
    const shown = facts.find(({ calendar }) => calendar?.id === known.id)?.calendar;
    await this.#remember(account, known, shown?.name ?? known.seen.name);
    if (!shown) return;
    this.#asked.add(known.id);
    await this.#deps.calendars.remove(known.id);
  }

  /** Before it goes: nobody can tell its name afterwards. */
  async #remember(
    account: StoredAccount,
    { id, url }: StoredCalendar,
    name: string | null,
  ): Promise<void> {
    const entry = { id, name: name ?? url, url, account: backupName(account) };
    await this.#deps.gone.update((all) =>
      [entry, ...all.filter((other) => other.id !== id)].slice(0, MOST_NAMES),
    );
  }

  async #snapshotBefore(
    calendarIds: readonly string[],
    what: "account" | "calendar",
  ): Promise<string | null> {
    try {
      return (await this.#deps.snapshotBefore?.(calendarIds, what)) ?? null;
    } catch (error) {
      // One can be taken a little later.
      if (isAppError(error, "busy")) throw error;
      return null;
    }
  }

  async #forgetLogin(account: StoredAccount): Promise<void> {
    const { credentials, oauth, stored } = this.#deps;
    await credentials.forget(account);
    if (account.oauth)
      await oauth.forget({ ...account, oauth: account.oauth }, await stored.read());
  }
}

function onlyHere(facts: readonly CalendarFacts[]): { pending: number; conflicts: number } {
  const sum = (of: (one: CalendarFacts) => number) => facts.reduce((all, one) => all + of(one), 0);
  return {
    pending: sum(({ pendingChanges }) => pendingChanges),
    conflicts: sum(({ conflicts }) => conflicts),
  };
}
