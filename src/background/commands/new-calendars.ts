/** Makes calendars for restores: on this computer, or on an account's server, where they are subscribed at once. */
import { AppError } from "../../shared/errors.ts";
import { type MakingDependencies, makeOnServer } from "../accounts/new-calendar.ts";
import type {
  CalendarMaker,
  CalendarSource,
  KnownCalendar,
  WantedCalendar,
} from "../backup/ports.ts";
import { type MadeCalendar, withMade } from "../settings/made-calendars.ts";
import type { StoredValue } from "../settings/stored-value.ts";

export interface NewCalendarsDependencies extends MakingDependencies {
  readonly calendars: Pick<typeof messenger.calendar.calendars, "create">;
  readonly known: Pick<CalendarSource, "calendars">;
  readonly made: StoredValue<MadeCalendar[]>;
}

export class NewCalendars implements CalendarMaker {
  readonly #deps: NewCalendarsDependencies;

  constructor(dependencies: NewCalendarsDependencies) {
    this.#deps = dependencies;
  }

  async requireAccount(accountId: string): Promise<void> {
    await this.#deps.accounts.get(accountId);
  }

  async make(wanted: WantedCalendar, signal: AbortSignal): Promise<KnownCalendar> {
    const id =
      wanted.accountId === undefined
        ? await this.#makeLocal(wanted)
        : await this.#makeOnServer(wanted.accountId, wanted, signal);
    await this.#deps.made.update((old) => withMade(old, { key: wanted.key, calendarId: id }));
    const made = (await this.#deps.known.calendars()).find(({ calendarId }) => calendarId === id);
    if (made) return made;
    throw new AppError("calendar-unknown", "The new calendar was removed again meanwhile.", {
      hint: "Nothing was restored. Try again.",
      retry: "after-user",
    });
  }

  async made(key: string): Promise<string | undefined> {
    return (await this.#deps.made.read()).find((made) => made.key === key)?.calendarId;
  }

  async #makeOnServer(
    accountId: string,
    { name, components, key }: WantedCalendar,
    signal: AbortSignal,
  ): Promise<string> {
    const wanted = { name, components, segment: `restored-${key}` };
    return (await makeOnServer(this.#deps, accountId, wanted, signal)).id;
  }

  async #makeLocal({ name }: WantedCalendar): Promise<string> {
    const { calendars } = this.#deps;
    const url = "moz-storage-calendar://";
    return (await calendars.create({ type: "storage", url, name })).id;
  }
}
