/**
 * Accounts: found on the server, subscribed as calendars of Thunderbird, listed with their state, removed.
 * What is remembered is settings/account-settings.ts; passwords go through credentials.ts; syncing is not here.
 */
import type {
  Account,
  CommandArguments,
  CommandValue,
  DiscoverArguments,
  DiscoveredCalendar,
} from "../../shared/commands.ts";
import { isAppError } from "../../shared/errors.ts";
import type { StoredAccount, StoredCalendar } from "../settings/account-settings.ts";
import type { GoneCalendar } from "../settings/gone-calendars.ts";
import type { StoredValue } from "../settings/stored-value.ts";
import type { StoredSyncStatus } from "../settings/sync-status.ts";
import { readHost } from "../transport/scheme-guard.ts";
import { passwordAdvice } from "../webdav/password-advice.ts";
import type { AccountLogins } from "./account-logins.ts";
import {
  accountFrom,
  calendarIdsOf,
  chooseCalendars,
  findCalendar,
  noAccount,
  originOf,
  refuseTwice,
  sameCredential,
  unknownAccount,
} from "./account-records.ts";
import { describeAccount, type ProviderFacts, readCalendarFacts } from "./account-state.ts";
import { type Credentials, keepPassword } from "./credentials.ts";
import { type DepartureDependencies, Departures } from "./departures.ts";
import { enter, hostsFor } from "./entry.ts";
import { followCalendar } from "./follow-calendar.ts";
import type { ServerSide } from "./following.ts";
import type { OAuth } from "./oauth/oauth.ts";
import { declining } from "./offers.ts";
import type { DiscoveredAccount, Discovery, Login } from "./ports.ts";
import { subscribeAll } from "./subscriber.ts";

export interface AccountsDependencies extends Pick<DepartureDependencies, "snapshotBefore"> {
  readonly stored: StoredValue<StoredAccount[]>;
  readonly syncStatus: StoredValue<StoredSyncStatus>;
  readonly credentials: Pick<Credentials, "save" | "keepForSession" | "forget">;
  readonly logins: Pick<AccountLogins, "login">;
  readonly oauth: Pick<OAuth, "signIn" | "keep" | "drop" | "forget">;
  readonly discovery: Discovery;
  readonly calendars: Pick<
    typeof messenger.calendar.calendars,
    "create" | "get" | "query" | "update" | "remove"
  >;
  readonly provider: ProviderFacts;
  /** `ext-<add-on id>`. */
  readonly calendarType: string;
  /** Ids of the calendars being synchronized now. */
  readonly running: () => ReadonlySet<string>;
  /** Asks for a first sync; does not wait for it. */
  readonly requestSync: (calendarIds: readonly string[]) => void;
  readonly onChanged: () => void;
  readonly gone: StoredValue<GoneCalendar[]>;
  /** The password of an account was entered anew. */
  readonly onSignedIn: (accountId: string) => void;
  readonly newId: () => string;
}

export class Accounts {
  readonly #deps: AccountsDependencies;
  readonly #departures: Departures;
  #subscribing: Promise<unknown> = Promise.resolve();

  constructor(dependencies: AccountsDependencies) {
    this.#deps = dependencies;
    this.#departures = new Departures(dependencies);
  }

