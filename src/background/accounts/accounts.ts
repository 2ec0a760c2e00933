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
import { AppError } from "../../shared/errors.ts";
import type { StoredAccount, StoredCalendar } from "../settings/account-settings.ts";
import type { StoredValue } from "../settings/stored-value.ts";
import type { StoredSyncStatus } from "../settings/sync-status.ts";
import {
  chooseCalendars,
  isSameCollection,
  originOf,
  refuseTwice,
  replaceCalendar,
  sameCredential,
  storedCalendar,
  unknownAccount,
} from "./account-records.ts";
import { describeAccount, readCalendarFacts } from "./account-state.ts";
import type { Credentials } from "./credentials.ts";
import type { DiscoveredAccount, Discovery, Login } from "./ports.ts";

export interface AccountsDependencies {
  readonly stored: StoredValue<StoredAccount[]>;
  readonly syncStatus: StoredValue<StoredSyncStatus>;
  readonly credentials: Credentials;
  readonly discovery: Discovery;
  readonly calendars: Pick<
    typeof messenger.calendar.calendars,
    "create" | "get" | "query" | "update" | "remove"
  >;
  readonly provider: Pick<typeof messenger.calendar.provider, "getState" | "getPending">;
  /** `ext-<add-on id>`. */
  readonly calendarType: string;
  /** Ids of the calendars being synchronized now. */
  readonly running: () => ReadonlySet<string>;
  /** Asks for a first sync; does not wait for it. */
  readonly requestSync: (calendarIds: readonly string[]) => void;
  readonly onChanged: () => void;
  /** The password of an account was entered anew. */
  readonly onSignedIn: (accountId: string) => void;
  readonly newId: () => string;
}

/** Marks our calendars' URLs, so that Thunderbird's own CalDAV does not take the collection for subscribed. */
const URL_MARK = "#caldav-keeper";

/** For calendars whose server names no colour. */
const PALETTE = ["#3584e4", "#2ec27e", "#e66100", "#9141ac", "#c64600", "#1a7f8e", "#a51d2d"];

export class Accounts {
  readonly #deps: AccountsDependencies;
  #subscribing: Promise<unknown> = Promise.resolve();

  constructor(dependencies: AccountsDependencies) {
    this.#deps = dependencies;
  }

