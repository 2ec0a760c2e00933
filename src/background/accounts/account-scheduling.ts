/**
 * What servers say of invitations, sharing and the pace of polls, brought together with what the user chose, as
 * capabilities of the calendars in Thunderbird. Also asks the servers when people are free.
 */
import type { CalendarSettings, CommandArguments } from "../../shared/commands.ts";
import { AppError, type ErrorCode, isAppError } from "../../shared/errors.ts";
import type { BusyInterval } from "../caldav/free-busy-text.ts";
import type { SchedulingServer } from "../caldav/scheduling.ts";
import type { StoredAccount } from "../settings/account-settings.ts";
import type {
  AccountScheduling as AccountFacts,
  CalendarChoices,
  CalendarFacts,
  StoredScheduling,
} from "../settings/calendar-choices.ts";
import type { StoredValue } from "../settings/stored-value.ts";
import { unknownAccount } from "./account-records.ts";
import { describeRules, followsRules, rulesFor } from "./calendar-rules.ts";

export interface AccountSchedulingDependencies {
  readonly accounts: StoredValue<StoredAccount[]>;
  readonly stored: StoredValue<StoredScheduling>;
  readonly choices: StoredValue<CalendarChoices>;
  readonly calendars: Pick<typeof messenger.calendar.calendars, "get" | "update">;
  readonly serverOf: (account: StoredAccount) => Pick<SchedulingServer, "look" | "freeBusy">;
  readonly onChanged: () => void;
  readonly now: () => number;
}

/** Servers learn or forget scheduling when somebody installs something: seldom. */
const ASK_AGAIN_MS = 24 * 60 * 60_000;

/** Asked again tomorrow, not with every poll. */
const REFUSALS: ErrorCode[] = ["forbidden", "not-found", "http", "protocol", "not-caldav", "moved"];

/** Thunderbird's interval where nobody chose one. */
const DEFAULT_REFRESH_MINUTES = 30;

export class AccountScheduling {
  readonly #deps: AccountSchedulingDependencies;

  constructor(dependencies: AccountSchedulingDependencies) {
    this.#deps = dependencies;
  }

  /**
   * After the account's calendars were looked at. What cannot be had is tried again next time.
   * @param seen by Thunderbird's calendar id
   * @throws AppError of the item store or of Thunderbird's calendars
   */
  async follow(
    account: StoredAccount,
    seen: ReadonlyMap<string, CalendarFacts>,
    signal: AbortSignal,
  ): Promise<void> {
    const { stored } = this.#deps;
    const before = await stored.read();
    const known = before.accounts[account.id];
    const facts = (await this.#look(account, known, signal)) ?? known;
    const calendars = { ...before.calendars };
    for (const [id, { shared, minimumRefreshMinutes }] of seen) {
      calendars[id] = { shared, minimumRefreshMinutes };
    }
    const changed =
      facts !== known || JSON.stringify(calendars) !== JSON.stringify(before.calendars);
    if (changed) {
      await stored.update((now) => ({
        accounts: facts === undefined ? now.accounts : { ...now.accounts, [account.id]: facts },
        calendars: { ...now.calendars, ...calendars },
      }));
    }
    await this.#apply(account);
  }

  /** Reads, or changes and reads. @throws AppError "account-unknown", "calendar-unknown" */
  async configure(args: CommandArguments<"calendars.configure">): Promise<CalendarSettings[]> {
    const { choices, calendars, onChanged } = this.#deps;
    const concerned = await this.#concerned(args);
    const { invitations, alarms, refreshMinutes } = args;
    const choice = {
      ...(invitations === undefined ? {} : { invitations }),
      ...(alarms === undefined ? {} : { alarms }),
    };
    const ids = concerned.flatMap(({ ids }) => ids);
    if (Object.keys(choice).length > 0) {
      await choices.update((all) => ({
        ...all,
        ...Object.fromEntries(ids.map((id) => [id, { ...all[id], ...choice }])),
      }));
    }
    if (refreshMinutes !== undefined) {
      for (const id of ids) {
        if (await calendars.get(id))
          await calendars.update(id, { refreshInterval: refreshMinutes });
      }
    }
    for (const { account } of concerned) await this.#apply(account);
    if (Object.keys(choice).length > 0 || refreshMinutes !== undefined) onChanged();
    return this.#describe(concerned);
  }

  /**
   * Asks every account's server that answers such questions.
   * @param start milliseconds since the epoch, as `end`
   */
  async freeBusy(
    attendee: string,
    start: number,
    end: number,
    signal: AbortSignal,
  ): Promise<BusyInterval[]> {
    const { accounts, stored, serverOf } = this.#deps;
    const [known, { accounts: facts }] = await Promise.all([accounts.read(), stored.read()]);
    const answers = await Promise.allSettled(
      known.map(async (account) => {
        const { outbox = null, addresses = [] } = facts[account.id] ?? {};
        const [originator] = addresses;
        if (outbox === null || originator === undefined) return [];
        const question = { originator, attendee, start, end };
        return (await serverOf(account).freeBusy(outbox, question, signal)) ?? [];
      }),
    );
    return answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  }

  /** The calendar is no longer ours. */
  async forget(calendarId: string): Promise<void> {
    const { stored, choices } = this.#deps;
    const without = <T>(all: Record<string, T>): Record<string, T> =>
      Object.fromEntries(Object.entries(all).filter(([id]) => id !== calendarId));
    await choices.update(without);
    await stored.update((all) => ({ ...all, calendars: without(all.calendars) }));
  }

  /** `undefined`: not asked, or no answer. */
  async #look(
    account: StoredAccount,
    known: AccountFacts | undefined,
    signal: AbortSignal,
  ): Promise<AccountFacts | undefined> {
    const { serverOf, now } = this.#deps;
    const { principal } = account;
    const home = account.homes[0] ?? account.calendars[0]?.url;
    if (principal === "" || home === undefined) return undefined;
    if (known?.principal === principal && now() - known.checkedAt < ASK_AGAIN_MS) return undefined;
    try {
      const { autoSchedule, addresses, outbox } = await serverOf(account).look(
        principal,
        home,
        signal,
      );
      return { checkedAt: now(), principal, autoSchedule, addresses: [...addresses], outbox };
    } catch (error) {
      // Not worth a word: the calendars themselves tell what is wrong with the server.
      if (!isAppError(error, ...REFUSALS)) return undefined;
      const silent = known ?? { autoSchedule: false, addresses: [], outbox: null };
      return { ...silent, checkedAt: now(), principal };
    }
  }