  /** @throws AppError as {@link Discovery.discover}; "credentials-missing", "credentials-locked" */
  async discover(
    args: DiscoverArguments,
    signal: AbortSignal,
  ): Promise<CommandValue<"accounts.discover">> {
    const known = await this.#deps.stored.read();
    const { location, login, signedIn } = await enter(args, known, this.#deps, signal);
    const looking = this.#look({ ...args, location }, login, signal);
    const found = await looking.catch(async (error: unknown) => {
      // Somebody else may have signed in than was meant. After a question the same search goes on.
      if (signedIn && !isAppError(error, "host-not-agreed", "tls"))
        await this.#deps.oauth.drop(signedIn, args.username);
      throw error;
    });
    return {
      principal: found.principal,
      calendars: [...found.calendars],
      log: [...found.log],
      insecure: found.insecure,
      advice: passwordAdvice(args.location),
      otherHosts: [...found.otherHosts],
    };
  }

  /**
   * Subscribes the chosen calendars. Repeating it is harmless: what is subscribed stays, the password is
   * renewed; an attempt that was cut short is completed.
   * @throws AppError as {@link discover}; "not-found" when the server no longer lists a chosen calendar;
   *   "calendar-exists" when another account has subscribed it
   */
  add(
    args: CommandArguments<"accounts.add">,
    signal: AbortSignal,
  ): Promise<CommandValue<"accounts.add">> {
    return this.#inTurn(() => this.#add(args, signal));
  }

  async list(): Promise<Account[]> {
    const { stored, syncStatus, calendars, provider, running } = this.#deps;
    const [accounts, statuses] = await Promise.all([stored.read(), syncStatus.read()]);
    const reading = calendarIdsOf(accounts).map(
      async (id) => [id, await readCalendarFacts(id, calendars, provider)] as const,
    );
    const facts = new Map(await Promise.all(reading));
    return accounts.map((account) => describeAccount(account, facts, statuses, running()));
  }

  /**
   * Takes the account's calendars out of Thunderbird; the server keeps everything. Where no snapshot can be taken
   * before, the account goes all the same: the server has its items, and unsent edits are put aside.
   * @throws AppError "account-unknown"; "pending-changes" while edits wait or conflicts are undecided, unless `discardPending`; "busy" while a
   *   backup or other work with the store runs
   */
  async remove({
    accountId,
    discardPending = false,
  }: CommandArguments<"accounts.remove">): Promise<CommandValue<"accounts.remove">> {
    return this.#departures.removeAccount(await this.get(accountId), discardPending);
  }

  /**
   * Takes one calendar out of Thunderbird; the server keeps everything, and it can be subscribed again. What is only here goes
   * into a snapshot before, where one can be taken.
   * @throws AppError "calendar-unknown"; "pending-changes" while edits wait or conflicts are undecided, unless `discardPending`;
   *   "busy" as {@link remove}
   */
  async unsubscribe(
    args: CommandArguments<"calendars.unsubscribe">,
  ): Promise<CommandValue<"calendars.unsubscribe">> {
    const { account, calendar } = await this.find(args.calendarId);
    return this.#departures.unsubscribe(account, calendar, args);
  }

  /** As {@link Departures.calendarRemoved}. */
  calendarRemoved(calendarId: string): Promise<boolean> {
    return this.#departures.calendarRemoved(calendarId);
  }

  /**
   * The account and the record of a subscribed calendar. Waits for a subscription under way: Thunderbird asks
   * for the first sync of a calendar before its account is stored.
   * @throws AppError "calendar-unknown"
   */
  async find(calendarId: string): Promise<{ account: StoredAccount; calendar: StoredCalendar }> {
    const { stored } = this.#deps;
    const found = findCalendar(await stored.read(), calendarId);
    if (found) return found;
    await this.#subscribing;
    const foundLater = findCalendar(await stored.read(), calendarId);
    if (foundLater) return foundLater;
    throw noAccount(calendarId);
  }

  /** @throws AppError "account-unknown" */
  async get(accountId: string): Promise<StoredAccount> {
    const account = (await this.#deps.stored.read()).find(({ id }) => id === accountId);
    if (!account) throw unknownAccount(accountId);
    return account;
  }

  /** How many changes of a calendar are not on the server yet. */
  async pendingOf(calendarId: string): Promise<number> {
    const { calendars, provider } = this.#deps;
    return (await readCalendarFacts(calendarId, calendars, provider)).pendingChanges;
  }

  /** Every subscribed calendar's id. */
  async calendarIds(): Promise<string[]> {
    return calendarIdsOf(await this.#deps.stored.read());
  }

  /**
   * Subscribes further calendars of a known account. Repeating it is harmless.
   * @throws AppError "account-unknown"; "calendar-exists" when another account has subscribed one of them
   */
  subscribe(
    accountId: string,
    chosen: readonly DiscoveredCalendar[],
  ): Promise<{ id: string; url: string }[]> {
    return this.#inTurn(async () => {
      const account = await this.get(accountId);
      const added = await this.#subscribeAll(account, chosen);
      this.#deps.requestSync(added.map(({ id }) => id));
      return added;
    });
  }

  /** @returns how many were offered and are no more @throws AppError "account-unknown" */
  async dismiss(accountId: string, urls: readonly string[]): Promise<number> {
    const before = await this.get(accountId);
    const seen = urls.map((url) => ({ url }));
    await this.change(accountId, (account) => declining(account, seen));
    return before.offered.length - (await this.get(accountId)).offered.length;
  }

  /** @returns every host agreed to @throws AppError "account-unknown", "bad-argument" */
  async agree(accountId: string, given: string): Promise<string[]> {
    const host = readHost(given);
    await this.get(accountId);
    await this.change(accountId, ({ agreedHosts }) => ({
      agreedHosts: [...new Set([...agreedHosts, host])],
    }));
    return [...(await this.get(accountId)).agreedHosts];
  }

  /** Members of an account's record are replaced by others. */
  async change(
    accountId: string,
    change: (account: StoredAccount) => Partial<Omit<StoredAccount, "id">>,
  ): Promise<void> {
    await this.#deps.stored.update((all) =>
      all.map((account) =>
        account.id === accountId ? { ...account, ...change(account) } : account,
      ),
    );
    this.#deps.onChanged();
  }

