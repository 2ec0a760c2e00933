/** Calendars made, changed and deleted on their server, and what the user decides of those that are offered. */
import type { CommandArguments, CommandValue, DiscoveredCalendar } from "../../shared/commands.ts";
import { AppError, type WireError } from "../../shared/errors.ts";
import { chooseCalendars } from "../accounts/account-records.ts";
import type { AccountServers } from "../accounts/account-servers.ts";
import type { Accounts } from "../accounts/accounts.ts";
import { identityOf, isAnother, liesAt } from "../accounts/moves.ts";
import { makeOnServer, segmentOf } from "../accounts/new-calendar.ts";
import { whoseNow } from "../accounts/whose.ts";
import type { StoredAccount, StoredCalendar } from "../settings/account-settings.ts";
import type { SyncScheduler } from "../sync/scheduler.ts";
import { replaced } from "./calendar-syncs.ts";
import type { Work } from "./ports.ts";

export interface RemoteCalendarsDependencies {
  readonly accounts: Pick<
    Accounts,
    "find" | "get" | "subscribe" | "dismiss" | "discover" | "follow" | "change" | "pendingOf"
  >;
  readonly servers: Pick<
    AccountServers,
    "createCalendar" | "updateCalendar" | "deleteCalendar" | "describe"
  >;
  readonly calendars: Pick<typeof messenger.calendar.calendars, "get" | "update" | "remove">;
  readonly scheduler: () => Pick<SyncScheduler, "exclusively" | "requestSync">;
  /** A snapshot that holds all of the calendar. @returns its id @throws AppError when there is none afterwards */
  readonly snapshotBefore: (calendarId: string) => Promise<string>;
  readonly newId: () => string;
}

export class RemoteCalendars {
  readonly #deps: RemoteCalendarsDependencies;

  constructor(dependencies: RemoteCalendarsDependencies) {
    this.#deps = dependencies;
  }