  /** @throws AppError as {@link Discovery.discover}; "credentials-missing", "credentials-locked" */
  async discover(
    args: DiscoverArguments,
    signal: AbortSignal,
  ): Promise<CommandValue<"accounts.discover">> {
    const found = await this.#discover(args, await this.#login(args), signal);
    return {
      principal: found.principal,
      calendars: [...found.calendars],
      log: [...found.log],
      insecure: found.insecure,
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
    const result = this.#subscribing.then(() => this.#add(args, signal));
    this.#subscribing = result.catch(() => {});
    return result;
  }

  async list(): Promise<Account[]> {
    const { stored, syncStatus, calendars, provider, running } = this.#deps;
    const [accounts, statuses] = await Promise.all([stored.read(), syncStatus.read()]);
    const ids = accounts.flatMap((account) => account.calendars.map(({ id }) => id));
    const facts = new Map(
      await Promise.all(
        ids.map(async (id) => [id, await readCalendarFacts(id, calendars, provider)] as const),
      ),
    );
    return accounts.map((account) => describeAccount(account, facts, statuses, running()));
  }

  /**
   * Takes the account's calendars out of Thunderbird; the server keeps everything.
   * @throws AppError "account-unknown"; "pending-changes" while edits wait, unless `discardPending`
   */
  async remove({
    accountId,
    discardPending = false,
  }: CommandArguments<"accounts.remove">): Promise<CommandValue<"accounts.remove">> {
    const { stored, calendars, provider, credentials, onChanged } = this.#deps;
    const account = await this.get(accountId);
    const facts = await Promise.all(
      account.calendars.map(({ id }) => readCalendarFacts(id, calendars, provider)),
    );
    const pending = facts.reduce((sum, { pendingChanges }) => sum + pendingChanges, 0);
    if (pending > 0 && !discardPending) {
      throw new AppError(
        "pending-changes",
        pending === 1
          ? "One change of this account is not on the server yet."
          : `${pending} changes of this account are not on the server yet.`,
        {
          hint: "Synchronize first to send them. If you remove the account anyway, they are kept on this computer only.",
          retry: "after-user",
          details: { pending },
        },
      );
    }

    for (const { calendar } of facts) if (calendar) await calendars.remove(calendar.id);
    const left = await stored.update((all) => all.filter(({ id }) => id !== accountId));
    if (!left.some((other) => sameCredential(other, account))) await credentials.forget(account);
    await this.#forgetStatuses(account.calendars.map(({ id }) => id));
    onChanged();
    return { superseded: pending };
  }

  /** The user removed a calendar in Thunderbird's list: the account no longer subscribes it. */
  async calendarRemoved(calendarId: string): Promise<void> {
    const { stored, onChanged } = this.#deps;
    const accounts = await stored.read();
    if (!accounts.some((account) => account.calendars.some(({ id }) => id === calendarId))) return;
    await stored.update((all) =>
      all.map((account) => ({
        ...account,
        calendars: account.calendars.filter(({ id }) => id !== calendarId),
      })),
    );
    await this.#forgetStatuses([calendarId]);
    onChanged();
  }

  /**
   * The account and the record of a subscribed calendar. Waits for a subscription under way: Thunderbird asks
   * for the first sync of a calendar before its account is stored.
   * @throws AppError "calendar-unknown"
   */
  async find(calendarId: string): Promise<{ account: StoredAccount; calendar: StoredCalendar }> {
    const found = await this.#lookUp(calendarId);
    if (found) return found;
    await this.#subscribing;
    const foundLater = await this.#lookUp(calendarId);
    if (foundLater) return foundLater;
    throw new AppError("calendar-unknown", "This calendar belongs to no account.", {
      hint: "Its events are still here. Add the account again to synchronize it.",
      retry: "after-user",
      details: { calendarId },
    });
  }

  /** @throws AppError "account-unknown" */
  async get(accountId: string): Promise<StoredAccount> {
    const account = (await this.#deps.stored.read()).find(({ id }) => id === accountId);
    if (!account) throw unknownAccount(accountId);
    return account;
  }

  /** Every subscribed calendar's id. */
  async calendarIds(): Promise<string[]> {
    const accounts = await this.#deps.stored.read();
    return accounts.flatMap(({ calendars }) => calendars.map(({ id }) => id));
  }

  /** User name and password of an account. @throws AppError "credentials-missing", "credentials-locked" */
  async login(account: StoredAccount): Promise<Login> {
    return {
      username: account.username,
      password: await this.#deps.credentials.password(account),
    };
  }

  /** Follows the server's name, colour and rights where they changed there; the user's own choice stays. */
  async follow(calendarId: string, now: StoredCalendar["seen"]): Promise<void> {
    const { stored, calendars, onChanged } = this.#deps;
    const { calendar } = await this.find(calendarId);
    const { seen } = calendar;
    const changes = {
      ...(now.name && now.name !== seen.name ? { name: now.name } : {}),
      ...(now.color && now.color !== seen.color ? { color: now.color } : {}),
      ...(now.readOnly !== seen.readOnly ? { readOnly: now.readOnly } : {}),
    };
    if (Object.keys(changes).length === 0) return;
    await calendars.update(calendarId, changes);
    await stored.update((all) =>
      replaceCalendar(all, calendarId, (old) => ({
        ...old,
        seen: { ...now, name: now.name ?? seen.name, color: now.color ?? seen.color },
      })),
    );
    onChanged();
  }

  async #login(args: DiscoverArguments): Promise<Login> {
    const { username, password } = args;
    if (password !== undefined) return { username, password };
    const known = (await this.#deps.stored.read()).find(
      (account) => account.location === args.location && account.username === username,
    );
    if (known) return this.login(known);
    throw new AppError("credentials-missing", `There is no saved password for ${username}.`, {
      hint: "Enter the password.",
      retry: "after-user",
    });
  }

  #discover(
    { location }: DiscoverArguments,
    login: Login,
    signal: AbortSignal,
  ): Promise<DiscoveredAccount> {
    return this.#deps.discovery.discover(location, login, signal);
  }