  async #apply(account: StoredAccount): Promise<void> {
    const { stored, choices, calendars } = this.#deps;
    const [all, chosen] = await Promise.all([stored.read(), choices.read()]);
    for (const { id } of account.calendars) {
      const rules = rulesFor(chosen[id] ?? {}, all.accounts[account.id], all.calendars[id]);
      const calendar = await calendars.get(id);
      if (calendar === null || followsRules(calendar.capabilities, rules)) continue;
      await calendars.update(id, { capabilities: { ...rules, addresses: [...rules.addresses] } });
    }
  }

  async #concerned({
    calendarId,
    accountId,
  }: CommandArguments<"calendars.configure">): Promise<
    { readonly account: StoredAccount; readonly ids: readonly string[] }[]
  > {
    const all = await this.#deps.accounts.read();
    const some = all
      .filter(({ id }) => accountId === undefined || id === accountId)
      .map((account) => ({
        account,
        ids: account.calendars
          .map(({ id }) => id)
          .filter((id) => calendarId === undefined || id === calendarId),
      }));
    if (accountId !== undefined && some.length === 0) throw unknownAccount(accountId);
    if (calendarId === undefined || some.some(({ ids }) => ids.length > 0)) return some;
    throw new AppError("calendar-unknown", "This calendar belongs to no account.", {
      hint: "Nothing was changed. It may have been removed in another window. Open the page again.",
      details: { calendarId },
    });
  }

  async #describe(
    concerned: readonly { readonly account: StoredAccount; readonly ids: readonly string[] }[],
  ): Promise<CalendarSettings[]> {
    const { stored, choices, calendars } = this.#deps;
    const [all, chosen] = await Promise.all([stored.read(), choices.read()]);
    const settings: CalendarSettings[] = [];
    for (const { account, ids } of concerned) {
      for (const id of ids) {
        const choice = chosen[id] ?? {};
        const rules = rulesFor(choice, all.accounts[account.id], all.calendars[id]);
        settings.push({
          calendarId: id,
          ...describeRules(choice, rules, all.calendars[id]),
          refreshMinutes: (await calendars.get(id))?.refreshInterval ?? DEFAULT_REFRESH_MINUTES,
        });
      }
    }
    return settings;
  }
}