  /** @throws AppError "account-unknown", "unsupported", "not-found", and those of the server */
  async create(
    { accountId, ...wanted }: CommandArguments<"calendars.createRemote">,
    { signal }: Work,
  ): Promise<CommandValue<"calendars.createRemote">> {
    const segment = segmentOf(wanted.name, this.#deps.newId());
    return makeOnServer(this.#deps, accountId, { ...wanted, segment }, signal);
  }

  /**
   * On the server first; Thunderbird then shows what the server made of it, also where the user had chosen otherwise.
   * @throws AppError "calendar-unknown", "forbidden", and those of the server
   */
  async update(
    { calendarId, name, color, description }: CommandArguments<"calendars.updateRemote">,
    { signal }: Work,
  ): Promise<CommandValue<"calendars.updateRemote">> {
    const { accounts, servers, calendars } = this.#deps;
    const { account, calendar } = await accounts.find(calendarId);
    const changes = {
      ...(name === undefined ? {} : { displayName: name }),
      ...(color === undefined ? {} : { color }),
      ...(description === undefined ? {} : { description }),
    };
    const refused = await servers.updateCalendar(account, calendar.url, changes, signal);
    const there = await servers.describe(account, calendar.url, signal);
    if (there === null) throw goneOnServer();
    // What is shown from here on is the server's again, which later changes there are to be followed from.
    const shown = {
      ...(name === undefined || refused.includes("displayName")
        ? {}
        : { name: there.displayName ?? name }),
      ...(color === undefined || refused.includes("color") ? {} : { color: there.color ?? color }),
    };
    if (Object.keys(shown).length > 0) await calendars.update(calendarId, shown);
    await accounts.change(account.id, (current) => ({
      calendars: current.calendars.map((one) =>
        one.id === calendarId ? withShown(one, shown) : one,
      ),
    }));
    const whose = whoseNow(calendar, there, account.principal);
    await accounts.follow(calendarId, { ...there, ...whose, name: there.displayName });
    if (refused.length > 0) throw notTaken(refused);
    return {
      name: there.displayName ?? calendar.seen.name ?? calendar.url,
      color: there.color,
      description: there.description,
    };
  }

  /**
   * Everything on the server is brought here and put into a snapshot before it is deleted there.
   * @throws AppError "not-confirmed" (details `pending`) without `confirm`; "backup-incomplete" where the server holds
   *   what is not here; "not-found", "calendar-replaced" where it does not lie at its address; those of a snapshot and
   *   of the server. Then nothing was deleted
   */
  async delete(
    { calendarId, confirm, withoutSnapshot }: CommandArguments<"calendars.deleteRemote">,
    work: Work,
  ): Promise<CommandValue<"calendars.deleteRemote">> {
    const { signal, onProgress } = work;
    const { accounts, calendars, scheduler, snapshotBefore } = this.#deps;
    const { calendar } = await accounts.find(calendarId);
    const shown = await calendars.get(calendarId);
    const name = shown?.name ?? calendar.seen.name ?? calendar.url;
    if (confirm !== true) throw notConfirmed(name, await accounts.pendingOf(calendarId));
    let snapshotId: string | null = null;
    if (withoutSnapshot !== true) {
      const options = { signal, onProgress };
      const { error } = await scheduler().requestSync(calendarId, "manual", options);
      snapshotId = await snapshotBefore(calendarId);
      await this.#mustHoldAll(calendarId, work, error);
    }
    signal.throwIfAborted();
    const superseded = await accounts.pendingOf(calendarId);
    await scheduler().exclusively(
      calendarId,
      (_, inner) => this.#deleteThere(calendarId, inner.signal),
      work,
    );
    // Its rows go to what is superseded; the account hears of it by the calendar's removal.
    await calendars.remove(calendarId);
    return { snapshotId, superseded };
  }

  /** @throws AppError "account-unknown", "not-found", "calendar-exists", and those of the server */
  async subscribe(
    { accountId, urls }: CommandArguments<"calendars.subscribe">,
    { signal }: Work,
  ): Promise<CommandValue<"calendars.subscribe">> {
    const { accounts } = this.#deps;
    const account = await accounts.get(accountId);
    const isOffered = urls.every((url) => account.offered.some((one) => one.url === url));
    const calendars = isOffered ? account.offered : await this.#found(account, signal);
    const chosen = chooseCalendars({ calendars }, urls);
    return { calendars: await accounts.subscribe(accountId, chosen) };
  }

  async dismiss({
    accountId,
    urls,
  }: CommandArguments<"calendars.dismiss">): Promise<CommandValue<"calendars.dismiss">> {
    return { dismissed: await this.#deps.accounts.dismiss(accountId, urls) };
  }

  /** @throws AppError "calendar-unknown" */
  async takeOver(
    { calendarId }: CommandArguments<"calendars.takeOver">,
    { signal }: Work,
  ): Promise<CommandValue<"calendars.takeOver">> {
    const { accounts, scheduler } = this.#deps;
    const { account } = await accounts.find(calendarId);
    await accounts.change(account.id, ({ calendars }) => ({
      calendars: calendars.map((one) =>
        one.id === calendarId && one.replacedBy !== null
          ? { ...one, identity: one.replacedBy, replacedBy: null }
          : one,
      ),
    }));
    // What the other collection told of its changes says nothing of this one's.
    const options = { signal, listsAll: true };
    return { calendars: [await scheduler().requestSync(calendarId, "manual", options)] };
  }

  /**
   * What was brought here before may have told another address, and at an old one another calendar may lie by now.
   * @throws AppError "not-found", "calendar-replaced", and those of the server
   */
  async #deleteThere(calendarId: string, signal: AbortSignal): Promise<void> {
    const { accounts, servers } = this.#deps;
    const { account, calendar } = await accounts.find(calendarId);
    const { url, identity, replacedBy } = calendar;
    if (replacedBy !== null) throw replaced();
    const there = await servers.describe(account, url, signal);
    if (there === null) throw goneOnServer();
    if (isAnother(identity, identityOf(there))) throw replaced();
    if (!liesAt(url, there)) throw elsewhere();
    await servers.deleteCalendar(account, url, signal);
  }

  async #found(
    { location, username }: StoredAccount,
    signal: AbortSignal,
  ): Promise<readonly DiscoveredCalendar[]> {
    return (await this.#deps.accounts.discover({ location, username }, signal)).calendars;
  }

  /** @throws AppError "backup-incomplete" */
  async #mustHoldAll(
    calendarId: string,
    work: Work,
    syncError: WireError | undefined,
  ): Promise<void> {
    const { findings } = await this.#deps
      .scheduler()
      .exclusively(calendarId, (engine, inner) => engine.audit(inner), work);
    const notHere = findings.filter(({ kind }) => kind !== "missing-there").length;
    if (notHere === 0) return;
    throw new AppError(
      "backup-incomplete",
      notHere === 1
        ? "The server holds one item that is not in the snapshot."
        : `The server holds ${notHere} items that are not in the snapshot.`,
      {
        hint: "Nothing was deleted. Synchronize the calendar and look what is withheld, or delete it without a snapshot.",
        retry: "after-user",
        details: { items: notHere, ...(syncError ? { sync: syncError.code } : {}) },
      },
    );
  }
}

/** As if Thunderbird had been given it by the server. */
function withShown(
  calendar: StoredCalendar,
  shown: { readonly name?: string; readonly color?: string },
): StoredCalendar {
  const { seen } = calendar;
  const given = calendar.given ?? {
    name: seen.name ?? "",
    color: seen.color,
    readOnly: seen.readOnly,
  };
  return { ...calendar, seen: { ...seen, ...shown }, given: { ...given, ...shown } };
}

function notConfirmed(name: string, pending: number): AppError {
  return new AppError(
    "not-confirmed",
    `Deleting "${name}" removes it and all its items from the server, for everybody who uses it.`,
    {
      hint: "Nothing was deleted. Confirm it to go on; a snapshot is taken before.",
      retry: "after-user",
      details: { pending },
    },
  );
}

function notTaken(refused: readonly string[]): AppError {
  return new AppError("forbidden", "The server did not take all that was to be changed.", {
    hint: "The calendar may be shared with you for reading only, or the server keeps no such property. No event was touched.",
    retry: "after-user",
    details: { refused: refused.map((name) => (name === "displayName" ? "name" : name)) },
  });
}

function goneOnServer(): AppError {
  return new AppError("not-found", "The server no longer has this calendar.", {
    hint: "What you have is kept in Thunderbird and in backups.",
    retry: "after-user",
  });
}

function elsewhere(): AppError {
  return new AppError("not-found", "The server has this calendar at another address for now.", {
    hint: "Nothing was deleted. Synchronize the calendar and delete it then, or delete it on the server's web page.",
    retry: "after-user",
  });
}
