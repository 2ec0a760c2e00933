/**
 * Taking over calendars of Thunderbird's own CalDAV that an account shows too: compared with the server first, what
 * exists only in the old calendar's cache is brought along, and the old one goes only when nothing would go with it.
 */
import type { CommandArguments, CommandValue, OldCalendar } from "../../shared/commands.ts";
import { AppError, fromWire } from "../../shared/errors.ts";
import { isSameCollection } from "../accounts/account-records.ts";
import type { Accounts } from "../accounts/accounts.ts";
import type { CalendarSource, KnownCalendar } from "../backup/ports.ts";
import { compareCalendars } from "./calendar-comparison.ts";
import type { BackupService, SyncService, Work } from "./ports.ts";

export const BUILT_IN_TYPE = "caldav";

export interface TakeoverDependencies {
  readonly accounts: Pick<Accounts, "list">;
  readonly source: Pick<CalendarSource, "calendars" | "read">;
  readonly sync: Pick<SyncService, "run">;
  readonly backup: Pick<BackupService, "runBefore" | "browse" | "restore">;
  readonly calendars: Pick<typeof messenger.calendar.calendars, "remove">;
  /** The label of the snapshots taken before. */
  readonly label: () => string;
}

export class Takeover {
  readonly #deps: TakeoverDependencies;

  constructor(dependencies: TakeoverDependencies) {
    this.#deps = dependencies;
  }

  async list(): Promise<OldCalendar[]> {
    const [accounts, known] = await Promise.all([
      this.#deps.accounts.list(),
      this.#deps.source.calendars(),
    ]);
    const ours = accounts.flatMap((account) => account.calendars);
    return known
      .filter(({ type }) => type === BUILT_IN_TYPE)
      .flatMap(({ calendarId, displayName, color, url }) => {
        const twin = ours.find((calendar) => isSameCollection(calendar.url, url));
        return twin
          ? [{ calendarId, name: displayName, color, url, keeperCalendarId: twin.id }]
          : [];
      });
  }

  /** @throws AppError "calendar-unknown"; those of the synchronization, which must succeed */
  async compare(
    { calendarId }: CommandArguments<"takeover.compare">,
    work: Work,
  ): Promise<CommandValue<"takeover.compare">> {
    const { old, ours } = await this.#pair(calendarId);
    const [report] = await this.#deps.sync.run(ours.calendarId, work);
    if (report?.error) throw fromWire(report.error);
    const { same, different, onlyFirst, onlySecond } = await compareCalendars(
      this.#deps.source,
      old,
      ours,
      work.signal,
    );
    return { same, different, onlyOld: onlyFirst, onlyServer: onlySecond.length };
  }

  /**
   * A snapshot of the old calendar, and from it everything that the server has not, quietly.
   * @throws AppError "calendar-unknown", and those of backup and restore
   */
  async bring(
    { calendarId }: CommandArguments<"takeover.bring">,
    work: Work,
  ): Promise<CommandValue<"takeover.bring">> {
    const { old, ours } = await this.#pair(calendarId);
    const { backup, label } = this.#deps;
    const snapshotId = await backup.runBefore([old.calendarId], label(), work);
    const { calendars } = await backup.browse({ snapshotId }, work);
    const report = await backup.restore(
      {
        snapshotId,
        selection: { calendars: calendars.map(({ path }) => path) },
        target: { kind: "calendar", calendarId: ours.calendarId },
        mode: "missing",
        quiet: true,
      },
      work,
    );
    return { snapshotId, brought: report.created, failed: [...report.failed] };
  }

  /**
   * Takes the old calendar out of Thunderbird's list, after one more comparison and a snapshot; the server keeps it.
   * @throws AppError "not-taken-over" while something would go with it
   */
  async finish(
    { calendarId, acceptDifferent = false }: CommandArguments<"takeover.finish">,
    work: Work,
  ): Promise<CommandValue<"takeover.finish">> {
    const { onlyOld, different } = await this.compare({ calendarId }, work);
    if (onlyOld.length > 0 || (different.length > 0 && !acceptDifferent)) {
      throw new AppError(
        "not-taken-over",
        "Something is in the old calendar only, or differently than on the server.",
        {
          hint: "The old calendar was left as it is. Bring its items along first, and look at those that differ.",
          retry: "after-user",
          details: { onlyOld: onlyOld.length, different: different.length },
        },
      );
    }
    const snapshotId = await this.#deps.backup.runBefore([calendarId], this.#deps.label(), work);
    await this.#deps.calendars.remove(calendarId, { mode: "unsubscribe" });
    return { snapshotId };
  }

  async #pair(calendarId: string): Promise<{ old: KnownCalendar; ours: KnownCalendar }> {
    const listed = (await this.list()).find((one) => one.calendarId === calendarId);
    const known = await this.#deps.source.calendars();
    const old = known.find((one) => one.calendarId === calendarId);
    const ours = known.find((one) => one.calendarId === listed?.keeperCalendarId);
    if (old && ours) return { old, ours };
    throw new AppError("calendar-unknown", "No account of CalDAV Keeper shows this calendar too.", {
      hint: "Nothing was changed. Add its account first, with this calendar ticked.",
      retry: "after-user",
      details: { calendarId },
    });
  }
}