  async #add(
    args: CommandArguments<"accounts.add">,
    signal: AbortSignal,
  ): Promise<CommandValue<"accounts.add">> {
    const { stored, credentials, requestSync, onChanged, onSignedIn, newId } = this.#deps;
    const login = await this.#login(args);
    const found = await this.#discover(args, login, signal);
    const chosen = chooseCalendars(found, args.calendars);

    const key = { origin: originOf(found, chosen), username: args.username };
    const others = (await stored.read()).filter((other) => !sameCredential(other, key));
    refuseTwice(chosen, others);
    await credentials.save(key, login.password);
    let account: Pick<StoredAccount, "id" | "origin" | "username" | "calendars"> = (
      await stored.read()
    ).find((other) => sameCredential(other, key)) ?? { ...key, id: newId(), calendars: [] };
    // The record is written after every calendar: what is cut short leaves no calendar without an account.
    const record = async (calendars: StoredCalendar[]): Promise<void> => {
      const next: StoredAccount = {
        ...key,
        id: account.id,
        location: args.location,
        principal: found.principal,
        homes: [...found.homes],
        calendars,
      };
      account = next;
      await stored.update((all) =>
        all.some(({ id }) => id === next.id)
          ? all.map((other) => (other.id === next.id ? next : other))
          : [...all, next],
      );
      onChanged();
    };

    const added: { id: string; url: string }[] = [];
    for (const [index, calendar] of chosen.entries()) {
      const known = account.calendars.find(({ url }) => isSameCollection(url, calendar.url));
      const present = known ? await this.#deps.calendars.get(known.id) : null;
      const id = present?.id ?? (await this.#subscribe(calendar, index));
      added.push({ id, url: calendar.url });
      const others = account.calendars.filter(({ url }) => !isSameCollection(url, calendar.url));
      await record([...others, storedCalendar(id, calendar)]);
    }
    await this.#forgetStatuses(account.calendars.map(({ id }) => id));
    onSignedIn(account.id);
    requestSync(added.map(({ id }) => id));
    return { accountId: account.id, calendars: added };
  }

  /** Makes the calendar in Thunderbird, or takes one that an interrupted attempt left behind. */
  async #subscribe(calendar: DiscoveredCalendar, index: number): Promise<string> {
    const { calendars, calendarType, stored } = this.#deps;
    const url = calendar.url + URL_MARK;
    const owned = new Set((await stored.read()).flatMap((a) => a.calendars.map(({ id }) => id)));
    const orphan = (await calendars.query({ type: calendarType })).find(
      (existing) => existing.url === url && !owned.has(existing.id),
    );
    if (orphan) return orphan.id;
    const created = await calendars.create({
      type: calendarType,
      url,
      name: calendar.displayName,
      color: calendar.color ?? (PALETTE[index % PALETTE.length] as string),
      readOnly: calendar.readOnly,
    });
    return created.id;
  }

  async #lookUp(
    calendarId: string,
  ): Promise<{ account: StoredAccount; calendar: StoredCalendar } | undefined> {
    for (const account of await this.#deps.stored.read()) {
      const calendar = account.calendars.find(({ id }) => id === calendarId);
      if (calendar) return { account, calendar };
    }
    return undefined;
  }

  async #forgetStatuses(calendarIds: readonly string[]): Promise<void> {
    await this.#deps.syncStatus.update((statuses) =>
      Object.fromEntries(Object.entries(statuses).filter(([id]) => !calendarIds.includes(id))),
    );
  }
}