  /** As {@link followCalendar}. @throws AppError "calendar-unknown" */
  async follow(calendarId: string, now: ServerSide): Promise<void> {
    await followCalendar(this.#deps, (await this.find(calendarId)).calendar, now);
  }

  async #look(
    args: DiscoverArguments,
    login: Login,
    signal: AbortSignal,
  ): Promise<DiscoveredAccount> {
    const hosts = hostsFor(args, await this.#deps.stored.read());
    return this.#deps.discovery.discover(args.location, login, signal, hosts);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#subscribing.then(work);
    this.#subscribing = result.catch(() => {});
    return result;
  }

  async #add(
    args: CommandArguments<"accounts.add">,
    signal: AbortSignal,
  ): Promise<CommandValue<"accounts.add">> {
    const { stored, credentials, requestSync, onSignedIn, newId } = this.#deps;
    const accounts = await stored.read();
    const entry = await enter(args, accounts, this.#deps, signal);
    const { location, login, password, signedIn } = entry;
    const found = await this.#look({ ...args, location }, login, signal);
    const chosen = chooseCalendars(found, args.calendars);

    const key = { origin: originOf(found, chosen), username: args.username };
    const others = (await stored.read()).filter((other) => !sameCredential(other, key));
    refuseTwice(chosen, others);
    const known = (await stored.read()).find((other) => sameCredential(other, key));
    const oauth = signedIn?.stored ?? (password === undefined ? known?.oauth : undefined);
    const savesPassword = args.savePassword ?? known?.savesPassword ?? true;
    if (password !== undefined) await keepPassword(credentials, key, password, savesPassword);
    if (signedIn) await this.#deps.oauth.keep({ ...key, oauth: signedIn.stored }, signedIn);
    const account = accountFrom(
      { ...key, id: known?.id ?? newId(), location, savesPassword, oauth },
      found,
      chosen,
      { known, agreedHosts: args.agreedHosts ?? [] },
    );
    const added = await this.#subscribeAll(account, chosen, [
      ...found.calendars,
      ...found.mailboxes.map((url) => ({ url })),
    ]);
    onSignedIn(account.id);
    requestSync(added.map(({ id }) => id));
    return { accountId: account.id, calendars: added };
  }

  /** @param shown all that the user was shown: what was not chosen of it is not offered later */
  async #subscribeAll(
    account: StoredAccount,
    chosen: readonly DiscoveredCalendar[],
    shown: readonly { readonly url: string }[] = [],
  ): Promise<{ id: string; url: string }[]> {
    const subscribed = await subscribeAll(this.#deps, account, chosen, shown);
    await this.#departures.forgetStatuses(subscribed.calendars.map(({ id }) => id));
    return subscribed.added;
  }
}
